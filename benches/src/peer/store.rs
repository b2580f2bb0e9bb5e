//! The peer's SQL. Both databases read the same text.

use std::time::Duration;

use anyhow::Result;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, FromRow, PgPool, SqlitePool};

/// The pools are as large as the server's.
pub(super) enum Store {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

/// A segment with its figures.
#[derive(FromRow)]
pub(super) struct SegmentRow {
    pub(super) id: i64,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) members: i64,
    pub(super) reachable: i64,
    pub(super) average_transaction_value: Option<i64>,
    pub(super) average_transactions: Option<f64>,
    pub(super) average_spending: Option<i64>,
    pub(super) average_clv: Option<i64>,
}

/// A segment's name and size.
#[derive(FromRow)]
pub(super) struct NameRow {
    id: i64,
    pub(super) name: String,
    pub(super) members: i64,
}

/// A member of a segment with its sums.
#[derive(FromRow)]
pub(super) struct MemberRow {
    pub(super) id: i64,
    pub(super) joined_at: i64,
    pub(super) number: String,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) tier: Option<String>,
    pub(super) transactions: i64,
    pub(super) spending: i64,
    pub(super) last_purchase_at: Option<i64>,
    pub(super) points_balance: i64,
}

const SEGMENTS: &str = "
    SELECT s.id, s.key, s.name, f.members, f.reachable, f.average_transaction_value, f.average_transactions,
        f.average_spending, f.average_clv
    FROM segment AS s JOIN segment_stats AS f ON f.segment_id = s.id
    WHERE s.name_folded LIKE $1 AND f.members >= $2
    ORDER BY f.average_transaction_value IS NULL, f.average_transaction_value DESC, s.id DESC";

const SEGMENT: &str =
    "SELECT s.id, s.name, f.members FROM segment AS s JOIN segment_stats AS f ON f.segment_id = s.id WHERE s.key = $1";

// The page is cut before anything is joined to it, so that the planner does not prepare for every member.
const MEMBERS: &str = "
    SELECT m.id, b.joined_at, m.number, m.first_name, m.last_name, m.email, m.tier, k.transactions, k.spending,
        k.last_purchase_at, k.points_balance
    FROM (SELECT member_id, joined_at FROM segment_member WHERE segment_id = $1
        ORDER BY joined_at DESC, member_id DESC {limit}) AS b
    JOIN member AS m ON m.id = b.member_id JOIN member_metrics AS k ON k.member_id = b.member_id
    ORDER BY b.joined_at DESC, b.member_id DESC";

impl Store {
    /// Opens the database of a URL.
    pub(super) async fn open(url: &str) -> Result<Self> {
        let Some(path) = url.strip_prefix("sqlite://") else {
            let pool = PgPoolOptions::new().max_connections(8).test_before_acquire(false).connect(url).await?;
            return Ok(Self::Postgres(pool));
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(60))
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "1073741824")
            .pragma("cache_size", "-65536");
        let pool = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false).connect_with(options).await?;
        Ok(Self::Sqlite(pool))
    }

    /// Segments whose name holds a text, with so many members at least.
    pub(super) async fn segments(&self, name: &str, members: i64, limit: i64) -> Result<Vec<SegmentRow>, sqlx::Error> {
        let pattern = format!("%{}%", name.to_lowercase());
        // A bound LIMIT is guessed at by the planner, a written one is known.
        let text = AssertSqlSafe(format!("{SEGMENTS} LIMIT {limit}"));
        match self {
            Self::Postgres(pool) => sqlx::query_as(text).bind(pattern).bind(members).fetch_all(pool).await,
            Self::Sqlite(pool) => sqlx::query_as(text).bind(pattern).bind(members).fetch_all(pool).await,
        }
    }

    /// A segment and those of its members who came last.
    pub(super) async fn segment(
        &self,
        key: &str,
        limit: i64,
    ) -> Result<Option<(NameRow, Vec<MemberRow>)>, sqlx::Error> {
        let segment: Option<NameRow> = match self {
            Self::Postgres(pool) => sqlx::query_as(SEGMENT).bind(key).fetch_optional(pool).await?,
            Self::Sqlite(pool) => sqlx::query_as(SEGMENT).bind(key).fetch_optional(pool).await?,
        };
        let Some(segment) = segment else { return Ok(None) };
        let text = AssertSqlSafe(MEMBERS.replace("{limit}", &format!("LIMIT {limit}")));
        let members = match self {
            Self::Postgres(pool) => sqlx::query_as(text).bind(segment.id).fetch_all(pool).await?,
            Self::Sqlite(pool) => sqlx::query_as(text).bind(segment.id).fetch_all(pool).await?,
        };
        Ok(Some((segment, members)))
    }
}
