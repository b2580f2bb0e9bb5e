//! Lists of points entries.

use std::collections::HashMap;

use entity::ids::{MemberId, PointsEntryId};
use entity::points_entry;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::store;
use crate::app::App;
use crate::db::page::{KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;

/// The same part of each of some members' entries, newest first, in one statement.
pub async fn of_members(
    app: &App,
    members: &[MemberId],
    arguments: &PageArguments,
) -> Result<HashMap<MemberId, Slice<points_entry::Model>>, Fault> {
    let order = order();
    let page = Page::new(arguments, &order)?;
    let selects = members.iter().map(|member| (member.0, store::of_member(*member))).collect();
    let slices = page.read_each(app.db.reader(), selects, &order).await?;
    Ok(slices.into_iter().map(|(member, slice)| (MemberId(member), slice)).collect())
}

/// An entry by id.
pub async fn by_id(app: &App, id: PointsEntryId) -> Result<Option<points_entry::Model>, Fault> {
    store::by_id(app.db.reader(), id).await
}

fn order() -> Order {
    Order {
        tag: "points_entry.at:desc".into(),
        key: Expr::col(points_entry::Column::At.as_column_ref()),
        kind: KeyKind::Int,
        nullable: false,
        descending: true,
        id: Expr::col(points_entry::Column::Id.as_column_ref()),
    }
}
