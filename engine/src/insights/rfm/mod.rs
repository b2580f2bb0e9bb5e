//! Recency, frequency, monetary: how recently, how often and for how much a customer bought, beside all others.

mod analysis;
mod scores;

pub use analysis::{Rfm, RfmAnalysis, RfmCell, RfmGroupFigures};
pub use scores::{RfmBounds, RfmScores};

pub use crate::groups::RfmGroup;

impl RfmGroup {
    /// All groups, the best first.
    pub const ALL: [Self; 11] = [
        Self::Champions,
        Self::Loyal,
        Self::Active,
        Self::New,
        Self::Promising,
        Self::NeedsAttention,
        Self::AlmostLost,
        Self::PreviouslyLoyal,
        Self::AtRisk,
        Self::Dormant,
        Self::Prospects,
    ];

    /// The group of somebody with these scores; of somebody without, who never bought.
    pub fn of(scores: Option<RfmScores>) -> Self {
        let Some(RfmScores { recency, frequency, monetary }) = scores else { return Self::Prospects };
        match (recency, (frequency + monetary) / 2) {
            (5.., 4..) => Self::Champions,
            (3.., 4..) => Self::Loyal,
            (4.., 2..) => Self::Active,
            (5.., _) => Self::New,
            (4, _) => Self::Promising,
            (3, 3..) => Self::NeedsAttention,
            (3, _) => Self::AlmostLost,
            (_, 5..) => Self::PreviouslyLoyal,
            (_, 3..) => Self::AtRisk,
            _ => Self::Dormant,
        }
    }

    /// Its place among all.
    fn place(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_scores_is_in_its_group() {
        use RfmGroup::{
            Active, AlmostLost, AtRisk, Champions, Dormant, Loyal, NeedsAttention, New, PreviouslyLoyal, Promising,
        };
        // By recency 1 to 5, and in each by the mean of frequency and monetary value, 1 to 5.
        let table = [
            [Dormant, Dormant, AtRisk, AtRisk, PreviouslyLoyal],
            [Dormant, Dormant, AtRisk, AtRisk, PreviouslyLoyal],
            [AlmostLost, AlmostLost, NeedsAttention, Loyal, Loyal],
            [Promising, Active, Active, Loyal, Loyal],
            [New, Active, Active, Champions, Champions],
        ];
        for (recency, row) in (1..).zip(table) {
            for (frequency, monetary) in
                (1..=5).flat_map(|frequency| (1..=5).map(move |monetary| (frequency, monetary)))
            {
                let group = RfmGroup::of(Some(RfmScores { recency, frequency, monetary }));
                let mean = usize::from((frequency + monetary) / 2);
                assert_eq!(group, row[mean - 1], "{recency} {frequency} {monetary}");
            }
        }
        assert_eq!(RfmGroup::of(None), RfmGroup::Prospects);
        for (place, group) in RfmGroup::ALL.into_iter().enumerate() {
            assert_eq!(group.place(), place);
        }
    }
}
