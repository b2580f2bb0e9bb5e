//! The nearest thing that would turn a condition about a number.

use rust_decimal::Decimal;

use super::super::filter::Bounds;
use super::super::{
    Attribute, AttributeTest, Feedback, NpsGroup, Points, PointsMeasure, Profile, Rule, Transactions,
    TransactionsMeasure, ValueCondition, ValueMeasure, YearlyFact,
};
use crate::evaluate::{Observed, Outcome};
use crate::figures::SHARE_DIGITS;

/// The smallest change of the observed number that would turn the outcome, such as “68.80 more spending” or “2 fewer
/// purchases”. None where there is no number, and where no number that the member could have would turn it.
pub fn would_flip(outcome: &Outcome<'_>) -> Option<String> {
    let Some(Observed::Number(found, _)) = outcome.observed else { return None };
    let turn = |range: &Range, noun: Noun| {
        let change = range.turn(found, outcome.holds)?;
        Some(noun.said(change))
    };
    match outcome.rule {
        Rule::Profile(Profile::Age(bounds)) => {
            turn(&Range::counted(&decimals(bounds)), Noun::Counted("year", "years", " of age"))
        }
        Rule::Profile(Profile::WithinDays(fact, days)) => {
            let (most, until) = match fact {
                YearlyFact::Birthday => (365, " until the birthday"),
                // Of who enrolled today, the first one may be the 366th day.
                YearlyFact::EnrolmentAnniversary => (366, " until the enrolment anniversary"),
            };
            let bounds = Bounds { lte: Some(Decimal::from(*days)), ..Bounds::default() };
            turn(&Range { most: Some(most), ..Range::counted(&bounds) }, Noun::Counted("day", "days", until))
        }
        Rule::Profile(Profile::Attribute(Attribute { test: AttributeTest::Number(bounds), .. })) => {
            turn(&Range::free(bounds, digits_of(bounds).max(found.normalize().scale())), Noun::Measured(""))
        }
        Rule::Transactions(Transactions { measure, is, .. }) => {
            let (range, noun) = of_transactions(*measure, is, found.scale());
            turn(&range, noun)
        }
        Rule::Points(Points { measure, is, .. }) => {
            let (range, noun) = of_points(*measure, is);
            turn(&range, noun)
        }
        Rule::Value(ValueCondition::Number(measure, is)) => {
            let (range, noun) = of_value(*measure, is, found.scale());
            turn(&range, noun)
        }
        Rule::Feedback(feedback) => {
            Some(Noun::Measured(" in the latest score").said(of_feedback(feedback, found, outcome.holds)?))
        }
        _ => None,
    }
}

fn of_transactions(measure: TransactionsMeasure, is: &Bounds<Decimal>, digits: u32) -> (Range, Noun) {
    match measure {
        TransactionsMeasure::Count => (Range::counted(is), Noun::Counted("purchase", "purchases", "")),
        TransactionsMeasure::Spending => (Range::free(is, digits), Noun::Measured(" spending")),
        TransactionsMeasure::AverageValue => (Range::free(is, digits), Noun::Measured(" in the average transaction")),
        TransactionsMeasure::MaxValue => {
            (Range { least: Some(0), ..Range::free(is, digits) }, Noun::Measured(" in the largest purchase"))
        }
        TransactionsMeasure::DaysSinceLast => {
            (Range::counted(is), Noun::Counted("day", "days", " since the last purchase"))
        }
        TransactionsMeasure::DaysSinceFirst => {
            (Range::counted(is), Noun::Counted("day", "days", " since the first purchase"))
        }
        TransactionsMeasure::ShareOfCount => (share(is), Noun::Measured(" share of purchases")),
        TransactionsMeasure::DistinctCategories => (Range::counted(is), Noun::Counted("category", "categories", "")),
    }
}

fn of_points(measure: PointsMeasure, is: &Bounds<Decimal>) -> (Range, Noun) {
    match measure {
        PointsMeasure::Balance => (Range::free(is, 0), Noun::Counted("point", "points", "")),
        PointsMeasure::Earned => (Range::counted(is), Noun::Counted("point", "points", " earned")),
        PointsMeasure::Redeemed => (Range::counted(is), Noun::Counted("point", "points", " redeemed")),
        PointsMeasure::Expired => (Range::counted(is), Noun::Counted("point", "points", " expired")),
        PointsMeasure::Redemptions => (Range::counted(is), Noun::Counted("redemption", "redemptions", "")),
        PointsMeasure::RedemptionRate => {
            (Range { least: Some(0), ..Range::free(is, SHARE_DIGITS) }, Noun::Measured(" redemption rate"))
        }
        PointsMeasure::DaysToFirstRedemption => {
            (Range::free(is, 0), Noun::Counted("day", "days", " from the first earning to the first redemption"))
        }
        PointsMeasure::DaysSinceLastActivity => {
            (Range::counted(is), Noun::Counted("day", "days", " since the last points activity"))
        }
    }
}

