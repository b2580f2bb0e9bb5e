//! The tree of a rule. `S` is how segments and campaigns are named: [`SegmentName`] as a caller does, a number where it is
//! kept.

use super::clause::{
    AttributeTest, Feedback, Points, PointsMeasure, Profile, Sample, Transactions, TransactionsMeasure, ValueCondition,
    Window,
};
use super::filter::DayBounds;
use crate::groups::CampaignOutcome;

/// Who belongs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::large_enum_variant, reason = "rules are few and small, and never moved in numbers")]
pub enum Rule<S: Names> {
    /// Every one of them holds.
    All(Vec<Rule<S>>),
    /// One of them holds at least.
    Any(Vec<Rule<S>>),
    /// It does not hold.
    Not(Box<Rule<S>>),
    /// Holds for everybody.
    Everyone,
    /// A fact of the profile.
    Profile(Profile),
    /// A figure over transactions.
    Transactions(Transactions),
    /// A figure over the points ledger.
    Points(Points),
    /// A figure that is kept per member.
    Value(ValueCondition),
    /// Belongs to another segment.
    Segment(S),
    /// The latest answer in a survey.
    Feedback(Feedback),
    /// What came of a campaign.
    Campaign(S::Campaign, CampaignOutcome),
    /// A stable pseudo-random share.
    Sample(Sample),
}

/// How a rule names what else there is. The type itself is how it names segments.
pub trait Names {
    /// How it names campaigns.
    type Campaign;
}

/// Where it is kept, by number.
impl Names for i64 {
    type Campaign = i64;
}

/// By the caller: campaigns by their opaque ids.
impl Names for SegmentName {
    type Campaign = String;
}

/// A segment as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SegmentName {
    /// By its opaque id.
    Id(String),
    /// By its key.
    Key(String),
}

impl<S: Names> Rule<S> {
    /// The same rule with its segments and its campaigns named otherwise.
    pub fn try_map<T: Names, E>(
        &self,
        segment: &mut impl FnMut(&S) -> Result<T, E>,
        campaign: &mut impl FnMut(&S::Campaign) -> Result<T::Campaign, E>,
    ) -> Result<Rule<T>, E> {
        let mut each =
            |rules: &[Rule<S>]| rules.iter().map(|rule| rule.try_map(segment, campaign)).collect::<Result<Vec<_>, E>>();
        Ok(match self {
            Self::All(rules) => Rule::All(each(rules)?),
            Self::Any(rules) => Rule::Any(each(rules)?),
            Self::Not(rule) => Rule::Not(Box::new(rule.try_map(segment, campaign)?)),
            Self::Everyone => Rule::Everyone,
            Self::Profile(profile) => Rule::Profile(profile.clone()),
            Self::Transactions(transactions) => Rule::Transactions(transactions.clone()),
            Self::Points(points) => Rule::Points(points.clone()),
            Self::Value(value) => Rule::Value(value.clone()),
            Self::Segment(named) => Rule::Segment(segment(named)?),
            Self::Feedback(feedback) => Rule::Feedback(feedback.clone()),
            Self::Campaign(named, outcome) => Rule::Campaign(campaign(named)?, *outcome),
            Self::Sample(sample) => Rule::Sample(sample.clone()),
        })
    }

    /// The conditions that decide something by themselves, in document order.
    pub fn clauses(&self) -> Vec<&Rule<S>> {
        match self {
            Self::All(rules) | Self::Any(rules) => rules.iter().flat_map(Self::clauses).collect(),
            Self::Not(rule) => rule.clauses(),
            clause => vec![clause],
        }
    }

    /// The segments that it names, each with its place, such as `["all", "1", "segment"]`, in document order.
    pub fn segments_at(&self) -> Vec<(Vec<String>, &S)> {
        self.named_at(&["segment"], &|clause| match clause {
            Self::Segment(segment) => Some(segment),
            _ => None,
        })
    }

    /// The campaigns that it names, each with its place, such as `["not", "campaign", "campaignId"]`, in document order.
    pub fn campaigns_at(&self) -> Vec<(Vec<String>, &S::Campaign)> {
        self.named_at(&["campaign", "campaignId"], &|clause| match clause {
            Self::Campaign(campaign, _) => Some(campaign),
            _ => None,
        })
    }

    /// What some clauses name, each with the place at which they do.
    fn named_at<'r, N>(
        &'r self,
        place: &[&str],
        name: &impl Fn(&'r Self) -> Option<&'r N>,
    ) -> Vec<(Vec<String>, &'r N)> {
        let mut found = Vec::new();
        self.each_clause(&mut Vec::new(), &mut |path, clause| {
            if let Some(name) = name(clause) {
                found.push((path.iter().cloned().chain(place.iter().map(|step| (*step).to_owned())).collect(), name));
            }
        });
        found
    }

    fn each_clause<'r>(&'r self, path: &mut Vec<String>, each: &mut impl FnMut(&[String], &'r Self)) {
        let (name, rules) = match self {
            Self::All(rules) => ("all", rules),
            Self::Any(rules) => ("any", rules),
            Self::Not(rule) => {
                path.push("not".to_owned());
                rule.each_clause(path, each);
                path.pop();
                return;
            }
            clause => return each(path, clause),
        };
        for (place, rule) in rules.iter().enumerate() {
            path.extend([name.to_owned(), place.to_string()]);
            rule.each_clause(path, each);
            path.truncate(path.len() - 2);
        }
    }

    /// The segments that it names, in document order.
    pub fn segments(&self) -> Vec<&S> {
        self.segments_at().into_iter().map(|(_, segment)| segment).collect()
    }

    /// The campaigns that it names, in document order.
    pub fn campaigns(&self) -> Vec<&S::Campaign> {
        self.campaigns_at().into_iter().map(|(_, campaign)| campaign).collect()
    }
}

impl<S: Names> Rule<S> {
    /// Whether its outcome may turn by the passing of time alone. Figures of the nightly analyses turn with them.
    pub fn is_timed(&self) -> bool {
        self.clauses().into_iter().any(Self::is_clause_timed)
    }

    fn is_clause_timed(&self) -> bool {
        let rolls = |bounds: &DayBounds| bounds.last_days.is_some();
        let window = |within: &Option<Window>| match within {
            None => false,
            Some(Window::Between(bounds)) => rolls(bounds),
            Some(Window::LastDays(_) | Window::DaysAgo { .. }) => true,
        };
        match self {
            Self::Profile(Profile::Age(_) | Profile::WithinDays(..)) => true,
            Self::Profile(Profile::EnrolledOn(bounds)) => rolls(bounds),
            Self::Profile(Profile::Attribute(attribute)) => {
                matches!(&attribute.test, AttributeTest::Date(bounds) if rolls(bounds))
            }
            Self::Transactions(Transactions { measure, within, .. }) => {
                let since = [TransactionsMeasure::DaysSinceLast, TransactionsMeasure::DaysSinceFirst];
                since.contains(measure) || window(within)
            }
            Self::Points(Points { measure, within, .. }) => {
                *measure == PointsMeasure::DaysSinceLastActivity || window(within)
            }
            _ => false,
        }
    }
}
