//! How many customers are in each group, and what they bring.

use chrono::NaiveDate;

use super::peers::{Beginning, Peers};
use super::{Prediction, ValueBounds, ValueGroup, ValueSettings, ValueTerms};
use crate::facts::{Dictionary, Facts};
use crate::figures::ratio;
use crate::insights::fifths::top_fifth;
use crate::insights::{Among, ByMember, Figure, Note};
use crate::money::{quotient, share_of};

/// Customers by value. All customers are ranked among each other; whom the figure is over decides only who is counted.
#[derive(Clone, Debug)]
pub struct ValueGroups {
    /// What values are reckoned with.
    pub settings: ValueSettings,
    /// Who is counted.
    pub among: Among,
}

/// Who is in which group.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueGroupsAnalysis {
    /// The local day for which it holds.
    pub as_of: NaiveDate,
    /// How many customers were ranked.
    pub ranked: i64,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// All groups.
    pub groups: Vec<ValueGroupFigures>,
    /// Where the groups part, for looking at customers one by one.
    pub bounds: ValueBounds,
}

/// A group. Amounts are in minor units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueGroupFigures {
    /// Which.
    pub group: ValueGroup,
    /// How many.
    pub members: i64,
    /// Their share of those who are counted; none where nobody is.
    pub share: Option<f64>,
    /// Their share of the net spending of the last 12 months; none where there is none.
    pub revenue_share: Option<f64>,
    /// The mean of their historic lifetime values; none without members.
    pub average_clv: Option<i64>,
    /// The mean of the predicted values of those of whom a model says something; none without.
    pub average_predicted_clv: Option<i64>,
}

/// A customer, as far as it matters.
#[derive(Clone, Copy, Debug)]
struct Customer {
    value: i64,
    began: Option<Beginning>,
    prediction: Option<Prediction>,
    spending_12_months: i64,
    spending: i64,
    is_counted: bool,
}

/// What some parts say together: their customers, some thousand at a time.
#[derive(Debug, Default)]
pub struct ValuePart(Vec<Vec<Customer>>);

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    members: i64,
    spending_12_months: i64,
    spending: i64,
    predicted: i64,
    predicted_value: i128,
}

impl Figure for ValueGroups {
    type Part = ValuePart;
    type Answer = ValueGroupsAnalysis;

    fn part(&self, facts: &Facts, _: &Dictionary) -> ValuePart {
        let mut customers = Vec::with_capacity(facts.len());
        Customer::each(facts, &self.settings, |member, customer| {
            customers.push(Customer { is_counted: self.among.has(member), ..customer });
        });
        ValuePart(vec![customers])
    }

    fn merge(&self, whole: &mut ValuePart, part: ValuePart) {
        whole.0.extend(part.0);
    }

    fn answer(&self, ValuePart(customers): ValuePart) -> ValueGroupsAnalysis {
        let bounds = bounds(&customers);
        let mut tallies = [Tally::default(); ValueGroup::ALL.len()];
        for customer in customers.iter().flatten().filter(|customer| customer.is_counted) {
            tallies[bounds.group(customer.value, customer.began, customer.prediction).place()].add(customer);
        }
        let ranked: usize = customers.iter().map(Vec::len).sum();
        let groups = ValueGroup::ALL.map(|group| self.figures(group, &tallies));
        let revenue = tallies.iter().map(|tally| tally.spending_12_months).sum();
        ValueGroupsAnalysis {
            as_of: self.settings.today,
            ranked: i64::try_from(ranked).unwrap_or(i64::MAX),
            notes: self.notes(&bounds, ranked, revenue),
            groups: groups.to_vec(),
            bounds,
        }
    }
}

impl ValueGroups {
    fn notes(&self, bounds: &ValueBounds, ranked: usize, revenue: i64) -> Vec<Note> {
        let predictions = self.settings.predictions.as_ref();
        let has_values = |known: &ByMember<Prediction>| known.iter().any(|(_, known)| known.value.is_some());
        let notes = [
            (ranked == 0, Note::Nothing),
            (predictions.is_none(), Note::NoPredictions),
            (predictions.is_some_and(|known| !has_values(known)), Note::NoPredictedValues),
            (bounds.median_chance.is_none(), Note::NoChances),
            (ranked > 0 && revenue <= 0, Note::NoRevenue),
        ];
        notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect()
    }

