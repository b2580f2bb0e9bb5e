//! A thousand documents of a thousand members by one call, with no rule and with two hundred.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::assign::numbers;
use super::evaluate::landed;
use super::rules::ready;
use crate::report::{Figure, Goal, Report, median};
use crate::rules::questions;
use crate::scene::Scene;
use crate::shop::category;

const RECORD: &str = "mutation($input: RecordTransactionsInput!) {
    recordTransactions(input: $input) { created problems { message } userErrors { message } }
}";
const CREATE: &str = "mutation($input: CreateSegmentInput!) {
    createSegment(input: $input) { job { id } userErrors { message } }
}";
const REMOVE: &str = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { userErrors { message } } }";

/// As many documents as a call brings.
const DOCUMENTS: usize = 1_000;
/// Active rules.
const RULES: usize = 200;

/// Measures the call.
pub(crate) async fn ingest(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    ready(scene).await?;
    let numbers = numbers(scene, DOCUMENTS, 3);
    let rounds = scene.run.rounds.max(2) * 3;
    let without = rounds_of(scene, &numbers, "without", rounds).await?;
    let mut last = Value::Null;
    for place in 0..RULES {
        let seed = scene.stage.size.seed + place as u64 / 50 + 1;
        let rule = questions(seed)[place % 50].rule();
        let key = format!("bench-rule-{place}");
        last = scene.data(CREATE, &json!({"input": {"name": key, "key": key, "rule": rule}})).await?;
    }
    landed(scene, &last, "/createSegment/job/id").await?;
    let with = rounds_of(scene, &numbers, "with", rounds).await?;
    let what = "1,000 documents recorded";
    let figure = |who: &str, seconds: f64| Figure {
        what: what.to_owned(),
        who: who.to_owned(),
        text: format!("{:.1} ms", seconds * 1_000.0),
        value: Some(seconds),
        unit: "seconds",
        ..Figure::default()
    };
    report.add(figure("no rules", without));
    report.add(Figure { ratio: Some(with / without), goal: Some(Goal::AtMost(3.0)), ..figure("200 rules", with) });
    for place in 0..RULES {
        scene.data(REMOVE, &json!({"input": {"segment": {"key": format!("bench-rule-{place}")}}})).await?;
    }
    Ok(())
}

async fn rounds_of(scene: &Scene<'_>, numbers: &[String], name: &str, rounds: usize) -> Result<f64> {
    let mut seconds = Vec::new();
    for round in 0..=rounds {
        let row = |(place, number): (usize, &String)| {
            json!({"source": "bench", "document": format!("{name}-{round}-{place}"), "member": {"number": number},
                "amount": "12.50", "at": "2026-06-15T12:00:00Z",
                "items": [{"sku": "1", "category": category(place % 20), "amount": "12.50"}]})
        };
        let rows: Vec<Value> = numbers.iter().enumerate().map(row).collect();
        let question = scene.question(RECORD, &json!({"input": {"transactions": rows}}));
        let began = Instant::now();
        let answer = question.json().await?;
        let took = began.elapsed().as_secs_f64();
        let created = answer.pointer("/data/recordTransactions/created").and_then(Value::as_u64);
        ensure!(created == Some(numbers.len() as u64), "not all were recorded: {answer}");
        seconds.extend((round > 0).then_some(took));
    }
    Ok(median(seconds))
}
