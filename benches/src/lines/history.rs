//! Who was there when: each question of the history asked of everybody's segment, one after the other.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::load::{self, Plan, Target};
use crate::report::{Figure, Report};
use crate::scene::Scene;
use crate::shop;

/// A name and what is asked of a segment.
const OF_SEGMENT: [(&str, &str); 7] = [
    ("membersAt: 50 half a year ago", "membersAt(at: \"2025-12-31T12:00:00Z\", first: 50) { nodes { number } }"),
    (
        "changes: of a month, 50 who came, 50 who left",
        "changes(from: \"2026-05-01T00:00:00Z\", to: \"2026-06-01T00:00:00Z\") {
            joinerCount leaverCount joiners(first: 50) { nodes { number } } leavers(first: 50) { nodes { number } }
        }",
    ),
    (
        "history: a year by week",
        "history(from: \"2025-07-01\", to: \"2026-06-30\", interval: WEEK) {
            date memberCount joiners leavers averageSpending { amount }
        }",
    ),
    (
        "history: a year by day",
        "history(from: \"2025-07-01\", to: \"2026-06-30\", interval: DAY) { date memberCount joiners leavers }",
    ),
    ("overlaps: with ten others", "overlaps(with: [{others}]) { segment { key } shared jaccard }"),
    ("overlaps: with all others", "overlaps { segment { key } shared jaccard }"),
    ("events: the last 50", "events(first: 50) { nodes { kind reason at actor member { number } } }"),
];

const OF_MEMBER: &str = "query($number: String!) {
    member(ref: {number: $number}) { events(first: 50) { nodes { kind reason at segmentKey } } }
}";

/// Measures what is served of it.
pub(crate) async fn history(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let segments = scene.stage.size.segments;
    let others: Vec<String> =
        (1..segments).rev().take(10).map(|id| format!("{{key: \"{}\"}}", shop::key(id))).collect();
    for (name, field) in OF_SEGMENT {
        let field = field.replace("{others}", &others.join(", "));
        let query = format!("query($key: String!) {{ segment(ref: {{key: $key}}) {{ {field} }} }}");
        measure(scene, name, &query, json!({"key": shop::key(segments)}), report).await?;
    }
    measure(scene, "a member's events", OF_MEMBER, json!({"number": shop::number(1)}), report).await
}

async fn measure(scene: &Scene<'_>, name: &str, query: &str, variables: Value, report: &mut Report) -> Result<()> {
    if let Err(error) = scene.data(query, &variables).await {
        report.none(name, &format!("not served: {error}"));
        return Ok(());
    }
    let target = Target {
        question: scene.question(query, &variables),
        server: &|| scene.server.cpu(),
        database: &|| scene.database_cpu(),
    };
    let plan = Plan { connections: 1, warm_up: Duration::from_millis(200), counted: Duration::from_secs(2) };
    let load = load::ask(&target, plan).await?;
    let (half, most) = (load.latency(0.5), load.latency(0.99));
    report.add(Figure {
        what: name.to_owned(),
        who: "Tessera".to_owned(),
        text: format!("p50 {half:.2} p99 {most:.2} ms"),
        value: Some(half),
        unit: "milliseconds",
        ..Figure::default()
    });
    Ok(())
}
