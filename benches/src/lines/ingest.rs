//! A thousand documents of a thousand members by one call, with no rule and with two hundred.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::assign::numbers;
use super::evaluate::{create_segment, landed, remove};
use crate::report::{Figure, Goal, Report, median, thousands};
use crate::rules::rare_questions;
use crate::scene::Scene;
use crate::shop::{CATEGORIES, category};

const RECORD: &str = "mutation($input: RecordTransactionsInput!) {
    recordTransactions(input: $input) { created problems { message } userErrors { message } }
}";
const COUNT: &str = "query($key: String!) { segment(ref: {key: $key}) { memberCount } }";

/// As many documents as a call brings.
const DOCUMENTS: usize = 1_000;
/// Active rules.
const RULES: usize = 200;

/// Measures the call.
pub(crate) async fn ingest(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let numbers = numbers(scene, DOCUMENTS, 3);
    let rounds = scene.run.rounds.max(2) * 3;
    let without = calls(scene, &numbers, "without", rounds).await?;
    let rules = rare_questions(scene.stage.size.seed, RULES);
    let key = |place: usize| format!("bench-rule-{place}");
    let mut jobs = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        jobs.push(create_segment(scene, &key(place), &rule.rule()).await?);
    }
    for job in &jobs {
        landed(scene, job).await?;
    }
    let mut members = 0;
    for place in 0..RULES {
        let shown = scene.data(COUNT, &json!({"key": key(place)})).await?;
        members += shown.pointer("/segment/memberCount").and_then(Value::as_u64).context("no count")?;
    }
    let with = calls(scene, &numbers, "with", rounds).await?;
    let what = format!("{} documents recorded", thousands(DOCUMENTS));
    let figure = |who: &str, seconds: f64, more: String| Figure {
        what: what.clone(),
        who: who.to_owned(),
        text: format!("{:.1} ms{more}", seconds * 1_000.0),
        value: Some(seconds),
        unit: "seconds",
        ..Figure::default()
    };
    report.add(figure("no rules", without, String::new()));
    let more = format!("  {} memberships by the rules before", thousands(members));
    let (ratio, goal) = (Some(with / without), Some(Goal::AtMost(3.0)));
    report.add(Figure { ratio, goal, ..figure(&format!("{RULES} rules"), with, more) });
    for place in 0..RULES {
        remove(scene, &key(place)).await?;
    }
    Ok(())
}

/// The median seconds of a call, after one that does not count.
async fn calls(scene: &Scene<'_>, numbers: &[String], name: &str, rounds: usize) -> Result<f64> {
    let mut seconds = Vec::new();
    for round in 0..=rounds {
        let row = |(place, number): (usize, &String)| {
            // From 2.50 to 251.50: some members come to a segment by it, most do not.
            let amount = format!("{}.50", 2 + place * 7 % 250);
            json!({"source": "bench", "document": format!("{name}-{round}-{place}"), "member": {"number": number},
                "amount": amount, "at": "2026-06-15T12:00:00Z",
                "items": [{"sku": "1", "category": category(place % CATEGORIES), "amount": amount}]})
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
