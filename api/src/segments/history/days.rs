//! How a segment went, interval by interval.

use std::collections::HashMap;

use chrono::NaiveDate;
use engine::insights::Interval;
use entity::ids::SegmentId;
use entity::segment_day;

use super::days_store;
use crate::app::App;
use crate::error::{Fault, FaultKind};

/// How many points one list may have: four years of days.
const MOST_POINTS: usize = 1_500;

/// Which intervals: all that hold a day from `from` to `to`, as far as they have begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// The first day asked for.
    pub from: NaiveDate,
    /// The last day asked for.
    pub to: NaiveDate,
    /// How long an interval is.
    pub interval: Interval,
}

/// An interval of a segment's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its first day.
    pub date: NaiveDate,
    /// How many belonged at its end, or belong now where it is not over.
    pub members: i64,
    /// How often somebody came in it.
    pub joiners: i64,
    /// How often somebody left in it.
    pub leavers: i64,
    /// The averages at its end, in minor units.
    pub average_transaction_value: Option<i64>,
    /// See above.
    pub average_spending: Option<i64>,
    /// See above.
    pub average_clv: Option<i64>,
}

/// The history of each of some segments; a segment begins with the interval in which it was made.
pub async fn course(
    app: &App,
    segments: &[SegmentId],
    course: &Course,
) -> Result<HashMap<SegmentId, Vec<Point>>, Fault> {
    let starts = course.starts(app.clock.today(app.program().zone))?;
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return Ok(HashMap::new()) };
    let until = course.interval.after(*last);
    let days = days_store::days(app.db.reader(), segments, *first, until).await?;
    let of_segment = |days: &[segment_day::Model]| Some((days.first()?.segment_id, course.points(&starts, days)));
    Ok(days.chunk_by(|one, other| one.segment_id == other.segment_id).filter_map(of_segment).collect())
}

impl Course {
    /// The first days of the intervals that are asked for and have begun.
    fn starts(&self, today: NaiveDate) -> Result<Vec<NaiveDate>, Fault> {
        if self.from > self.to {
            return Err(Fault::of(FaultKind::BadInput, "`from` must not lie after `to`"));
        }
        let to = self.to.min(today);
        let all =
            std::iter::successors(Some(self.interval.start(self.from)), |start| Some(self.interval.after(*start)));
        let starts: Vec<NaiveDate> = all.take_while(|start| *start <= to).take(MOST_POINTS + 1).collect();
        if starts.len() > MOST_POINTS {
            let message =
                format!("this would be more than {MOST_POINTS} points: ask for less, or for longer intervals");
            return Err(Fault::of(FaultKind::BadInput, message));
        }
        Ok(starts)
    }

    /// The points of one segment, from its days in their order: those within the intervals and the last one before.
    fn points(&self, starts: &[NaiveDate], days: &[segment_day::Model]) -> Vec<Point> {
        let mut days = days.iter().peekable();
        let mut last: Option<&segment_day::Model> = None;
        let mut points = Vec::with_capacity(starts.len());
        for start in starts {
            let (first, after) = (start.to_string(), self.interval.after(*start).to_string());
            let (mut joiners, mut leavers) = (0, 0);
            while let Some(day) = days.next_if(|day| day.day < after) {
                if day.day >= first {
                    joiners += day.joiners;
                    leavers += day.leavers;
                }
                last = Some(day);
            }
            points.extend(last.map(|day| Point {
                date: *start,
                members: day.members,
                joiners,
                leavers,
                average_transaction_value: day.average_transaction_value,
                average_spending: day.average_spending,
                average_clv: day.average_clv,
            }));
        }
        points
    }
}
