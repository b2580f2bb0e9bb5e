//! The conditions of a rule that decide something by themselves.

use rust_decimal::Decimal;

use super::filter::{Bounds, DayBounds, TextMatch};
use crate::groups::{Presence, RfmGroup, ValueGroup};

/// The texts of a profile, compared without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextFact {
    /// The number in the shop's own systems.
    Number,
    /// The e-mail address.
    Email,
    /// As the shop spells it.
    Gender,
    /// The country.
    Country,
    /// The region.
    Region,
    /// The city.
    City,
    /// The postal code.
    PostalCode,
    /// The tier.
    Tier,
}

/// The days of a profile that come again every year; 29 February falls on 28 February in common years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum YearlyFact {
    /// The birthday.
    Birthday,
    /// The day of enrolment, from the year after it on.
    EnrolmentAnniversary,
}

/// One fact of the member's profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// A text.
    Text(TextFact, TextMatch),
    /// Full years.
    Age(Bounds<i64>),
    /// The next such day is at most so many days away; 0 is today.
    WithinDays(YearlyFact, i64),
    /// The local day of the enrolment.
    EnrolledOn(DayBounds),
    /// In the programme, or an identified guest.
    Enrolled(bool),
    /// A label with this key, whatever its value where none is asked for.
    Label(LabelMatch),
    /// An attribute.
    Attribute(Attribute),
    /// May be contacted.
    MarketingConsent(bool),
}

/// A label with a key, of any value or of one that matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LabelMatch {
    /// The key, compared without regard to case.
    pub key: String,
    /// Any value when absent.
    pub value: Option<TextMatch>,
}

/// A test of one attribute by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// The name, exactly.
    pub name: String,
    /// What it must be.
    pub test: AttributeTest,
}

/// What an attribute must be. One of another type does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AttributeTest {
    /// A text.
    Text(TextMatch),
    /// A number.
    Number(Bounds<Decimal>),
    /// A text that is a day, such as 2026-03-01.
    Date(DayBounds),
    /// True or false.
    Flag(bool),
    /// Not there, or null; `false`: there.
    Absent(bool),
}

/// A figure over the member's transactions that pass `matching` within `within`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transactions {
    /// Which figure.
    pub measure: TransactionsMeasure,
    /// All time when absent.
    pub within: Option<Window>,
    /// All transactions when absent.
    pub matching: Option<TransactionsMatch>,
    /// What the figure must be.
    pub is: Bounds<Decimal>,
}

/// See the API's `TransactionsMeasure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransactionsMeasure {
    /// Purchases: sales, less those returned whole.
    Count,
    /// Sales less returns; with an item filter of the matching lines.
    Spending,
    /// Spending ÷ count, rounded half-even to the minor unit; nothing without purchases.
    AverageValue,
    /// The amount of the largest single purchase; nothing without purchases.
    MaxValue,
    /// Whole days since the latest purchase; nothing without purchases.
    DaysSinceLast,
    /// Whole days since the first purchase; nothing without purchases.
    DaysSinceFirst,
    /// Share of the count that passes `matching` among all within the window, rounded half-even to four digits; nothing
    /// without purchases in the window.
    ShareOfCount,
    /// Different categories of the lines of purchases; with an item filter of the matching lines.
    DistinctCategories,
}

/// What a transaction must be: every list that is given must hold, within a list any of its values. At least one is
/// given. The three lists of lines ask for one line that passes all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TransactionsMatch {
    /// Where it was bought.
    pub channels: Option<Vec<String>>,
    /// In which place.
    pub locations: Option<Vec<String>>,
    /// What was bought.
    pub skus: Option<Vec<String>>,
    /// Of which brand.
    pub brands: Option<Vec<String>>,
    /// Of which category.
    pub categories: Option<Vec<String>>,
    /// A label of the transaction.
    pub labels: Option<Vec<LabelMatch>>,
    /// The amount of the whole document.
    pub amount: Option<Bounds<Decimal>>,
}

/// Whole days in the programme's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// Today and the days before, so many in all.
    LastDays(i64),
    /// Days of the calendar.
    Between(DayBounds),
    /// From so many days ago to so many days ago, both included, in either order.
    DaysAgo {
        /// One end.
        from: i64,
        /// The other end.
        to: i64,
    },
}

/// A figure over the member's points entries within `within`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Points {
    /// Which figure.
    pub measure: PointsMeasure,
    /// All time when absent.
    pub within: Option<Window>,
    /// What the figure must be.
    pub is: Bounds<Decimal>,
}

/// See the API's `PointsMeasure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PointsMeasure {
    /// Earned − redeemed − expired + adjusted; with a window, what the entries within it add to the balance.
    Balance,
    /// Points earned.
    Earned,
    /// Points redeemed.
    Redeemed,
    /// Points expired.
    Expired,
    /// Redemptions: REDEEMED entries.
    Redemptions,
    /// Redeemed ÷ earned, rounded half-even to four digits; nothing where nothing was earned.
    RedemptionRate,
    /// Days from the first earning to the first redemption; nothing without both.
    DaysToFirstRedemption,
    /// Whole days since the latest entry; nothing without entries.
    DaysSinceLastActivity,
}

/// A figure that is kept per member. One that the nightly analyses have not found does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueCondition {
    /// A number.
    Number(ValueMeasure, Bounds<Decimal>),
    /// In one of these groups by recency, frequency and money.
    RfmGroup(Vec<RfmGroup>),
    /// In one of these groups by value.
    ValueGroup(Vec<ValueGroup>),
    /// Present or missing by the member's own rhythm.
    Presence(Vec<Presence>),
}

/// The numbers among the figures that are kept per member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueMeasure {
    /// Net spending over all time × gross margin, rounded half-even to the minor unit. Exact at every moment.
    HistoricClv,
    /// The same over the next 12 months, discounted, as the nightly analyses predict it.
    PredictedClv,
    /// Chance of an order within the next 90 days, rounded half-even to four digits.
    OrderProbability90Days,
    /// Orders to expect in the next 365 days, rounded half-even to four digits.
    ExpectedOrders,
}

/// The member's latest answer, in one survey or in any. At least one field is given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Feedback {
    /// Any survey when absent.
    pub survey: Option<String>,
    /// What its score must be.
    pub latest_score: Option<Bounds<i64>>,
    /// In one of these groups.
    pub group: Option<Vec<NpsGroup>>,
}

/// Where a score from 0 to 10 stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NpsGroup {
    /// 9 and 10.
    Promoter,
    /// 7 and 8.
    Passive,
    /// 0 to 6.
    Detractor,
}

/// A share of all members, the same ones for the same salt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sample {
    /// From 0 to 100.
    pub percent: Decimal,
    /// Another salt draws others.
    pub salt: String,
}

impl NpsGroup {
    /// The group of a score from 0 to 10.
    pub fn of(score: i64) -> Self {
        match score {
            9.. => Self::Promoter,
            7..=8 => Self::Passive,
            _ => Self::Detractor,
        }
    }
}
