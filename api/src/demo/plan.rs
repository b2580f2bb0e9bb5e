//! What a demo is made of. The same plan makes the same data, whenever and in however many runs.

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::money::Currency;
use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::chance::Chance;
use super::customer;
use super::passersby;
use super::prices::Prices;
use super::rhythm::Rhythm;
use crate::feedback::FeedbackInput;
use crate::members::MemberInput;
use crate::points::PointsInput;
use crate::transactions::TransactionInput;

/// What begins every number and document of the demo.
pub(super) const PREFIX: &str = "demo-";
/// The source of its documents.
pub(super) const SOURCE: &str = "demo";

/// The plan of a demo, kept beside its data so that a run that was killed goes on with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) members: u32,
    /// The last day.
    pub(super) until: NaiveDate,
}

/// A plan with everything that is needed to carry it out.
pub(super) struct Shop {
    pub(super) plan: Plan,
    pub(super) currency: Currency,
    pub(super) zone: Zone,
    pub(super) prices: Prices,
    pub(super) rhythm: Rhythm,
    pub(super) catalogue: Catalogue,
}

/// A part of the demo that is made by itself: a customer with everything that he or she does, or the anonymous sales of
/// a day.
#[derive(Clone, Debug, Default)]
pub(super) struct Unit {
    pub(super) member: Option<MemberInput>,
    pub(super) transactions: Vec<TransactionInput>,
    pub(super) points: Vec<PointsInput>,
    pub(super) feedback: Vec<FeedbackInput>,
}

impl Shop {
    /// The shop of a plan, with prices in a currency and days of a zone.
    pub(super) fn new(plan: Plan, currency: Currency, zone: Zone) -> Self {
        let prices = Prices::new(currency);
        let catalogue = Catalogue::new(&prices, &mut Chance::new(plan.seed, 0));
        Self { plan, currency, zone, prices, rhythm: Rhythm::new(plan.until), catalogue }
    }

    /// How many units there are: the customers, and the days.
    pub(super) fn units(&self) -> u32 {
        self.plan.members + u32::try_from(self.rhythm.days()).unwrap_or(0)
    }

    /// The unit of a place.
    pub(super) fn unit(&self, place: u32) -> Unit {
        let mut chance = Chance::new(self.plan.seed, u64::from(place) + 1);
        match place.checked_sub(self.plan.members) {
            None => customer::customer(self, place + 1, &mut chance),
            Some(day) => passersby::day(self, usize::try_from(day).unwrap_or(usize::MAX), &mut chance),
        }
    }
}

impl Unit {
    /// How many rows it makes, lines and labels not counted.
    pub(super) fn rows(&self) -> usize {
        usize::from(self.member.is_some()) + self.transactions.len() + self.points.len() + self.feedback.len()
    }
}

/// The number of a customer, from 1.
pub(super) fn number(customer: u32) -> String {
    format!("{PREFIX}{customer:06}")
}
