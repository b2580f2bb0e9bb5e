//! Sums by the numbers of texts.

use crate::facts::TextId;

/// Something for each text that was met: what is not its default.
pub(super) struct PerText<T> {
    values: Vec<T>,
    met: Vec<TextId>,
}

impl<T: Default + Copy + PartialEq> PerText<T> {
    /// Nothing yet. Room is made as texts are met: those of a kind mostly have small numbers, and a dictionary is long.
    pub(super) fn new() -> Self {
        Self { values: Vec::new(), met: Vec::new() }
    }

    /// What stands at a text, which must be no default afterwards and stay so.
    #[inline]
    pub(super) fn at(&mut self, text: TextId) -> &mut T {
        let place = text as usize;
        if place >= self.values.len() {
            self.values.resize(place + 1, T::default());
        }
        let value = &mut self.values[place];
        if *value == T::default() {
            self.met.push(text);
        }
        value
    }

    /// What was met, in the order in which it was.
    pub(super) fn into_pairs(self) -> impl Iterator<Item = (TextId, T)> {
        let Self { values, met } = self;
        met.into_iter().map(move |text| (text, values[text as usize]))
    }
}
