//! The questions that can be asked.

use chrono::NaiveDate;
use engine::facts::{Dictionary, Facts};
use engine::insights::{
    Among, Figure, Interval, Missing, MissingAnalysis, Multiple, Nps, NpsResult, Period, PointsAnalysis, PointsFlow,
    ProfileDimension, ProfileShare, Retention, RetentionCohort, Revenue, RevenuePoint, RewardTimes, RewardTimesAnswer,
    Rfm, RfmAnalysis, SegmentProfiles, Several, Snapshot, ValueSnapshot,
};

use super::asked::{Asked, Beside, Terms, Unknown};
use crate::facts::Needs;

const POINTS: Needs = Needs { points: true, ..Needs::NOTHING };

/// The value snapshot, up to today or another day, over 12 months or since the launch, or from another day.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotOf {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

/// Revenue, interval by interval.
#[derive(Clone, Debug, PartialEq)]
pub struct RevenueOf {
    /// The days.
    pub period: Period,
    /// How long an interval is.
    pub interval: Interval,
}

/// Cohorts of the months of a period.
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionOf(pub Period);

/// Recency, frequency and monetary value.
#[derive(Clone, Debug, PartialEq)]
pub struct RfmOf;

/// Who went missing.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingOf(pub Multiple);

/// Earning and burning of points, in a period that may be open at either end, and how long it takes to earn what each of
/// some rewards costs, and to redeem from then on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PointsOf {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// In points, rising, each once; 1 or more. The rewards are told in their order.
    pub reward_costs: Vec<i32>,
}

/// The net promoter score of a survey, or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct NpsOf {
    /// In any spelling.
    pub survey: Option<String>,
    /// The days.
    pub period: Period,
}

/// What members are like.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileOf(pub ProfileDimension);

/// How many values a profile has at most: the longest page.
pub const MOST_VALUES: usize = 250;

impl Asked for SnapshotOf {
    type Answer = ValueSnapshot;
    type Figure = Several<Snapshot>;
    const NEEDS: Needs = Needs { points: true, ..Needs::DOCUMENTS };
    const UNKNOWN: Unknown = Unknown::Sales;

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        let snapshot = |among| {
            let snapshot = Snapshot::new(terms.today, terms.program.launched_on, self.from, self.to, among);
            match &beside.unnamed {
                Some(unnamed) => snapshot.with_unnamed(unnamed.clone()),
                None => snapshot,
            }
        };
        Several(beside.among.into_iter().map(snapshot).collect())
    }

    fn bytes(answer: &ValueSnapshot) -> usize {
        size_of_val(answer)
    }
}

impl Asked for RevenueOf {
    type Answer = Vec<RevenuePoint>;
    type Figure = Several<Revenue>;
    const NEEDS: Needs = Needs::DOCUMENTS;
    const UNKNOWN: Unknown = Unknown::Sales;

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        let revenue = |among| Revenue::new(self.period, self.interval, terms.today, among, beside.unnamed.clone());
        Several(beside.among.into_iter().map(revenue).collect())
    }

    fn bytes(answer: &Self::Answer) -> usize {
        size_of_val(answer.as_slice())
    }
}

impl Asked for RetentionOf {
    type Answer = Vec<RetentionCohort>;
    type Figure = WithErased<Several<Retention>>;
    const NEEDS: Needs = Needs::DOCUMENTS;
    const UNKNOWN: Unknown = Unknown::Persons;

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        let retention = |among| Retention::new(self.0, terms.today, among);
        WithErased { figure: Several(beside.among.into_iter().map(retention).collect()), erased: beside.erased }
    }

    fn bytes(answer: &Self::Answer) -> usize {
        answer.iter().map(|cohort| size_of_val(cohort) + size_of_val(cohort.retention.as_slice())).sum()
    }
}

impl Asked for RfmOf {
    type Answer = RfmAnalysis;
    type Figure = Several<Rfm>;
    const NEEDS: Needs = Needs::DOCUMENTS;

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        let gross_margin = terms.program.gross_margin;
        Several(beside.among.into_iter().map(|among| Rfm { today: terms.today, gross_margin, among }).collect())
    }

    fn bytes(answer: &RfmAnalysis) -> usize {
        size_of_val(answer.cells.as_slice()) + size_of_val(answer.groups.as_slice())
    }
}

impl Asked for MissingOf {
    type Answer = MissingAnalysis;
    type Figure = Several<Missing>;
    const NEEDS: Needs = Needs::DOCUMENTS;

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        let (multiple, today, gross_margin) = (self.0, terms.today, terms.program.gross_margin);
        Several(beside.among.into_iter().map(|among| Missing { multiple, today, gross_margin, among }).collect())
    }

    fn bytes(answer: &MissingAnalysis) -> usize {
        size_of_val(answer.back_test.as_slice())
    }
}

impl Asked for PointsOf {
    type Answer = (PointsAnalysis, Vec<RewardTimesAnswer>);
    type Figure = Several<(PointsFlow, Several<RewardTimes>)>;
    const NEEDS: Needs = POINTS;

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        let (Self { from, to, reward_costs }, today) = (self.clone(), terms.today);
        let period = Period::between(from, to);
        let of = |among: Among| {
            let reward = |cost: &i32| RewardTimes { reward_cost: (*cost).into(), period, today, among: among.clone() };
            let rewards = Several(reward_costs.iter().map(reward).collect());
            (PointsFlow { from, to, today, among }, rewards)
        };
        Several(beside.among.into_iter().map(of).collect())
    }

    fn bytes((points, rewards): &Self::Answer) -> usize {
        points.bytes() + size_of_val(rewards.as_slice())
    }
}

impl Asked for NpsOf {
    type Answer = NpsResult;
    type Figure = Several<Nps>;
    const NEEDS: Needs = Needs { feedback: true, ..Needs::NOTHING };

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        let (Self { survey, period }, today) = (self, terms.today);
        let nps = |among| Nps { survey: survey.clone(), period: *period, today, among };
        Several(beside.among.into_iter().map(nps).collect())
    }

    fn bytes(answer: &NpsResult) -> usize {
        size_of_val(answer)
    }
}

impl Asked for ProfileOf {
    type Answer = Vec<ProfileShare>;
    type Figure = SegmentProfiles;
    const NEEDS: Needs = Needs { items: true, ..Needs::DOCUMENTS };

    fn needs(&self) -> Needs {
        if self.0.is_bought() { Self::NEEDS } else { Needs::NOTHING }
    }

    fn together(&self) -> usize {
        // There may be a city for every few members, and each has a count for each segment.
        50
    }

    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure {
        SegmentProfiles { by: self.0, today: terms.today, among: beside.among, most: MOST_VALUES }
    }

    fn bytes(answer: &Self::Answer) -> usize {
        answer.iter().map(|share| size_of_val(share) + share.value.len()).sum()
    }
}

/// A figure that persons who were erased are a further part of.
pub struct WithErased<F> {
    figure: F,
    erased: Option<(Facts, Dictionary)>,
}

impl<F: Figure> Figure for WithErased<F> {
    type Part = F::Part;
    type Answer = F::Answer;

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> F::Part {
        self.figure.part(facts, dictionary)
    }

    fn merge(&self, whole: &mut F::Part, part: F::Part) {
        self.figure.merge(whole, part);
    }

    fn answer(&self, mut whole: F::Part) -> F::Answer {
        if let Some((facts, dictionary)) = &self.erased {
            self.figure.merge(&mut whole, self.figure.part(facts, dictionary));
        }
        self.figure.answer(whole)
    }
}
