//! Figures over everybody through GraphQL, none of them from a cache, beside DuckDB over the same rows, in turns.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::insights::{DuckDb, Question, questions};
use crate::report::{Figure, Goal, Report, median};
use crate::scene::Scene;
use crate::shop;

const CHANGE: &str = "mutation($input: UpsertMembersInput!) {
    upsertMembers(input: $input) { updated problems { message } userErrors { message } }
}";
const ONE: &str = "query($key: String!) { segment(ref: {key: $key}) { members(first: 1) { nodes { number } } } }";
const LEAVE: &str = "mutation($input: AssignMembersInput!) {
    unassignMembers(input: $input) { changed userErrors { message } }
}";
const COME: &str = "mutation($input: AssignMembersInput!) {
    assignMembers(input: $input) { changed userErrors { message } }
}";
/// Nobody has answered this survey: the answer says no more than that it has seen the change.
const SEEN: &str = "{ nps(survey: \"no such survey\") { responses } }";

/// How long a figure may take, and how many times longer it should take DuckDB, with as many members at least.
const SECONDS: f64 = 0.3;
const TIMES: f64 = 3.0;
const JUDGED: usize = 1_000_000;

/// Measures each figure some times; before each time a member is changed, so that nothing that was kept is right any more.
/// `folder` is where the documents stand.
pub(crate) async fn insights(scene: &Scene<'_>, folder: &Path, report: &mut Report) -> Result<()> {
    let mut duck = DuckDb::load(&scene.run.cache, scene.stage.tessera.url(), folder)?;
    let mut rounds = Rounds::default();
    for question in questions(scene.stage.size.segments) {
        match measure(scene, &mut duck, &question, &mut rounds).await {
            Ok(found) => add(scene, &question, &found, report),
            // The bench may be asked to measure a Tessera that is older than the figure.
            Err(error) if error.to_string().starts_with("\"Unknown ") => {
                report.none(question.what, "this Tessera does not have it");
            }
            Err(error) => return Err(error),
        }
    }
    let (change, seen) = (median(rounds.changes), median(rounds.seen));
    report.add(Figure::millis(
        "a member changed, until figures show it",
        "Tessera",
        change + seen,
        &format!("{:.1} ms of it the change", change * 1_000.0),
    ));
    report.about(format!("DuckDB {} on two threads, each figure in the form that takes it least", duck.version));
    Ok(())
}

/// What the changes took.
#[derive(Default)]
struct Rounds {
    /// The mutation.
    changes: Vec<f64>,
    /// From then on until a figure showed it.
    seen: Vec<f64>,
}

/// What a figure took, in seconds.
struct Found {
    ours: f64,
    /// The first time, which does not count.
    first: f64,
    /// Asked again at once.
    again: f64,
    /// After somebody went from the segment and came back; none where it is about everybody.
    moved: Option<f64>,
    theirs: f64,
    form: String,
}

/// Both in turns; the first round warms what is cold and does not count. Another answer ends the bench.
async fn measure(scene: &Scene<'_>, duck: &mut DuckDb, question: &Question, rounds: &mut Rounds) -> Result<Found> {
    let (mut ours, mut again, mut theirs, mut form) = (Vec::new(), Vec::new(), Vec::new(), String::new());
    let mut moved = Vec::new();
    let mut first = 0.0;
    for round in 0..=scene.run.rounds.max(2) * 3 {
        if let Some(key) = &question.segment {
            go_and_come(scene, key).await?;
            change(scene, rounds).await?;
            moved.push(ask(scene, question).await?.0);
        }
        change(scene, rounds).await?;
        let (seconds, found) = ask(scene, question).await?;
        let (repeated, same) = ask(scene, question).await?;
        let expected = duck.ask(question)?;
        for found in [found, same] {
            ensure!(found == expected.answer, "{}: DuckDB found {}, Tessera {found}", question.what, expected.answer);
        }
        if round == 0 {
            first = seconds;
        } else {
            ours.push(seconds);
            again.push(repeated);
            theirs.push(expected.seconds);
        }
        form = expected.form;
    }
    let moved = (!moved.is_empty()).then(|| median(moved));
    Ok(Found { ours: median(ours), first, again: median(again), moved, theirs: median(theirs), form })
}

/// Asks Tessera, and answers how long it took with what it said.
async fn ask(scene: &Scene<'_>, question: &Question) -> Result<(f64, Value)> {
    let began = Instant::now();
    let data = scene.data(question.query, &question.variables).await?;
    let seconds = began.elapsed().as_secs_f64();
    let numbers = (question.numbers)(&data);
    ensure!(numbers.is_some(), "{}: a number is missing or wrong in {data}", question.what);
    Ok((seconds, numbers.unwrap_or_default()))
}

/// Lets a member go from a segment and come back: the same belong, but who belonged before is not known to be right any more.
async fn go_and_come(scene: &Scene<'_>, key: &str) -> Result<()> {
    let found = scene.data(ONE, &json!({ "key": key })).await?;
    let number = found.pointer("/segment/members/nodes/0/number").context("nobody belongs")?;
    let input = json!({"segment": {"key": key}, "members": [{"number": number}]});
    for (mutation, name) in [(LEAVE, "unassignMembers"), (COME, "assignMembers")] {
        let moved = scene.data(mutation, &json!({ "input": input })).await?;
        ensure!(moved[name]["changed"] == 1, "no membership was moved: {moved}");
    }
    Ok(())
}

/// Changes where a member lives, which no figure shows, and waits until figures see it.
async fn change(scene: &Scene<'_>, rounds: &mut Rounds) -> Result<()> {
    let street = format!("Bench Street {}", rounds.changes.len() + 1);
    let input = json!({"members": [{"number": shop::number(1), "street": street}]});
    let began = Instant::now();
    let changed = scene.data(CHANGE, &json!({ "input": input })).await?;
    rounds.changes.push(began.elapsed().as_secs_f64());
    ensure!(changed["upsertMembers"]["updated"] == 1, "no member was changed: {changed}");
    let began = Instant::now();
    scene.data(SEEN, &json!({})).await?;
    rounds.seen.push(began.elapsed().as_secs_f64());
    Ok(())
}

fn add(scene: &Scene<'_>, question: &Question, found: &Found, report: &mut Report) {
    let is_judged = question.is_judged && scene.stage.size.members >= JUDGED;
    let goal = |goal: Goal| is_judged.then_some(goal);
    let mut beside = format!("the first time {:.0}, again at once {:.1}", found.first * 1_000.0, found.again * 1_000.0);
    if let Some(moved) = found.moved {
        beside += &format!(", after a coming {:.0}", moved * 1_000.0);
    }
    let ours = Figure::millis(question.what, "Tessera", found.ours, &beside);
    report.add(Figure { ratio: is_judged.then_some(found.ours / SECONDS), goal: goal(Goal::AtMost(1.0)), ..ours });
    let theirs = Figure::millis(question.what, "DuckDB", found.theirs, &found.form);
    report.add(Figure { ratio: Some(found.theirs / found.ours), goal: goal(Goal::AtLeast(TIMES)), ..theirs });
}
