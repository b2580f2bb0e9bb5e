//! One pass of a program over facts, block by block.

use std::ops::Range;

use roaring::RoaringTreemap;

use super::campaigns;
use super::filtered::Filtered;
use super::known::{Known, Pins, in_set};
use super::program::{Node, Program};
use super::rows::{BLOCK, Rows};
use super::test::{Test, attribute_of, latest_score, own_text, texts};
use super::totals::Totals;
use crate::facts::Facts;
use crate::rules::NpsGroup;

impl Program {
    /// Decides every rule for every member, in the order of both. `each` is told a member's row, its id, and whether it
    /// belongs to the segment of each rule: (rule ∪ pinned in) − pinned out.
    pub fn run(&self, facts: &Facts, known: &Known, mut each: impl FnMut(usize, i64, &[bool])) {
        let mut run = Run::new(self, facts, known);
        let mut belongs = vec![false; self.rules.len()];
        for first in (0..facts.len()).step_by(BLOCK) {
            run.turn_to(first..facts.len().min(first + BLOCK));
            run.decide();
            for row in 0..run.block.len() {
                belongs.iter_mut().zip(&run.decided).for_each(|(belongs, rows)| *belongs = rows.has(row));
                each(first + row, facts.members[first + row], &belongs);
            }
        }
    }
}

/// A pass, at a block of members. Each test is asked of all members of the block for whom it matters before the next one
/// is looked at, so that the loops are tight; what several rules ask is worked out once.
pub(super) struct Run<'p> {
    pub(super) program: &'p Program,
    pub(super) facts: &'p Facts,
    known: &'p Known,
    /// Who belongs to the segments that are named and not decided here.
    named: Vec<Option<&'p RoaringTreemap>>,
    pins: Vec<Option<&'p Pins>>,
    /// The members of the block, by their rows in the facts.
    pub(super) block: Range<usize>,
    /// Who belongs, rule by rule, as far as they are decided.
    decided: Vec<Rows>,
    answers: Vec<Answers>,
    pub(super) totals: Totals<'p>,
    /// By the filters of the program.
    pub(super) filtered: Vec<Filtered>,
}

/// Of whom a test was asked, and for whom of them it holds.
#[derive(Clone, Copy, Default)]
struct Answers {
    asked: Rows,
    holds: Rows,
}

impl<'p> Run<'p> {
    pub(super) fn new(program: &'p Program, facts: &'p Facts, known: &'p Known) -> Self {
        Self {
            program,
            facts,
            known,
            named: program.named.iter().map(|segment| known.members.get(segment)).collect(),
            pins: program.rules.iter().map(|rule| known.pins.get(&rule.segment)).collect(),
            block: 0..0,
            decided: Vec::with_capacity(program.rules.len()),
            answers: vec![Answers::default(); program.tests.len()],
            totals: Totals::new(&program.windows),
            filtered: vec![Filtered::default(); program.matchers.len()],
        }
    }

    /// A pass at the block of a single row.
    pub(super) fn at(program: &'p Program, facts: &'p Facts, row: usize, known: &'p Known) -> Self {
        let mut run = Self::new(program, facts, known);
        run.turn_to(row..row + 1);
        run
    }

    /// Turns to other members, so many as a block has at most.
    fn turn_to(&mut self, block: Range<usize>) {
        self.block = block;
        self.decided.clear();
        self.answers.fill(Answers::default());
        self.totals.clear();
        self.filtered.iter_mut().for_each(Filtered::clear);
    }

    fn decide(&mut self) {
        let all = Rows::first(self.block.len());
        for (place, rule) in self.program.rules.iter().enumerate() {
            let by_rule = self.holds(&rule.node, all);
            let decided = match self.pins[place] {
                None => by_rule,
                Some(pins) => all.filter(|row| pins.decide(self.member(row), by_rule.has(row))),
            };
            self.decided.push(decided);
        }
    }

    /// For whom of some rows a part of a rule holds.
    fn holds(&mut self, node: &Node, of: Rows) -> Rows {
        match node {
            Node::All(nodes) => nodes.iter().fold(of, |left, node| self.holds(node, left)),
            Node::Any(nodes) => nodes.iter().fold(Rows::NONE, |found, node| found | self.holds(node, of - found)),
            Node::Not(node) => of - self.holds(node, of),
            Node::Everyone => of,
            Node::Test(place) => {
                let Answers { asked, holds } = self.answers[*place];
                let left = of - asked;
                if left.is_empty() {
                    return of & holds;
                }
                let holds = holds | self.passes(&self.program.tests[*place], left);
                self.answers[*place] = Answers { asked: asked | of, holds };
                of & holds
            }
        }
    }

    /// For whom of some rows a test holds.
    fn passes(&mut self, test: &Test, of: Rows) -> Rows {
        if of.is_empty() {
            return Rows::NONE;
        }
        let (facts, first) = (self.facts, self.block.start);
        let profiles = &facts.profiles;
        match test {
            Test::Text(fact, set) => {
                let texts = texts(profiles, *fact);
                of.filter(|row| set.has(texts[first + row]))
            }
            Test::OwnText(fact, filter) => of.filter(|row| filter.passes(own_text(facts, first + row, *fact))),
            Test::Number { measure, interval } => self.numbers(measure, *interval, of),
            Test::Enrolled(flag) => of.filter(|row| profiles.is_enrolled(first + row) == *flag),
            Test::MarketingConsent(flag) => of.filter(|row| profiles.marketing_consent[first + row] == *flag),
            Test::Label(set) => of.filter(|row| set.has(facts.labels.of(first + row))),
            Test::Attribute(name, set) => of.filter(|row| set.has(attribute_of(facts, first + row, *name))),
            Test::Decided(rule) => self.decided.get(*rule).map_or(Rows::NONE, |decided| of & *decided),
            Test::Known(place) => {
                self.named[*place].map_or(Rows::NONE, |set| of.filter(|row| set.contains(self.member(row))))
            }
            Test::Feedback { survey, scores, groups } => of.filter(|row| {
                latest_score(facts, first + row, *survey).is_some_and(|score| {
                    scores.contains(score) && groups.as_ref().is_none_or(|groups| groups.contains(&NpsGroup::of(score)))
                })
            }),
            Test::Value(set) => of.filter(|row| set.has(&facts.valued[first + row])),
            Test::Campaign(campaign, outcome) => {
                of.filter(|row| campaigns::came(facts, first + row, *campaign, *outcome, self.known))
            }
            Test::Sample(share) => of.filter(|row| share.has(facts.members[first + row])),
        }
    }

    /// Whether a test holds for the first member of the block.
    pub(super) fn passes_first(&mut self, test: &Test) -> bool {
        self.passes(test, Rows::first(1)).has(0)
    }

    fn member(&self, row: usize) -> u64 {
        in_set(self.facts.members[self.block.start + row])
    }
}
