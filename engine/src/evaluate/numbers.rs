//! The numbers of members that a pass asks for.

use std::ops::Range;

use super::campaigns::converting;
use super::days::{age, next_yearly};
use super::interval::Interval;
use super::known::Known;
use super::matcher::Matcher;
use super::measure::{self, Measure, share};
use super::program::Program;
use super::rows::Rows;
use super::run::Run;
use super::running::Running;
use super::test::{Test, date};
use crate::facts::{Facts, NO_TEXT, PURCHASE, days_within};
use crate::groups::CampaignOutcome;
use crate::money::{quotient, share_of};
use crate::rules::{TransactionsMeasure, ValueMeasure, YearlyFact};

impl<'p> Run<'p> {
    /// For whom of some rows a number lies within an interval. The loops of what rules ask most are as tight as can be.
    pub(super) fn numbers(&mut self, measure: &Measure, interval: Interval, of: Rows) -> Rows {
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

    /// The number of the first member of the block, in units of the measure's last digit.
    pub(super) fn number_of_first(&mut self, measure: &Measure) -> Option<i64> {
        self.number(measure, 0)
    }

    /// A member's number, in units of the measure's last digit.
    fn number(&mut self, measure: &Measure, row: usize) -> Option<i64> {
        let moment = &self.program.moment;
        let (profiles, place) = (&self.facts.profiles, self.block.start + row);
        match measure {
            Measure::Age => date(profiles.birth[place]).map(|birth| age(birth, moment.today)),
            Measure::DaysUntil(fact) => {
                let day = match fact {
                    YearlyFact::Birthday => profiles.birth[place],
                    YearlyFact::EnrolmentAnniversary => profiles.enrolled[place],
                };
                date(day).map(|day| (next_yearly(*fact, day, moment.today) - moment.today).num_days())
            }
            Measure::EnrolledOn => profiles.is_enrolled(place).then(|| profiles.enrolled[place].into()),
            Measure::Transactions { measure, series, window } => self.transactions(*measure, *series, *window, row),
            Measure::Value { measure, window } => self.value(*measure, *window, row),
            Measure::Points { measure, days } => {
                measure::points(self.facts, self.block.start + row, *measure, *days, moment)
            }
        }
    }

    fn value(&mut self, measure: ValueMeasure, window: usize, row: usize) -> Option<i64> {
        let valued = &self.facts.valued[self.block.start + row];
        match measure {
            ValueMeasure::HistoricClv => {
                share_of(self.bought(0, window, row).spending, self.program.moment.gross_margin, 1)
            }
            ValueMeasure::PredictedClv => valued.predicted_clv(),
            ValueMeasure::OrderProbability90Days => valued.order_probability(),
            ValueMeasure::ExpectedOrders => valued.expected_orders(),
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
    pub(super) fn counted(&self, facts: &Facts, row: usize, known: &Known, test: &Test) -> Vec<usize> {
        if let Test::Campaign(campaign, CampaignOutcome::Converted) = test {
            return converting(facts, row, *campaign, known).collect();
        }
        let Test::Number { measure: Measure::Transactions { measure, series, window }, .. } = test else {
            return Vec::new();
        };
        let run = Run::at(self, facts, row, known);
        if *measure == TransactionsMeasure::Spending {
            let (all, matcher) = (run.within(*window, 0), run.matcher(*series));
            return all.filter(|place| matcher.is_none_or(|matcher| matcher.has(facts, *place))).collect();
        }
        run.purchases(*series, *window, 0).collect()
    }
}
