//! Lists of endpoints.

use std::collections::HashMap;

use entity::ids::{SegmentId, WebhookEndpointId};
use entity::webhook_endpoint;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::endpoint_store as store;
use crate::app::App;
use crate::db::page::{self, KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;

/// A part of the endpoints, in the order in which they were made.
pub async fn page(app: &App, arguments: &PageArguments) -> Result<Slice<webhook_endpoint::Model>, Fault> {
    let id = Expr::col(webhook_endpoint::Column::Id.as_column_ref());
    let order = Order {
        tag: "webhook_endpoint.id:asc".into(),
        key: id.clone(),
        kind: KeyKind::Int,
        nullable: false,
        descending: false,
        id,
    };
    let page = Page::new(arguments, &order)?;
    Ok(page.read(app.db.reader(), store::select(), &order).await?)
}

/// How many endpoints there are.
pub async fn count(app: &App) -> Result<i64, Fault> {
    Ok(page::count(app.db.reader(), store::select()).await?)
}

/// The endpoints of ids, in no order.
pub async fn endpoints_by_ids(app: &App, ids: &[WebhookEndpointId]) -> Result<Vec<webhook_endpoint::Model>, Fault> {
    Ok(store::endpoints(app.db.reader(), ids).await?)
}

/// The segments that endpoints are told of; those that are told of all are left out.
pub async fn segments_of(
    app: &App,
    ids: &[WebhookEndpointId],
) -> Result<HashMap<WebhookEndpointId, Vec<SegmentId>>, Fault> {
    Ok(store::segments(app.db.reader(), ids).await?)
}
