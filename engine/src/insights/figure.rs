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

/// The same question about several groups of people, in one pass; the answers stand in the order of the questions.
#[derive(Clone, Debug)]
pub struct Several<F>(pub Vec<F>);

impl<F: Figure> Figure for Several<F> {
    type Part = Vec<F::Part>;
    type Answer = Vec<F::Answer>;

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> Self::Part {
        self.0.iter().map(|figure| figure.part(facts, dictionary)).collect()
    }

    fn merge(&self, whole: &mut Self::Part, part: Self::Part) {
        whole.resize_with(self.0.len(), F::Part::default);
        for ((figure, whole), part) in self.0.iter().zip(whole).zip(part) {
            figure.merge(whole, part);
        }
    }

    fn answer(&self, mut whole: Self::Part) -> Self::Answer {
        whole.resize_with(self.0.len(), F::Part::default);
        self.0.iter().zip(whole).map(|(figure, whole)| figure.answer(whole)).collect()
    }
}

/// Two questions in one pass, about the same moment.
impl<A: Figure, B: Figure> Figure for (A, B) {
    type Part = (A::Part, B::Part);
    type Answer = (A::Answer, B::Answer);

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> Self::Part {
        (self.0.part(facts, dictionary), self.1.part(facts, dictionary))
    }

    fn merge(&self, whole: &mut Self::Part, part: Self::Part) {
        self.0.merge(&mut whole.0, part.0);
        self.1.merge(&mut whole.1, part.1);
    }

    fn answer(&self, whole: Self::Part) -> Self::Answer {
        (self.0.answer(whole.0), self.1.answer(whole.1))
    }
}
