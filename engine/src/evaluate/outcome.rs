//! What the evaluation of a rule found for one member.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::rules::Rule;

/// A node of a rule's tree for one member.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<'r> {
    /// Where the node stands, from the rule inwards: `["all", "1"]`.
    pub path: Vec<String>,
    /// The node.
    pub rule: &'r Rule<i64>,
    /// Whether it holds.
    pub holds: bool,
    /// What was found; none for a node that holds others, and where there is nothing.
    pub observed: Option<Observed>,
    /// The earliest day on which it may turn by the passing of time alone, none where it never does. The outcome is the
    /// same on every day before. Whether the member belongs to other segments counts as it is today.
    pub due: Option<NaiveDate>,
    /// Up to ten of the transactions that were counted, the latest first.
    pub evidence: Vec<i64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// A number with all the digits that it is compared with.
    Number(Decimal, Unit),
    /// A text as it was spelt.
    Text(String),
    /// The values of the labels with the key, as they were spelt.
    Texts(Vec<String>),
    /// What the programme calls it: a group, or what came of a campaign.
    Words(Vec<&'static str>),
    /// A local day.
    Day(NaiveDate),
    /// True or false.
    Flag(bool),
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The programme's currency.
    Money,
    /// Purchases.
    Purchases,
    /// Categories.
    Categories,
    /// Points.
    Points,
    /// Redemptions.
    Redemptions,
    /// Orders to expect, with a fraction.
    Orders,
    /// A share from 0 to 1.
    Share,
    /// Days.
    Days,
    /// Full years.
    Years,
    /// A score from 0 to 10.
    Score,
    /// Whatever an attribute means.
    None,
}
