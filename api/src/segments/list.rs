//! Lists of segments, of a segment's members, of a member's segments.

use std::collections::HashMap;

use entity::ids::{MemberId, SegmentId};
use entity::{member, segment};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, SelectStatement};

use super::membership_store::{self, Belonging};
use super::query::{condition, member_order, order};
use super::store::{self, SegmentRow};
use super::tag_store::{self, TagCount};
use super::{SegmentFilter, SegmentMemberOrder, SegmentMemberOrderField, SegmentOrder, SegmentOrderField, SegmentRef};
use crate::app::App;
use crate::db::filter;
use crate::db::page::{self, Order, Page, PageArguments, Slice};
use crate::error::{Fault, FaultKind};
use crate::members::{self, MemberFilter, MemberRef};

/// Which segments, in which order.
#[derive(Clone, Debug)]
pub struct SegmentList {
    /// What was typed so far: every word begins a word of the name.
    pub search: Option<String>,
    /// What must hold.
    pub filter: Option<SegmentFilter>,
    /// The order.
    pub order: SegmentOrder,
}

/// Which of a segment's members, in which order.
#[derive(Clone, Debug)]
pub struct SegmentMemberList {
    /// What was typed so far: every word begins a word of number, name or e-mail.
    pub search: Option<String>,
    /// What must hold.
    pub filter: Option<MemberFilter>,
    /// The order.
    pub order: SegmentMemberOrder,
}

/// A part of the segments.
pub async fn page(app: &App, list: &SegmentList, arguments: &PageArguments) -> Result<Slice<SegmentRow>, Fault> {
    let order = order(list.order);
    let page = Page::new(arguments, &order)?;
    let mut select = list.select();
    store::columns(&mut select);
    Ok(page.read(app.db.reader(), select, &order).await?)
}

/// How many segments there are.
pub async fn count(app: &App, list: &SegmentList) -> Result<i64, Fault> {
    Ok(page::count(app.db.reader(), list.select()).await?)
}

/// The same part of the members of each of some segments, in one statement. The list's own segment is not looked at.
pub async fn members(
    app: &App,
    segments: &[SegmentId],
    list: &SegmentMemberList,
    arguments: &PageArguments,
) -> Result<HashMap<SegmentId, Slice<Belonging>>, Fault> {
    let order = member_order(list.order);
    let page = Page::new(arguments, &order)?;
    let select = |segment: &SegmentId| (segment.0, list.belonging(*segment, &page, &order));
    let slices = page.read_each(app.db.reader(), segments.iter().map(select).collect(), &order).await?;
    Ok(slices.into_iter().map(|(segment, slice)| (SegmentId(segment), slice)).collect())
}

/// How many of a segment's members there are.
pub async fn count_members(app: &App, segment: SegmentId, list: &SegmentMemberList) -> Result<i64, Fault> {
    Ok(page::count(app.db.reader(), list.select(segment)).await?)
}

/// The same part of each of some members' segments, by name, in one statement.
pub async fn of_members(
    app: &App,
    members: &[MemberId],
    active: Option<bool>,
    arguments: &PageArguments,
) -> Result<HashMap<MemberId, Slice<SegmentRow>>, Fault> {
    let order = order(BY_NAME);
    let page = Page::new(arguments, &order)?;
    let select = |member: &MemberId| {
        let mut select = of_member(*member, active).select();
        store::columns(&mut select);
        (member.0, select)
    };
    let slices = page.read_each(app.db.reader(), members.iter().map(select).collect(), &order).await?;
    Ok(slices.into_iter().map(|(member, slice)| (MemberId(member), slice)).collect())
}

/// A member's segments, active ones, inactive ones, or both, as a list.
pub fn of_member(member: MemberId, active: Option<bool>) -> SegmentList {
    let belongs = SegmentFilter::HasMember(Some(member));
    let filters = std::iter::once(belongs).chain(active.map(SegmentFilter::Active)).collect();
    SegmentList { search: None, filter: Some(SegmentFilter::All(filters)), order: BY_NAME }
}

const BY_NAME: SegmentOrder = SegmentOrder { field: SegmentOrderField::Name, descending: false };

