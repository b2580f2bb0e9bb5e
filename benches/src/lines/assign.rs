//! Fifty thousand members are assigned, beside SQL that writes the same rows.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::report::{Figure, Goal, Report, median, thousands};
use crate::scene::Scene;
use crate::shop;
use crate::sql::{self, Segment};

/// As many as one call may name.
const MEMBERS: usize = 50_000;

const CREATE: &str = "mutation($input: CreateSegmentInput!) {
    createSegment(input: $input) { segment { key } userErrors { message } }
}";
const ASSIGN: &str = "mutation($input: AssignMembersInput!) {
    assignMembers(input: $input) { changed problemCount segment { memberCount } userErrors { message } }
}";
const FIGURES: &str = "query($key: String!) {
    segment(ref: {key: $key}) {
        memberCount reachableCount averageTransactionValue { amount } averageTransactions averageSpending { amount }
        averageClv { amount }
    }
}";

/// Measures the assignment, a new segment each time.
pub(crate) async fn assign(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let numbers = numbers(scene, MEMBERS, 1);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..scene.run.rounds + 1 {
        let mine = new_segment(scene, &format!("Assigned {round}")).await?;
        ours.push(assign_to(scene, &mine, &numbers).await?);
        let other = new_segment(scene, &format!("Assigned by SQL {round}")).await?;
        let segment = Segment::of_key(scene, &other).await?;
        let began = Instant::now();
        sql::assign(scene, &segment, &numbers).await?;
        theirs.push(began.elapsed().as_secs_f64());
        let (found, expected) = (figures(scene, &other).await?, figures(scene, &mine).await?);
        ensure!(found == expected, "SQL came to other figures: {found}, not {expected}");
    }
    let what = format!("assign {} members", thousands(numbers.len()));
    rates(report, &what, numbers.len(), (ours, theirs), 0.7);
    Ok(())
}

/// Reports how fast so many members were written: by Tessera, and by SQL, which may be faster so far.
pub(super) fn rates(report: &mut Report, what: &str, members: usize, seconds: (Vec<f64>, Vec<f64>), goal: f64) {
    let (ours, theirs) = (median(seconds.0), median(seconds.1));
    let figure = |who: &str, seconds: f64| Figure {
        what: what.to_owned(),
        who: who.to_owned(),
        text: format!("{:>7}/s  {seconds:.2} s", thousands((members as f64 / seconds) as u64)),
        value: Some(members as f64 / seconds),
        unit: "members a second",
        ..Figure::default()
    };
    report.add(figure("Tessera", ours));
    report.add(Figure { ratio: Some(theirs / ours), goal: Some(Goal::AtLeast(goal)), ..figure("SQL", theirs) });
}

/// The numbers of so many members, all over the shop, in no order.
pub(super) fn numbers(scene: &Scene<'_>, many: usize, seed: u64) -> Vec<String> {
    let all = scene.stage.size.members;
    let mut chance = fastrand::Rng::with_seed(scene.stage.size.seed ^ seed);
    let mut ids: Vec<usize> = (1..=all).step_by((all / many).max(1)).take(many).collect();
    chance.shuffle(&mut ids);
    ids.into_iter().map(shop::number).collect()
}

/// Makes an empty segment and answers its key.
pub(super) async fn new_segment(scene: &Scene<'_>, name: &str) -> Result<String> {
    let data = scene.data(CREATE, &json!({"input": {"name": name}})).await?;
    let key = data.pointer("/createSegment/segment/key").and_then(Value::as_str);
    key.map(str::to_owned).context("no segment was made")
}

/// Assigns members and answers how many seconds it took.
pub(super) async fn assign_to(scene: &Scene<'_>, key: &str, numbers: &[String]) -> Result<f64> {
    let members: Vec<Value> = numbers.iter().map(|number| json!({"number": number})).collect();
    let question = scene.question(ASSIGN, &json!({"input": {"segment": {"key": key}, "members": members}}));
    let began = Instant::now();
    let answer = question.json().await?;
    let seconds = began.elapsed().as_secs_f64();
    let changed = answer.pointer("/data/assignMembers/changed").and_then(Value::as_u64);
    ensure!(changed == Some(numbers.len() as u64), "not all were assigned: {answer}");
    Ok(seconds)
}

/// The figures of a segment.
pub(super) async fn figures(scene: &Scene<'_>, key: &str) -> Result<Value> {
    scene.data(FIGURES, &json!({"key": key})).await
}
