//! The SQL of PostgreSQL.

use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{Sale, Segment, fill};
use crate::cluster::{psql, psql_command};
use crate::scene::Scene;

const ASSIGN: &str = "
    WITH joined AS (
        INSERT INTO segment_member (segment_id, member_id, joined_at, via)
        SELECT {segment}, m.id, {now}, '{via}' FROM member AS m WHERE m.number = ANY($1) ORDER BY m.id
        ON CONFLICT DO NOTHING RETURNING member_id
    ), logged AS (
        INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
        SELECT {segment}, {key}, {name}, member_id, 'JOINED', '{reason}', {now}, {actor} FROM joined
    ), {beside}came AS (
        SELECT COUNT(*) AS members, COUNT(*) FILTER (WHERE m.marketing_consent) AS reachable,
            SUM(k.transactions)::bigint AS transactions, SUM(k.spending)::bigint AS spending,
            SUM(k.spending_12m)::bigint AS spending_12m
        FROM joined AS j JOIN member AS m ON m.id = j.member_id JOIN member_metrics AS k ON k.member_id = j.member_id
    ), n AS (
        SELECT s.members + c.members AS members, s.reachable + c.reachable AS reachable,
            s.transactions + c.transactions AS transactions, s.spending + c.spending AS spending,
            s.spending_12m + c.spending_12m AS spending_12m, c.members AS joiners
        FROM segment_stats AS s, came AS c WHERE s.segment_id = {segment}
    ), moved AS (
        UPDATE segment_stats AS s SET members = n.members, reachable = n.reachable, transactions = n.transactions,
            spending = n.spending, spending_12m = n.spending_12m, stats_at = {now}, {averages}
        FROM n WHERE s.segment_id = {segment} RETURNING s.*
    )
    INSERT INTO segment_day (segment_id, day, members, joiners, leavers, average_transaction_value, average_spending, average_clv)
    SELECT segment_id, {today}, m.members, n.joiners, 0, average_transaction_value, average_spending, average_clv
    FROM moved AS m, n
    ON CONFLICT (segment_id, day) DO UPDATE SET {day_averages}";

/// What a push writes beside.
const PUSHED: &str = "pushed AS (
        INSERT INTO pushed_member (segment_id, member_id, belongs, emitted_at, pushed_on)
        SELECT {segment}, member_id, TRUE, {now}, {today} FROM joined
        ON CONFLICT (segment_id, member_id) DO UPDATE SET belongs = excluded.belongs,
            emitted_at = excluded.emitted_at, pushed_on = excluded.pushed_on
    ), receipt AS (
        INSERT INTO push (partner_id, segment_id, idempotency_key, body_hash, received_at, joiners, leavers, unchanged,
            pending, problems, problem_count)
        SELECT g.partner_id, g.id, $2, md5(CAST($1 AS TEXT)), {now}, (SELECT COUNT(*) FROM joined), 0, 0, 0, '[]', 0
        FROM segment AS g WHERE g.id = {segment}
    ), ";

const EVALUATE: &str = "
    WITH logged AS (
        INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
        SELECT {segment}, {key}, {name}, member_id, kind, 'RULE_CHANGED', {now}, {owner} FROM bench_moves
        ORDER BY kind, member_id
    ), joined AS (
        INSERT INTO segment_member (segment_id, member_id, joined_at, via)
        SELECT {segment}, member_id, {now}, 'RULE' FROM bench_moves WHERE kind = 'JOINED' ORDER BY member_id
    ), gone AS (
        DELETE FROM segment_member AS b USING bench_moves AS v
        WHERE v.kind = 'LEFT' AND b.segment_id = {segment} AND b.member_id = v.member_id
        RETURNING b.member_id, b.joined_at
    ), stays AS (
        INSERT INTO segment_past (segment_id, member_id, joined_at, left_at)
        SELECT {segment}, member_id, joined_at, {now} FROM gone WHERE joined_at < {now} ORDER BY member_id
    ), c AS ({moved}), n AS (
        SELECT s.members + c.members AS members, s.reachable + c.reachable AS reachable,
            s.transactions + c.transactions AS transactions, s.spending + c.spending AS spending,
            s.spending_12m + c.spending_12m AS spending_12m, c.joiners, c.leavers
        FROM segment_stats AS s, c WHERE s.segment_id = {segment}
    ), moved AS (
        UPDATE segment_stats AS s SET members = n.members, reachable = n.reachable, transactions = n.transactions,
            spending = n.spending, spending_12m = n.spending_12m, stats_at = {now}, {averages}
        FROM n WHERE s.segment_id = {segment} RETURNING s.*
    )
    INSERT INTO segment_day (segment_id, day, members, joiners, leavers, average_transaction_value, average_spending, average_clv)
    SELECT segment_id, {today}, m.members, n.joiners, n.leavers, average_transaction_value, average_spending, average_clv
    FROM moved AS m, n
    ON CONFLICT (segment_id, day) DO UPDATE SET {day_averages}";

