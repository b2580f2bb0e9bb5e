//! What members are worth, how they come and go, earn and answer: figures over everybody's facts, each of them one pass, at
//! one moment, and kept until something changes.

mod asked;
mod beside;
mod kept;
mod questions;
mod unnamed_store;

use chrono::NaiveDate;
use engine::calendar::Millis;
use engine::insights::{Figure, Interval, Period};
use engine::text::fold;
use entity::ids::SegmentId;

pub use asked::{Asked, Beside, Terms, Unknown};
pub use kept::{Answers, Kept, of_everybody, of_segments};
pub use questions::{MOST_VALUES, MissingOf, NpsOf, PointsOf, ProfileOf, RetentionOf, RevenueOf, RfmOf, SnapshotOf};

use crate::app::App;
use crate::error::{Fault, FaultKind, Refusal};
use crate::facts::{Moment, Needs};
use crate::segments::{self, SegmentRef};
use crate::text_input::{length, required};

/// How many points a series may have: four years of days.
const MOST_POINTS: usize = 1_500;

/// What a figure says of everybody now, without being kept: for what depends on more than the facts.
pub async fn answer<F>(app: &App, needs: Needs, figure: F) -> Result<(F::Answer, Millis), Fault>
where
    F: Figure + Send + Sync + 'static,
    F::Part: 'static,
    F::Answer: Send + 'static,
{
    Moment::begin(app, app.program().zone, needs).await?.ask(figure).await
}

/// The segment that a figure is over, where one is named. One that is not known is bad input.
pub async fn segment(app: &App, named: Option<&SegmentRef>) -> Result<Option<SegmentId>, Fault> {
    let Some(named) = named else { return Ok(None) };
    match segments::find(app, std::slice::from_ref(named)).await?.into_iter().next().flatten() {
        Some(segment) => Ok(Some(segment)),
        None => Err(Fault::of(FaultKind::BadInput, "`segment`: there is no such segment")),
    }
}

/// The survey that a figure is over, where one is named; a name that no survey can have is bad input.
pub fn survey(named: Option<&str>) -> Result<Option<String>, Fault> {
    let refused = |refusal: Refusal| Fault::of(FaultKind::BadInput, format!("`survey` {}", refusal.message));
    let named = named.map(|named| required(named, length::LABEL_KEY, &["survey"])).transpose();
    // In one spelling, so that the same question is found again.
    Ok(named.map_err(refused)?.map(|named| fold(&named)))
}

/// Local days that may be open at either end. The last before the first is bad input.
pub fn period(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Period, Fault> {
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Fault::of(FaultKind::BadInput, "`from` must not lie after `to`"));
    }
    Ok(Period::between(from, to))
}

/// Refuses a series with more points than anybody can look at.
pub fn unless_too_long(interval: Interval, first: NaiveDate, last: NaiveDate) -> Result<(), Fault> {
    let starts = std::iter::successors(Some(interval.start(first)), |start| Some(interval.after(*start)));
    if starts.take_while(|start| *start <= last).take(MOST_POINTS + 1).count() > MOST_POINTS {
        let message = format!("this would be more than {MOST_POINTS} points: ask for less, or for longer intervals");
        return Err(Fault::of(FaultKind::BadInput, message));
    }
    Ok(())
}