/// The segment that a reference names.
pub async fn by_ref(app: &App, reference: &SegmentRef) -> Result<Option<SegmentRow>, Fault> {
    let db = app.db.reader();
    let found = match reference {
        SegmentRef::Id(id) => store::rows_of(db, vec![*id]).await?,
        // No key holds a NUL, and PostgreSQL takes none.
        SegmentRef::Key(key) if engine::text::is_segment_key(key) => store::row_of_key(db, key).await?,
        SegmentRef::Key(_) | SegmentRef::Unreadable => Vec::new(),
    };
    Ok(found.into_iter().next())
}

/// The ids of the segments that references name; one that is not known is an error.
pub async fn ids_of(app: &App, references: &[SegmentRef]) -> Result<Vec<SegmentId>, Fault> {
    let unknown = || Fault::of(FaultKind::BadInput, "there is no such segment");
    find(app, references).await?.into_iter().map(|found| found.ok_or_else(unknown)).collect()
}

/// The ids of the segments that references name, in their order; none for one that is not known.
pub async fn find(app: &App, references: &[SegmentRef]) -> Result<Vec<Option<SegmentId>>, Fault> {
    let known = store::named(app.db.reader(), references).await?;
    let id = |reference: &SegmentRef| {
        let found = known.iter().find(|(id, key)| match reference {
            SegmentRef::Id(named) => named == id,
            SegmentRef::Key(named) => named == key,
            SegmentRef::Unreadable => false,
        });
        found.map(|(id, _)| *id)
    };
    Ok(references.iter().map(id).collect())
}

/// The segments of ids, in no order.
pub async fn by_ids(app: &App, ids: Vec<SegmentId>) -> Result<Vec<SegmentRow>, Fault> {
    store::rows_of(app.db.reader(), ids).await
}

/// The tags of segments, in their order.
pub async fn tags_of(app: &App, ids: &[SegmentId]) -> Result<HashMap<SegmentId, Vec<String>>, Fault> {
    tag_store::of(app.db.reader(), ids).await
}

/// The tags in use, by name, with how many segments have each.
pub async fn tags(app: &App) -> Result<Vec<TagCount>, Fault> {
    tag_store::counts(app.db.reader()).await
}

/// Whether a member belongs to each of some segments; none where the member or the segment is not known.
pub async fn memberships(app: &App, member: &MemberRef, segments: &[SegmentRef]) -> Result<Vec<Option<bool>>, Fault> {
    let db = app.db.reader();
    let Ok(member) = members::resolve_one(db, member).await? else { return Ok(vec![None; segments.len()]) };
    let known = membership_store::memberships(db, member, segments).await?;
    let one = |reference: &SegmentRef| {
        known.iter().find_map(|(id, key, belongs)| match reference {
            SegmentRef::Id(named) if named == id => Some(*belongs),
            SegmentRef::Key(named) if named == key => Some(*belongs),
            _ => None,
        })
    };
    Ok(segments.iter().map(one).collect())
}

impl SegmentList {
    fn select(&self) -> SelectStatement {
        let mut select = store::select();
        if let Some(text) = &self.search {
            select.cond_where(filter::search(&Expr::col(segment::Column::SearchWords.as_column_ref()), text));
        }
        if let Some(filter) = &self.filter {
            select.cond_where(condition(filter));
        }
        select
    }
}

impl SegmentMemberList {
    /// A statement over the list with its columns.
    fn belonging(&self, segment: SegmentId, page: &Page, order: &Order) -> SelectStatement {
        let by_membership = self.order.field == SegmentMemberOrderField::JoinedAt;
        let mut select = if by_membership && self.search.is_none() && self.filter.is_none() {
            // Nothing is asked of the members themselves.
            let memberships = membership_store::select_memberships(segment);
            membership_store::select_members_of(page.cut(memberships, order))
        } else {
            self.select(segment)
        };
        membership_store::belonging_columns(&mut select);
        select
    }

    fn select(&self, segment: SegmentId) -> SelectStatement {
        let mut select = membership_store::select_belonging(segment);
        if let Some(text) = &self.search {
            select.cond_where(filter::search(&Expr::col(member::Column::SearchWords.as_column_ref()), text));
        }
        if let Some(filter) = &self.filter {
            select.cond_where(members::condition(filter));
        }
        select
    }
}
