//! What all figures have in common.

use crate::facts::{Dictionary, Facts};

/// A question about everybody.
pub trait Figure {
    /// What some parts of the facts say together; the default is what nobody says.
    type Part: Default + Send;
    /// What all of them say together.
    type Answer;

    /// What a part of the facts says. The dictionary is the one that numbers its texts.
    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> Self::Part;

    /// Adds what a part says to what others said. Any order and any cut into parts gives the same answer.
    fn merge(&self, whole: &mut Self::Part, part: Self::Part);

    /// The answer, once all parts are in.
    fn answer(&self, whole: Self::Part) -> Self::Answer;
}

/// The answer over parts whose texts one dictionary numbers, one part after the other.
pub fn answer_of<'f, F: Figure>(
    figure: &F,
    parts: impl IntoIterator<Item = &'f Facts>,
    dictionary: &Dictionary,
) -> F::Answer {
    let mut whole = F::Part::default();
    for facts in parts {
        figure.merge(&mut whole, figure.part(facts, dictionary));
    }
    figure.answer(whole)
}
