//! Rules over everybody: a preview, and fifty at once, beside DuckDB over the same rows.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::report::{Figure, Goal, Report, median};
use crate::rules::{self, Answer, Answers, Pass, Question};
use crate::scene::Scene;

const PREVIEW: &str = "query($rule: RuleInput!) { previewRule(rule: $rule) { memberCount durationMs } }";

/// What a transaction may take in memory without its lines, in bytes.
const BYTES: f64 = 48.0;

/// Measures the preview through GraphQL, and the engine's one pass, over the documents of a file.
pub(crate) async fn rules(scene: &Scene<'_>, documents: &Path, report: &mut Report) -> Result<()> {
    let rounds = scene.run.rounds.max(2) * 3;
    let questions = rules::questions(scene.stage.size.seed);
    let theirs = rules::duckdb(&scene.run.cache, documents, &questions, rounds)?;
    report.about(format!("DuckDB {} on two threads, one rule in the form {}", theirs.version, theirs.form));
    previews(scene, &questions, &theirs, rounds, report).await?;
    let pass = rules::one_pass(documents, &questions, rounds)?;
    fifty(&pass, &theirs, report)?;
    memory(scene, &pass, report).await
}

async fn previews(
    scene: &Scene<'_>,
    questions: &[Question],
    theirs: &Answers,
    rounds: usize,
    report: &mut Report,
) -> Result<()> {
    let what = "rule: spent, bought 3 times in 180 days, a category";
    let one = questions.first().context("no rule")?.rule();
    let mut previews = Vec::new();
    for round in 0..=rounds {
        let preview = preview(scene, &one).await?;
        // The first one warms what is cold, as DuckDB's first does.
        previews.extend((round > 0).then_some(preview));
    }
    let median_of = |of: fn(&Preview) -> f64| median(previews.iter().map(of).collect());
    let (ours, within) = (median_of(|preview| preview.seconds), median_of(|preview| preview.millis));
    let members = theirs.one.members.first().copied().context("DuckDB did not answer")?;
    for preview in &previews {
        ensure!(preview.members == members, "DuckDB found {members}, Tessera {}", preview.members);
    }
    report.add(Figure::millis(what, "Tessera", ours, &format!("{members} found, {within:.0} ms of it the preview")));
    let (ratio, goal) = (Some(theirs.one.seconds / ours), Some(Goal::AtLeast(3.0)));
    let found = format!("{members} found");
    report.add(Figure { ratio, goal, ..Figure::millis(what, "DuckDB", theirs.one.seconds, &found) });
    let from_rows = preview(&scene.without_lens().await?, &one).await;
    match from_rows {
        Ok(preview) => {
            ensure!(preview.members == members, "from rows Tessera found {}, not {members}", preview.members);
            report.add(Figure::millis(what, "--lens off", preview.seconds, &found));
        }
        Err(error) if error.to_string().contains("TIMEOUT") => {
            let text = "not within the time that a query has".to_owned();
            report.add(Figure { what: what.to_owned(), who: "--lens off".to_owned(), text, ..Figure::default() });
        }
        Err(error) => return Err(error),
    }
    // All of them through GraphQL once, so that every number is held against DuckDB's.
    for (question, expected) in questions.iter().zip(&theirs.each.members) {
        let found = preview(scene, &question.rule()).await?.members;
        ensure!(found == *expected, "DuckDB found {expected}, Tessera {found} for {}", question.rule());
    }
    Ok(())
}

/// All rules at once, rule by rule with the same members.
fn fifty(pass: &Pass, theirs: &Answers, report: &mut Report) -> Result<()> {
    same(&pass.answer, &theirs.each)?;
    same(&pass.answer, &theirs.merged)?;
    let what = "fifty rules in one pass (the engine, two threads)";
    let (ours, all) = (pass.answer.seconds, pass.answer.members.iter().sum::<u64>());
    let found = format!("{all} found");
    report.add(Figure::millis(what, "Tessera", ours, &found));
    for (who, theirs, goal) in [("DuckDB, 50", &theirs.each, 10.0), ("DuckDB, 1", &theirs.merged, 1.0)] {
        let (ratio, goal) = (Some(theirs.seconds / ours), Some(Goal::AtLeast(goal)));
        report.add(Figure { ratio, goal, ..Figure::millis(what, who, theirs.seconds, &found) });
    }
    Ok(())
}

/// What the facts take: transactions without lines by the engine's columns, everything by the server's metrics.
async fn memory(scene: &Scene<'_>, pass: &Pass, report: &mut Report) -> Result<()> {
    let bytes = |what: &str, bytes: f64, text: String| Figure {
        what: what.to_owned(),
        who: "Tessera".to_owned(),
        text,
        value: Some(bytes),
        unit: "bytes",
        ..Figure::default()
    };
    let (ratio, goal) = (Some(pass.bytes / BYTES), Some(Goal::AtMost(1.0)));
    let text = format!("{:.1} bytes, at most {BYTES}", pass.bytes);
    report.add(Figure { ratio, goal, ..bytes("a transaction in memory, without lines", pass.bytes, text) });
    let lens = scene.metric("tessera_lens_bytes").await?;
    let one = lens / scene.metric("tessera_lens_transactions").await?.max(1.0);
    let text = format!("{:.0} MB, {one:.1} bytes a transaction", lens / 1e6);
    report.add(bytes("the lens: members, transactions, their lines", lens, text));
    Ok(())
}

/// A preview.
struct Preview {
    /// Of the whole request.
    seconds: f64,
    /// Of the preview itself, as the server tells.
    millis: f64,
    /// How many members belong.
    members: u64,
}

async fn preview(scene: &Scene<'_>, rule: &Value) -> Result<Preview> {
    let question = scene.question(PREVIEW, &json!({ "rule": rule }));
    let began = Instant::now();
    let answer = question.json().await?;
    let seconds = began.elapsed().as_secs_f64();
    let told = |field: &str| answer.pointer(&format!("/data/previewRule/{field}")).and_then(Value::as_u64);
    let no_preview = || format!("no preview: {answer}");
    let (members, millis) = (told("memberCount").with_context(no_preview)?, told("durationMs"));
    Ok(Preview { seconds, millis: millis.with_context(no_preview)? as f64, members })
}

fn same(ours: &Answer, theirs: &Answer) -> Result<()> {
    ensure!(ours.members == theirs.members, "DuckDB found {:?}, Tessera {:?}", theirs.members, ours.members);
    Ok(())
}
