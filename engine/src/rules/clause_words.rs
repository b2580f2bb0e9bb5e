//! The words of the API for what conditions ask.

use super::{NpsGroup, PointsMeasure, TransactionsMeasure, ValueMeasure};
use crate::groups::{CampaignOutcome, Presence, RfmGroup, ValueGroup};

pub(super) const TRANSACTIONS: &[(&str, TransactionsMeasure)] = &[
    ("COUNT", TransactionsMeasure::Count),
    ("SPENDING", TransactionsMeasure::Spending),
    ("AVERAGE_VALUE", TransactionsMeasure::AverageValue),
    ("MAX_VALUE", TransactionsMeasure::MaxValue),
    ("DAYS_SINCE_LAST", TransactionsMeasure::DaysSinceLast),
    ("DAYS_SINCE_FIRST", TransactionsMeasure::DaysSinceFirst),
    ("SHARE_OF_COUNT", TransactionsMeasure::ShareOfCount),
    ("DISTINCT_CATEGORIES", TransactionsMeasure::DistinctCategories),
];

pub(super) const POINTS: &[(&str, PointsMeasure)] = &[
    ("BALANCE", PointsMeasure::Balance),
    ("EARNED", PointsMeasure::Earned),
    ("REDEEMED", PointsMeasure::Redeemed),
    ("EXPIRED", PointsMeasure::Expired),
    ("REDEMPTIONS", PointsMeasure::Redemptions),
    ("REDEMPTION_RATE", PointsMeasure::RedemptionRate),
    ("DAYS_TO_FIRST_REDEMPTION", PointsMeasure::DaysToFirstRedemption),
    ("DAYS_SINCE_LAST_ACTIVITY", PointsMeasure::DaysSinceLastActivity),
];

pub(super) const NPS_GROUPS: &[(&str, NpsGroup)] =
    &[("PROMOTER", NpsGroup::Promoter), ("PASSIVE", NpsGroup::Passive), ("DETRACTOR", NpsGroup::Detractor)];

/// The fields of the API's `ValueCondition` that ask for a number.
pub(super) const VALUES: &[(&str, ValueMeasure)] = &[
    ("historicClv", ValueMeasure::HistoricClv),
    ("predictedClv", ValueMeasure::PredictedClv),
    ("orderProbability90Days", ValueMeasure::OrderProbability90Days),
    ("expectedOrders", ValueMeasure::ExpectedOrders),
];

pub(crate) const RFM_GROUPS: &[(&str, RfmGroup)] = &[
    ("CHAMPIONS", RfmGroup::Champions),
    ("LOYAL", RfmGroup::Loyal),
    ("ACTIVE", RfmGroup::Active),
    ("NEW", RfmGroup::New),
    ("PROMISING", RfmGroup::Promising),
    ("NEEDS_ATTENTION", RfmGroup::NeedsAttention),
    ("ALMOST_LOST", RfmGroup::AlmostLost),
    ("PREVIOUSLY_LOYAL", RfmGroup::PreviouslyLoyal),
    ("AT_RISK", RfmGroup::AtRisk),
    ("DORMANT", RfmGroup::Dormant),
    ("PROSPECTS", RfmGroup::Prospects),
];

pub(crate) const VALUE_GROUPS: &[(&str, ValueGroup)] = &[
    ("MOST_VALUABLE", ValueGroup::MostValuable),
    ("MOST_GROWABLE", ValueGroup::MostGrowable),
    ("MAINTAIN", ValueGroup::Maintain),
    ("BELOW_ZERO", ValueGroup::BelowZero),
];

pub(crate) const PRESENCES: &[(&str, Presence)] = &[
    ("PRESENT", Presence::Present),
    ("MISSING", Presence::Missing),
    ("INSUFFICIENT_HISTORY", Presence::InsufficientHistory),
];

pub(super) const CAMPAIGN_OUTCOMES: &[(&str, CampaignOutcome)] = &[
    ("TARGETED", CampaignOutcome::Targeted),
    ("HELD_OUT", CampaignOutcome::HeldOut),
    ("ENGAGED", CampaignOutcome::Engaged),
    ("CONVERTED", CampaignOutcome::Converted),
];

/// Whether the API asks for it with a `FloatFilter`, amounts being exact.
pub(super) fn is_float(measure: ValueMeasure) -> bool {
    matches!(measure, ValueMeasure::OrderProbability90Days | ValueMeasure::ExpectedOrders)
}

/// The word of the API for a measure.
pub(crate) fn word<T: PartialEq>(words: &[(&'static str, T)], measure: &T) -> &'static str {
    words.iter().find(|(_, one)| one == measure).map_or("", |(word, _)| word)
}