fn of_value(measure: ValueMeasure, is: &Bounds<Decimal>, digits: u32) -> (Range, Noun) {
    match measure {
        ValueMeasure::HistoricClv => (Range::free(is, digits), Noun::Measured(" historic lifetime value")),
        ValueMeasure::PredictedClv => (Range::free(is, digits), Noun::Measured(" predicted value")),
        ValueMeasure::OrderProbability90Days => (share(is), Noun::Measured(" chance of an order")),
        ValueMeasure::ExpectedOrders => {
            (Range { least: Some(0), ..Range::free(is, SHARE_DIGITS) }, Noun::Measured(" in the orders to expect"))
        }
    }
}

/// Of shares, from 0 to 1.
fn share(is: &Bounds<Decimal>) -> Range {
    Range { least: Some(0), most: Some(10_000), ..Range::free(is, SHARE_DIGITS) }
}

fn of_feedback(Feedback { latest_score, group, .. }: &Feedback, found: Decimal, holds: bool) -> Option<Decimal> {
    let range = latest_score.as_ref().map(|bounds| Range::counted(&decimals(bounds)));
    let passes = |score: &i64| {
        range.as_ref().is_none_or(|range| range.holds(i128::from(*score)))
            && group.as_ref().is_none_or(|groups| groups.contains(&NpsGroup::of(*score)))
    };
    let changes = (0..=10).filter(|score| passes(score) != holds).map(|score| Decimal::from(score) - found);
    changes.min_by_key(|change| (change.abs(), change.is_sign_negative()))
}

fn decimals(Bounds { eq, gt, gte, lt, lte }: &Bounds<i64>) -> Bounds<Decimal> {
    let [eq, gt, gte, lt, lte] = [eq, gt, gte, lt, lte].map(|bound| bound.map(Decimal::from));
    Bounds { eq, gt, gte, lt, lte }
}

fn digits_of(Bounds { eq, gt, gte, lt, lte }: &Bounds<Decimal>) -> u32 {
    [eq, gt, gte, lt, lte].into_iter().flatten().map(|bound| bound.normalize().scale()).max().unwrap_or(0)
}

/// How a change is said.
enum Noun {
    /// For one and for many, and what follows either.
    Counted(&'static str, &'static str, &'static str),
    /// What is more or less, with a blank before it.
    Measured(&'static str),
}

impl Noun {
    fn said(&self, change: Decimal) -> String {
        let (size, more) = (change.abs(), change.is_sign_positive());
        match self {
            Self::Counted(one, many, rest) => {
                let noun = if size == Decimal::ONE { one } else { many };
                format!("{size} {} {noun}{rest}", if more { "more" } else { "fewer" })
            }
            Self::Measured(what) => format!("{size} {}{what}", if more { "more" } else { "less" }),
        }
    }
}

/// The numbers that pass, in units of the last digit, and those that there can be.
struct Range {
    first: i128,
    last: i128,
    digits: u32,
    least: Option<i128>,
    most: Option<i128>,
}

/// Beyond every decimal.
const FAR: i128 = i128::MAX / 4;

impl Range {
    /// Of whole numbers from 0 on.
    fn counted(bounds: &Bounds<Decimal>) -> Self {
        Self { least: Some(0), ..Self::free(bounds, 0) }
    }

    /// Of numbers with so many digits after the point.
    fn free(Bounds { eq, gt, gte, lt, lte }: &Bounds<Decimal>, digits: u32) -> Self {
        let floor = |bound: &Option<Decimal>| bound.map(|bound| units(bound, digits));
        let ceiling = |(below, exact): (i128, bool)| if exact { below } else { below + 1 };
        let before = |(below, exact): (i128, bool)| if exact { below - 1 } else { below };
        let firsts = [floor(gt).map(|(below, _)| below + 1), floor(gte).map(ceiling), floor(eq).map(ceiling)];
        let lasts = [floor(lt).map(before), floor(lte).map(|(below, _)| below), floor(eq).map(|(below, _)| below)];
        Self {
            first: firsts.into_iter().flatten().max().unwrap_or(-FAR),
            last: lasts.into_iter().flatten().min().unwrap_or(FAR),
            digits,
            least: None,
            most: None,
        }
    }

    fn holds(&self, units: i128) -> bool {
        (self.first..=self.last).contains(&units)
    }

    /// The smallest change of a number that makes it pass, or fail where it passes; more where less is as near.
    fn turn(&self, found: Decimal, holds: bool) -> Option<Decimal> {
        let (own, true) = units(found, self.digits) else { return None };
        let edges = [self.first - 1, self.first, self.last, self.last + 1];
        let edges = edges.into_iter().filter(|edge| {
            self.holds(*edge) != holds
                && edge.abs() < FAR
                && self.least.is_none_or(|least| *edge >= least)
                && self.most.is_none_or(|most| *edge <= most)
        });
        let change = edges.map(|edge| edge - own).min_by_key(|change| (change.abs(), change.is_negative()))?;
        let mut change = Decimal::try_from_i128_with_scale(change, self.digits).ok()?.normalize();
        if change.scale() < found.scale() {
            change.rescale(found.scale());
        }
        Some(change)
    }
}

/// The whole number of units below or at a number, and whether it is that number exactly.
fn units(number: Decimal, digits: u32) -> (i128, bool) {
    let number = number.normalize();
    if number.scale() <= digits {
        let units = number.mantissa().saturating_mul(10i128.saturating_pow(digits - number.scale()));
        return (units.clamp(-FAR, FAR), true);
    }
    (number.mantissa().div_euclid(10i128.pow(number.scale() - digits)), false)
}
