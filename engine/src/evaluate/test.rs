//! The conditions that decide something by themselves.

use chrono::NaiveDate;

use super::interval::{Interval, is_within};
use super::matcher::LabelSet;
use super::measure::Measure;
use super::program::Compiler;
use super::sample::Share;
use super::texts::{FoldedMatch, TextSet};
use crate::calendar::numbered_day;
use crate::facts::{AttributeValue, Day, Facts, NO_DAY, Profiles, TextId, Valued};
use crate::groups::{CampaignOutcome, Presence, RfmGroup, ValueGroup};
use crate::rules::{
    Attribute, AttributeTest, Bounds, Feedback, NpsGroup, Profile, Rule, TextFact, TextMatch, ValueCondition,
};

/// A condition, ready to be asked of a member.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// A text of the profile that others have too.
    Text(TextFact, TextSet),
    /// A text of the member's own.
    OwnText(TextFact, FoldedMatch),
    /// A number; where there is none it does not hold.
    Number {
        measure: Measure,
        interval: Interval,
    },
    Enrolled(bool),
    MarketingConsent(bool),
    Label(LabelSet),
    /// None: a name that was never seen.
    Attribute(Option<TextId>, AttributeSet),
    /// The decision of an earlier rule.
    Decided(usize),
    /// A segment that is not decided here, by its place among those.
    Known(usize),
    Feedback {
        survey: Option<Option<TextId>>,
        scores: Interval,
        groups: Option<Vec<NpsGroup>>,
    },
    Value(ValueSet),
    Campaign(i64, CampaignOutcome),
    Sample(Share),
}

/// The groups in one of which a member must be.
#[derive(Clone, Debug)]
pub(super) enum ValueSet {
    Rfm(Vec<RfmGroup>),
    Value(Vec<ValueGroup>),
    Presence(Vec<Presence>),
}

/// What an attribute must be.
#[derive(Clone, Debug)]
pub(super) enum AttributeSet {
    Text(TextSet),
    Number(Bounds<rust_decimal::Decimal>),
    Days(Interval),
    Flag(bool),
    Absent(bool),
}

impl Test {
    pub(super) fn compile(compiler: &mut Compiler<'_>, clause: &Rule<i64>) -> Self {
        match clause {
            Rule::Profile(profile) => Self::profile(compiler, profile),
            Rule::Transactions(condition) => {
                let series = compiler.series(condition.matching.as_ref());
                let window = compiler.window(condition.within.as_ref());
                let measure = Measure::Transactions { measure: condition.measure, series, window };
                let interval = Interval::of_decimals(&condition.is, measure.digits(&compiler.program.moment));
                Self::Number { measure, interval }
            }
            Rule::Points(condition) => {
                let days = compiler.program.moment.window(condition.within.as_ref());
                let measure = Measure::Points { measure: condition.measure, days };
                let interval = Interval::of_decimals(&condition.is, measure.digits(&compiler.program.moment));
                Self::Number { measure, interval }
            }
            Rule::Value(condition) => Self::value(compiler, condition),
            Rule::Campaign(campaign, outcome) => Self::Campaign(*campaign, *outcome),
            Rule::Segment(segment) => {
                let decided = compiler.program.rules.iter().position(|rule| rule.segment == *segment);
                decided.map_or_else(|| Self::Known(compiler.named(*segment)), Self::Decided)
            }
            Rule::Feedback(Feedback { survey, latest_score, group }) => Self::Feedback {
                survey: survey.as_ref().map(|survey| compiler.dictionary.find(survey)),
                scores: latest_score.as_ref().map_or(Interval::EVERYTHING, Interval::of_whole),
                groups: group.clone(),
            },
            Rule::Sample(sample) => Self::Sample(Share::of(sample)),
            // Nodes are taken apart before.
            Rule::All(_) | Rule::Any(_) | Rule::Not(_) | Rule::Everyone => Self::Decided(usize::MAX),
        }
    }

    fn profile(compiler: &mut Compiler<'_>, profile: &Profile) -> Self {
        let dictionary = compiler.dictionary;
        match profile {
            Profile::Text(fact, filter) => Self::text(compiler, *fact, filter),
            Profile::Age(bounds) => Self::Number { measure: Measure::Age, interval: Interval::of_whole(bounds) },
            Profile::WithinDays(fact, days) => {
                Self::Number { measure: Measure::DaysUntil(*fact), interval: Interval { least: 0, most: *days } }
            }
            Profile::EnrolledOn(bounds) => {
                Self::Number { measure: Measure::EnrolledOn, interval: compiler.program.moment.days(bounds) }
            }
            Profile::Enrolled(flag) => Self::Enrolled(*flag),
            Profile::MarketingConsent(flag) => Self::MarketingConsent(*flag),
            Profile::Label(filter) => Self::Label(LabelSet::new(filter, dictionary)),
            Profile::Attribute(Attribute { name, test }) => {
                let set = match test {
                    AttributeTest::Text(filter) => AttributeSet::Text(TextSet::matching(filter, dictionary)),
                    AttributeTest::Number(bounds) => AttributeSet::Number(bounds.clone()),
                    AttributeTest::Date(bounds) => AttributeSet::Days(compiler.program.moment.days(bounds)),
                    AttributeTest::Flag(flag) => AttributeSet::Flag(*flag),
                    AttributeTest::Absent(flag) => AttributeSet::Absent(*flag),
                };
                Self::Attribute(dictionary.find_exactly(name), set)
            }
        }
    }

