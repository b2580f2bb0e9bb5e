//! The schema's face: types, inputs, queries and mutations, a room each like the business beneath.

mod access;
mod auth;
mod connection;
mod errors;
mod filters;
mod ingest;
mod loaders;
mod members;
mod node;
mod points;
mod program;
mod refs;
mod scalars;
mod segments;
mod transactions;

use std::net::IpAddr;
use std::sync::Arc;

use async_graphql::{Context, MergedObject, Request};

use crate::app::App;
use crate::auth::Caller;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(node::NodeQuery, auth::AuthQuery, program::ProgramQuery, segments::SegmentQuery, members::MemberQuery);

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    auth::AuthMutation,
    segments::SegmentMutation,
    members::MemberMutation,
    transactions::TransactionMutation,
    points::PointsMutation,
);

/// Who asks, and from where.
#[derive(Clone, Debug)]
pub struct RequestScope {
    /// None for a stranger.
    pub caller: Option<Caller>,
    /// The client's address.
    pub address: IpAddr,
}

/// The request with everything that belongs to it alone: its caller and its loaders, which never serve two callers.
pub fn scoped(request: Request, app: &Arc<App>, caller: Option<Caller>, address: IpAddr) -> Request {
    loaders::add(request, app).data(RequestScope { caller, address })
}

fn app<'a>(ctx: &Context<'a>) -> &'a Arc<App> {
    ctx.data_unchecked::<Arc<App>>()
}
