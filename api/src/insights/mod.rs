//! What members are worth, how they come and go, earn and answer: figures over everybody's facts, each of them one pass.

use std::sync::Arc;

use chrono::NaiveDate;
use engine::calendar::Millis;
use engine::facts::{Dictionary, Facts};
use engine::insights::{Among, Figure, Interval, Period};
use tokio::task::spawn_blocking;

use crate::app::App;
use crate::error::{Fault, FaultKind};
use crate::facts::{self, Freshness, Needs};
use crate::membership;
use crate::segments::{self, SegmentRef};

/// How many points a series may have: four years of days.
const MOST_POINTS: usize = 1_500;

/// What a figure says, and as of when: everything that was committed before the call was seen.
pub async fn answer<F>(app: &Arc<App>, needs: Needs, figure: F) -> Result<(F::Answer, Millis), Fault>
where
    F: Figure + Send + Sync + 'static,
    F::Part: 'static,
    F::Answer: Send + 'static,
{
    let figure = Arc::new(figure);
    let asked = Arc::clone(&figure);
    let each = move |_: &(), facts: &Facts, dictionary: &Dictionary| asked.part(facts, dictionary);
    let found = facts::everybody_prepared(app, needs, Freshness::CaughtUp, |_| (), each).await?;
    let together = spawn_blocking(move || {
        let mut whole = F::Part::default();
        found.parts.into_iter().for_each(|part| figure.merge(&mut whole, part));
        figure.answer(whole)
    });
    let answer = together.await.map_err(|error| Fault::new(format!("a figure broke: {error}")))?;
    Ok((answer, found.as_of))
}

/// Whom a figure is over: the members of a segment, or everybody. A segment that is not known is bad input.
pub async fn among(app: &App, segment: Option<&SegmentRef>) -> Result<Among, Fault> {
    let Some(segment) = segment else { return Ok(Among::Everybody) };
    let ids = segments::ids_of(app, std::slice::from_ref(segment)).await?;
    let known = membership::known_members(app.db.reader(), &ids, &[]).await?;
    let members = known.members.into_values().next().unwrap_or_default();
    Ok(Among::Members(Arc::new(members)))
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
