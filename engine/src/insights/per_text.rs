//! Sums by the numbers of texts.

use crate::facts::{Dictionary, TextId};

/// Something for each text that was met.
pub(super) struct PerText<T> {
    values: Vec<Option<T>>,
    met: Vec<TextId>,
}

impl<T: Default + Copy> PerText<T> {
    /// Nothing yet, for the texts of a dictionary.
    pub(super) fn new(dictionary: &Dictionary) -> Self {
        Self { values: vec![None; dictionary.len()], met: Vec::new() }
    }

    /// What stands at a text.
    #[inline]
    pub(super) fn at(&mut self, text: TextId) -> &mut T {
        let place = text as usize;
        if place >= self.values.len() {
            self.values.resize(place + 1, None);
        }
        let value = &mut self.values[place];
        if value.is_none() {
            self.met.push(text);
        }
        value.get_or_insert_default()
    }

    /// What was met, in the order in which it was.
    pub(super) fn into_pairs(self) -> impl Iterator<Item = (TextId, T)> {
        let Self { values, met } = self;
        met.into_iter().map(move |text| (text, values[text as usize].unwrap_or_default()))
    }
}
