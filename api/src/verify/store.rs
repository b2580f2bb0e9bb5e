//! The SQL of the comparisons. It looks at rows alone and shares nothing with the statements that keep the sums.

use engine::figures::Sums;
use entity::{program, segment_stats};
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IsolationLevel, QueryOrder, TransactionOptions,
    TransactionTrait,
};

use super::Check;
use crate::db::{Db, Txn, sql};
use crate::error::Fault;

/// A transaction that sees one moment throughout.
pub(super) async fn begin(db: &Db) -> Result<Txn, Fault> {
    let isolation_level = Some(IsolationLevel::RepeatableRead).filter(|_| db.backend() == DbBackend::Postgres);
    let options = TransactionOptions { isolation_level, ..TransactionOptions::default() };
    // The writer's connections may take their time; nothing is written.
    Ok(db.writer().begin_with_options(options).await?)
}

/// The programme, with the day for which the 12-month figures hold.
pub(super) async fn programme(txn: &Txn) -> Result<program::Model, Fault> {
    let row = program::Entity::find().one(txn).await?;
    row.ok_or_else(|| Fault::new("the programme's row is gone"))
}

/// How many rows the comparisons go over.
pub(super) async fn compared(txn: &Txn) -> Result<u64, Fault> {
    let text = "SELECT (SELECT COUNT(*) FROM member) + (SELECT COUNT(*) FROM \"transaction\")
        + (SELECT COUNT(*) FROM points_entry) + (SELECT COUNT(*) FROM feedback)
        + (SELECT COUNT(*) FROM segment) + (SELECT COUNT(*) FROM segment_member) AS things";
    let row = txn.query_one_raw(sql(txn, text, [])).await?.ok_or_else(|| Fault::new("nothing was counted"))?;
    Ok(u64::try_from(row.try_get::<i64>("", "things")?).unwrap_or_default())
}

/// The largest id of a member.
pub(super) async fn last_member(txn: &Txn) -> Result<i64, Fault> {
    let row = txn.query_one_raw(sql(txn, "SELECT COALESCE(MAX(id), 0) AS id FROM member", [])).await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?.unwrap_or_default())
}

/// The sentences of a comparison.
pub(super) async fn differing(txn: &Txn, check: &Check) -> Result<Vec<String>, Fault> {
    let text = format!("{} LIMIT 100", check.text);
    let rows = txn.query_all_raw(sql(txn, text, check.values.clone())).await?;
    rows.iter().map(|row| Ok(row.try_get("", "difference")?)).collect()
}

/// Sales whose returns, or whose being a purchase, are kept wrong.
pub(super) const RETURNS: &str = "
    WITH back AS (
        SELECT source, returns_document, COUNT(*) AS returns, CAST(SUM(amount) AS BIGINT) AS returned
        FROM \"transaction\" WHERE kind = 'RETURN' AND returns_document IS NOT NULL GROUP BY source, returns_document
    ), found AS (
        SELECT t.id, t.kind, t.amount, t.returns, t.returned, t.purchase,
            COALESCE(b.returns, 0) AS found_returns, COALESCE(b.returned, 0) AS found_returned
        FROM \"transaction\" AS t
        LEFT JOIN back AS b ON t.kind = 'SALE' AND b.source = t.source AND b.returns_document = t.document
    )
    SELECT 'transaction ' || id || ': kept returns ' || returns || ' of ' || returned || ', found ' || found_returns
        || ' of ' || found_returned || '; or whether it is a purchase' AS difference
    FROM found
    WHERE returns <> found_returns OR returned <> found_returned
        OR purchase <> (kind = 'SALE' AND (found_returns = 0 OR found_returned < amount))";

/// Returns that should have their sale's member.
pub(super) const RETURN_MEMBERS: &str = "
    SELECT 'transaction ' || r.id || ': its member is not that of its sale ' || s.id AS difference
    FROM \"transaction\" AS r
    JOIN \"transaction\" AS s ON s.source = r.source AND s.document = r.returns_document AND s.kind = 'SALE'
    WHERE r.kind = 'RETURN' AND s.member_id IS NOT NULL AND r.member_id IS DISTINCT FROM s.member_id";

