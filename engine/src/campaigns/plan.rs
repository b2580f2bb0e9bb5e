//! What a holdout can show, before a campaign starts.

use rust_decimal::Decimal;

use super::FEW_HELD_OUT;
use super::warning::counted;
use crate::money::share_of;
use crate::statistics::{Proportion, smallest_detectable};

/// What a holdout of some size can show.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Members of the audience.
    pub audience: i64,
    /// How many of them are to be expected in the holdout; the draw may give a few more or fewer.
    pub held_out: i64,
    /// The smallest rise of the conversion, as a difference of shares from 0 to 1, that is found significant at 95 %
    /// confidence in 80 of 100 campaigns. None where no rise would be.
    pub smallest_detectable_uplift: Option<f64>,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// What a reader of a plan must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The segment has no members.
    NobodyToTarget,
    /// Nobody is held out.
    NobodyHeldOut,
    /// Everybody is held out.
    EverybodyHeldOut,
    /// So few are held out.
    FewHeldOut(i64),
    /// What the plan goes by: how many of the audience bought in so many days.
    GoesBy {
        /// Members who bought.
        buyers: i64,
        /// In so many days up to today.
        days: i64,
    },
    /// Not even if every targeted member bought, the difference would be told from chance: there are too few, or most buy
    /// anyway.
    NothingDetectable,
}

impl Note {
    /// The note as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::NobodyToTarget => "The segment has no members.".to_owned(),
            Self::NobodyHeldOut => "Nobody is held out: the effect cannot be measured.".to_owned(),
            Self::EverybodyHeldOut => "Everybody is held out: there is nobody left to target.".to_owned(),
            Self::FewHeldOut(held_out) => {
                let held_out = counted(*held_out, "member is", "members are");
                format!(
                    "Only {held_out} held out: with fewer than {FEW_HELD_OUT}, hardly any effect can be told from chance."
                )
            }
            Self::GoesBy { buyers, days } => format!(
                "Goes by the {} of the audience who bought in the last {}; a campaign of another length, or at another \
                 time, converts another share by itself.",
                counted(*buyers, "member", "members"),
                counted(*days, "day", "days")
            ),
            Self::NothingDetectable => "No rise of the conversion could be told from chance.".to_owned(),
        }
    }
}

/// What a holdout of some percent, 0 to 100, of an audience can show, where so many of the audience (`bought.part` of
/// `bought.whole`) bought in so many days up to today.
pub fn plan(bought: Proportion, days: i64, holdout_percent: Decimal) -> Plan {
    let audience = bought.whole;
    let held_out = share_of(audience, holdout_percent.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED), 100).unwrap_or(0);
    let targeted = audience - held_out;
    let base = bought.value();
    let smallest = base.and_then(|base| smallest_detectable(base, targeted, held_out));
    let is_split = targeted > 0 && held_out > 0;
    let notes = [
        (audience == 0).then_some(Note::NobodyToTarget),
        (audience > 0 && held_out == 0).then_some(Note::NobodyHeldOut),
        (audience > 0 && targeted == 0).then_some(Note::EverybodyHeldOut),
        (is_split && held_out < FEW_HELD_OUT).then_some(Note::FewHeldOut(held_out)),
        is_split.then_some(Note::GoesBy { buyers: bought.part, days }),
        (is_split && smallest.is_none()).then_some(Note::NothingDetectable),
    ];
    let notes = notes.into_iter().flatten().collect();
    Plan { audience, held_out, smallest_detectable_uplift: smallest, notes }
}

/// The share that a percentage is.
pub(super) fn share_of_percent(percent: Decimal) -> f64 {
    let percent: f64 = percent.to_string().parse().unwrap_or_default();
    percent / 100.0
}
