//! Anything that can be fetched again by its id.

use async_graphql::{Context, Error, ID, Interface, Object};
use entity::kinds::Role;

use super::access::{ANYONE, caller, may};
use super::app;
use super::audit::AuditEntry;
use super::auth::User;
use super::jobs::Job;
use super::members::Member;
use super::points::PointsEntry;
use super::segments::{MembershipEvent, Segment};
use super::transactions::Transaction;
use super::webhooks::{WebhookDelivery, WebhookEndpoint};
use crate::global_id::GlobalId;
use crate::{audit, auth, jobs, members, points, segments, transactions, webhooks};

/// Anything that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque and global. Never parse it."))]
pub(super) enum Node {
    Segment(Segment),
    Member(Member),
    Transaction(Transaction),
    PointsEntry(PointsEntry),
    User(User),
    MembershipEvent(MembershipEvent),
    Job(Job),
    AuditEntry(AuditEntry),
    WebhookEndpoint(WebhookEndpoint),
    WebhookDelivery(WebhookDelivery),
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object of an id; null where there is none that the caller may see.
    #[graphql(guard = "ANYONE")]
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>, Error> {
        let app = app(ctx);
        Ok(match GlobalId::read(&id) {
            None => None,
            Some(GlobalId::Segment(id)) => {
                segments::by_ids(app, vec![id]).await?.into_iter().next().map(|row| Node::Segment(Segment::new(row)))
            }
            Some(GlobalId::Member(id)) => {
                members::list::by_ids(app, vec![id]).await?.into_iter().next().map(|row| Node::Member(Member::new(row)))
            }
            Some(GlobalId::Transaction(id)) => {
                transactions::list::by_id(app, id).await?.map(|row| Node::Transaction(Transaction::new(row)))
            }
            Some(GlobalId::PointsEntry(id)) => {
                points::list::by_id(app, id).await?.map(|row| Node::PointsEntry(PointsEntry::new(row)))
            }
            Some(GlobalId::MembershipEvent(id)) => {
                segments::history::event(app, id).await?.map(|row| Node::MembershipEvent(MembershipEvent::new(row)))
            }
            // Other people's accounts are the owners' business.
            Some(GlobalId::User(id)) => {
                let caller = caller(ctx)?;
                let may = caller.user == id || caller.role == Role::Owner;
                let user = if may { auth::ops::user(app, id).await? } else { None };
                user.map(|row| Node::User(User::new(row)))
            }
            Some(GlobalId::Job(id)) => jobs::by_id(app, id).await?.map(|row| Node::Job(Job::new(row))),
            Some(GlobalId::AuditEntry(id)) => {
                let entry = if may(ctx, Role::Admin)? { audit::by_id(app, id).await? } else { None };
                entry.map(|row| Node::AuditEntry(AuditEntry::new(row)))
            }
            Some(GlobalId::WebhookEndpoint(id)) => {
                let found =
                    if may(ctx, Role::Admin)? { webhooks::endpoints_by_ids(app, &[id]).await? } else { Vec::new() };
                found.into_iter().next().map(|row| Node::WebhookEndpoint(WebhookEndpoint::new(row)))
            }
            Some(GlobalId::WebhookDelivery(id)) => {
                let found =
                    if may(ctx, Role::Admin)? { webhooks::deliveries_by_ids(app, &[id]).await? } else { Vec::new() };
                found.into_iter().next().map(|row| Node::WebhookDelivery(WebhookDelivery::new(row)))
            }
        })
    }
}
