//! The tree of a rule. `S` is how a segment is named: [`SegmentName`] as a caller does, a number where it is kept.

use super::clause::{
    AttributeTest, Feedback, Points, PointsMeasure, Profile, Sample, Transactions, TransactionsMeasure, Window,
};
use super::filter::DayBounds;

/// Who belongs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::large_enum_variant, reason = "rules are few and small, and never moved in numbers")]
pub enum Rule<S> {
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
    /// Belongs to another segment.
    Segment(S),
    /// The latest answer in a survey.
    Feedback(Feedback),
    /// A stable pseudo-random share.
    Sample(Sample),
}

/// A segment as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SegmentName {
    /// By its opaque id.
    Id(String),
    /// By its key.
    Key(String),
}

impl<S> Rule<S> {
    /// The same rule with its segments named otherwise.
    pub fn try_map<T, E>(&self, name: &mut impl FnMut(&S) -> Result<T, E>) -> Result<Rule<T>, E> {
        let mut each = |rules: &[Rule<S>]| rules.iter().map(|rule| rule.try_map(name)).collect::<Result<Vec<_>, E>>();
        Ok(match self {
            Self::All(rules) => Rule::All(each(rules)?),
            Self::Any(rules) => Rule::Any(each(rules)?),
            Self::Not(rule) => Rule::Not(Box::new(rule.try_map(name)?)),
            Self::Everyone => Rule::Everyone,
            Self::Profile(profile) => Rule::Profile(profile.clone()),
            Self::Transactions(transactions) => Rule::Transactions(transactions.clone()),
            Self::Points(points) => Rule::Points(points.clone()),
            Self::Segment(segment) => Rule::Segment(name(segment)?),
            Self::Feedback(feedback) => Rule::Feedback(feedback.clone()),
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
        let mut found = Vec::new();
        self.note_segments(&mut Vec::new(), &mut found);
        found
    }

    fn note_segments<'r>(&'r self, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, &'r S)>) {
        let mut within = |steps: &[&str], rule: &'r Self| {
            let depth = path.len();
            path.extend(steps.iter().map(|step| (*step).to_owned()));
            rule.note_segments(path, found);
            path.truncate(depth);
        };
        match self {
            Self::All(rules) => {
                rules.iter().enumerate().for_each(|(place, rule)| within(&["all", &place.to_string()], rule));
            }
            Self::Any(rules) => {
                rules.iter().enumerate().for_each(|(place, rule)| within(&["any", &place.to_string()], rule));
            }
            Self::Not(rule) => within(&["not"], rule),
            Self::Segment(segment) => {
                let steps = path.iter().cloned().chain(["segment".to_owned()]);
                found.push((steps.collect(), segment));
            }
            _ => {}
        }
    }

    /// The segments that it names, in document order.
    pub fn segments(&self) -> Vec<&S> {
        let mut segments = Vec::new();
        for clause in self.clauses() {
            if let Self::Segment(segment) = clause {
                segments.push(segment);
            }
        }
        segments
    }
}

impl<S> Rule<S> {
    /// Whether its outcome may turn by the passing of time alone.
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
