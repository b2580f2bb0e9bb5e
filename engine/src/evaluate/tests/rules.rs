//! Random rules that touch every condition, every measure, every window and every operator.

use chrono::NaiveDate;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use super::random::{CAMPAIGNS, NAMES, key, text};
use crate::groups::{CampaignOutcome, Presence, RfmGroup, ValueGroup};
use crate::rules::{
    Attribute, AttributeTest, Bounds, DayBounds, Feedback, LabelMatch, NpsGroup, Points, PointsMeasure, Profile, Rule,
    Sample, TextFact, TextMatch, Transactions, TransactionsMatch, TransactionsMeasure, ValueCondition, ValueMeasure,
    Window, YearlyFact,
};

/// Segments that rules name.
pub(super) const SEGMENTS: std::ops::RangeInclusive<i64> = 1..=7;

/// A rule of some levels.
pub(super) fn rule(today: NaiveDate) -> impl Strategy<Value = Rule<i64>> {
    clause(today).prop_recursive(3, 10, 3, |inner| {
        let some = || vec(inner.clone(), 1..4);
        prop_oneof![
            3 => some().prop_map(Rule::All),
            3 => some().prop_map(Rule::Any),
            2 => inner.clone().prop_map(|rule| Rule::Not(Box::new(rule))),
            1 => Just(Rule::Everyone),
        ]
    })
}

/// A condition that decides something by itself.
pub(super) fn clause(today: NaiveDate) -> impl Strategy<Value = Rule<i64>> {
    prop_oneof![
        4 => profile(today).prop_map(Rule::Profile),
        6 => transactions(today).prop_map(Rule::Transactions),
        3 => points(today).prop_map(Rule::Points),
        3 => value().prop_map(Rule::Value),
        2 => (CAMPAIGNS, select(CampaignOutcome::ALL.to_vec()))
            .prop_map(|(campaign, outcome)| Rule::Campaign(campaign, outcome)),
        1 => SEGMENTS.prop_map(Rule::Segment),
        1 => feedback().prop_map(Rule::Feedback),
        1 => sample().prop_map(Rule::Sample),
    ]
}

fn profile(today: NaiveDate) -> impl Strategy<Value = Profile> {
    use TextFact::*;
    let facts = select(vec![Number, Email, Gender, Country, Region, City, PostalCode, Tier]);
    let yearly = select(vec![YearlyFact::Birthday, YearlyFact::EnrolmentAnniversary]);
    prop_oneof![
        3 => (facts, text_match()).prop_map(|(fact, filter)| Profile::Text(fact, filter)),
        1 => bounds(select(vec![0_i64, 1, 5, 17, 18, 24, 25, 26, 96, 100, 200, -1])).prop_map(Profile::Age),
        2 => (yearly, select(vec![0_i64, 1, 2, 7, 30, 363, 364, 365, 366]))
            .prop_map(|(fact, days)| Profile::WithinDays(fact, days)),
        1 => day_bounds(today).prop_map(Profile::EnrolledOn),
        1 => any::<bool>().prop_map(Profile::Enrolled),
        1 => any::<bool>().prop_map(Profile::MarketingConsent),
        1 => label_match().prop_map(Profile::Label),
        3 => (select(NAMES), attribute_test(today))
            .prop_map(|(name, test)| Profile::Attribute(Attribute { name: name.to_owned(), test })),
    ]
}

fn attribute_test(today: NaiveDate) -> impl Strategy<Value = AttributeTest> {
    prop_oneof![
        text_match().prop_map(AttributeTest::Text),
        bounds(decimal()).prop_map(AttributeTest::Number),
        day_bounds(today).prop_map(AttributeTest::Date),
        any::<bool>().prop_map(AttributeTest::Flag),
        any::<bool>().prop_map(AttributeTest::Absent),
    ]
}

fn transactions(today: NaiveDate) -> impl Strategy<Value = Transactions> {
    use TransactionsMeasure::*;
    let measures =
        vec![Count, Spending, AverageValue, MaxValue, DaysSinceLast, DaysSinceFirst, ShareOfCount, DistinctCategories];
    select(measures).prop_flat_map(move |measure| {
        let is = bounds(match measure {
            Count | DistinctCategories => small().boxed(),
            Spending | AverageValue | MaxValue => decimal().boxed(),
            DaysSinceLast | DaysSinceFirst => days().boxed(),
            ShareOfCount => share().boxed(),
        });
        (option::of(window(today)), option::of(transactions_match()), is)
            .prop_map(move |(within, matching, is)| Transactions { measure, within, matching, is })
    })
}

