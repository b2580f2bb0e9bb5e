//! Rules over everybody: a preview, and fifty at once, beside DuckDB over the same rows.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::http::Question;
use crate::report::{Figure, Goal, Report, median};
use crate::rules::{self, Answer};
use crate::scene::Scene;

const PREVIEW: &str = "query($rule: RuleInput!) { previewRule(rule: $rule) { memberCount durationMs } }";

/// Measures the preview through GraphQL, and the engine's one pass.
pub(crate) async fn rules(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    ready(scene).await?;
    let rounds = scene.run.rounds.max(2) * 3;
    let questions = rules::questions(scene.stage.size.seed);
    let rows = scene.stage.folder.path().join("documents.csv");
    rules::write_rows(scene.stage.tessera.url(), &rows)?;
    let theirs = rules::duckdb(&scene.run.cache, &rows, &questions, rounds)?;
    report.about(format!("DuckDB {}, on two threads", theirs.version));

    let (mut seconds, mut members) = (Vec::new(), 0);
    for round in 0..=rounds {
        let (took, found) = preview(scene, &questions[0].rule()).await?;
        members = found;
        // The first one compiles the statement and warms what is cold, as DuckDB's first does.
        seconds.extend((round > 0).then_some(took));
    }
    ensure!(theirs.one.members == [members], "DuckDB found {:?}, Tessera {members}", theirs.one.members);
    let what = "rule: spent, bought 3 times in 180 days, a category";
    let ours = median(seconds);
    report.add(figure(what, "Tessera", ours, members));
    let against = |theirs: f64, ours: f64, goal: Goal| (Some(theirs / ours), Some(goal));
    let (ratio, goal) = against(theirs.one.seconds, ours, Goal::AtLeast(3.0));
    report.add(Figure { ratio, goal, ..figure(what, "DuckDB", theirs.one.seconds, members) });
    // All of them through GraphQL once, so that every number is held against DuckDB's.
    for (question, expected) in questions.iter().zip(&theirs.each.members) {
        let (_, found) = preview(scene, &question.rule()).await?;
        ensure!(found == *expected, "DuckDB found {expected}, Tessera {found} for {}", question.rule());
    }

    let pass = rules::one_pass(&rows, &questions, rounds)?;
    same(&pass.answer, &theirs.each)?;
    same(&pass.answer, &theirs.merged)?;
    let what = "fifty rules in one pass (the engine, two threads)";
    let ours = pass.answer.seconds;
    let all: u64 = pass.answer.members.iter().sum();
    report.add(figure(what, "Tessera", ours, all));
    let (ratio, goal) = against(theirs.each.seconds, ours, Goal::AtLeast(10.0));
    report.add(Figure { ratio, goal, ..figure(what, "DuckDB, 50", theirs.each.seconds, all) });
    let (ratio, goal) = against(theirs.merged.seconds, ours, Goal::AtLeast(1.0));
    report.add(Figure { ratio, goal, ..figure(what, "DuckDB, 1", theirs.merged.seconds, all) });
    report.add(Figure {
        what: "bytes of a transaction in memory, without lines".to_owned(),
        who: "Tessera".to_owned(),
        text: format!("{:.1} bytes", pass.bytes),
        value: Some(pass.bytes),
        unit: "bytes",
        ratio: Some(pass.bytes / 48.0),
        goal: Some(Goal::AtMost(1.0)),
        ..Figure::default()
    });
    Ok(())
}

/// Waits until the server has everybody's facts in memory.
pub(super) async fn ready(scene: &Scene<'_>) -> Result<()> {
    let began = Instant::now();
    let asked = Question::get(&scene.server.address, "/readyz".to_owned(), None);
    while asked.stream().await.is_err() {
        ensure!(began.elapsed() < Duration::from_secs(600), "the server does not become ready");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// The seconds of a preview, and how many members belong.
async fn preview(scene: &Scene<'_>, rule: &Value) -> Result<(f64, u64)> {
    let question = scene.question(PREVIEW, &json!({ "rule": rule }));
    let began = Instant::now();
    let answer = question.json().await?;
    let seconds = began.elapsed().as_secs_f64();
    let members = answer.pointer("/data/previewRule/memberCount").and_then(Value::as_u64);
    Ok((seconds, members.with_context(|| format!("no preview: {answer}"))?))
}

fn same(ours: &Answer, theirs: &Answer) -> Result<()> {
    ensure!(ours.members == theirs.members, "DuckDB found {:?}, Tessera {:?}", theirs.members, ours.members);
    Ok(())
}

fn figure(what: &str, who: &str, seconds: f64, members: u64) -> Figure {
    Figure {
        what: what.to_owned(),
        who: who.to_owned(),
        text: format!("{:.1} ms  {members} found", seconds * 1_000.0),
        value: Some(seconds),
        unit: "seconds",
        ..Figure::default()
    }
}
