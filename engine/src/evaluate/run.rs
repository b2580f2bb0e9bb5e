//! One pass of a program over facts.

use std::ops::Range;

use roaring::RoaringTreemap;

use super::days::{age, next_yearly};
use super::known::{Known, Pins, in_set};
use super::measure::{self, Measure, share};
use super::program::{Node, Program};
use super::series::Series;
use super::test::{Test, attribute_of, date, latest_score, own_text, text_of};
use crate::facts::{Facts, NO_DAY, PURCHASE};
use crate::money::quotient;
use crate::rules::{NpsGroup, TransactionsMeasure};

impl Program {
    /// Decides every rule for every member, in the order of both. `each` is told a member's row, its id, and whether it
    /// belongs to the segment of each rule: (rule ∪ pinned in) − pinned out.
    pub fn run(&self, facts: &Facts, known: &Known, mut each: impl FnMut(usize, i64, &[bool])) {
        let mut run = Run::new(self, facts, known);
        for row in 0..facts.len() {
            run.decide(row);
            each(row, facts.members[row], &run.belongs);
        }
    }
}

/// A pass, at one member.
pub(super) struct Run<'p> {
    program: &'p Program,
    facts: &'p Facts,
    /// Who belongs to the segments that are named and not decided here.
    named: Vec<Option<&'p RoaringTreemap>>,
    pins: Vec<Option<&'p Pins>>,
    belongs: Vec<bool>,
    /// The answers of tests that several rules may ask, with the row for which they hold, plus one.
    answers: Vec<(usize, bool)>,
    series: Vec<Series>,
    /// The transactions of each window, with the row for which they hold, plus one.
    windows: Vec<(usize, Range<usize>)>,
}

impl<'p> Run<'p> {
    pub(super) fn new(program: &'p Program, facts: &'p Facts, known: &'p Known) -> Self {
        Self {
            program,
            facts,
            named: program.named.iter().map(|segment| known.members.get(segment)).collect(),
            pins: program.rules.iter().map(|rule| known.pins.get(&rule.segment)).collect(),
            belongs: Vec::with_capacity(program.rules.len()),
            answers: vec![(0, false); program.tests.len()],
            series: vec![Series::default(); program.matchers.len() + 1],
            windows: vec![(0, 0..0); program.windows.len()],
        }
    }

    fn decide(&mut self, row: usize) {
        self.belongs.clear();
        for (rule, pins) in self.program.rules.iter().zip(&self.pins.clone()) {
            let by_rule = self.holds(&rule.node, row);
            let member = self.facts.members[row];
            self.belongs.push(pins.map_or(by_rule, |pins| pins.decide(in_set(member), by_rule)));
        }
    }

    fn holds(&mut self, node: &Node, row: usize) -> bool {
        match node {
            Node::All(nodes) => nodes.iter().all(|node| self.holds(node, row)),
            Node::Any(nodes) => nodes.iter().any(|node| self.holds(node, row)),
            Node::Not(node) => !self.holds(node, row),
            Node::Everyone => true,
            Node::Test(place) => {
                let (of, answer) = self.answers[*place];
                if of == row + 1 {
                    return answer;
                }
                let answer = self.passes(&self.program.tests[*place], row);
                self.answers[*place] = (row + 1, answer);
                answer
            }
        }
    }

    /// Whether a test holds for a member.
    pub(super) fn passes(&mut self, test: &Test, row: usize) -> bool {
        let profile = &self.facts.profiles[row];
        match test {
            Test::Text(fact, set) => set.has(text_of(profile, *fact)),
            Test::OwnText(fact, filter) => filter.passes(own_text(self.facts, row, *fact)),
            Test::Number { measure, interval } => {
                self.number(measure, row).is_some_and(|number| interval.contains(number))
            }
            Test::Enrolled(flag) => profile.is_enrolled() == *flag,
            Test::MarketingConsent(flag) => profile.marketing_consent == *flag,
            Test::Label(set) => set.has(self.facts.labels.of(row)),
            Test::Attribute(name, set) => set.has(attribute_of(self.facts, row, *name)),
            Test::Decided(rule) => self.belongs.get(*rule).copied().unwrap_or_default(),
            Test::Known(place) => self.named[*place].is_some_and(|set| set.contains(in_set(self.facts.members[row]))),
            Test::Feedback { survey, scores, groups } => latest_score(self.facts, row, *survey).is_some_and(|score| {
                scores.contains(score) && groups.as_ref().is_none_or(|groups| groups.contains(&NpsGroup::of(score)))
            }),
            Test::Sample(share) => share.has(self.facts.members[row]),
        }
    }

