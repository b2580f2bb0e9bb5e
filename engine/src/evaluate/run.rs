//! One pass of a program over facts, block by block.

use std::ops::Range;

use roaring::RoaringTreemap;

use super::days::{age, next_yearly};
use super::filtered::Filtered;
use super::interval::Interval;
use super::known::{Known, Pins, in_set};
use super::matcher::Matcher;
use super::measure::{self, Measure, share};
use super::program::{Node, Program};
use super::rows::{BLOCK, Rows};
use super::running::Running;
use super::test::{Test, attribute_of, date, latest_score, own_text, text_of};
use super::totals::Totals;
use crate::facts::{Facts, NO_DAY, NO_TEXT, PURCHASE, days_within};
use crate::money::quotient;
use crate::rules::{NpsGroup, TransactionsMeasure, YearlyFact};

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
    program: &'p Program,
    facts: &'p Facts,
    /// Who belongs to the segments that are named and not decided here.
    named: Vec<Option<&'p RoaringTreemap>>,
    pins: Vec<Option<&'p Pins>>,
    /// The members of the block, by their rows in the facts.
    block: Range<usize>,
    /// Who belongs, rule by rule, as far as they are decided.
    decided: Vec<Rows>,
    answers: Vec<Answers>,
    totals: Totals<'p>,
    /// By the filters of the program.
    filtered: Vec<Filtered>,
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
        let profile = |row: usize| &facts.profiles[first + row];
        match test {
            Test::Text(fact, set) => of.filter(|row| set.has(text_of(profile(row), *fact))),
            Test::OwnText(fact, filter) => of.filter(|row| filter.passes(own_text(facts, first + row, *fact))),
            Test::Number { measure, interval } => self.numbers(measure, *interval, of),
            Test::Enrolled(flag) => of.filter(|row| profile(row).is_enrolled() == *flag),
            Test::MarketingConsent(flag) => of.filter(|row| profile(row).marketing_consent == *flag),
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
            Test::Sample(share) => of.filter(|row| share.has(facts.members[first + row])),
        }
    }

    /// For whom of some rows a number lies within an interval. The loops of what rules ask most are as tight as can be.
    fn numbers(&mut self, measure: &Measure, interval: Interval, of: Rows) -> Rows {
        use TransactionsMeasure::{Count, Spending};
        let Measure::Transactions { measure: measured @ (Count | Spending), series, window } = *measure else {
            return of.filter(|row| self.number(measure, row).is_some_and(|number| interval.contains(number)));
        };
        self.find(series, window, of);
        let spent = |running: &Running| interval.contains(running.spending);
        let bought = |running: &Running| interval.contains(running.purchases.into());
        match (series.checked_sub(1), measured) {
            (None, Count) => of.filter(|row| bought(&self.totals.of(window)[row])),
            (None, _) => of.filter(|row| spent(&self.totals.of(window)[row])),
            (Some(_), Count) => of.filter(|row| bought(&self.total(series, window, row))),
            (Some(_), _) => of.filter(|row| spent(&self.total(series, window, row))),
        }
    }

    /// Whether a test holds for the first member of the block.
    pub(super) fn passes_first(&mut self, test: &Test) -> bool {
        self.passes(test, Rows::first(1)).has(0)
    }

    /// The number of the first member of the block, in units of the measure's last digit.
    pub(super) fn number_of_first(&mut self, measure: &Measure) -> Option<i64> {
        self.number(measure, 0)
    }

    /// A member's number, in units of the measure's last digit.
    fn number(&mut self, measure: &Measure, row: usize) -> Option<i64> {
        let moment = &self.program.moment;
        let profile = &self.facts.profiles[self.block.start + row];
        match measure {
            Measure::Age => date(profile.birth).map(|birth| age(birth, moment.today)),
            Measure::DaysUntil(fact) => {
                let day = match fact {
                    YearlyFact::Birthday => profile.birth,
                    YearlyFact::EnrolmentAnniversary => profile.enrolled,
                };
                date(day).map(|day| (next_yearly(*fact, day, moment.today) - moment.today).num_days())
            }
            Measure::EnrolledOn => (profile.enrolled != NO_DAY).then_some(profile.enrolled.into()),
            Measure::Transactions { measure, series, window } => self.transactions(*measure, *series, *window, row),
            Measure::Points { measure, days } => {
                measure::points(self.facts, self.block.start + row, *measure, *days, moment)
            }
        }
    }

    fn transactions(&mut self, measure: TransactionsMeasure, series: usize, window: usize, row: usize) -> Option<i64> {
        match measure {
            TransactionsMeasure::Count => Some(self.bought(series, window, row).purchases.into()),
            TransactionsMeasure::Spending => Some(self.bought(series, window, row).spending),
            TransactionsMeasure::AverageValue => {
                let Running { purchases, spending } = self.bought(series, window, row);
                quotient(spending.into(), purchases.into())
            }
            TransactionsMeasure::ShareOfCount => {
                let [part, all] = [series, 0].map(|series| self.bought(series, window, row).purchases.into());
                share(part, all)
            }
            TransactionsMeasure::MaxValue => {
                let nets = &self.facts.transactions.nets;
                self.purchases(series, window, row).map(|place| nets[place]).max()
            }
            TransactionsMeasure::DaysSinceLast => {
                let last = self.purchases(series, window, row).next_back()?;
                Some(self.program.moment.since(self.facts.transactions.days[last]))
            }
            TransactionsMeasure::DaysSinceFirst => {
                let first = self.purchases(series, window, row).next()?;
                Some(self.program.moment.since(self.facts.transactions.days[first]))
            }
            TransactionsMeasure::DistinctCategories => {
                let matcher = self.matcher(series);
                let items = &self.facts.transactions.items;
                let lines = self.purchases(series, window, row).flat_map(|place| items.of(place));
                let counted = lines.filter(|line| matcher.is_none_or(|matcher| matcher.counts_line(items, *line)));
                let mut categories: Vec<u32> =
                    counted.map(|line| items.categories[line]).filter(|category| *category != NO_TEXT).collect();
                categories.sort_unstable();
                categories.dedup();
                i64::try_from(categories.len()).ok()
            }
        }
    }

    fn member(&self, row: usize) -> u64 {
        in_set(self.facts.members[self.block.start + row])
    }

    fn matcher(&self, series: usize) -> Option<&'p Matcher> {
        series.checked_sub(1).and_then(|place| self.program.matchers.get(place))
    }

    /// Finds what some rows have bought.
    fn find(&mut self, series: usize, window: usize, rows: Rows) {
        let (facts, first) = (self.facts, self.block.start);
        let places = |row: usize| facts.transactions_of(first + row);
        match series.checked_sub(1) {
            None => self.totals.fill(facts, window, rows, places),
            Some(filter) => self.filtered[filter].fill(facts, &self.program.matchers[filter], rows, places),
        }
    }

    /// What was found.
    #[inline]
    fn total(&self, series: usize, window: usize, row: usize) -> Running {
        match series.checked_sub(1) {
            None => self.totals.of(window)[row],
            Some(filter) => self.filtered[filter].total(row, self.program.windows[window]),
        }
    }

    fn bought(&mut self, series: usize, window: usize, row: usize) -> Running {
        self.find(series, window, Rows::only(row));
        self.total(series, window, row)
    }

    /// Where a row's transactions within a window stand in the facts.
    fn within(&self, window: usize, row: usize) -> Range<usize> {
        let all = self.facts.transactions_of(self.block.start + row);
        let Interval { least, most } = self.program.windows[window];
        let within = days_within(&self.facts.transactions.days[all.clone()], least, most);
        all.start + within.start..all.start + within.end
    }

    /// The purchases that pass, among those of a window.
    fn purchases(&self, series: usize, window: usize, row: usize) -> impl DoubleEndedIterator<Item = usize> + use<'p> {
        let (facts, matcher) = (self.facts, self.matcher(series));
        let bought = self.within(window, row).filter(move |place| facts.transactions.flags[*place] & PURCHASE != 0);
        bought.filter(move |place| matcher.is_none_or(|matcher| matcher.has(facts, *place)))
    }
}

impl Program {
    /// The transactions that a test of the program counts for a member, by their places in the facts.
    pub(super) fn counted(&self, facts: &Facts, row: usize, test: &Test) -> Vec<usize> {
        let Test::Number { measure: Measure::Transactions { measure, series, window }, .. } = test else {
            return Vec::new();
        };
        let nobody = Known::default();
        let run = Run::at(self, facts, row, &nobody);
        if *measure == TransactionsMeasure::Spending {
            let (all, matcher) = (run.within(*window, 0), run.matcher(*series));
            return all.filter(|place| matcher.is_none_or(|matcher| matcher.has(facts, *place))).collect();
        }
        run.purchases(*series, *window, 0).collect()
    }
}
