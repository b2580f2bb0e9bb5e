//! The SQL of SQLite.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use rusqlite::{Connection, params};

use super::{Sale, Segment, fill};

const NAMED: &str = "
    INSERT INTO temp.joined SELECT DISTINCT m.id FROM json_each(?1) AS n JOIN member AS m ON m.number = n.value
    WHERE NOT EXISTS (SELECT 1 FROM segment_member AS b WHERE b.segment_id = {segment} AND b.member_id = m.id)";

const ASSIGN: &str = "
    INSERT INTO segment_member (segment_id, member_id, joined_at, via)
    SELECT {segment}, member_id, {now}, 'ASSIGNED' FROM temp.joined ORDER BY member_id;
    INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
    SELECT {segment}, {key}, {name}, member_id, 'JOINED', 'ASSIGNED', {now}, {owner} FROM temp.joined ORDER BY member_id;
    UPDATE segment_stats SET members = n.members, reachable = n.reachable, transactions = n.transactions,
        spending = n.spending, spending_12m = n.spending_12m, stats_at = {now}, {averages}
    FROM (
        SELECT s.members + c.members AS members, s.reachable + c.reachable AS reachable,
            s.transactions + c.transactions AS transactions, s.spending + c.spending AS spending,
            s.spending_12m + c.spending_12m AS spending_12m
        FROM segment_stats AS s, (
            SELECT COUNT(*) AS members, SUM(m.marketing_consent) AS reachable, SUM(k.transactions) AS transactions,
                SUM(k.spending) AS spending, SUM(k.spending_12m) AS spending_12m
            FROM temp.joined AS j JOIN member AS m ON m.id = j.member_id
            JOIN member_metrics AS k ON k.member_id = j.member_id
        ) AS c WHERE s.segment_id = {segment}
    ) AS n WHERE segment_stats.segment_id = {segment};
    INSERT INTO segment_day (segment_id, day, members, joiners, leavers, average_transaction_value, average_spending, average_clv)
    SELECT segment_id, {today}, members, (SELECT COUNT(*) FROM temp.joined), 0, average_transaction_value,
        average_spending, average_clv
    FROM segment_stats WHERE segment_id = {segment}
    ON CONFLICT (segment_id, day) DO UPDATE SET {day_averages};";

const EVALUATE: &str = "
    INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
    SELECT {segment}, {key}, {name}, member_id, kind, 'RULE_CHANGED', {now}, {owner} FROM bench_moves
    ORDER BY kind, member_id;
    INSERT INTO segment_member (segment_id, member_id, joined_at, via)
    SELECT {segment}, member_id, {now}, 'RULE' FROM bench_moves WHERE kind = 'JOINED' ORDER BY member_id;
    INSERT INTO segment_past (segment_id, member_id, joined_at, left_at)
    SELECT b.segment_id, b.member_id, b.joined_at, {now}
    FROM bench_moves AS v JOIN segment_member AS b ON b.segment_id = {segment} AND b.member_id = v.member_id
    WHERE v.kind = 'LEFT' AND b.joined_at < {now} ORDER BY v.member_id;
    DELETE FROM segment_member
    WHERE segment_id = {segment} AND member_id IN (SELECT member_id FROM bench_moves WHERE kind = 'LEFT');
    INSERT INTO temp.moved {moved};
    UPDATE segment_stats SET members = n.members, reachable = n.reachable, transactions = n.transactions,
        spending = n.spending, spending_12m = n.spending_12m, stats_at = {now}, {averages}
    FROM (
        SELECT s.members + c.members AS members, s.reachable + c.reachable AS reachable,
            s.transactions + c.transactions AS transactions, s.spending + c.spending AS spending,
            s.spending_12m + c.spending_12m AS spending_12m
        FROM segment_stats AS s, temp.moved AS c WHERE s.segment_id = {segment}
    ) AS n WHERE segment_stats.segment_id = {segment};
    INSERT INTO segment_day (segment_id, day, members, joiners, leavers, average_transaction_value, average_spending, average_clv)
    SELECT segment_id, {today}, s.members, c.joiners, c.leavers, average_transaction_value, average_spending, average_clv
    FROM segment_stats AS s, temp.moved AS c WHERE s.segment_id = {segment}
    ON CONFLICT (segment_id, day) DO UPDATE SET {day_averages};";

