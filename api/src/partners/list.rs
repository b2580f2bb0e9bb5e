//! Partners, their tokens and what they pushed, as they are read.

use std::collections::HashMap;

use entity::ids::{PartnerId, PartnerTokenId, PushId, SegmentSyncId};
use entity::{partner, partner_token, push, segment_sync};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::{push_store, store, sync_store, token_store};
use crate::app::App;
use crate::db::page::{KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;

/// A part of the partners, by key.
pub async fn page(app: &App, arguments: &PageArguments) -> Result<Slice<partner::Model>, Fault> {
    let order = Order {
        tag: "partner.key:asc".into(),
        key: Expr::col(partner::Column::Key.as_column_ref()),
        kind: KeyKind::Text,
        nullable: false,
        descending: false,
        id: Expr::col(partner::Column::Id.as_column_ref()),
    };
    let page = Page::new(arguments, &order)?;
    Ok(page.read(app.db.reader(), store::select(), &order).await?)
}

/// How many there are.
pub async fn count(app: &App) -> Result<i64, Fault> {
    Ok(crate::db::page::count(app.db.reader(), store::select()).await?)
}

/// The same part of the pushes of each of some partners, the newest first.
pub async fn page_of_pushes(
    app: &App,
    partners: &[PartnerId],
    arguments: &PageArguments,
) -> Result<HashMap<PartnerId, Slice<push::Model>>, Fault> {
    let order = Order {
        tag: "push.received_at:desc".into(),
        key: Expr::col(push::Column::ReceivedAt.as_column_ref()),
        kind: KeyKind::Int,
        nullable: false,
        descending: true,
        id: Expr::col(push::Column::Id.as_column_ref()),
    };
    let page = Page::new(arguments, &order)?;
    let selects = partners.iter().map(|partner| (partner.0, store::select_pushes(*partner))).collect();
    let slices = page.read_each(app.db.reader(), selects, &order).await?;
    Ok(slices.into_iter().map(|(partner, slice)| (PartnerId(partner), slice)).collect())
}

/// Partners of ids.
pub async fn by_ids(app: &App, ids: Vec<PartnerId>) -> Result<HashMap<PartnerId, partner::Model>, Fault> {
    let rows = store::by_ids(app.db.reader(), ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The tokens of partners, the oldest first.
pub async fn tokens_of(
    app: &App,
    partners: &[PartnerId],
) -> Result<HashMap<PartnerId, Vec<partner_token::Model>>, Fault> {
    Ok(token_store::of(app.db.reader(), partners).await?)
}

/// A token.
pub async fn token_by_id(app: &App, id: PartnerTokenId) -> Result<Option<partner_token::Model>, Fault> {
    Ok(token_store::by_id(app.db.reader(), id).await?)
}

/// A push.
pub async fn push_by_id(app: &App, id: PushId) -> Result<Option<push::Model>, Fault> {
    Ok(push_store::by_id(app.db.reader(), id).await?)
}

/// A full list that is sent in parts.
pub async fn sync_by_id(app: &App, id: SegmentSyncId) -> Result<Option<segment_sync::Model>, Fault> {
    Ok(sync_store::by_id(app.db.reader(), id).await?)
}
