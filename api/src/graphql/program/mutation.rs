//! The programme changes.

use async_graphql::{Context, Error, InputObject, MaybeUndefined, Object, SimpleObject};
use rust_decimal::Decimal as Number;

use super::Program;
use crate::error::Stop;
use crate::graphql::access::{OWNER, caller};
use crate::graphql::app;
use crate::graphql::errors::{UserError, refused_input};
use crate::graphql::jobs::Job;
use crate::graphql::patch::{Fields, or_unset};
use crate::graphql::scalars::{Date, Decimal};
use crate::program::{self, ProgramPatch};
use crate::valuation;

/// Absent fields stay as they are; null unsets the margin and the costs, and is refused for the others.
#[derive(InputObject)]
pub(crate) struct UpdateProgramInput {
    name: MaybeUndefined<String>,
    /// IANA name.
    time_zone: MaybeUndefined<String>,
    launched_on: MaybeUndefined<Date>,
    /// 0 to 1, with at most 6 digits after the point.
    gross_margin: MaybeUndefined<Decimal>,
    /// Not negative, with at most 6 digits after the point.
    reward_cost_per_point: MaybeUndefined<Decimal>,
    /// Not negative, with at most 6 digits after the point.
    return_handling_cost: MaybeUndefined<Decimal>,
}

/// The programme after a change.
#[derive(SimpleObject)]
pub(crate) struct ProgramPayload {
    program: Option<Program>,
    /// A new time zone recomputes windows and 12-month figures.
    job: Option<Job>,
    user_errors: Vec<UserError>,
}

impl UpdateProgramInput {
    fn into_patch(self) -> Result<ProgramPatch, Stop> {
        let mut fields = Fields::default();
        let patch = ProgramPatch {
            name: fields.never_null("name", self.name),
            time_zone: fields.never_null("timeZone", self.time_zone),
            launched_on: fields.never_null("launchedOn", self.launched_on).map(|day| day.0),
            gross_margin: or_unset(self.gross_margin, Decimal(Number::ONE)).map(|share| share.0),
            reward_cost_per_point: or_unset(self.reward_cost_per_point, Decimal(Number::ZERO)).map(|cost| cost.0),
            return_handling_cost: or_unset(self.return_handling_cost, Decimal(Number::ZERO)).map(|cost| cost.0),
        };
        if fields.refusals.is_empty() { Ok(patch) } else { Err(Stop::Refused(fields.refusals)) }
    }
}

#[derive(Default)]
pub(crate) struct ProgramMutation;

#[Object]
impl ProgramMutation {
    /// OWNER only.
    #[graphql(guard = "OWNER")]
    async fn update_program(&self, ctx: &Context<'_>, input: UpdateProgramInput) -> Result<ProgramPayload, Error> {
        let app = app(ctx);
        let outcome = match input.into_patch() {
            Ok(patch) => program::update(app, caller(ctx)?.by(), patch).await,
            Err(stop) => Err(stop),
        };
        let (done, user_errors) = refused_input(outcome)?;
        if done.is_some()
            && let Err(stop) = valuation::program_changed(app).await
        {
            tracing::warn!(?stop, "what members are worth could not be asked for anew; the next look follows");
        }
        let program = done.is_some().then(|| Program::new(app));
        Ok(ProgramPayload { program, job: done.flatten().map(Job::new), user_errors })
    }
}
