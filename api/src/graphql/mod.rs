//! The schema's face: types, inputs, queries and mutations, a room each like the business beneath.

mod access;
mod audit;
mod auth;
mod campaigns;
mod connection;
mod errors;
mod exports;
mod feedback;
mod filters;
mod history;
mod ingest;
mod insights;
mod jobs;
mod loaders;
mod loading;
mod members;
mod node;
mod partners;
mod patch;
mod plain;
mod points;
mod program;
mod refs;
mod rules;
mod scalars;
mod segments;
mod transactions;
mod valuation;
mod webhooks;

use std::net::IpAddr;
use std::sync::Arc;

use async_graphql::{Context, MergedObject, MergedSubscription, Request};

pub use loading::Loading;
pub use partners::PartnerView;

use crate::app::App;
use crate::auth::Caller;
use crate::exports::Reached;
use crate::partners::PartnerCaller;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQuery,
    auth::AuthQuery,
    program::ProgramQuery,
    segments::SegmentQuery,
    members::MemberQuery,
    feedback::FeedbackQuery,
    insights::InsightQuery,
    campaigns::CampaignQuery,
    valuation::ValueQuery,
    rules::RuleQuery,
    rules::CatalogueQuery,
    auth::PeopleQuery,
    audit::AuditQuery,
    jobs::JobQuery,
    partners::PartnerQuery,
    webhooks::WebhookQuery,
);

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    auth::AuthMutation,
    program::ProgramMutation,
    auth::PeopleMutation,
    segments::SegmentMutation,
    segments::TemplateMutation,
    members::MemberMutation,
    members::PrivacyMutation,
    transactions::TransactionMutation,
    points::PointsMutation,
    feedback::FeedbackMutation,
    campaigns::CampaignMutation,
    jobs::JobMutation,
    valuation::ValueMutation,
    partners::PartnerMutation,
    partners::PushMutation,
    partners::SyncMutation,
    webhooks::WebhookMutation,
);

/// What can be watched, over graphql-transport-ws.
#[derive(MergedSubscription, Default)]
pub struct Subscription(segments::SegmentSubscription, jobs::JobSubscription);

/// Who asks, and from where.
#[derive(Clone, Debug)]
pub struct RequestScope {
    /// None for a stranger, and for a partner.
    pub caller: Option<Caller>,
    /// The partner system, where one calls.
    pub partner: Option<PartnerCaller>,
    /// The client's address.
    pub address: IpAddr,
    /// How the client got here, for links that lead back.
    pub reached: Reached,
}

/// The request with everything that belongs to it alone: its caller and its loaders, which never serve two callers. What
/// the loaders read runs along with the execution.
pub fn scoped(request: Request, app: &Arc<App>, scope: RequestScope) -> (Request, Loading) {
    let (request, loading) = loaders::add(request, app);
    (request.data(scope), loading)
}

fn app<'a>(ctx: &Context<'a>) -> &'a Arc<App> {
    ctx.data_unchecked::<Arc<App>>()
}