const IMPORT: &str = "
    WITH written AS (
        INSERT INTO \"transaction\" (source, document, kind, member_id, amount, at, labels, returns, returned, purchase, body)
        SELECT {source}, s.document, 'SALE', m.id, s.amount, s.at, '[]', 0, 0, TRUE, s.at # s.amount
        FROM bench_staged AS s JOIN member AS m ON m.number = s.member
        ON CONFLICT DO NOTHING RETURNING member_id, amount, at
    ), moves AS (
        SELECT member_id, COUNT(*) AS transactions, SUM(amount)::bigint AS spending,
            COALESCE(SUM(amount) FILTER (WHERE at >= {since}), 0)::bigint AS spending_12m, MIN(at) AS first, MAX(at) AS last
        FROM written GROUP BY member_id
    ), noted AS (
        INSERT INTO change (xid, at, members)
        SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT), {now}, CAST(json_agg(member_id) AS TEXT) FROM moves
    ), metrics AS (
        UPDATE member_metrics AS k SET transactions = k.transactions + v.transactions, spending = k.spending + v.spending,
            spending_12m = k.spending_12m + v.spending_12m,
            first_purchase_at = LEAST(k.first_purchase_at, v.first), last_purchase_at = GREATEST(k.last_purchase_at, v.last)
        FROM moves AS v WHERE k.member_id = v.member_id
    ), shares AS (
        SELECT b.segment_id, SUM(v.transactions)::bigint AS transactions, SUM(v.spending)::bigint AS spending,
            SUM(v.spending_12m)::bigint AS spending_12m
        FROM moves AS v JOIN segment_member AS b ON b.member_id = v.member_id GROUP BY b.segment_id
    ), n AS (
        SELECT s.segment_id, s.members, s.transactions + c.transactions AS transactions, s.spending + c.spending AS spending,
            s.spending_12m + c.spending_12m AS spending_12m
        FROM segment_stats AS s JOIN shares AS c ON c.segment_id = s.segment_id
    ), moved AS (
        UPDATE segment_stats AS s SET transactions = n.transactions, spending = n.spending,
            spending_12m = n.spending_12m, stats_at = {now}, {averages}
        FROM n WHERE s.segment_id = n.segment_id RETURNING s.*
    )
    INSERT INTO segment_day (segment_id, day, members, joiners, leavers, average_transaction_value, average_spending, average_clv)
    SELECT segment_id, {today}, members, 0, 0, average_transaction_value, average_spending, average_clv FROM moved
    ON CONFLICT (segment_id, day) DO UPDATE SET {day_averages}";

pub(super) async fn assign(scene: &Scene<'_>, segment: &Segment, numbers: &[String]) -> Result<()> {
    let mut connection = PgConnection::connect(scene.stage.tessera.url()).await?;
    let text = ASSIGN.replace("{via}", "ASSIGNED").replace("{reason}", "ASSIGNED").replace("{beside}", "");
    let text = segment.fill(&text.replace("{actor}", "{owner}"));
    sqlx::query(AssertSqlSafe(text)).bind(numbers).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

pub(super) async fn push(scene: &Scene<'_>, segment: &Segment, key: &str, numbers: &[String]) -> Result<()> {
    let mut connection = PgConnection::connect(scene.stage.tessera.url()).await?;
    let text = ASSIGN.replace("{via}", "PARTNER").replace("{reason}", "PARTNER_PUSH").replace("{beside}", PUSHED);
    let text = segment.fill(&text.replace("{actor}", "'partner bench'"));
    sqlx::query(AssertSqlSafe(text)).bind(numbers).bind(key).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

pub(super) fn age(scene: &Scene<'_>, segment: &Segment) -> Result<()> {
    let url = scene.stage.tessera.url();
    psql(url, &segment.fill("UPDATE segment_member SET joined_at = joined_at - 1 WHERE segment_id = {segment}"))?;
    psql(url, "VACUUM ANALYZE segment_member").map(drop)
}

pub(super) fn stage_moves(scene: &Scene<'_>, moves: &str) -> Result<u64> {
    let url = scene.stage.tessera.url();
    psql(url, "DROP TABLE IF EXISTS bench_moves")?;
    psql(url, &format!("CREATE TABLE bench_moves AS {moves} ORDER BY member_id"))?;
    psql(url, "VACUUM ANALYZE bench_moves")?;
    Ok(psql(url, "SELECT COUNT(*) FROM bench_moves")?.trim().parse()?)
}

pub(super) async fn evaluate(scene: &Scene<'_>, segment: &Segment) -> Result<()> {
    let mut connection = PgConnection::connect(scene.stage.tessera.url()).await?;
    connection.execute(AssertSqlSafe(segment.fill(EVALUATE))).await?;
    connection.close().await?;
    Ok(())
}

pub(super) fn stage(scene: &Scene<'_>, rows: &[Sale]) -> Result<()> {
    let url = scene.stage.tessera.url();
    psql(url, "DROP TABLE IF EXISTS bench_staged")?;
    psql(url, "CREATE TABLE bench_staged (document TEXT, member TEXT COLLATE \"C\", at BIGINT, amount BIGINT)")?;
    let mut child = psql_command(url, "COPY bench_staged FROM STDIN").stdin(Stdio::piped()).spawn()?;
    let mut input = std::io::BufWriter::new(child.stdin.take().context("psql takes no input")?);
    for Sale { document, member, at, amount } in rows {
        writeln!(input, "{document}\t{member}\t{at}\t{amount}")?;
    }
    input.flush()?;
    drop(input);
    ensure!(child.wait()?.success(), "the rows could not be loaded");
    psql(url, "ANALYZE bench_staged").map(drop)
}

pub(super) async fn import(scene: &Scene<'_>, source: &str) -> Result<()> {
    let mut connection = PgConnection::connect(scene.stage.tessera.url()).await?;
    let text = fill(IMPORT).replace("{source}", &format!("'{source}'"));
    connection.execute(AssertSqlSafe(text)).await?;
    connection.close().await?;
    Ok(())
}