/// Members whose sums are kept wrong.
pub(super) const METRICS: &str = "
    WITH back AS (
        SELECT source, returns_document, CAST(SUM(amount) AS BIGINT) AS returned
        FROM \"transaction\" WHERE kind = 'RETURN' AND returns_document IS NOT NULL GROUP BY source, returns_document
    ), document AS (
        SELECT t.member_id, t.at, CASE t.kind WHEN 'SALE' THEN t.amount ELSE -t.amount END AS net,
            t.kind = 'SALE' AND (b.returned IS NULL OR b.returned < t.amount) AS bought
        FROM \"transaction\" AS t
        LEFT JOIN back AS b ON t.kind = 'SALE' AND b.source = t.source AND b.returns_document = t.document
        WHERE t.member_id IS NOT NULL
    ), bought AS (
        SELECT member_id, SUM(CASE WHEN bought THEN 1 ELSE 0 END) AS transactions, SUM(net) AS spending,
            SUM(CASE WHEN at >= $1 AND at < $2 THEN net ELSE 0 END) AS spending_12m,
            MIN(CASE WHEN bought THEN at END) AS first_at, MAX(CASE WHEN bought THEN at END) AS last_at
        FROM document GROUP BY member_id
    ), ledger AS (
        SELECT member_id, SUM(CASE kind WHEN 'EARNED' THEN points ELSE 0 END) AS earned,
            SUM(CASE kind WHEN 'REDEEMED' THEN points ELSE 0 END) AS redeemed,
            SUM(CASE kind WHEN 'EXPIRED' THEN points ELSE 0 END) AS expired,
            SUM(CASE kind WHEN 'ADJUSTED' THEN points ELSE 0 END) AS adjusted
        FROM points_entry GROUP BY member_id
    )
    SELECT 'member ' || k.member_id || ': kept ' || k.transactions || ' transactions, spending ' || k.spending || ', '
        || k.spending_12m || ' in 12 months, balance ' || k.points_balance || '; found '
        || COALESCE(b.transactions, 0) || ', ' || COALESCE(b.spending, 0) || ', ' || COALESCE(b.spending_12m, 0) || ', '
        || COALESCE(l.earned - l.redeemed - l.expired + l.adjusted, 0) || '; or first and last purchase, or points'
        AS difference
    FROM member_metrics AS k
    LEFT JOIN bought AS b ON b.member_id = k.member_id
    LEFT JOIN ledger AS l ON l.member_id = k.member_id
    WHERE k.transactions <> COALESCE(b.transactions, 0) OR k.spending <> COALESCE(b.spending, 0)
        OR k.spending_12m <> COALESCE(b.spending_12m, 0)
        OR k.first_purchase_at IS DISTINCT FROM b.first_at OR k.last_purchase_at IS DISTINCT FROM b.last_at
        OR k.points_earned <> COALESCE(l.earned, 0) OR k.points_redeemed <> COALESCE(l.redeemed, 0)
        OR k.points_expired <> COALESCE(l.expired, 0) OR k.points_adjusted <> COALESCE(l.adjusted, 0)
        OR k.points_balance <> COALESCE(l.earned - l.redeemed - l.expired + l.adjusted, 0)";

/// Memberships that the log does not tell of.
pub(super) const MEMBERSHIPS: &str = "
    WITH latest AS (
        SELECT e.segment_id, e.member_id, e.kind, e.at FROM membership_event AS e
        JOIN (SELECT MAX(id) AS id FROM membership_event GROUP BY segment_id, member_id) AS l ON l.id = e.id
    )
    SELECT 'segment ' || s.segment_id || ': member ' || s.member_id || ' belongs, but not by the log' AS difference
    FROM segment_member AS s
    LEFT JOIN latest AS l ON l.segment_id = s.segment_id AND l.member_id = s.member_id
    WHERE l.kind IS DISTINCT FROM 'JOINED' OR l.at <> s.joined_at";

/// Memberships that the log tells of and that are not there.
pub(super) const LOG: &str = "
    WITH latest AS (
        SELECT e.segment_id, e.member_id, e.kind FROM membership_event AS e
        JOIN (SELECT MAX(id) AS id FROM membership_event GROUP BY segment_id, member_id) AS l ON l.id = e.id
    )
    SELECT 'segment ' || l.segment_id || ': member ' || l.member_id || ' does not belong, but by the log' AS difference
    FROM latest AS l
    LEFT JOIN segment_member AS s ON s.segment_id = l.segment_id AND s.member_id = l.member_id
    WHERE l.kind = 'JOINED' AND s.member_id IS NULL";

/// Memberships that say wrongly how they came about.
pub(super) const VIA: &str = "
    SELECT 'segment ' || b.segment_id || ': member ' || b.member_id || ' belongs by ' || b.via AS difference
    FROM segment_member AS b JOIN segment AS s ON s.id = b.segment_id
    LEFT JOIN segment_pin AS p ON p.segment_id = b.segment_id AND p.member_id = b.member_id AND p.pinned_in
    WHERE b.via <> CASE WHEN s.kind = 'EXTERNAL' THEN 'PARTNER' WHEN s.kind = 'MANUAL' OR p.member_id IS NOT NULL THEN 'ASSIGNED' ELSE 'RULE' END";

