//! What members are worth, as the schema shows it.

mod groups;
mod loading;
mod model;

use async_graphql::{Context, Error, InputObject, Object};

pub(super) use self::groups::{Presence, ValueGroup};
use self::groups::{ValueBreakdown, ValueGroupsAnalysis};
pub(super) use self::loading::ValueOf;
use self::model::ValueModel;
use super::access::{ADMIN, ANYONE, caller};
use super::app;
use super::errors::refused_input;
use super::jobs::JobPayload;
use super::refs::MemberRef;
use super::scalars::Date;
use crate::valuation;

#[derive(Default)]
pub(crate) struct ValueQuery;

#[Object]
impl ValueQuery {
    /// Customers by what they are worth, as the nightly analysis found them. Null before the first one.
    #[graphql(guard = "ANYONE")]
    async fn value_groups(&self, ctx: &Context<'_>) -> Result<Option<ValueGroupsAnalysis>, Error> {
        Ok(valuation::groups(app(ctx)).await?.map(ValueGroupsAnalysis))
    }

    /// How a member's value comes about, term by term. Null before the first nightly analysis, and where there is no such
    /// member.
    #[graphql(guard = "ANYONE")]
    async fn value_breakdown(&self, ctx: &Context<'_>, member: MemberRef) -> Result<Option<ValueBreakdown>, Error> {
        Ok(valuation::breakdown(app(ctx), &member.into()).await?.map(ValueBreakdown))
    }

    /// The model behind predicted figures, fitted anew every night. Null until there was one, and while the data do not allow
    /// one.
    #[graphql(guard = "ANYONE")]
    async fn value_model(&self, ctx: &Context<'_>) -> Result<Option<ValueModel>, Error> {
        Ok(valuation::model(app(ctx)).await?.map(ValueModel))
    }
}

/// What to fit the value model to.
#[derive(InputObject)]
pub(crate) struct FitValueModelInput {
    /// The day at whose end the model looks at the customers; yesterday when absent. Today at the latest.
    as_of: Option<Date>,
}

#[derive(Default)]
pub(crate) struct ValueMutation;

#[Object]
impl ValueMutation {
    /// Fits the value model anew, and lets predicted figures, groups and the rules that ask for them follow when the job ends. One
    /// is at a time: whoever asks for the one under way is answered its job, another day is NOT_ALLOWED meanwhile. Where the data
    /// do not allow a model the job fails and says why.
    #[graphql(guard = "ADMIN")]
    async fn fit_value_model(&self, ctx: &Context<'_>, input: FitValueModelInput) -> Result<JobPayload, Error> {
        let as_of = input.as_of.map(|day| day.0);
        let (job, user_errors) = refused_input(valuation::ask(app(ctx), caller(ctx)?.by(), as_of).await)?;
        Ok(JobPayload::new(job, user_errors))
    }
}
