//! What is said of a campaign, checked.

use engine::calendar::{FIRST_DAY, LAST_DAY, Millis, utc_datetime};
use engine::money::{AmountError, Currency};
use entity::campaign;
use rust_decimal::Decimal;

use super::shown;
use crate::audit::Changes;
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::patch::Patch;
use crate::segments::SegmentRef;
use crate::text_input::{length, optional, required};

/// A campaign to be made.
#[derive(Clone, Debug)]
pub struct NewCampaign {
    /// What it is called; another may be called the same.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What members are offered.
    pub offer: Option<String>,
    /// Whose members it is for.
    pub segment: SegmentRef,
    /// What share of them is left alone: from 0 up to, but not, 100.
    pub holdout_percent: Decimal,
    /// When it begins.
    pub starts_at: Millis,
    /// Up to when it lasts.
    pub ends_at: Millis,
    /// What it costs in all.
    pub cost: Decimal,
}

/// What is to be different; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct CampaignPatch {
    /// See [`NewCampaign`].
    pub name: Option<String>,
    /// See [`NewCampaign`].
    pub description: Patch<String>,
    /// See [`NewCampaign`].
    pub offer: Patch<String>,
    /// See [`NewCampaign`].
    pub segment: Option<SegmentRef>,
    /// See [`NewCampaign`].
    pub holdout_percent: Option<Decimal>,
    /// See [`NewCampaign`].
    pub starts_at: Option<Millis>,
    /// See [`NewCampaign`].
    pub ends_at: Option<Millis>,
    /// See [`NewCampaign`].
    pub cost: Option<Decimal>,
}

/// Everything that is said of a campaign, as its row has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) offer: Option<String>,
    pub(super) holdout_percent: String,
    pub(super) starts_at: Millis,
    pub(super) ends_at: Millis,
    pub(super) cost: i64,
}

/// Digits behind the point of a percentage that count: see `engine::campaigns::Holdout`.
const DIGITS: u32 = 9;

impl NewCampaign {
    /// Every mistake at once.
    pub(super) fn checked(&self, currency: Currency) -> Result<Checked, Stop> {
        let text =
            |text: &Option<String>, limit, path| text.as_deref().map_or(Ok(None), |text| optional(text, limit, path));
        let name = required(&self.name, length::NAME, &["input", "name"]);
        let description = text(&self.description, length::DESCRIPTION, &["input", "description"]);
        let offer = text(&self.offer, length::NOTE, &["input", "offer"]);
        let holdout_percent = percent(self.holdout_percent);
        let cost = cost(self.cost, currency);
        let days = in_order(self.starts_at, self.ends_at);
        match (name, description, offer, holdout_percent, cost, days) {
            (Ok(name), Ok(description), Ok(offer), Ok(holdout_percent), Ok(cost), Ok(())) => {
                let Self { starts_at, ends_at, .. } = *self;
                Ok(Checked { name, description, offer, holdout_percent, starts_at, ends_at, cost })
            }
            (name, description, offer, percent, cost, days) => {
                let mistakes: [Option<Refusal>; 6] =
                    [name.err(), description.err(), offer.err(), percent.err(), days.err(), cost.err()];
                Err(Stop::Refused(mistakes.into_iter().flatten().collect()))
            }
        }
    }
}

impl CampaignPatch {
    /// The campaign as it is to be.
    pub(super) fn over(&self, row: &campaign::Model, currency: Currency) -> Result<NewCampaign, Fault> {
        let text = |patch: &Patch<String>, old: &Option<String>| match patch {
            Patch::Keep => old.clone(),
            Patch::Clear => None,
            Patch::Set(text) => Some(text.clone()),
        };
        Ok(NewCampaign {
            name: self.name.as_ref().unwrap_or(&row.name).clone(),
            description: text(&self.description, &row.description),
            offer: text(&self.offer, &row.offer),
            segment: match (&self.segment, row.segment_id) {
                (Some(segment), _) => segment.clone(),
                (None, Some(id)) => SegmentRef::Id(id),
                (None, None) => return Err(Fault::new("a draft of a campaign has lost its segment")),
            },
            holdout_percent: match self.holdout_percent {
                Some(percent) => percent,
                None => percent_of(row)?,
            },
            starts_at: self.starts_at.unwrap_or(row.starts_at),
            ends_at: self.ends_at.unwrap_or(row.ends_at),
            cost: self.cost.unwrap_or_else(|| currency.decimal(row.cost)),
        })
    }
}

impl Checked {
    /// What the log keeps of the difference to a row; of a new one, to nothing.
    pub(super) fn changes(&self, row: Option<&campaign::Model>, currency: Currency) -> Changes {
        Changes::none()
            .field("name", row.map(|row| &row.name), Some(&self.name))
            .field("description", row.and_then(|row| row.description.as_ref()), self.description.as_ref())
            .field("offer", row.and_then(|row| row.offer.as_ref()), self.offer.as_ref())
            .field("holdoutPercent", row.map(|row| &row.holdout_percent), Some(&self.holdout_percent))
            .field("startsAt", row.map(|row| shown(row.starts_at)), Some(shown(self.starts_at)))
            .field("endsAt", row.map(|row| shown(row.ends_at)), Some(shown(self.ends_at)))
            .field("cost", row.map(|row| currency.decimal(row.cost)), Some(currency.decimal(self.cost)))
    }
}

/// What share of a campaign's audience is left alone.
pub(super) fn percent_of(row: &campaign::Model) -> Result<Decimal, Fault> {
    row.holdout_percent.parse().map_err(|_| Fault::new("campaign.holdout_percent is not a number"))
}

fn percent(percent: Decimal) -> Result<String, Refusal> {
    let refuse = |message| Err(Refusal::new(RefusalCode::Invalid, message, &["input", "holdoutPercent"]));
    let percent = percent.normalize();
    if !(Decimal::ZERO..Decimal::ONE_HUNDRED).contains(&percent) {
        return refuse("must be 0 at least, and less than 100");
    }
    if percent.scale() > DIGITS {
        return refuse("must have at most nine digits behind the point");
    }
    Ok(percent.to_string())
}

fn cost(cost: Decimal, currency: Currency) -> Result<i64, Refusal> {
    let refuse = |message: String| Err(Refusal::new(RefusalCode::Invalid, message, &["input", "cost"]));
    if cost.is_sign_negative() && !cost.is_zero() {
        return refuse("must not be negative".to_owned());
    }
    match currency.minor(cost) {
        Ok(minor) => Ok(minor),
        Err(AmountError::TooManyDigits) => {
            refuse(format!("must have at most {} digits behind the point", currency.digits()))
        }
        Err(AmountError::TooLarge) => refuse("is too large".to_owned()),
    }
}

fn in_order(starts_at: Millis, ends_at: Millis) -> Result<(), Refusal> {
    let refuse = |message, field| Err(Refusal::new(RefusalCode::Invalid, message, &["input", field]));
    let lies_within = |at| (FIRST_DAY..=LAST_DAY).contains(&utc_datetime(at).date_naive());
    match (lies_within(starts_at), lies_within(ends_at)) {
        (false, _) => refuse(format!("must lie between {FIRST_DAY} and {LAST_DAY}"), "startsAt"),
        (_, false) => refuse(format!("must lie between {FIRST_DAY} and {LAST_DAY}"), "endsAt"),
        _ if starts_at >= ends_at => refuse("must lie after `startsAt`".to_owned(), "endsAt"),
        _ => Ok(()),
    }
}
