//! A rule that moves about half of the members, from the call until it has landed, beside SQL that writes the same rows.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::rules::ready;
use crate::args::Kind;
use crate::cluster::psql;
use crate::report::{Figure, Goal, Report, thousands};
use crate::scene::Scene;

const CREATE: &str = "mutation($input: CreateSegmentInput!) {
    createSegment(input: $input) { segment { key } job { id } userErrors { message } }
}";
const UPDATE: &str = "mutation($input: UpdateSegmentInput!) {
    updateSegment(input: $input) { job { id } userErrors { message } }
}";
const JOB: &str = "query($id: ID!) { job(id: $id) { status error } }";
const EVALUATION: &str = "query($key: String!) {
    segment(ref: {key: $key}) { evaluation { joiners leavers durationMs } }
}";

/// What an evaluation writes, as one statement of sets: comings into the log, memberships, figures and the day.
const SQL: &str = "
    BEGIN;
    INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
        SELECT s.id, s.key, s.name, m.id, 'JOINED', 'RULE_CHANGED', {at}, 'sql' FROM segment AS s, member AS m
        WHERE s.key = '{key}' AND EXISTS (SELECT 1 FROM segment_member AS o JOIN segment AS t ON t.id = o.segment_id
            WHERE t.key = '{like}' AND o.member_id = m.id) ORDER BY m.id;
    INSERT INTO segment_member (segment_id, member_id, joined_at, via)
        SELECT e.segment_id, e.member_id, e.at, 'RULE' FROM membership_event AS e JOIN segment AS s ON s.id = e.segment_id
        WHERE s.key = '{key}' ORDER BY e.member_id;
    UPDATE segment_stats AS k SET members = n.members, reachable = n.reachable, transactions = n.transactions,
        spending = n.spending, spending_12m = n.spending_12m FROM (
            SELECT b.segment_id, COUNT(*) AS members, COUNT(*) FILTER (WHERE m.marketing_consent) AS reachable,
                SUM(x.transactions)::bigint AS transactions, SUM(x.spending)::bigint AS spending,
                SUM(x.spending_12m)::bigint AS spending_12m
            FROM segment_member AS b JOIN segment AS s ON s.id = b.segment_id JOIN member AS m ON m.id = b.member_id
            JOIN member_metrics AS x ON x.member_id = b.member_id WHERE s.key = '{key}' GROUP BY b.segment_id
        ) AS n WHERE k.segment_id = n.segment_id;
    COMMIT;";

/// Measures the evaluation of a new rule.
pub(crate) async fn evaluate(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    ready(scene).await?;
    let half = json!({"sample": {"percent": "50", "salt": "bench"}});
    let nobody = json!({"sample": {"percent": "0", "salt": "bench"}});
    for key in ["bench-evaluated", "bench-by-sql"] {
        let made = scene.data(CREATE, &json!({"input": {"name": key, "key": key, "rule": nobody}})).await?;
        landed(scene, &made, "/createSegment/job/id").await?;
    }
    let began = Instant::now();
    let changed = scene.data(UPDATE, &json!({"input": {"segment": {"key": "bench-evaluated"}, "rule": half}})).await?;
    landed(scene, &changed, "/updateSegment/job/id").await?;
    let ours = began.elapsed().as_secs_f64();
    let shown = scene.data(EVALUATION, &json!({"key": "bench-evaluated"})).await?;
    let moved = shown.pointer("/segment/evaluation/joiners").and_then(Value::as_u64).context("no evaluation")?;
    let what = format!("a new rule moves {} memberships", thousands(moved));
    let figure = |who: &str, seconds: f64| Figure {
        what: what.clone(),
        who: who.to_owned(),
        text: format!("{:>7}/s  {seconds:.2} s", thousands((moved as f64 / seconds) as u64)),
        value: Some(moved as f64 / seconds),
        unit: "memberships a second",
        ..Figure::default()
    };
    report.add(figure("Tessera", ours));
    if scene.stage.kind == Kind::Postgres {
        let text = SQL.replace("{key}", "bench-by-sql").replace("{like}", "bench-evaluated");
        let at = crate::shop::NOW.to_string();
        let began = Instant::now();
        psql(scene.stage.tessera.url(), &text.replace("{at}", &at))?;
        let theirs = began.elapsed().as_secs_f64();
        report.add(Figure { ratio: Some(theirs / ours), goal: Some(Goal::AtLeast(0.6)), ..figure("SQL", theirs) });
        psql(
            scene.stage.tessera.url(),
            "DELETE FROM membership_event WHERE segment_key = 'bench-by-sql';
            DELETE FROM segment_member WHERE segment_id = (SELECT id FROM segment WHERE key = 'bench-by-sql');
            UPDATE segment_stats SET members = 0, reachable = 0, transactions = 0, spending = 0, spending_12m = 0
            WHERE segment_id = (SELECT id FROM segment WHERE key = 'bench-by-sql')",
        )?;
    }
    for key in ["bench-evaluated", "bench-by-sql"] {
        let remove = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { userErrors { message } } }";
        scene.data(remove, &json!({"input": {"segment": {"key": key}}})).await?;
    }
    Ok(())
}

/// Waits until the job of a payload has succeeded.
pub(super) async fn landed(scene: &Scene<'_>, payload: &Value, pointer: &str) -> Result<()> {
    let id = payload.pointer(pointer).and_then(Value::as_str).context("no job")?;
    let began = Instant::now();
    loop {
        let job = scene.data(JOB, &json!({ "id": id })).await?;
        match job.pointer("/job/status").and_then(Value::as_str) {
            Some("SUCCEEDED") => return Ok(()),
            Some("FAILED" | "CANCELLED") | None => bail!("the evaluation did not land: {job}"),
            Some(_) => {}
        }
        ensure!(began.elapsed() < Duration::from_secs(600), "the evaluation does not land");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