    /// A member's number, in units of the measure's last digit.
    pub(super) fn number(&mut self, measure: &Measure, row: usize) -> Option<i64> {
        let moment = &self.program.moment;
        let profile = &self.facts.profiles[row];
        match measure {
            Measure::Age => date(profile.birth).map(|birth| age(birth, moment.today)),
            Measure::DaysUntil(fact) => {
                let day = match fact {
                    crate::rules::YearlyFact::Birthday => profile.birth,
                    crate::rules::YearlyFact::EnrolmentAnniversary => profile.enrolled,
                };
                date(day).map(|day| (next_yearly(*fact, day, moment.today) - moment.today).num_days())
            }
            Measure::EnrolledOn => (profile.enrolled != NO_DAY).then_some(profile.enrolled.into()),
            Measure::Transactions { measure, series, window } => self.transactions(*measure, *series, *window, row),
            Measure::Points { measure, days } => measure::points(self.facts, row, *measure, *days, moment),
        }
    }

    fn transactions(&mut self, measure: TransactionsMeasure, series: usize, window: usize, row: usize) -> Option<i64> {
        let within = self.within(window, row);
        match measure {
            TransactionsMeasure::Count => Some(self.series(series, row).count(&within)),
            TransactionsMeasure::Spending => Some(self.series(series, row).spending(&within)),
            TransactionsMeasure::AverageValue => {
                let series = self.series(series, row);
                quotient(series.spending(&within).into(), series.count(&within).into())
            }
            TransactionsMeasure::ShareOfCount => {
                let part = self.series(series, row).count(&within);
                share(part, self.series(0, row).count(&within))
            }
            TransactionsMeasure::MaxValue => {
                let nets = &self.facts.transactions.nets;
                self.purchases(series, within, row).map(|place| nets[place]).max()
            }
            TransactionsMeasure::DaysSinceLast => {
                let last = self.purchases(series, within, row).next_back()?;
                Some(self.program.moment.since(self.facts.transactions.days[last]))
            }
            TransactionsMeasure::DaysSinceFirst => {
                let first = self.purchases(series, within, row).next()?;
                Some(self.program.moment.since(self.facts.transactions.days[first]))
            }
            TransactionsMeasure::DistinctCategories => {
                let matcher = self.matcher(series);
                let lines =
                    self.purchases(series, within, row).flat_map(|place| self.facts.transactions.items.of(place));
                let counted = lines.filter(|line| matcher.is_none_or(|matcher| matcher.counts_line(line)));
                let mut categories: Vec<u32> = counted.map(|line| line.category).filter(|id| *id != 0).collect();
                categories.sort_unstable();
                categories.dedup();
                i64::try_from(categories.len()).ok()
            }
        }
    }

    fn matcher(&self, series: usize) -> Option<&'p super::matcher::Matcher> {
        series.checked_sub(1).and_then(|place| self.program.matchers.get(place))
    }

    /// The places of the purchases that pass, among those of a window.
    fn purchases(
        &self,
        series: usize,
        within: Range<usize>,
        row: usize,
    ) -> impl DoubleEndedIterator<Item = usize> + use<'p> {
        let (facts, matcher) = (self.facts, self.matcher(series));
        let start = facts.transactions_of(row).start;
        let places = within.start + start..within.end + start;
        let bought = places.filter(move |place| facts.transactions.flags[*place] & PURCHASE != 0);
        bought.filter(move |place| matcher.is_none_or(|matcher| matcher.counted(facts, *place).is_some()))
    }

    /// The running figures of a member.
    fn series(&mut self, series: usize, row: usize) -> &Series {
        let matcher = self.matcher(series);
        let one = &mut self.series[series];
        if one.row != row + 1 {
            one.row = row + 1;
            one.fill(self.facts, self.facts.transactions_of(row), matcher);
        }
        one
    }

    /// The member's transactions within a window, counted from its first.
    fn within(&mut self, window: usize, row: usize) -> Range<usize> {
        let (of, within) = &self.windows[window];
        if *of == row + 1 {
            return within.clone();
        }
        let days = &self.facts.transactions.days[self.facts.transactions_of(row)];
        let interval = self.program.windows[window];
        let start = days.partition_point(|day| i64::from(*day) < interval.least);
        let end = days.partition_point(|day| i64::from(*day) <= interval.most).max(start);
        self.windows[window] = (row + 1, start..end);
        start..end
    }
}

impl Program {
    /// The transactions that a test of the program counts for a member, by their places in the facts.
    pub(super) fn counted(&self, facts: &Facts, row: usize, test: &Test) -> Vec<usize> {
        let Test::Number { measure: Measure::Transactions { measure, series, window }, .. } = test else {
            return Vec::new();
        };
        let nobody = Known::default();
        let mut run = Run::new(self, facts, &nobody);
        let within = run.within(*window, row);
        let start = facts.transactions_of(row).start;
        if *measure == TransactionsMeasure::Spending {
            let matcher = run.matcher(*series);
            let all = within.start + start..within.end + start;
            return all.filter(|place| matcher.is_none_or(|one| one.counted(facts, *place).is_some())).collect();
        }
        run.purchases(*series, within, row).collect()
    }
}