const IMPORT: &str = "
    INSERT INTO temp.moves
    SELECT m.id, COUNT(*), SUM(s.amount), SUM(CASE WHEN s.at >= {since} THEN s.amount ELSE 0 END), MIN(s.at), MAX(s.at)
    FROM bench_staged AS s JOIN member AS m ON m.number = s.member GROUP BY m.id;
    INSERT INTO \"transaction\" (source, document, kind, member_id, amount, at, labels, returns, returned, purchase, body)
    SELECT {source}, s.document, 'SALE', m.id, s.amount, s.at, '[]', 0, 0, 1, s.at + s.amount
    FROM bench_staged AS s JOIN member AS m ON m.number = s.member;
    INSERT INTO change (xid, at, members) SELECT 0, {now}, json_group_array(member_id) FROM temp.moves;
    UPDATE member_metrics SET transactions = member_metrics.transactions + v.transactions,
        spending = member_metrics.spending + v.spending, spending_12m = member_metrics.spending_12m + v.spending_12m,
        first_purchase_at = MIN(COALESCE(member_metrics.first_purchase_at, v.first), v.first),
        last_purchase_at = MAX(COALESCE(member_metrics.last_purchase_at, v.last), v.last)
    FROM temp.moves AS v WHERE member_metrics.member_id = v.member_id;
    INSERT INTO temp.shares
    SELECT b.segment_id, SUM(v.transactions), SUM(v.spending), SUM(v.spending_12m)
    FROM temp.moves AS v JOIN segment_member AS b ON b.member_id = v.member_id GROUP BY b.segment_id;
    UPDATE segment_stats SET transactions = n.transactions, spending = n.spending, spending_12m = n.spending_12m,
        stats_at = {now}, {averages}
    FROM (
        SELECT s.segment_id, s.members, s.transactions + c.transactions AS transactions,
            s.spending + c.spending AS spending, s.spending_12m + c.spending_12m AS spending_12m
        FROM segment_stats AS s JOIN temp.shares AS c ON c.segment_id = s.segment_id
    ) AS n WHERE segment_stats.segment_id = n.segment_id;
    INSERT INTO segment_day (segment_id, day, members, joiners, leavers, average_transaction_value, average_spending, average_clv)
    SELECT segment_id, {today}, members, 0, 0, average_transaction_value, average_spending, average_clv
    FROM segment_stats WHERE segment_id IN (SELECT segment_id FROM temp.shares)
    ON CONFLICT (segment_id, day) DO UPDATE SET {day_averages};";

const TABLES: &str = "
    CREATE TABLE temp.joined (member_id INTEGER PRIMARY KEY);
    CREATE TABLE temp.moves (member_id INTEGER PRIMARY KEY, transactions, spending, spending_12m, first, last);
    CREATE TABLE temp.moved (members, reachable, transactions, spending, spending_12m, joiners, leavers);
    CREATE TABLE temp.shares (segment_id INTEGER PRIMARY KEY, transactions, spending, spending_12m);";

pub(super) fn assign(file: &Path, segment: &Segment, numbers: &str) -> Result<()> {
    let connection = open(file)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute(&segment.fill(NAMED), params![numbers])?;
    connection.execute_batch(&segment.fill(ASSIGN))?;
    Ok(connection.execute_batch("COMMIT")?)
}

pub(super) fn age(file: &Path, segment: &Segment) -> Result<()> {
    let text = segment.fill("UPDATE segment_member SET joined_at = joined_at - 1 WHERE segment_id = {segment}");
    Ok(open(file)?.execute_batch(&text)?)
}

pub(super) fn stage_moves(file: &Path, moves: &str) -> Result<u64> {
    let connection = open(file)?;
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; DROP TABLE IF EXISTS bench_moves;
        CREATE TABLE bench_moves (member_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, sign INTEGER NOT NULL) STRICT;
        INSERT INTO bench_moves {moves}; COMMIT"
    ))?;
    let many: i64 = connection.query_row("SELECT COUNT(*) FROM bench_moves", [], |row| row.get(0))?;
    Ok(many.try_into()?)
}

pub(super) fn evaluate(file: &Path, segment: &Segment) -> Result<()> {
    let text = segment.fill(EVALUATE);
    Ok(open(file)?.execute_batch(&format!("BEGIN IMMEDIATE; {text} COMMIT"))?)
}

pub(super) fn stage(file: &Path, rows: &[Sale]) -> Result<()> {
    let connection = open(file)?;
    connection.execute_batch(
        "BEGIN IMMEDIATE; DROP TABLE IF EXISTS bench_staged;
        CREATE TABLE bench_staged (document TEXT, member TEXT, at INTEGER, amount INTEGER) STRICT",
    )?;
    let mut insert = connection.prepare("INSERT INTO bench_staged VALUES (?, ?, ?, ?)")?;
    for Sale { document, member, at, amount } in rows {
        insert.execute(params![document, member, at, amount])?;
    }
    Ok(connection.execute_batch("COMMIT")?)
}

pub(super) fn import(file: &Path, source: &str) -> Result<()> {
    let connection = open(file)?;
    let text = fill(IMPORT).replace("{source}", &format!("'{source}'"));
    Ok(connection.execute_batch(&format!("BEGIN IMMEDIATE; {text} COMMIT"))?)
}

/// The settings are the server's.
fn open(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(60))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = memory;
        PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -65536;",
    )?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}
