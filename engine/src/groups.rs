//! The groups into which the nightly analyses put members, and what came of campaigns: the words that rules, facts and
//! figures share.

use crate::rules::clause_words::{PRESENCES, RFM_GROUPS, VALUE_GROUPS, word};

/// By recency, frequency and money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RfmGroup {
    /// Bought lately, often and for much.
    Champions,
    /// Buy often, and not long ago.
    Loyal,
    /// Bought lately, and more than once.
    Active,
    /// Bought lately for the first time.
    New,
    /// Bought not long ago, little so far.
    Promising,
    /// In the middle of everything.
    NeedsAttention,
    /// Bought little, and some time ago.
    AlmostLost,
    /// Once among the best, silent for long.
    PreviouslyLoyal,
    /// Bought well, silent for long.
    AtRisk,
    /// Bought little, silent for long.
    Dormant,
    /// Never bought.
    Prospects,
}

/// By what a member is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueGroup {
    /// The top fifth.
    MostValuable,
    /// Furthest below what peers are worth.
    MostGrowable,
    /// The others.
    Maintain,
    /// Costs more than comes in.
    BelowZero,
}

/// Whether a member is silent for longer than its own rhythm explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Presence {
    /// Within the rhythm.
    Present,
    /// Silent for too long.
    Missing,
    /// Too few purchases to tell a rhythm.
    InsufficientHistory,
}

/// What came of a campaign for a member of its audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CampaignOutcome {
    /// In the audience and not held out.
    Targeted,
    /// In the audience and left alone, so that the effect can be measured.
    HeldOut,
    /// Targeted, and opened, clicked or redeemed it.
    Engaged,
    /// Targeted, and made a purchase in the campaign's days.
    Converted,
}

/// Groups that have words, those of the API, under which they are kept.
pub trait Worded: Copy + PartialEq + 'static {
    /// Each group and its word.
    const WORDS: &'static [(&'static str, Self)];

    /// Its word.
    fn word(self) -> &'static str {
        word(Self::WORDS, &self)
    }

    /// The group of a word; none where the word is not one of a group.
    fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(one, _)| *one == word).map(|(_, group)| *group)
    }
}

impl Worded for RfmGroup {
    const WORDS: &'static [(&'static str, Self)] = RFM_GROUPS;
}

impl Worded for ValueGroup {
    const WORDS: &'static [(&'static str, Self)] = VALUE_GROUPS;
}

impl Worded for Presence {
    const WORDS: &'static [(&'static str, Self)] = PRESENCES;
}

impl RfmGroup {
    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Champions => "champions",
            Self::Loyal => "loyal",
            Self::Active => "active",
            Self::New => "new",
            Self::Promising => "promising",
            Self::NeedsAttention => "needs attention",
            Self::AlmostLost => "almost lost",
            Self::PreviouslyLoyal => "previously loyal",
            Self::AtRisk => "at risk",
            Self::Dormant => "dormant",
            Self::Prospects => "prospects",
        }
    }
}

impl ValueGroup {
    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::MostValuable => "most valuable",
            Self::MostGrowable => "most growable",
            Self::Maintain => "maintain",
            Self::BelowZero => "below zero",
        }
    }
}

impl Presence {
    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Missing => "missing",
            Self::InsufficientHistory => "insufficient history",
        }
    }
}

impl CampaignOutcome {
    /// All of them, in the order in which one may follow the other.
    pub const ALL: [Self; 4] = [Self::Targeted, Self::HeldOut, Self::Engaged, Self::Converted];

    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Targeted => "targeted",
            Self::HeldOut => "held out",
            Self::Engaged => "engaged",
            Self::Converted => "converted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<T: Worded + std::fmt::Debug>(groups: &[T]) {
        for group in groups {
            assert_eq!(T::of_word(group.word()), Some(*group));
        }
        assert_eq!((groups.len(), T::of_word("ANOTHER")), (T::WORDS.len(), None));
    }

    #[test]
    fn every_group_is_found_by_its_word() {
        found(&RfmGroup::ALL);
        found(&ValueGroup::ALL);
        found(&[Presence::Present, Presence::Missing, Presence::InsufficientHistory]);
        assert_eq!(ValueGroup::MostGrowable.word(), "MOST_GROWABLE");
    }
}
