//! The JSON of the peer's answers: that of the server, byte for byte.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat};
use serde::Serialize;

use super::store::{MemberRow, NameRow, SegmentRow};
use crate::shop::quotient;

#[derive(Serialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

#[derive(Serialize)]
struct Money {
    amount: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// A page of segments.
#[derive(Serialize)]
pub(super) struct SegmentPage<'a> {
    segments: Nodes<Segment<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Nodes<T> {
    nodes: Vec<T>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Segment<'a> {
    id: String,
    key: &'a str,
    name: &'a str,
    member_count: i64,
    reachable_count: i64,
    average_transaction_value: Option<Money>,
    average_transactions: Option<f64>,
    average_spending: Option<Money>,
    average_clv: Option<Money>,
}

impl<'a> SegmentPage<'a> {
    /// The page of rows, one of which may only tell that there are more.
    pub(super) fn new(rows: &'a [SegmentRow], first: i64) -> Self {
        let (rows, page_info) = page(rows, first, |row| Cursor {
            o: "segment.average_transaction_value:desc",
            k: row.average_transaction_value,
            i: row.id,
        });
        Self { segments: Nodes { nodes: rows.iter().map(Segment::new).collect(), page_info } }
    }
}

impl<'a> Segment<'a> {
    fn new(row: &'a SegmentRow) -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(format!("segment:{}", row.id)),
            key: &row.key,
            name: &row.name,
            member_count: row.members,
            reachable_count: row.reachable,
            average_transaction_value: row.average_transaction_value.map(money),
            average_transactions: row.average_transactions,
            average_spending: row.average_spending.map(money),
            average_clv: row.average_clv.map(money),
        }
    }
}

/// A segment with its members.
#[derive(Serialize)]
pub(super) struct SegmentWithMembers<'a> {
    segment: Named<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Named<'a> {
    name: &'a str,
    member_count: i64,
    members: Edges<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edges<'a> {
    edges: Vec<Edge<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edge<'a> {
    joined_at: String,
    node: Member<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Member<'a> {
    number: &'a str,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    email: Option<&'a str>,
    tier: Option<&'a str>,
    metrics: Metrics,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    transactions: i64,
    spending: Money,
    average_transaction_value: Option<Money>,
    last_purchase_at: Option<String>,
    points_balance: String,
}

impl<'a> SegmentWithMembers<'a> {
    /// The segment with the page of its members, one of whom may only tell that there are more.
    pub(super) fn new(segment: &'a NameRow, members: &'a [MemberRow], first: i64) -> Self {
        let (rows, page_info) = page(members, first, |row| Cursor {
            o: "segment_member.joined_at:desc",
            k: Some(row.joined_at),
            i: row.id,
        });
        let members = Edges { edges: rows.iter().map(Edge::new).collect(), page_info };
        Self { segment: Named { name: &segment.name, member_count: segment.members, members } }
    }
}

impl<'a> Edge<'a> {
    fn new(row: &'a MemberRow) -> Self {
        let metrics = Metrics {
            transactions: row.transactions,
            spending: money(row.spending),
            average_transaction_value: quotient(row.spending, row.transactions).map(money),
            last_purchase_at: row.last_purchase_at.map(instant),
            points_balance: row.points_balance.to_string(),
        };
        let node = Member {
            number: &row.number,
            first_name: row.first_name.as_deref(),
            last_name: row.last_name.as_deref(),
            email: row.email.as_deref(),
            tier: row.tier.as_deref(),
            metrics,
        };
        Self { joined_at: instant(row.joined_at), node }
    }
}

#[derive(Serialize)]
struct Cursor {
    o: &'static str,
    k: Option<i64>,
    i: i64,
}

fn page<T>(rows: &[T], first: i64, cursor: impl Fn(&T) -> Cursor) -> (&[T], PageInfo) {
    let first = usize::try_from(first).unwrap_or_default();
    let has_next_page = rows.len() > first;
    let rows = &rows[..rows.len().min(first)];
    let text = |row| URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor(row)).unwrap_or_default());
    (rows, PageInfo { has_next_page, end_cursor: rows.last().map(text) })
}

fn money(minor: i64) -> Money {
    let sign = if minor < 0 { "-" } else { "" };
    Money { amount: format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100) }
}

fn instant(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}
