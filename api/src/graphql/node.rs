//! Anything that can be fetched again by its id.

use async_graphql::{Context, Error, ID, Interface, Object};
use entity::kinds::Role;

use super::access::{ANYONE_OR_READER, caller, may, partner_of};
use super::app;
use super::audit::AuditEntry;
use super::auth::User;
use super::campaigns::Campaign;
use super::jobs::Job;
use super::members::Member;
use super::partners::{Partner, PartnerToken, PushReceipt, SegmentSync};
use super::points::PointsEntry;
use super::segments::{MembershipEvent, Segment};
use super::transactions::Transaction;
use super::webhooks::{WebhookDelivery, WebhookEndpoint};
use crate::app::App;
use crate::global_id::GlobalId;
use crate::partners::{self, PartnerCaller};
use crate::{audit, auth, campaigns, jobs, members, points, segments, transactions, webhooks};

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
    Partner(Partner),
    PartnerToken(PartnerToken),
    PushReceipt(PushReceipt),
    SegmentSync(SegmentSync),
    WebhookEndpoint(WebhookEndpoint),
    WebhookDelivery(WebhookDelivery),
    Campaign(Campaign),
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object of an id; null where there is none that the caller may see.
    #[graphql(guard = "ANYONE_OR_READER")]
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>, Error> {
        let app = app(ctx);
        let named = GlobalId::read(&id);
        if let Some(partner) = partner_of(ctx) {
            return own_node(app, partner, named).await;
        }
        // Partners and what they do are the administrators' business.
        let is_admin = may(ctx, Role::Admin)?;
        Ok(match named {
            None => None,
            Some(GlobalId::Partner(_) | GlobalId::PartnerToken(_) | GlobalId::Push(_) | GlobalId::SegmentSync(_))
                if !is_admin =>
            {
                None
            }
            Some(GlobalId::Partner(id)) => {
                partners::by_ids(app, vec![id]).await?.remove(&id).map(|row| Node::Partner(Partner::new(row)))
            }
            Some(GlobalId::PartnerToken(id)) => {
                partners::token_by_id(app, id).await?.map(|row| Node::PartnerToken(PartnerToken::new(row)))
            }
            Some(GlobalId::Push(id)) => {
                partners::push_by_id(app, id).await?.map(|row| Node::PushReceipt(PushReceipt::new(row)))
            }
            Some(GlobalId::SegmentSync(id)) => {
                partners::sync_by_id(app, id).await?.map(|row| Node::SegmentSync(SegmentSync::new(row)))
            }
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
            Some(GlobalId::Campaign(id)) => {
                campaigns::by_id(app, id).await?.map(|row| Node::Campaign(Campaign::new(row)))
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

/// The object of an id, if it is the partner's own.
async fn own_node(app: &App, caller: &PartnerCaller, id: Option<GlobalId>) -> Result<Option<Node>, Error> {
    Ok(match id {
        Some(GlobalId::Partner(id)) if id == caller.partner => {
            partners::by_ids(app, vec![id]).await?.remove(&id).map(|row| Node::Partner(Partner::new(row)))
        }
        Some(GlobalId::Segment(id)) => {
            let rows = segments::by_ids(app, vec![id]).await?;
            let own = rows.into_iter().find(|row| row.segment.partner_id == Some(caller.partner));
            own.map(|row| Node::Segment(Segment::new(row)))
        }
        Some(GlobalId::Push(id)) => {
            let own = partners::push_by_id(app, id).await?.filter(|row| row.partner_id == caller.partner);
            own.map(|row| Node::PushReceipt(PushReceipt::new(row)))
        }
        Some(GlobalId::SegmentSync(id)) => {
            let own = partners::sync_by_id(app, id).await?.filter(|row| row.partner_id == caller.partner);
            own.map(|row| Node::SegmentSync(SegmentSync::new(row)))
        }
        _ => None,
    })
}