    fn value(compiler: &mut Compiler<'_>, condition: &ValueCondition) -> Self {
        match condition {
            ValueCondition::Number(measure, is) => {
                let measure = Measure::Value { measure: *measure, window: compiler.window(None) };
                let interval = Interval::of_decimals(is, measure.digits(&compiler.program.moment));
                Self::Number { measure, interval }
            }
            ValueCondition::RfmGroup(groups) => Self::Value(ValueSet::Rfm(groups.clone())),
            ValueCondition::ValueGroup(groups) => Self::Value(ValueSet::Value(groups.clone())),
            ValueCondition::Presence(presences) => Self::Value(ValueSet::Presence(presences.clone())),
        }
    }

    fn text(compiler: &Compiler<'_>, fact: TextFact, filter: &TextMatch) -> Self {
        match fact {
            TextFact::Number | TextFact::Email => Self::OwnText(fact, FoldedMatch::of(filter)),
            _ => Self::Text(fact, TextSet::matching(filter, compiler.dictionary)),
        }
    }

    /// How long it takes to find out, roughly.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Enrolled(_) | Self::MarketingConsent(_) | Self::Text(..) | Self::Decided(_) | Self::Value(_) => 1,
            Self::Campaign(_, CampaignOutcome::Converted) => 6,
            Self::Campaign(..) | Self::Sample(_) | Self::Label(_) | Self::Feedback { .. } | Self::Attribute(..) => 2,
            Self::Number { measure: Measure::Age | Measure::DaysUntil(_) | Measure::EnrolledOn, .. } => 3,
            Self::OwnText(..) | Self::Known(_) => 4,
            Self::Number { .. } => 6,
        }
    }
}

/// The numbers of a text of all profiles; none of one that is a member's own.
pub(super) fn texts(profiles: &Profiles, fact: TextFact) -> &[TextId] {
    match fact {
        TextFact::Gender => &profiles.gender,
        TextFact::Country => &profiles.country,
        TextFact::Region => &profiles.region,
        TextFact::City => &profiles.city,
        TextFact::PostalCode => &profiles.postal_code,
        TextFact::Tier => &profiles.tier,
        TextFact::Number | TextFact::Email => &[],
    }
}

/// A text of the member's own, folded; empty where there is none.
pub(super) fn own_text(facts: &Facts, row: usize, fact: TextFact) -> &str {
    if fact == TextFact::Email { facts.emails.of(row) } else { facts.numbers.of(row) }
}

/// The value of an attribute.
pub(super) fn attribute_of(facts: &Facts, row: usize, name: Option<TextId>) -> Option<AttributeValue> {
    facts.attributes.of(row).iter().find(|(known, _)| Some(*known) == name).map(|(_, value)| *value)
}

impl AttributeSet {
    pub(super) fn has(&self, value: Option<AttributeValue>) -> bool {
        match (self, value) {
            (Self::Absent(absent), value) => value.is_none() == *absent,
            (Self::Text(set), Some(AttributeValue::Text(text, _))) => set.has(text),
            (Self::Days(days), Some(AttributeValue::Text(_, day))) => day != NO_DAY && days.contains(day.into()),
            (Self::Number(bounds), Some(AttributeValue::Number(number))) => is_within(number, bounds),
            (Self::Flag(flag), Some(AttributeValue::Flag(value))) => *flag == value,
            _ => false,
        }
    }
}

impl ValueSet {
    pub(super) fn has(&self, valued: &Valued) -> bool {
        match self {
            Self::Rfm(groups) => valued.rfm_group.is_some_and(|group| groups.contains(&group)),
            Self::Value(groups) => valued.value_group.is_some_and(|group| groups.contains(&group)),
            Self::Presence(presences) => valued.presence.is_some_and(|presence| presences.contains(&presence)),
        }
    }

    /// What the member is, in words.
    pub(super) fn found(&self, valued: &Valued) -> Option<&'static str> {
        match self {
            Self::Rfm(_) => valued.rfm_group.map(RfmGroup::name),
            Self::Value(_) => valued.value_group.map(ValueGroup::name),
            Self::Presence(_) => valued.presence.map(Presence::name),
        }
    }
}

/// The latest score, in one survey or in any.
pub(super) fn latest_score(facts: &Facts, row: usize, survey: Option<Option<TextId>>) -> Option<i64> {
    let mut answers = facts.feedback.of(row).iter().rev();
    let latest = answers.find(|answer| survey.is_none_or(|survey| survey == Some(answer.survey)));
    latest.map(|answer| answer.score.into())
}

/// A day that is kept as a number.
pub(super) fn date(day: Day) -> Option<NaiveDate> {
    (day != NO_DAY).then(|| numbered_day(day))
}
