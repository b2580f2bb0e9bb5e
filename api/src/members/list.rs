//! Lists of members.

use std::collections::HashMap;

use entity::ids::MemberId;
use entity::member;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, SelectStatement};

use super::{
    LabelInput, MemberFilter, MemberOrder, MemberRef, MemberRow, columns, condition, order, resolve_one, store,
};
use crate::app::App;
use crate::db::filter;
use crate::db::page::{self, Page, PageArguments, Slice};
use crate::error::Fault;

/// A part of the members that a search and a filter let through, in an order. Who was erased is among no members.
pub async fn page(app: &App, list: &MemberList, arguments: &PageArguments) -> Result<Slice<MemberRow>, Fault> {
    let order = order(list.order);
    let page = Page::new(arguments, &order)?;
    let mut select = list.select();
    columns(&mut select);
    Ok(page.read(app.db.reader(), select, &order).await?)
}

/// How many members a search and a filter let through.
pub async fn count(app: &App, list: &MemberList) -> Result<i64, Fault> {
    Ok(page::count(app.db.reader(), list.select()).await?)
}

/// Which members, in which order.
#[derive(Clone, Debug)]
pub struct MemberList {
    /// What was typed so far: every word begins a word of number, name or e-mail.
    pub search: Option<String>,
    /// What must hold.
    pub filter: Option<MemberFilter>,
    /// The order.
    pub order: MemberOrder,
}

impl MemberList {
    fn select(&self) -> SelectStatement {
        let mut select = store::select();
        select.and_where(member::Column::ErasedAt.is_null());
        if let Some(text) = &self.search {
            select.cond_where(filter::search(&Expr::col(member::Column::SearchWords.as_column_ref()), text));
        }
        if let Some(filter) = &self.filter {
            select.cond_where(condition(filter));
        }
        select
    }
}

/// The members of ids, in no order; ids of nobody are left out.
pub async fn by_ids(app: &App, ids: Vec<MemberId>) -> Result<Vec<MemberRow>, Fault> {
    store::rows_of(app.db.reader(), ids).await
}

/// The labels of members, in their order.
pub async fn labels(app: &App, ids: &[MemberId]) -> Result<HashMap<MemberId, Vec<LabelInput>>, Fault> {
    store::labels_of(app.db.reader(), ids).await
}

/// The member that a reference names; none where it names nobody, or more than one.
pub async fn by_ref(app: &App, reference: &MemberRef) -> Result<Option<MemberRow>, Fault> {
    // By id, which says nothing of the person, what is left of one who was erased is shown, too.
    if let MemberRef::Id(id) = reference {
        return Ok(by_ids(app, vec![*id]).await?.into_iter().next());
    }
    match resolve_one(app.db.reader(), reference).await? {
        Ok(id) => Ok(by_ids(app, vec![id]).await?.into_iter().next()),
        Err(_) => Ok(None),
    }
}
