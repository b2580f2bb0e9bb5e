//! A new rule that moves about half of the members, from the call until it has landed, beside SQL that writes the same rows.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::assign::figures;
use crate::args::Kind;
use crate::report::{Figure, Goal, Report, median, thousands};
use crate::scene::Scene;
use crate::sql::{self, Segment};

const CREATE: &str = "mutation($input: CreateSegmentInput!) {
    createSegment(input: $input) { job { id } userErrors { message } }
}";
const UPDATE: &str = "mutation($input: UpdateSegmentInput!) {
    updateSegment(input: $input) { job { id } userErrors { message } }
}";
const REMOVE: &str = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { userErrors { message } } }";
const JOB: &str = "query($id: ID!) { job(id: $id) { status error } }";
const EVALUATION: &str = "query($key: String!) {
    segment(ref: {key: $key}) { evaluation { joiners leavers durationMs } }
}";

/// The segment whose rule is changed, and the one of which SQL writes the same.
const OURS: &str = "bench-evaluated";
const THEIRS: &str = "bench-by-sql";

/// Measures the evaluation of a changed rule: another half of everybody, so that a quarter comes and a quarter goes.
pub(crate) async fn evaluate(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let (mut ours, mut theirs, mut within, mut moved) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..scene.run.rounds {
        for key in [OURS, THEIRS] {
            create(scene, key, &half("a")).await?;
            // They came an instant before: who came and goes in the same one leaves no stay behind.
            sql::age(scene, &Segment::of_key(scene, key).await?)?;
        }
        let began = Instant::now();
        let input = json!({"segment": {"key": OURS}, "rule": half("b")});
        let changed = scene.data(UPDATE, &json!({ "input": input })).await?;
        landed(scene, &job(&changed, "updateSegment")?).await?;
        ours.push(began.elapsed().as_secs_f64());
        let shown = scene.data(EVALUATION, &json!({"key": OURS})).await?;
        let told = |field: &str| shown.pointer(&format!("/segment/evaluation/{field}")).and_then(Value::as_u64);
        let [joiners, leavers, millis] = ["joiners", "leavers", "durationMs"].map(told);
        moved = joiners.zip(leavers).map(|(joiners, leavers)| joiners + leavers).context("no evaluation")?;
        within.push(millis.context("no duration")? as f64 / 1_000.0);

        let [mine, other] = [Segment::of_key(scene, OURS).await?, Segment::of_key(scene, THEIRS).await?];
        let staged = sql::stage_moves(scene, &mine, &other)?;
        ensure!(staged == moved, "{moved} memberships were moved, {staged} are to be moved by SQL");
        let began = Instant::now();
        sql::evaluate(scene, &other).await?;
        theirs.push(began.elapsed().as_secs_f64());
        let (found, expected) = (figures(scene, THEIRS).await?, figures(scene, OURS).await?);
        ensure!(found == expected, "SQL came to other figures: {found}, not {expected}");
        for key in [OURS, THEIRS] {
            remove(scene, key).await?;
        }
    }
    let what = format!("a changed rule moves {} memberships", thousands(moved));
    let figure = |who: &str, seconds: f64, more: String| Figure {
        what: what.clone(),
        who: who.to_owned(),
        text: format!("{:>7}/s  {seconds:.2} s{more}", thousands((moved as f64 / seconds) as u64)),
        value: Some(moved as f64 / seconds),
        unit: "memberships a second",
        ..Figure::default()
    };
    let (ours, theirs) = (median(ours), median(theirs));
    report.add(figure("Tessera", ours, format!(", {:.2} s of it the evaluation", median(within))));
    let goal = (scene.stage.kind == Kind::Postgres).then_some(Goal::AtLeast(0.6));
    report.add(Figure { ratio: Some(theirs / ours), goal, ..figure("SQL", theirs, String::new()) });
    Ok(())
}

fn half(salt: &str) -> Value {
    json!({"sample": {"percent": "50", "salt": salt}})
}

/// Makes a segment of a rule and waits until the rule decides.
async fn create(scene: &Scene<'_>, key: &str, rule: &Value) -> Result<()> {
    let job = create_segment(scene, key, rule).await?;
    landed(scene, &job).await
}

/// Makes a segment of a rule, and answers the job that evaluates it.
pub(super) async fn create_segment(scene: &Scene<'_>, key: &str, rule: &Value) -> Result<String> {
    let made = scene.data(CREATE, &json!({"input": {"name": key, "key": key, "rule": rule}})).await?;
    job(&made, "createSegment")
}

/// Removes a segment.
pub(super) async fn remove(scene: &Scene<'_>, key: &str) -> Result<()> {
    scene.data(REMOVE, &json!({"input": {"segment": {"key": key}}})).await.map(drop)
}

/// The job of a payload.
pub(super) fn job(data: &Value, mutation: &str) -> Result<String> {
    let id = data.pointer(&format!("/{mutation}/job/id")).and_then(Value::as_str);
    id.map(str::to_owned).with_context(|| format!("no job: {data}"))
}

/// Waits until a job has succeeded.
pub(super) async fn landed(scene: &Scene<'_>, job: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        let shown = scene.data(JOB, &json!({ "id": job })).await?;
        match shown.pointer("/job/status").and_then(Value::as_str) {
            Some("SUCCEEDED") => return Ok(()),
            Some("FAILED" | "CANCELLED") | None => bail!("the evaluation did not land: {shown}"),
            Some(_) => {}
        }
        ensure!(began.elapsed() < Duration::from_secs(600), "the evaluation does not land");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
