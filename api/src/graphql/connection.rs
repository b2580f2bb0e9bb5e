//! What all connections share.

use async_graphql::SimpleObject;

use crate::db::page::{PageArguments, Slice};

/// Where a page stands in its list.
#[derive(SimpleObject, Clone, Debug)]
pub(super) struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

impl PageInfo {
    pub(super) fn of<T>(slice: &Slice<T>) -> Self {
        Self {
            has_next_page: slice.has_next,
            has_previous_page: slice.has_previous,
            start_cursor: slice.rows.first().map(|(cursor, _)| cursor.text()),
            end_cursor: slice.rows.last().map(|(cursor, _)| cursor.text()),
        }
    }
}

/// The arguments of a connection that is read from its start alone.
pub(super) fn forward(first: Option<i32>, after: Option<String>) -> PageArguments {
    PageArguments { first, after, last: None, before: None }
}

/// A count as the schema's Int; counts beyond its range are shown as its largest.
pub(super) fn int(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(if count < 0 { i32::MIN } else { i32::MAX })
}

/// A count of things in memory.
pub(super) fn size(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Which end comes first.
#[derive(async_graphql::Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum OrderDirection {
    /// The smallest first.
    Asc,
    /// The largest first.
    Desc,
}
