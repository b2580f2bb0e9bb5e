//! Text filters, worked out once for all texts that were seen.

use crate::facts::{Dictionary, NO_TEXT, TextId};
use crate::rules::TextMatch;
use crate::text::fold;

/// The numbers of the texts that pass.
#[derive(Clone, Debug)]
pub(super) enum TextSet {
    One(TextId),
    /// Rising.
    Few(Vec<TextId>),
    /// A bit for each number.
    Many(Vec<u64>),
}

/// So many numbers are looked for one by one; more are a bit each.
const FEW: usize = 8;

impl TextSet {
    /// The texts that pass a filter.
    pub(super) fn matching(filter: &TextMatch, dictionary: &Dictionary) -> Self {
        let folded = FoldedMatch::of(filter);
        let seen = |text: &String| dictionary.find(text);
        let candidates: Vec<TextId> = match (&filter.eq, &filter.within) {
            (Some(eq), _) => seen(eq).into_iter().collect(),
            (None, Some(within)) => within.iter().filter_map(seen).collect(),
            (None, None) => (1..TextId::try_from(dictionary.len()).unwrap_or(TextId::MAX)).collect(),
        };
        Self::of(candidates.into_iter().filter(|id| folded.passes(dictionary.folded(*id))).collect())
    }

    /// The texts of a list.
    pub(super) fn list(texts: &[String], dictionary: &Dictionary) -> Self {
        Self::of(texts.iter().filter_map(|text| dictionary.find(text)).collect())
    }

    fn of(mut ids: Vec<TextId>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        match ids.as_slice() {
            [one] => Self::One(*one),
            few if few.len() <= FEW => Self::Few(ids),
            many => {
                let mut bits = vec![0; many.last().map_or(0, |last| *last as usize / 64 + 1)];
                many.iter().for_each(|id| bits[*id as usize / 64] |= 1 << (id % 64));
                Self::Many(bits)
            }
        }
    }

    /// Whether the text passes; no text never does.
    #[inline]
    pub(super) fn has(&self, id: TextId) -> bool {
        id != NO_TEXT
            && match self {
                Self::One(one) => *one == id,
                Self::Few(ids) => ids.contains(&id),
                Self::Many(bits) => bits.get(id as usize / 64).is_some_and(|bits| bits >> (id % 64) & 1 == 1),
            }
    }
}

/// A filter for texts that have no number: those that each member has for itself.
#[derive(Clone, Debug)]
pub(super) struct FoldedMatch {
    eq: Option<String>,
    /// Rising.
    within: Option<Vec<String>>,
    contains: Option<String>,
    starts_with: Option<String>,
}

impl FoldedMatch {
    pub(super) fn of(filter: &TextMatch) -> Self {
        let TextMatch { eq, within, contains, starts_with } = filter;
        let folded = |text: &Option<String>| text.as_deref().map(fold);
        let sorted = |texts: &Vec<String>| {
            let mut texts: Vec<String> = texts.iter().map(|text| fold(text)).collect();
            texts.sort_unstable();
            texts
        };
        Self {
            eq: folded(eq),
            within: within.as_ref().map(sorted),
            contains: folded(contains),
            starts_with: folded(starts_with),
        }
    }

    /// Whether a folded text passes; no text never does.
    pub(super) fn passes(&self, folded: &str) -> bool {
        !folded.is_empty()
            && self.eq.as_deref().is_none_or(|eq| eq == folded)
            && self.within.as_ref().is_none_or(|texts| texts.binary_search_by(|text| text.as_str().cmp(folded)).is_ok())
            && self.contains.as_deref().is_none_or(|part| folded.contains(part))
            && self.starts_with.as_deref().is_none_or(|start| folded.starts_with(start))
    }
}