fn transactions_match() -> impl Strategy<Value = TransactionsMatch> {
    let list = || option::weighted(0.25, vec(text(), 1..4));
    let labels = option::weighted(0.2, vec(label_match(), 1..3));
    let amount = option::weighted(0.3, bounds(decimal()));
    (list(), list(), list(), list(), list(), labels, amount).prop_map(
        |(channels, locations, skus, brands, categories, labels, amount)| {
            let filter = TransactionsMatch { channels, locations, skus, brands, categories, labels, amount };
            let is_empty = filter == TransactionsMatch::default();
            // One filter at least is given.
            let amount = if is_empty { Some(from(Decimal::ZERO)) } else { filter.amount };
            TransactionsMatch { amount, ..filter }
        },
    )
}

fn from(bound: Decimal) -> Bounds<Decimal> {
    Bounds { gte: Some(bound), ..Bounds::default() }
}

fn points(today: NaiveDate) -> impl Strategy<Value = Points> {
    use PointsMeasure::*;
    let measures = vec![
        Balance,
        Earned,
        Redeemed,
        Expired,
        Redemptions,
        RedemptionRate,
        DaysToFirstRedemption,
        DaysSinceLastActivity,
    ];
    select(measures).prop_flat_map(move |measure| {
        let is = bounds(match measure {
            Balance | Earned | Redeemed | Expired | Redemptions => small().boxed(),
            RedemptionRate => share().boxed(),
            DaysToFirstRedemption | DaysSinceLastActivity => days().boxed(),
        });
        (option::of(window(today)), is).prop_map(move |(within, is)| Points { measure, within, is })
    })
}

fn window(today: NaiveDate) -> impl Strategy<Value = Window> {
    let number = || select(vec![0_i64, 1, 2, 7, 8, 30, 31, 90, 365, 36_525]);
    prop_oneof![
        3 => number().prop_map(|days| Window::LastDays(days.max(1))),
        1 => day_bounds(today).prop_map(Window::Between),
        2 => (number(), number()).prop_map(|(from, to)| Window::DaysAgo { from, to }),
    ]
}

fn value() -> impl Strategy<Value = ValueCondition> {
    use ValueMeasure::*;
    let measures = select(vec![HistoricClv, PredictedClv, OrderProbability90Days, ExpectedOrders]);
    let number = measures.prop_flat_map(|measure| {
        let is = bounds(match measure {
            HistoricClv | PredictedClv => decimal().boxed(),
            // A Float is read without its last noughts.
            OrderProbability90Days => share().prop_map(|bound| bound.normalize()).boxed(),
            ExpectedOrders => prop_oneof![small(), share()].prop_map(|bound| bound.normalize()).boxed(),
        });
        is.prop_map(move |is| ValueCondition::Number(measure, is))
    });
    let groups = vec(select(vec![RfmGroup::Champions, RfmGroup::AtRisk, RfmGroup::Prospects, RfmGroup::New]), 1..3);
    let values = vec(select(vec![ValueGroup::MostValuable, ValueGroup::Maintain, ValueGroup::BelowZero]), 1..3);
    let presences = vec(select(vec![Presence::Present, Presence::Missing, Presence::InsufficientHistory]), 1..3);
    prop_oneof![
        4 => number,
        1 => groups.prop_map(ValueCondition::RfmGroup),
        1 => values.prop_map(ValueCondition::ValueGroup),
        1 => presences.prop_map(ValueCondition::Presence),
    ]
}

fn feedback() -> impl Strategy<Value = Feedback> {
    let groups = vec(select(vec![NpsGroup::Promoter, NpsGroup::Passive, NpsGroup::Detractor]), 1..3);
    let survey = option::of(text());
    let score = option::of(bounds(0..=10_i64));
    (survey, score, option::of(groups)).prop_map(|(survey, latest_score, group)| {
        let is_empty = survey.is_none() && latest_score.is_none() && group.is_none();
        // One field at least is given.
        Feedback { survey, latest_score, group: if is_empty { Some(vec![NpsGroup::Promoter]) } else { group } }
    })
}