    fn figures(&self, group: ValueGroup, tallies: &[Tally]) -> ValueGroupFigures {
        let tally = &tallies[group.place()];
        let members: i64 = tallies.iter().map(|tally| tally.members).sum();
        let revenue: i64 = tallies.iter().map(|tally| tally.spending_12_months).sum();
        ValueGroupFigures {
            group,
            members: tally.members,
            share: (members > 0).then(|| ratio(tally.members, members)),
            revenue_share: (revenue > 0).then(|| ratio(tally.spending_12_months, revenue)),
            average_clv: share_of(tally.spending, self.settings.gross_margin, tally.members),
            average_predicted_clv: quotient(tally.predicted_value, tally.predicted.into()),
        }
    }
}

impl Customer {
    /// Looks at everybody in some facts, in their order; nobody is counted yet.
    fn each(facts: &Facts, settings: &ValueSettings, mut each: impl FnMut(i64, Self)) {
        let mut predictions = settings.predictions.as_ref().map(|known| known.rising(facts.members.first()));
        let mut costs = settings.campaign_costs.rising(facts.members.first());
        let today = settings.today();
        for (row, member) in facts.members.iter().enumerate() {
            let prediction = predictions.as_mut().and_then(|of| of(*member)).filter(Prediction::is_sound);
            let cost = costs(*member).unwrap_or_default();
            let (terms, spending_12_months) = ValueTerms::of(facts, row, settings, prediction, cost);
            let customer = Self {
                value: terms.total,
                began: Beginning::of(facts, row, today),
                prediction,
                spending_12_months,
                spending: facts.transactions.nets[facts.transactions_of(row)].iter().sum(),
                is_counted: false,
            };
            each(*member, customer);
        }
    }
}

impl ValueBounds {
    /// The groups of everybody in some facts, in their order.
    pub fn groups(&self, facts: &Facts, settings: &ValueSettings) -> Vec<ValueGroup> {
        let mut groups = Vec::with_capacity(facts.len());
        Customer::each(facts, settings, |_, customer| {
            groups.push(self.group(customer.value, customer.began, customer.prediction));
        });
        groups
    }
}

impl Tally {
    #[inline]
    fn add(&mut self, customer: &Customer) {
        self.members += 1;
        self.spending_12_months += customer.spending_12_months;
        self.spending += customer.spending;
        if let Some(value) = customer.prediction.and_then(|prediction| prediction.value) {
            self.predicted += 1;
            self.predicted_value += i128::from(value);
        }
    }
}

/// Where the groups part: first the peers, then the top fifth, then the gaps of whoever is left.
fn bounds(customers: &[Vec<Customer>]) -> ValueBounds {
    let all = || customers.iter().flatten();
    let count = customers.iter().map(Vec::len).sum();
    // One walk, as customers are many and large.
    let (mut values, mut began, mut chances) = (Vec::with_capacity(count), Vec::with_capacity(count), Vec::new());
    for customer in all() {
        values.extend((customer.value >= 0).then_some(customer.value));
        began.extend(customer.began.map(|began| (began, customer.value)));
        chances.extend(customer.prediction.map(|prediction| prediction.chance));
    }
    let mut bounds = ValueBounds {
        values: top_fifth(&mut values),
        peers: Peers::of(&began),
        gaps: None,
        median_chance: median(chances),
    };
    // Without gaps nobody can grow, so that the rest is who is kept up.
    let rest = all().filter(|customer| bounds.group(customer.value, customer.began, None) == ValueGroup::Maintain);
    let mut gaps: Vec<i64> = rest.filter_map(|customer| bounds.gap(customer.value, customer.began)).collect();
    bounds.gaps = top_fifth(&mut gaps);
    bounds
}

/// The median of numbers; the mean of the two in the middle of an even number.
fn median(mut numbers: Vec<f64>) -> Option<f64> {
    let middle = numbers.len() / 2;
    let is_even = numbers.len().is_multiple_of(2);
    if numbers.is_empty() {
        return None;
    }
    let (lower, upper, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    let below = lower.iter().copied().max_by(f64::total_cmp).filter(|_| is_even);
    Some(below.map_or(upper, |below| f64::midpoint(below, upper)))
}
