//! Figures over everybody as the schema shows them.

mod missing;
mod nps;
mod points;
mod rfm;

use async_graphql::{Context, Error, Object};
use engine::insights::{Among, Missing, Multiple, Note, Nps, PointsFlow, Rfm};

use self::missing::MissingAnalysis;
use self::nps::NpsResult;
use self::points::PointsAnalysis;
use self::rfm::RfmAnalysis;
pub(super) use self::rfm::RfmGroup;
use crate::error::{Fault, FaultKind};
use crate::facts::Needs;
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::refs::SegmentRef;
use crate::graphql::scalars::Date;
use crate::insights::{self, answer};

const TRANSACTIONS: Needs = Needs { transactions: true, ..NOTHING };
const POINTS: Needs = Needs { points: true, ..NOTHING };
const FEEDBACK: Needs = Needs { feedback: true, ..NOTHING };
const NOTHING: Needs =
    Needs { labels: false, transactions: false, items: false, points: false, feedback: false, values: false };

fn sentences(notes: &[Note]) -> Vec<String> {
    notes.iter().map(Note::sentence).collect()
}

#[derive(Default)]
pub(crate) struct InsightQuery;

#[Object]
impl InsightQuery {
    /// Customers by recency, frequency and monetary value, scored against each other as of the end of yesterday.
    #[graphql(guard = "ANYONE")]
    async fn rfm(&self, ctx: &Context<'_>) -> Result<Option<RfmAnalysis>, Error> {
        let (app, program) = (app(ctx), app(ctx).program());
        let today = app.clock.today(program.zone);
        let figure = Rfm { today, gross_margin: program.gross_margin, among: Among::Everybody };
        let (found, _) = answer(app, TRANSACTIONS, figure).await?;
        Ok(Some(RfmAnalysis { found, as_of: program.zone.start_of(today) }))
    }

    /// Who went missing by their own rhythm: silent for more than `multiple` times the median gap between their purchase days,
    /// and for more than 14 days.
    #[graphql(guard = "ANYONE")]
    async fn missing_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 2.0)] multiple: f64,
    ) -> Result<Option<MissingAnalysis>, Error> {
        let (app, program) = (app(ctx), app(ctx).program());
        let Some(multiple) = Multiple::new(multiple) else {
            let message = "`multiple` must be more than 0, and 1,000 at most";
            return Err(Fault::of(FaultKind::BadInput, message).into());
        };
        let (today, gross_margin) = (app.clock.today(program.zone), program.gross_margin);
        let figure = Missing { multiple, today, gross_margin, among: Among::Everybody };
        let (found, as_of) = answer(app, TRANSACTIONS, figure).await?;
        Ok(Some(MissingAnalysis { found, as_of }))
    }

    /// Earning and burning of points, over all time or in a period that may be open at either end.
    #[graphql(guard = "ANYONE")]
    async fn points_analysis(
        &self,
        ctx: &Context<'_>,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Result<Option<PointsAnalysis>, Error> {
        let app = app(ctx);
        let (from, to) = (from.map(|day| day.0), to.map(|day| day.0));
        insights::period(from, to)?;
        let figure = PointsFlow { from, to, today: app.clock.today(app.program().zone), among: Among::Everybody };
        let asked = figure.clone();
        let (found, as_of) = answer(app, POINTS, figure).await?;
        Ok(Some(PointsAnalysis::new(asked, found, as_of)))
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
        let period = insights::period(from.map(|day| day.0), to.map(|day| day.0))?;
        let segment = segment.map(Into::into);
        let among = insights::among(app, segment.as_ref()).await?;
        let figure = Nps { survey, period, today: app.clock.today(app.program().zone), among };
        let (found, as_of) = answer(app, FEEDBACK, figure).await?;
        Ok(Some(NpsResult { found, as_of }))
    }
}
