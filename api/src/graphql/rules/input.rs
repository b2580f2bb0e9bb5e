//! The shape of rules, and the way from it to the engine's.

use async_graphql::{Enum, ID, InputObject, InputType, OneofObject, Value};
use engine::rules::{Mistake, MistakeKind, Rule, SegmentName, parse};
use serde_json::Value as Json;

use crate::error::{Refusal, RefusalCode};
use crate::graphql::filters::{DateFilter, DecimalFilter, FloatFilter, IntFilter, StringFilter};
use crate::graphql::insights::RfmGroup;
use crate::graphql::members::LabelFilter;
use crate::graphql::refs::SegmentRef;
use crate::graphql::scalars::Decimal;
use crate::graphql::valuation::{Presence, ValueGroup};

/// Who belongs. Exactly one field at every level.
#[derive(OneofObject, Clone, Debug)]
pub(crate) enum RuleInput {
    All(Vec<RuleInput>),
    Any(Vec<RuleInput>),
    Not(Box<RuleInput>),
    /// Only `true`.
    Everyone(bool),
    Profile(ProfileCondition),
    Transactions(TransactionsCondition),
    Points(PointsCondition),
    Value(ValueCondition),
    /// Membership of another segment; kept by id, shown with the key it has now.
    Segment(SegmentRef),
    Feedback(FeedbackCondition),
    Campaign(CampaignCondition),
    /// A stable pseudo-random share of members, by a hash of the member and the salt.
    Sample(SampleCondition),
}

/// One fact of the member's profile.
#[derive(OneofObject, Clone, Debug)]
pub(crate) enum ProfileCondition {
    Number(StringFilter),
    Email(StringFilter),
    Gender(StringFilter),
    Country(StringFilter),
    Region(StringFilter),
    City(StringFilter),
    PostalCode(StringFilter),
    /// Full years in the programme's time zone.
    Age(IntFilter),
    /// The next birthday is at most this many days away; 0 is today; 29 February falls on 28 February in common years.
    BirthdayWithinDays(i32),
    EnrolledOn(DateFilter),
    /// The same for the day of enrolment, from the year after it on.
    EnrolmentAnniversaryWithinDays(i32),
    /// false: identified guests.
    Enrolled(bool),
    Tier(StringFilter),
    Label(LabelFilter),
    Attribute(AttributeFilter),
    MarketingConsent(bool),
}

/// An attribute by its name, and one thing that it must be. One of another type does not hold.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct AttributeFilter {
    name: String,
    text: Option<StringFilter>,
    number: Option<DecimalFilter>,
    /// A text that is a day, for example 2026-03-01.
    date: Option<DateFilter>,
    flag: Option<bool>,
    /// The attribute is absent.
    absent: Option<bool>,
}

/// A figure over the member's transactions that pass `where` within `within`.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct TransactionsCondition {
    measure: TransactionsMeasure,
    within: Option<Window>,
    #[graphql(name = "where")]
    matching: Option<TransactionMatch>,
    is: DecimalFilter,
}

/// A figure over transactions.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum TransactionsMeasure {
    /// Sales, less those returned whole.
    Count,
    /// Sales less returns. With an item filter: of the matching lines.
    Spending,
    /// SPENDING ÷ COUNT. Without transactions the condition does not hold.
    AverageValue,
    /// The largest single sale.
    MaxValue,
    /// Whole days since the latest sale. Without one the condition does not hold.
    DaysSinceLast,
    /// Whole days since the first sale. Without one the condition does not hold.
    DaysSinceFirst,
    /// Share of COUNT, 0 to 1, that passes `where` among all within the window.
    ShareOfCount,
    /// Different categories of the lines that were bought. With an item filter: of the matching lines.
    DistinctCategories,
}

/// Every field given must hold; within a list, any.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct TransactionMatch {
    channels: Option<Vec<String>>,
    locations: Option<Vec<String>>,
    skus: Option<Vec<String>>,
    brands: Option<Vec<String>>,
    categories: Option<Vec<String>>,
    labels: Option<Vec<LabelFilter>>,
    /// Of the whole document.
    amount: Option<DecimalFilter>,
}

/// Days are whole days in the programme's time zone and include today.
#[derive(OneofObject, Clone, Debug)]
pub(crate) enum Window {
    LastDays(i32),
    Between(DateFilter),
    /// From day a to day b before today.
    DaysAgo(DaysAgo),
}

