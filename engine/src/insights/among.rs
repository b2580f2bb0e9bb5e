//! Whom a figure is over.

use std::sync::Arc;

use roaring::RoaringTreemap;

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

    /// Their rows in some facts, rising.
    pub(super) fn rows<'f>(&'f self, facts: &'f Facts) -> impl Iterator<Item = usize> + 'f {
        (0..facts.len()).filter(|row| self.has(facts.members[*row]))
    }
}
