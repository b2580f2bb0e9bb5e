//! Lists of documents, and their lines.

use std::collections::HashMap;

use entity::ids::{MemberId, TransactionId};
use entity::{transaction, transaction_item};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::{item_store, store};
use crate::app::App;
use crate::db::page::{KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;

/// The same part of each of some members' documents, newest first, in one statement.
pub async fn of_members(
    app: &App,
    members: &[MemberId],
    arguments: &PageArguments,
) -> Result<HashMap<MemberId, Slice<transaction::Model>>, Fault> {
    let order = order();
    let page = Page::new(arguments, &order)?;
    let selects = members.iter().map(|member| (member.0, store::of_member(*member))).collect();
    let slices = page.read_each(app.db.reader(), selects, &order).await?;
    Ok(slices.into_iter().map(|(member, slice)| (MemberId(member), slice)).collect())
}

/// A document by id.
pub async fn by_id(app: &App, id: TransactionId) -> Result<Option<transaction::Model>, Fault> {
    store::by_id(app.db.reader(), id).await
}

/// The documents of ids, in no order; ids of none are left out.
pub async fn by_ids(app: &App, ids: &[TransactionId]) -> Result<Vec<transaction::Model>, Fault> {
    store::by_ids(app.db.reader(), ids).await
}

/// The lines of documents, in their order.
pub async fn items(
    app: &App,
    ids: &[TransactionId],
) -> Result<HashMap<TransactionId, Vec<transaction_item::Model>>, Fault> {
    item_store::items_of(app.db.reader(), ids).await
}

fn order() -> Order {
    Order {
        tag: "transaction.at:desc".into(),
        key: Expr::col(transaction::Column::At.as_column_ref()),
        kind: KeyKind::Int,
        nullable: false,
        descending: true,
        id: Expr::col(transaction::Column::Id.as_column_ref()),
    }
}
