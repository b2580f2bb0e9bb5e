//! A member's part in a campaign.

/// A member of a campaign's audience, in one word: most members are in many campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Participation(u64);

/// A member's part in a campaign as a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignPart {
    /// Whose.
    pub member: i64,
    /// In which campaign.
    pub campaign: i64,
    /// Left alone, so that the effect can be measured.
    pub held_out: bool,
    /// Opened, clicked or redeemed it.
    pub engaged: bool,
}

impl From<CampaignPart> for Participation {
    fn from(part: CampaignPart) -> Self {
        Self::new(part.campaign, part.held_out, part.engaged)
    }
}

/// Two bits of the word say how; the others are the campaign's id, which is a small whole number.
const HOW: u32 = 2;
const HELD_OUT: u64 = 1;
const ENGAGED: u64 = 2;

impl Participation {
    pub(super) fn new(campaign: i64, held_out: bool, engaged: bool) -> Self {
        let how = (u64::from(held_out) * HELD_OUT) | (u64::from(engaged) * ENGAGED);
        Self(campaign.cast_unsigned() << HOW | how)
    }

    /// In which campaign.
    pub(crate) fn campaign(self) -> i64 {
        (self.0 >> HOW).cast_signed()
    }

    /// Left alone, so that the effect can be measured.
    pub(crate) fn is_held_out(self) -> bool {
        self.0 & HELD_OUT != 0
    }

    /// Opened, clicked or redeemed it.
    pub(crate) fn is_engaged(self) -> bool {
        self.0 & ENGAGED != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Builder, Dictionary, MemberRow};

    #[test]
    fn a_word_holds_the_campaign_and_both_answers() {
        for campaign in [1, 2, 3, 4, i64::from(u32::MAX) + 7, i64::MAX >> 2] {
            for (held_out, engaged) in [(false, false), (true, false), (false, true), (true, true)] {
                let one = Participation::new(campaign, held_out, engaged);
                assert_eq!((one.is_held_out(), one.is_engaged()), (held_out, engaged));
                assert_eq!(one.campaign(), campaign);
            }
        }
    }

    #[test]
    fn parts_take_the_place_of_those_that_were_there() {
        let part =
            |member, campaign| CampaignPart { member, campaign, held_out: member == campaign, engaged: member > 5 };
        let built = |parts: &[CampaignPart]| {
            let mut dictionary = Dictionary::default();
            let mut builder = Builder::new(&mut dictionary);
            for member in [2, 5, 9] {
                builder.member(&MemberRow::bare(member));
                for part in parts.iter().filter(|part| part.member == member) {
                    builder.participation(part.campaign, part.held_out, part.engaged);
                }
            }
            builder.finish()
        };
        let before = built(&[part(2, 1), part(2, 5), part(2, 8), part(5, 4), part(9, 5)]);
        // Some are of people who are not among them: before, between and behind.
        let of_five = [1, 5, 7, 9, 12].map(|member| part(member, 5));
        let after = built(&[part(2, 1), part(2, 8), part(5, 4), part(5, 5), part(9, 5)]);
        assert_eq!(before.with_campaign(5, &of_five), after);
        assert_eq!(after.with_campaign(5, &[]), built(&[part(2, 1), part(2, 8), part(5, 4)]));
        assert_eq!(built(&[]).with_campaign(5, &of_five), built(&[part(5, 5), part(9, 5)]));
    }
}
