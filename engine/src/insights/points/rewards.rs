//! How long it takes to earn a reward, and from then on to redeem for the first time.

use chrono::NaiveDate;

use crate::calendar::day_number;
use crate::facts::{Day, Dictionary, Facts};
use crate::figures::ratio;
use crate::insights::{Among, Durations, Figure, Note, Period};
use crate::ledger::PointsMove;

/// Members who earned what a reward costs, by how long it took them and whether they redeemed since.
#[derive(Clone, Debug)]
pub struct RewardTimes {
    /// What a reward costs, in points; less than 1 counts as 1.
    pub reward_cost: i64,
    /// On which days they got there. Nothing after the last of them is known.
    pub period: Period,
    /// The local day.
    pub today: NaiveDate,
    /// Whom it is over.
    pub among: Among,
}

/// How long it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct RewardTimesAnswer {
    /// The last day that is known: that of the period, or today.
    pub as_of: NaiveDate,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// Members who earned as much.
    pub got_there: i64,
    /// The median of the days from the first earning until they got there; none without them.
    pub median_days_to_accumulate: Option<f64>,
    /// Of them, members who redeemed since.
    pub redeemed: i64,
    /// Of them, members who could redeem and have not.
    pub not_yet_redeemed: i64,
    /// Of them, members who had redeemed before they got there, and who are left out of the next figure.
    pub redeemed_before: i64,
    /// The Kaplan-Meier median of the days from then to the first redemption; none where it is not reached.
    pub median_days_to_redeem: Option<f64>,
}

/// What some parts say together.
#[derive(Debug, Default)]
pub struct RewardPart {
    accumulate: Durations,
    redeem: Durations,
    redeemed_before: i64,
}

/// What is known of a member.
struct Course {
    first_earning: Day,
    got_there: Day,
    redeemed_before: bool,
    redeemed: Option<Day>,
}

impl Figure for RewardTimes {
    type Part = RewardPart;
    type Answer = RewardTimesAnswer;

    fn part(&self, facts: &Facts, _: &Dictionary) -> RewardPart {
        let mut part = RewardPart::default();
        let (from, until) = (day_number(self.period.from), day_number(self.until()));
        let days = |from: Day, to: Day| i64::from(to) - i64::from(from);
        for row in self.among.rows(facts) {
            let Some(course) = self.course(facts, row, until).filter(|course| course.got_there >= from) else {
                continue;
            };
            part.accumulate.happened(days(course.first_earning, course.got_there));
            match course.redeemed {
                _ if course.redeemed_before => part.redeemed_before += 1,
                Some(redeemed) => part.redeem.happened(days(course.got_there, redeemed)),
                None => part.redeem.waiting(days(course.got_there, until)),
            }
        }
        part
    }

    fn merge(&self, whole: &mut RewardPart, part: RewardPart) {
        whole.accumulate.merge(part.accumulate);
        whole.redeem.merge(part.redeem);
        whole.redeemed_before += part.redeemed_before;
    }

    fn answer(&self, RewardPart { accumulate, redeem, redeemed_before }: RewardPart) -> RewardTimesAnswer {
        let (got_there, _) = accumulate.totals();
        let (redeemed, not_yet_redeemed) = redeem.totals();
        let median = redeem.kaplan_meier_median();
        let notes = [
            (got_there == 0, Note::Nothing),
            (redeemed + not_yet_redeemed > 0 && median.is_none(), Note::FewerThanHalfRedeemed),
            (redeemed_before > 0, Note::RedeemedBefore(redeemed_before)),
        ];
        RewardTimesAnswer {
            as_of: self.until(),
            notes: notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect(),
            got_there,
            median_days_to_accumulate: accumulate.median(),
            redeemed,
            not_yet_redeemed,
            redeemed_before,
            median_days_to_redeem: median.map(|days| ratio(days, 1)),
        }
    }
}

impl RewardTimes {
    fn until(&self) -> NaiveDate {
        self.period.to.min(self.today)
    }

    /// How a member got there; none where it has not by a day.
    #[inline]
    fn course(&self, facts: &Facts, row: usize, until: Day) -> Option<Course> {
        let entries = &facts.points;
        let (mut earned, mut first_earning, mut redeemed_before) = (0, None, false);
        let mut course: Option<Course> = None;
        for place in facts.points_of(row) {
            let day = entries.days[place];
            if day > until {
                break;
            }
            match (entries.kinds[place], &mut course) {
                (PointsMove::Earned, None) => {
                    let first_earning = *first_earning.get_or_insert(day);
                    earned += i64::from(entries.points[place]);
                    if earned >= self.reward_cost.max(1) {
                        course = Some(Course { first_earning, got_there: day, redeemed_before, redeemed: None });
                    }
                }
                (PointsMove::Redeemed, None) => redeemed_before = true,
                (PointsMove::Redeemed, Some(course)) => {
                    course.redeemed = Some(day);
                    break;
                }
                _ => {}
            }
        }
        course
    }
}
