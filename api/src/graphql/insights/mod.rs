//! Figures over everybody as the schema shows them.

mod course;
mod loader;
mod missing;
mod nps;
mod points;
mod profile;
mod rfm;
mod snapshot;

use std::sync::Arc;

use async_graphql::{Context, Error, Object};
use chrono::NaiveDate;
use engine::insights::{Multiple, Note};
use entity::ids::SegmentId;

use self::course::{RetentionCohort, RevenuePoint};
use self::missing::MissingAnalysis;
pub(super) use self::nps::NpsResult;
pub(super) use self::points::PointsAnalysis;
pub(super) use self::profile::{ProfileDimension, ProfileShare, shares};
use self::rfm::RfmAnalysis;
pub(super) use self::rfm::RfmGroup;
pub(super) use self::snapshot::ValueSnapshot;
use crate::error::{Fault, FaultKind};
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::loaders::{Part, load};
use crate::graphql::refs::SegmentRef;
use crate::graphql::scalars::Date;
use crate::graphql::segments::Interval;
use crate::insights::{self, Asked, Kept, MissingOf, NpsOf, RetentionOf, RevenueOf, RfmOf, SnapshotOf, of_everybody};

fn sentences(notes: &[Note]) -> Vec<String> {
    notes.iter().map(Note::sentence).collect()
}

/// What is said of a segment; those of a page are looked at together.
pub(super) async fn of_segment<Q: Asked>(
    ctx: &Context<'_>,
    segment: SegmentId,
    asked: Q,
) -> Result<Arc<Kept<Q::Answer>>, Error> {
    let kept = load(ctx, Part::new(segment, asked)).await?;
    kept.map(|kept| Arc::clone(&*kept)).ok_or_else(|| Fault::new("a figure left a segment out").into())
}

#[derive(Default)]
pub(crate) struct InsightQuery;

#[Object]
impl InsightQuery {
    /// Members against non-members, over the last 12 months or since launch where that is shorter; or up to another day, or
    /// from another.
    #[graphql(guard = "ANYONE")]
    async fn value_snapshot(
        &self,
        ctx: &Context<'_>,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Result<Option<ValueSnapshot>, Error> {
        let (app, from, to) = (app(ctx), from.map(|day| day.0), to.map(|day| day.0));
        insights::period(from, to)?;
        if to.is_none() && from.is_some_and(|from| from > app.clock.today(app.program().zone)) {
            return Err(
                Fault::of(FaultKind::BadInput, "`from` must not lie after today where `to` is not given").into()
            );
        }
        Ok(Some(ValueSnapshot::new(of_everybody(app, &SnapshotOf { from, to }).await?, None)))
    }

    /// Customers by recency, frequency and monetary value, scored against each other as of the end of yesterday.
    #[graphql(guard = "ANYONE")]
    async fn rfm(&self, ctx: &Context<'_>) -> Result<Option<RfmAnalysis>, Error> {
        let app = app(ctx);
        Ok(Some(RfmAnalysis { kept: of_everybody(app, &RfmOf).await?, zone: app.program().zone }))
    }

    /// Who went missing by their own rhythm: silent for more than `multiple` times the median gap between their purchase days,
    /// and for more than 14 days.
    #[graphql(guard = "ANYONE")]
    async fn missing_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 2.0)] multiple: f64,
    ) -> Result<Option<MissingAnalysis>, Error> {
        let Some(multiple) = Multiple::new(multiple) else {
            let message = "`multiple` must be more than 0, and 1,000 at most";
            return Err(Fault::of(FaultKind::BadInput, message).into());
        };
        Ok(Some(MissingAnalysis(of_everybody(app(ctx), &MissingOf(multiple)).await?)))
    }

    /// Earning and burning of points, over all time or in a period that may be open at either end. The ledgers of persons who
    /// were erased are gone, from the past too.
    #[graphql(guard = "ANYONE")]
    async fn points_analysis(
        &self,
        ctx: &Context<'_>,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Result<Option<PointsAnalysis>, Error> {
        let (from, to) = (from.map(|day| day.0), to.map(|day| day.0));
        insights::period(from, to)?;
        Ok(Some(PointsAnalysis::ask(ctx, (from, to), None).await?))
    }

    /// Of those who first bought in a month, how many bought again in each month since: a cohort for each month that holds a day
    /// from `from` to `to`, from the first one in which somebody first bought. Persons who were erased stay in their cohort.
    #[graphql(guard = "ANYONE")]
    async fn retention(&self, ctx: &Context<'_>, from: Date, to: Date) -> Result<Vec<RetentionCohort>, Error> {
        let app = app(ctx);
        let period = insights::period(Some(from.0), Some(to.0))?;
        insights::unless_too_long(engine::insights::Interval::Month, from.0, begun(ctx, to.0))?;
        let kept = of_everybody(app, &RetentionOf(period)).await?;
        Ok(kept.answer.iter().map(RetentionCohort::new).collect())
    }

    /// Net sales, interval by interval, from that of `from` to that of `to`, or to the running one; those without a customer
    /// count in `revenue` and `transactions`. Of an interval that begins before `from` or ends after `to`, only the days in
    /// between count.
    #[graphql(guard = "ANYONE")]
    async fn revenue(
        &self,
        ctx: &Context<'_>,
        from: Date,
        to: Date,
        #[graphql(default_with = "Interval::Month")] interval: Interval,
    ) -> Result<Vec<RevenuePoint>, Error> {
        let period = insights::period(Some(from.0), Some(to.0))?;
        let interval = interval.into();
        insights::unless_too_long(interval, from.0, begun(ctx, to.0))?;
        let kept = of_everybody(app(ctx), &RevenueOf { period, interval }).await?;
        Ok(kept.answer.iter().map(|point| RevenuePoint::new(ctx, point)).collect())
    }

    /// The net promoter score: each member's latest answer in the period, of one survey or of all, of everybody or of the members
    /// of a segment.
    #[graphql(guard = "ANYONE")]
    async fn nps(
        &self,
        ctx: &Context<'_>,
        survey: Option<String>,
        from: Option<Date>,
        to: Option<Date>,
        segment: Option<SegmentRef>,
    ) -> Result<Option<NpsResult>, Error> {
        let app = app(ctx);
        let survey = insights::survey(survey.as_deref())?;
        let asked = NpsOf { survey, period: insights::period(from.map(|day| day.0), to.map(|day| day.0))? };
        let segment = segment.map(Into::into);
        let kept = match insights::segment(app, segment.as_ref()).await? {
            Some(segment) => of_segment(ctx, segment, asked).await?,
            None => of_everybody(app, &asked).await?,
        };
        Ok(Some(NpsResult(kept)))
    }
}

/// A day, or today where it is still to come.
fn begun(ctx: &Context<'_>, day: NaiveDate) -> NaiveDate {
    let app = app(ctx);
    day.min(app.clock.today(app.program().zone))
}
