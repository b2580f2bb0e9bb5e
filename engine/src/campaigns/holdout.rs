//! Who of an audience is held out.

use roaring::RoaringTreemap;
use rust_decimal::Decimal;

use crate::evaluate::Share;
use crate::rules::Sample;

/// The holdout of a campaign: a stable pseudo-random share of its audience, by a hash of the campaign and the member. It
/// is the same on every machine and database, whoever else is in the audience, and independent of every other campaign's
/// and of every sample that a rule draws.
#[derive(Clone, Copy, Debug)]
pub struct Holdout(Share);

/// The members of a campaign, by their ids; nobody is on both sides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audience {
    /// Those who get it.
    pub targeted: RoaringTreemap,
    /// Those who are left alone, so that the effect can be measured.
    pub held_out: RoaringTreemap,
}

impl Holdout {
    /// The holdout of a campaign, of 0 to 100 percent; nine digits behind the point count.
    pub fn new(campaign: i64, percent: Decimal) -> Self {
        // No text of a caller has control characters, so that no sample has this salt.
        let salt = format!("\u{1}campaign\u{1}{campaign}");
        Self(Share::of(&Sample { percent, salt }))
    }

    /// Whether a member is held out.
    pub fn has(&self, member: i64) -> bool {
        self.0.has(member)
    }

    /// Draws: parts members by their ids, which are whole numbers from 1 on.
    pub fn draw(&self, members: impl IntoIterator<Item = i64>) -> Audience {
        let mut audience = Audience::default();
        for member in members {
            let side = if self.has(member) { &mut audience.held_out } else { &mut audience.targeted };
            side.insert(member.cast_unsigned());
        }
        audience
    }
}