fn sample() -> impl Strategy<Value = Sample> {
    let percent = select(vec!["0", "12.5", "33.333333333333", "50", "99.9", "100"]);
    (percent, text()).prop_map(|(percent, salt)| Sample { percent: percent.parse().unwrap(), salt })
}

fn text_match() -> impl Strategy<Value = TextMatch> {
    let part = || select(vec!["l", "Ł", "ó", "OLD", "d ", "zz"]).prop_map(str::to_owned);
    let four =
        (option::of(text()), option::of(vec(text(), 1..12)), option::of(part()), option::weighted(0.2, part()), 0..4);
    four.prop_map(|(eq, within, contains, starts_with, only)| match only {
        // Mostly one alone, since all that are given must hold.
        0 if eq.is_some() => TextMatch { eq, ..TextMatch::default() },
        1 if within.is_some() => TextMatch { within, ..TextMatch::default() },
        2 if contains.is_some() => TextMatch { contains, ..TextMatch::default() },
        3 if starts_with.is_some() => TextMatch { starts_with, ..TextMatch::default() },
        _ => TextMatch { eq: eq.or_else(|| Some("pl".to_owned())), within, contains, starts_with },
    })
}

fn label_match() -> impl Strategy<Value = LabelMatch> {
    (key(), option::of(text_match())).prop_map(|(key, value)| LabelMatch { key, value })
}

/// Mostly one bound, sometimes several.
fn bounds<T: Clone + std::fmt::Debug + 'static>(number: impl Strategy<Value = T>) -> impl Strategy<Value = Bounds<T>> {
    (vec(number, 2), 0..7).prop_map(|(numbers, which)| {
        let [one, other] = <[T; 2]>::try_from(numbers).unwrap().map(Some);
        let none = Bounds { eq: None, gt: None, gte: None, lt: None, lte: None };
        match which {
            0 => Bounds { eq: one, ..none },
            1 => Bounds { gt: one, ..none },
            2 => Bounds { gte: one, ..none },
            3 => Bounds { lt: one, ..none },
            4 => Bounds { lte: one, ..none },
            5 => Bounds { gt: one, lte: other, ..none },
            _ => Bounds { gte: one, lt: other, ..none },
        }
    })
}

fn day_bounds(today: NaiveDate) -> impl Strategy<Value = DayBounds> {
    let around = (-2..=400_i64).prop_map(move |ago| today + chrono::TimeDelta::days(-ago));
    let near = (-2..=3_i64).prop_map(move |ago| today + chrono::TimeDelta::days(-ago));
    let day = || prop_oneof![around.clone(), near.clone(), Just("2024-02-29".parse().unwrap())];
    let last = select(vec![1_i64, 2, 7, 30, 366]);
    (day(), day(), last, 0..6).prop_map(|(one, other, days, which)| {
        let none = DayBounds::default();
        match which {
            0 => DayBounds { on: Some(one), ..none },
            1 => DayBounds { from: Some(one), ..none },
            2 => DayBounds { to: Some(one), ..none },
            3 => DayBounds { from: Some(one.min(other)), to: Some(one.max(other)), ..none },
            4 => DayBounds { last_days: Some(days), ..none },
            _ => DayBounds { from: Some(one), last_days: Some(days), ..none },
        }
    })
}

fn small() -> impl Strategy<Value = Decimal> {
    select(vec!["0", "1", "1", "2", "3", "2.5", "100", "-1"]).prop_map(parsed)
}

fn days() -> impl Strategy<Value = Decimal> {
    select(vec!["0", "1", "7", "7.5", "30", "365", "-3"]).prop_map(parsed)
}

fn share() -> impl Strategy<Value = Decimal> {
    select(vec!["0", "0.5", "0.3333", "0.6667", "0.33333", "1", "2.5"]).prop_map(parsed)
}

/// Amounts as the currencies of the tests have them, and some that no currency has.
fn decimal() -> impl Strategy<Value = Decimal> {
    let odd =
        select(vec!["10.005", "0.00001", "-0.5", "79228162514264337593543950335", "-79228162514264337593543950335"]);
    let minor = select(vec![0_i64, 1, 5, 500, 752, 753, 1000, 1005, 1500, 2000, -1000]);
    let amount = (minor, select(vec![0_u32, 2, 3])).prop_map(|(minor, digits)| Decimal::new(minor, digits));
    prop_oneof![5 => amount, 1 => odd.prop_map(parsed)]
}

fn parsed(text: &str) -> Decimal {
    text.parse().unwrap()
}
