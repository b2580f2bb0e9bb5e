//! Whom a figure is over.

use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringTreemap;
use roaring::treemap::Iter;

use crate::evaluate::in_set;
use crate::facts::Facts;

/// Whom a figure is over.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Among {
    /// Every customer that is known.
    #[default]
    Everybody,
    /// The members of a segment, by id. Those who are not in the facts do not count.
    Members(Arc<RoaringTreemap>),
}

impl Among {
    /// Whether a member is one of them.
    pub fn has(&self, member: i64) -> bool {
        match self {
            Self::Everybody => true,
            Self::Members(members) => members.contains(in_set(member)),
        }
    }

    /// Their rows in some facts, rising. Of the members of a segment only those are gone through, so that many small
    /// segments take no longer than one large one.
    pub(crate) fn rows<'f>(&'f self, facts: &'f Facts) -> Rows<'f> {
        match self {
            Self::Everybody => Rows::All(0..facts.len()),
            Self::Members(members) => {
                let mut chosen = members.iter();
                if let Some(first) = facts.members.first() {
                    chosen.advance_to(in_set(*first));
                }
                Rows::Chosen { chosen: Box::new(chosen), members: &facts.members, row: 0 }
            }
        }
    }
}

/// Rows of some facts.
pub(crate) enum Rows<'f> {
    All(Range<usize>),
    Chosen {
        /// Who is left to be found. It is large, and there is one for thousands of members.
        chosen: Box<Iter<'f>>,
        /// Among whom.
        members: &'f [i64],
        /// The first row that may be theirs.
        row: usize,
    },
}

impl Iterator for Rows<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let (chosen, members, row) = match self {
            Self::All(rows) => return rows.next(),
            Self::Chosen { chosen, members, row } => (chosen, members, row),
        };
        while let Some(member) = members.get(*row) {
            let next = chosen.next()?;
            // Ids rise by 1 at least: whoever is so many ids on is no more rows on, and mostly exactly as many.
            let furthest = usize::try_from(next.saturating_sub(in_set(*member))).unwrap_or(usize::MAX);
            let furthest = row.saturating_add(furthest).min(members.len());
            if members.get(furthest).is_none_or(|member| in_set(*member) != next) {
                *row += members[*row..furthest].partition_point(|member| in_set(*member) < next);
            } else {
                *row = furthest;
            }
            if members.get(*row).is_some_and(|member| in_set(*member) == next) {
                *row += 1;
                return Some(*row - 1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;
    use crate::facts::{Builder, Dictionary, MemberRow};

    proptest! {
        #[test]
        fn rows_are_those_of_members_who_are_chosen(
            members in btree_set(1..60_i64, 0..40),
            chosen in btree_set(prop_oneof![1..70_u64, Just(1 << 40)], 0..60),
        ) {
            let mut dictionary = Dictionary::default();
            let mut builder = Builder::new(&mut dictionary);
            members.iter().for_each(|id| builder.member(&MemberRow::bare(*id)));
            let facts = builder.finish();
            let among = Among::Members(Arc::new(chosen.iter().copied().collect()));
            let expected: Vec<usize> =
                (0..facts.len()).filter(|row| chosen.contains(&in_set(facts.members[*row]))).collect();
            prop_assert_eq!(among.rows(&facts).collect::<Vec<_>>(), expected);
            prop_assert_eq!(Among::Everybody.rows(&facts).count(), members.len());
        }
    }
}