/// Days before today, both included, in either order; 0 is today.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct DaysAgo {
    from: i32,
    to: i32,
}

/// A figure over the member's points.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct PointsCondition {
    measure: PointsMeasure,
    within: Option<Window>,
    is: DecimalFilter,
}

/// A figure over points.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum PointsMeasure {
    /// Earned − redeemed − expired + adjusted. With a window: what changed within it.
    Balance,
    Earned,
    Redeemed,
    Expired,
    /// How often points were redeemed.
    Redemptions,
    /// Redeemed ÷ earned.
    RedemptionRate,
    /// Days from the first earning to the first redemption.
    DaysToFirstRedemption,
    /// Whole days since anything happened to the member's points. Where nothing did, the condition does not hold.
    DaysSinceLastActivity,
}

/// A figure that the nightly analysis keeps per member.
#[derive(OneofObject, Clone, Debug)]
pub(crate) enum ValueCondition {
    /// Exact at every moment.
    HistoricClv(DecimalFilter),
    PredictedClv(DecimalFilter),
    /// Chance, 0 to 1, of an order within the next 90 days.
    #[graphql(name = "orderProbability90Days")]
    OrderProbability90Days(FloatFilter),
    /// Orders to expect in the next 365 days.
    ExpectedOrders(FloatFilter),
    RfmGroup(Vec<RfmGroup>),
    ValueGroup(Vec<ValueGroup>),
    Presence(Vec<Presence>),
}

/// The member's latest answer. Every field given must hold, at least one.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct FeedbackCondition {
    /// Any survey when absent.
    survey: Option<String>,
    latest_score: Option<IntFilter>,
    /// Any of these.
    group: Option<Vec<NpsGroup>>,
}

/// Where a score from 0 to 10 stands.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum NpsGroup {
    /// 9 and 10.
    Promoter,
    /// 7 and 8.
    Passive,
    /// 0 to 6.
    Detractor,
}

/// What came of a campaign for the member. The campaign may still be a draft.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct CampaignCondition {
    campaign_id: ID,
    outcome: CampaignOutcome,
}

/// What came of a campaign for a member of its audience.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum CampaignOutcome {
    /// In the audience and not held out.
    Targeted,
    /// In the audience and left alone, so that the effect can be measured.
    HeldOut,
    /// Targeted, and opened, clicked or redeemed it.
    Engaged,
    /// Targeted, and made a purchase in the campaign's days.
    Converted,
}

/// A share of all members: the same ones for the same salt.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct SampleCondition {
    /// 0 to 100.
    percent: Decimal,
    /// Another salt draws others.
    salt: String,
}

/// Mistakes that are named; more are nothing that anybody reads.
const NAMED: usize = 1_000;

/// The rule, or what is wrong with it; `path` is where it stands in the input.
pub(crate) fn rule(input: &RuleInput, path: &[&str]) -> Result<Rule<SegmentName>, Vec<Refusal>> {
    let named =
        |mistakes: Vec<Mistake>| mistakes.into_iter().take(NAMED).map(|mistake| refusal(mistake, path)).collect();
    parse(&json(input)).map_err(named)
}

fn refusal(Mistake { kind, message, path: inner }: Mistake, path: &[&str]) -> Refusal {
    let code = match kind {
        MistakeKind::Blank => RefusalCode::Blank,
        MistakeKind::Invalid => RefusalCode::Invalid,
        MistakeKind::TooLong => RefusalCode::TooLong,
        MistakeKind::TooMany => RefusalCode::TooMany,
        MistakeKind::EmptyRule => RefusalCode::EmptyRule,
    };
    Refusal { code, message, path: inner }.under(path)
}

/// The rule as it was sent, without the fields that were not: numbers are exact with all their digits.
pub(super) fn json(input: &RuleInput) -> Json {
    plain(input.to_value())
}

fn plain(value: Value) -> Json {
    match value {
        Value::Null | Value::Binary(_) => Json::Null,
        Value::Number(number) => Json::Number(number),
        Value::String(text) => Json::String(text),
        Value::Boolean(flag) => Json::Bool(flag),
        Value::Enum(word) => Json::String(word.to_string()),
        Value::List(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            let given = fields.into_iter().filter(|(_, value)| *value != Value::Null);
            Json::Object(given.map(|(name, value)| (name.to_string(), plain(value))).collect())
        }
    }
}
