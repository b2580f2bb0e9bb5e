//! Every coming and going with its reason, newest first.

use std::collections::HashMap;

use entity::ids::{MemberId, MembershipEventId, SegmentId};
use entity::membership_event;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::events_store;
use crate::app::App;
use crate::db::page::{Cursor, KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;

/// The same part of the log of each of some segments, or of what it says of one member.
pub async fn of_segments(
    app: &App,
    segments: &[SegmentId],
    member: Option<MemberId>,
    arguments: &PageArguments,
) -> Result<HashMap<SegmentId, Slice<membership_event::Model>>, Fault> {
    let page = Page::new(arguments, &order())?;
    let selects = segments.iter().map(|segment| (segment.0, events_store::of_segment(*segment, member))).collect();
    let slices = page.read_each(app.db.reader(), selects, &order()).await?;
    Ok(slices.into_iter().map(|(segment, slice)| (SegmentId(segment), slice)).collect())
}

/// The same part of what the log says of each of some members, removed segments included.
pub async fn of_members(
    app: &App,
    members: &[MemberId],
    arguments: &PageArguments,
) -> Result<HashMap<MemberId, Slice<membership_event::Model>>, Fault> {
    let page = Page::new(arguments, &order())?;
    let selects = members.iter().map(|member| (member.0, events_store::of_member(*member))).collect();
    let slices = page.read_each(app.db.reader(), selects, &order()).await?;
    Ok(slices.into_iter().map(|(member, slice)| (MemberId(member), slice)).collect())
}

/// An event by id.
pub async fn event(app: &App, id: MembershipEventId) -> Result<Option<membership_event::Model>, Fault> {
    events_store::event(app.db.reader(), id).await
}

/// Where an event stands in the log of its segment, and in that of its member.
pub fn cursor(event: &membership_event::Model) -> Cursor {
    Cursor::of_number(&order(), event.at, event.id.0)
}

/// The id of the event that such a cursor stands at.
pub fn id_at(cursor: &str) -> Result<i64, Fault> {
    Ok(Cursor::read(cursor, &order())?.id())
}

/// Instants rise with ids, so that this is the order of the ids, by an index that also finds instants.
fn order() -> Order {
    Order {
        tag: "membership_event.at:desc".into(),
        key: Expr::col(membership_event::Column::At.as_column_ref()),
        kind: KeyKind::Int,
        nullable: false,
        descending: true,
        id: Expr::col(membership_event::Column::Id.as_column_ref()),
    }
}
