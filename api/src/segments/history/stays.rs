//! Who belonged at an instant, and who came and went between two.

use std::collections::HashMap;

use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};

use super::stays_store;
use crate::app::App;
use crate::db::page::{self, KeyKind, Order, Page, PageArguments, Slice};
use crate::error::{Fault, FaultKind};
use crate::members::{self, MemberRow};

/// Members, told by when they belonged. Each instant is exact: what was recorded at it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stayed {
    /// Who belonged at the instant.
    At(Millis),
    /// Who belonged at the second instant and not at the first.
    Joined(Millis, Millis),
    /// Who belonged at the first instant and not at the second.
    Left(Millis, Millis),
}

impl Stayed {
    /// Who came and who went between two instants.
    pub fn between(from: Millis, to: Millis) -> Result<(Self, Self), Fault> {
        if from > to {
            return Err(Fault::of(FaultKind::BadInput, "`from` must not lie after `to`"));
        }
        Ok((Self::Joined(from, to), Self::Left(from, to)))
    }
}

/// The same part of those members of each of some segments, in the order of their ids.
pub async fn stayed(
    app: &App,
    segments: &[SegmentId],
    which: Stayed,
    arguments: &PageArguments,
) -> Result<HashMap<SegmentId, Slice<MemberRow>>, Fault> {
    let order = Order {
        tag: "stay.member_id:asc".into(),
        key: stays_store::member_id(),
        kind: KeyKind::Int,
        nullable: false,
        descending: false,
        id: stays_store::member_id(),
    };
    let page = Page::new(arguments, &order)?;
    let selects = segments.iter().map(|segment| (segment.0, stays_store::select(*segment, which))).collect();
    let found: HashMap<i64, Slice<stays_store::Stay>> = page.read_each(app.db.reader(), selects, &order).await?;
    let ids = found.values().flat_map(|slice| slice.rows.iter().map(|(_, stay)| stay.member_id)).collect();
    let rows: HashMap<MemberId, MemberRow> =
        members::list::by_ids(app, ids).await?.into_iter().map(|row| (row.member.id, row)).collect();
    let one = |slice: Slice<stays_store::Stay>| Slice {
        rows: slice
            .rows
            .into_iter()
            .filter_map(|(cursor, stay)| Some((cursor, rows.get(&stay.member_id)?.clone())))
            .collect(),
        has_next: slice.has_next,
        has_previous: slice.has_previous,
    };
    Ok(found.into_iter().map(|(segment, slice)| (SegmentId(segment), one(slice))).collect())
}

/// How many those are, for each of some segments.
pub async fn count_stayed(app: &App, segments: &[SegmentId], which: Stayed) -> Result<HashMap<SegmentId, i64>, Fault> {
    let selects = segments.iter().map(|segment| (segment.0, stays_store::select(*segment, which))).collect();
    let counts = page::count_each(app.db.reader(), selects).await?;
    Ok(counts.into_iter().map(|(segment, count)| (SegmentId(segment), count)).collect())
}
