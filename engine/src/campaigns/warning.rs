//! What a reader of a campaign's results must know.

use rust_decimal::Decimal;

use super::{FEW_HELD_OUT, STAYING};

/// What a reader of results must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// There is nobody to compare with.
    NobodyHeldOut,
    /// Those held out were not drawn before the start, so that they may differ from the others by more than chance.
    NotDrawn,
    /// So few were held out.
    FewHeldOut(i64),
    /// The two sides are not as large as the draw makes them.
    LopsidedDraw {
        /// Members who got it.
        targeted: i64,
        /// Members who were left alone.
        held_out: i64,
        /// What was to be held out.
        percent: Decimal,
    },
    /// So many of those held out got it all the same.
    HeldOutReached(i64),
    /// So many of the campaign's days are not over.
    DaysToCome(i64),
    /// So many of the days after the campaign's are not over in which whoever buys again stayed.
    StayingToCome(i64),
    /// Engagement is recorded, and no delivery.
    NoDelivery,
    /// The interval of the difference in spending reaches to zero.
    SpendingMayBeChance,
    /// Spending does not vary from member to member on either side, so that it has no interval.
    SpendingDoesNotVary,
}

impl Warning {
    /// The warning as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::NobodyHeldOut => "Nobody was held out: what members did may have come about without the campaign, \
                 and no effect and no return on investment can be given."
                .to_owned(),
            Self::NotDrawn => "Those held out were not drawn before the start: they may differ from the others for \
                 other reasons than the campaign, and no effect and no return on investment can be given."
                .to_owned(),
            Self::FewHeldOut(held_out) => {
                let held_out = counted(*held_out, "member was", "members were");
                format!(
                    "Only {held_out} held out: with fewer than {FEW_HELD_OUT}, hardly any effect can be told from chance."
                )
            }
            Self::LopsidedDraw { targeted, held_out, percent } => format!(
                "{} targeted and {held_out} held out, where {} % were to be held out: chance alone does that less than \
                 once in 1000 times. Something takes members from one side, and the figures cannot be trusted.",
                counted(*targeted, "member is", "members are"),
                percent.normalize()
            ),
            Self::HeldOutReached(members) => format!(
                "{} reached all the same: they still count as held out, and the effect looks smaller than it is.",
                counted(*members, "held-out member was", "held-out members were")
            ),
            Self::DaysToCome(days) => {
                format!("{} still to come: the figures will change.", counted(*days, "day is", "days are"))
            }
            Self::StayingToCome(days) => format!(
                "Retention counts who buys again within {STAYING} days: {} still to come, and it may grow.",
                counted(*days, "day is", "days are")
            ),
            Self::NoDelivery => {
                "No delivery was recorded: how many members it reached is not known, and there is no rate \
                 of engagement."
                    .to_owned()
            }
            Self::SpendingMayBeChance => "The difference in spending may be chance: incremental revenue and return on \
                 investment are not certain to be above or below zero."
                .to_owned(),
            Self::SpendingDoesNotVary => {
                "On each side all members spent the same, so that the difference in spending has no interval."
                    .to_owned()
            }
        }
    }
}

/// A number with its noun.
pub(super) fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
