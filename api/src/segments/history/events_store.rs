//! The SQL of reading the log of memberships.

use entity::ids::{MemberId, MembershipEventId, SegmentId};
use entity::membership_event;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};

use crate::error::Fault;

/// The events of a segment, or those of one member in it.
pub(super) fn of_segment(segment: SegmentId, member: Option<MemberId>) -> SelectStatement {
    let events = membership_event::Entity::find().filter(membership_event::Column::SegmentId.eq(segment));
    match member {
        Some(member) => events.filter(membership_event::Column::MemberId.eq(member)).into_query(),
        None => events.into_query(),
    }
}

/// The events of a member.
pub(super) fn of_member(member: MemberId) -> SelectStatement {
    membership_event::Entity::find().filter(membership_event::Column::MemberId.eq(member)).into_query()
}

/// An event by id.
pub(super) async fn event(
    db: &impl ConnectionTrait,
    id: MembershipEventId,
) -> Result<Option<membership_event::Model>, Fault> {
    Ok(membership_event::Entity::find_by_id(id).one(db).await?)
}