/// Members of EXTERNAL segments whose partner says something else.
pub(super) const PUSHED: &str = "
    SELECT 'segment ' || s.id || ': member ' || COALESCE(b.member_id, k.member_id)
        || ' belongs, and its partner says otherwise, or the other way round' AS difference
    FROM segment AS s
    JOIN (SELECT segment_id, member_id FROM segment_member UNION SELECT segment_id, member_id FROM pushed_member
        WHERE belongs) AS e ON e.segment_id = s.id
    LEFT JOIN segment_member AS b ON b.segment_id = e.segment_id AND b.member_id = e.member_id
    LEFT JOIN pushed_member AS k ON k.segment_id = e.segment_id AND k.member_id = e.member_id AND k.belongs
    WHERE s.kind = 'EXTERNAL' AND (b.member_id IS NULL OR k.member_id IS NULL)";

/// Erased persons of whom something is left.
pub(super) const ERASED: &str = "
    SELECT 'member ' || m.id || ' was erased, and something of it is left' AS difference
    FROM member AS m JOIN member_metrics AS k ON k.member_id = m.id
    WHERE m.erased_at IS NOT NULL AND (m.number <> 'erased-' || m.id OR m.name_folded <> '' OR m.search_words <> ''
        OR m.attributes <> '{}' OR m.marketing_consent OR k.spending <> 0 OR k.transactions <> 0 OR k.points_balance <> 0
        OR COALESCE(m.first_name, m.last_name, m.email, m.email_folded, m.phone, m.gender, m.birth_date, m.country, m.region,
            m.city, m.postal_code, m.street, m.tier) IS NOT NULL
        OR EXISTS (SELECT 1 FROM member_label AS l WHERE l.member_id = m.id)
        OR EXISTS (SELECT 1 FROM segment_pin AS p WHERE p.member_id = m.id)
        OR EXISTS (SELECT 1 FROM points_entry AS p WHERE p.member_id = m.id)
        OR EXISTS (SELECT 1 FROM pushed_member AS p WHERE p.member_id = m.id)
        OR EXISTS (SELECT 1 FROM feedback AS f WHERE f.member_id = m.id)
        OR EXISTS (SELECT 1 FROM campaign_member AS c WHERE c.member_id = m.id)
        OR EXISTS (SELECT 1 FROM engagement AS e WHERE e.member_id = m.id)
        OR EXISTS (SELECT 1 FROM member_value AS v WHERE v.member_id = m.id)
        OR EXISTS (SELECT 1 FROM segment_member AS b WHERE b.member_id = m.id)
        OR EXISTS (SELECT 1 FROM \"transaction\" AS t WHERE t.member_id = m.id))";

/// Sales of unnamed customers that have a name, or whose row is not that of an erased person.
pub(super) const UNNAMED: &str = "
    SELECT 'transaction ' || t.id || ': it is nobody''s who was erased' AS difference
    FROM \"transaction\" AS t LEFT JOIN member AS m ON m.id = t.erased_member_id AND m.erased_at IS NOT NULL
    WHERE t.erased_member_id IS NOT NULL AND (m.id IS NULL OR t.member_id IS NOT NULL OR t.labels <> '[]')";

/// Segments whose members are predicted something else together than is kept.
pub(super) const PREDICTED: &str = "
    WITH found AS (
        SELECT b.segment_id, COUNT(v.predicted_clv) AS members, COALESCE(SUM(v.predicted_clv), 0) AS predicted
        FROM segment_member AS b JOIN member_value AS v ON v.member_id = b.member_id GROUP BY b.segment_id
    )
    SELECT 'segment ' || s.segment_id || ': kept ' || s.predicted_value || ' predicted of ' || s.predicted_members
        || ' members, found ' || COALESCE(f.predicted, 0) || ' of ' || COALESCE(f.members, 0) AS difference
    FROM segment_stats AS s LEFT JOIN found AS f ON f.segment_id = s.segment_id
    WHERE s.predicted_value <> COALESCE(f.predicted, 0) OR s.predicted_members <> COALESCE(f.members, 0)";

/// Rows that lost what they belong to. No foreign keys watch over the bulk tables: this does.
const ORPHANS: [(&str, &str); 16] = [
    (
        "no sums of member",
        "SELECT m.id FROM member AS m LEFT JOIN member_metrics AS k ON k.member_id = m.id WHERE k.member_id IS NULL",
    ),
    (
        "sums of no member",
        "SELECT k.member_id AS id FROM member_metrics AS k LEFT JOIN member AS m ON m.id = k.member_id WHERE m.id IS NULL",
    ),
    (
        "no figures of segment",
        "SELECT s.id FROM segment AS s LEFT JOIN segment_stats AS f ON f.segment_id = s.id WHERE f.segment_id IS NULL",
    ),
    (
        "figures of no segment",
        "SELECT f.segment_id AS id FROM segment_stats AS f LEFT JOIN segment AS s ON s.id = f.segment_id WHERE s.id IS NULL",
    ),
    (
        "pin of no member",
        "SELECT p.member_id AS id FROM segment_pin AS p LEFT JOIN member AS m ON m.id = p.member_id WHERE m.id IS NULL",
    ),
    (
        "pin in no DYNAMIC segment",
        "SELECT p.segment_id AS id FROM segment_pin AS p LEFT JOIN segment AS s ON s.id = p.segment_id AND s.kind = 'DYNAMIC' WHERE s.id IS NULL",
    ),
    (
        "rule that names no segment, of segment",
        "SELECT r.segment_id AS id FROM segment_reference AS r LEFT JOIN segment AS s ON s.id = r.names WHERE s.id IS NULL",
    ),
    (
        "no evaluation of DYNAMIC segment",
        "SELECT s.id FROM segment AS s LEFT JOIN segment_evaluation AS e ON e.segment_id = s.id WHERE s.kind = 'DYNAMIC' AND e.segment_id IS NULL",
    ),
    (
        "membership of no member",
        "SELECT b.member_id AS id FROM segment_member AS b LEFT JOIN member AS m ON m.id = b.member_id WHERE m.id IS NULL",
    ),
    (
        "membership in no segment",
        "SELECT b.segment_id AS id FROM segment_member AS b LEFT JOIN segment AS s ON s.id = b.segment_id WHERE s.id IS NULL",
    ),
    (
        "transaction of no member",
        "SELECT t.id FROM \"transaction\" AS t LEFT JOIN member AS m ON m.id = t.member_id WHERE t.member_id IS NOT NULL AND m.id IS NULL",
    ),
    (
        "line of no transaction",
        "SELECT i.transaction_id AS id FROM transaction_item AS i LEFT JOIN \"transaction\" AS t ON t.id = i.transaction_id WHERE t.id IS NULL",
    ),
    (
        "points of no member",
        "SELECT p.id FROM points_entry AS p LEFT JOIN member AS m ON m.id = p.member_id WHERE m.id IS NULL",
    ),
    (
        "feedback of no member",
        "SELECT f.id FROM feedback AS f LEFT JOIN member AS m ON m.id = f.member_id WHERE m.id IS NULL",
    ),
    (
        "value of no member",
        "SELECT v.member_id AS id FROM member_value AS v LEFT JOIN member AS m ON m.id = v.member_id WHERE m.id IS NULL",
    ),
    (
        "label of no member",
        "SELECT l.member_id AS id FROM member_label AS l LEFT JOIN member AS m ON m.id = l.member_id WHERE m.id IS NULL",
    ),
];

/// A comparison for each kind of lost row.
pub(super) fn orphans() -> Vec<String> {
    let one = |(what, query): &(&str, &str)| format!("SELECT '{what} ' || id AS difference FROM ({query}) AS lost");
    ORPHANS.iter().map(one).collect()
}

#[derive(FromQueryResult)]
struct Found {
    segment_id: i64,
    members: i64,
    reachable: i64,
    transactions: i64,
    spending: i64,
    spending_12m: i64,
}

/// What is kept of each segment, beside what its members add up to.
pub(super) async fn segments(txn: &Txn) -> Result<Vec<(segment_stats::Model, Sums)>, Fault> {
    let kept = segment_stats::Entity::find().order_by_asc(segment_stats::Column::SegmentId).all(txn).await?;
    let text = "
        SELECT s.id AS segment_id, COUNT(b.member_id) AS members,
            CAST(COALESCE(SUM(CASE WHEN m.marketing_consent THEN 1 ELSE 0 END), 0) AS BIGINT) AS reachable,
            CAST(COALESCE(SUM(k.transactions), 0) AS BIGINT) AS transactions,
            CAST(COALESCE(SUM(k.spending), 0) AS BIGINT) AS spending,
            CAST(COALESCE(SUM(k.spending_12m), 0) AS BIGINT) AS spending_12m
        FROM segment AS s
        LEFT JOIN segment_member AS b ON b.segment_id = s.id
        LEFT JOIN member AS m ON m.id = b.member_id
        LEFT JOIN member_metrics AS k ON k.member_id = b.member_id
        GROUP BY s.id ORDER BY s.id";
    let found = Found::find_by_statement(sql(txn, text, [])).all(txn).await?;
    let sums = found.into_iter().map(|row| {
        let Found { segment_id, members, reachable, transactions, spending, spending_12m } = row;
        (segment_id, Sums { members, reachable, transactions, spending, spending_12m })
    });
    let mut sums: std::collections::HashMap<i64, Sums> = sums.collect();
    Ok(kept
        .into_iter()
        .map(|row| {
            let found = sums.remove(&row.segment_id.0).unwrap_or_default();
            (row, found)
        })
        .collect())
}
