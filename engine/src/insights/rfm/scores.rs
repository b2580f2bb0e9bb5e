//! Scores from 1 to 5 of recency, frequency and monetary value.

use serde::{Deserialize, Serialize};

use crate::facts::{Day, Facts, PURCHASE};
use crate::insights::fifths::Fifths;

/// A customer's scores, 5 for the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RfmScores {
    /// How recently it bought.
    pub recency: u8,
    /// How often.
    pub frequency: u8,
    /// For how much.
    pub monetary: u8,
}

/// Where scores part, for all customers as of a day. Small enough to be kept: with it, any member is scored from its
/// own facts alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RfmBounds {
    /// Later days do not count.
    pub(super) until: Day,
    pub(super) recency: Fifths<Day>,
    pub(super) frequency: Fifths<u32>,
    pub(super) monetary: Fifths<i64>,
}

/// What is scored of a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bought {
    /// The day of the last purchase.
    pub(super) last: Day,
    pub(super) purchases: u32,
    /// Net spending, in minor units.
    pub(super) spending: i64,
}

impl RfmScores {
    /// The scores as a number of three digits, for example 543.
    pub fn code(&self) -> u16 {
        u16::from(self.recency) * 100 + u16::from(self.frequency) * 10 + u16::from(self.monetary)
    }
}

impl RfmBounds {
    /// The scores of the member of a row; none where it never bought up to the day of these bounds.
    pub fn scores(&self, facts: &Facts, row: usize) -> Option<RfmScores> {
        let bought = Bought::of(facts, row, self.until);
        (bought.purchases > 0).then(|| self.scores_of(&bought))
    }

    #[inline]
    pub(super) fn scores_of(&self, bought: &Bought) -> RfmScores {
        RfmScores {
            recency: self.recency.score(bought.last),
            frequency: self.frequency.score(bought.purchases),
            monetary: self.monetary.score(bought.spending),
        }
    }
}

impl Bought {
    /// What the member of a row bought up to a day.
    #[inline]
    pub(super) fn of(facts: &Facts, row: usize, until: Day) -> Self {
        let places = facts.transactions_of(row);
        let days = &facts.transactions.days[places.clone()];
        let count = days.iter().rposition(|day| *day <= until).map_or(0, |last| last + 1);
        let (nets, flags) = (&facts.transactions.nets[places.clone()], &facts.transactions.flags[places]);
        let (days, nets, flags) = (&days[..count], &nets[..count], &flags[..count]);
        let last = flags.iter().rposition(|flags| flags & PURCHASE > 0).map_or(Day::MIN, |place| days[place]);
        Self {
            last,
            purchases: flags.iter().map(|flags| u32::from(flags & PURCHASE)).sum(),
            spending: nets.iter().sum(),
        }
    }
}
