//! The same page and the same small assignment with few and with many members: they should cost the same.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::assign::{assign_to, new_segment, numbers};
use super::pages::{LIST, MEMBERS, list_variables, members_variables};
use crate::load::{self, Load, Plan, Target};
use crate::report::{Figure, Goal, Report, median, thousands};
use crate::scene::Scene;

/// How many members a small assignment names, and how often it is made.
const FEW: usize = 100;
const TIMES: u64 = 40;
/// A page and an assignment should cost at most so many times more.
const GROWTH: f64 = 1.5;

/// Measures the smallest and the largest shop in turns.
pub(crate) async fn sizes(scenes: &[Scene<'_>; 2], report: &mut Report) -> Result<()> {
    let [small, large] = scenes.each_ref().map(|scene| thousands(scene.stage.size.members));
    report.scene(format!("{}: the same with {small} and with {large} members", scenes[0].stage.kind.name()));
    let segments = scenes[0].stage.size.segments;
    pages(scenes, "segments: a page of 20", LIST, &list_variables(), report).await?;
    pages(scenes, "a segment with its first 50 members", MEMBERS, &members_variables(segments), report).await?;
    let mut seconds = [Vec::new(), Vec::new()];
    for time in 0..TIMES {
        for (scene, seconds) in scenes.iter().zip(&mut seconds) {
            let segment = new_segment(scene, &format!("Few {time}")).await?;
            seconds.push(assign_to(scene, &segment, &numbers(scene, FEW, time)).await?);
        }
    }
    let figures = seconds.map(|seconds| {
        let millis = median(seconds) * 1000.0;
        (millis, format!("p50 {millis:.2} ms"))
    });
    add(scenes, &format!("assign {FEW} members"), figures, "milliseconds", report);
    Ok(())
}

async fn pages(scenes: &[Scene<'_>; 2], name: &str, query: &str, variables: &Value, report: &mut Report) -> Result<()> {
    let mut loads = [Load::default(), Load::default()];
    for _ in 0..scenes[0].run.rounds * 2 {
        for (scene, load) in scenes.iter().zip(&mut loads) {
            let target = Target {
                question: scene.question(query, variables),
                server: &|| scene.server.cpu(),
                database: &|| scene.database_cpu(),
            };
            let plan = Plan { connections: 1, warm_up: Duration::from_millis(300), counted: Duration::from_secs(1) };
            load.add(load::ask(&target, plan).await?);
        }
    }
    let figures = loads.map(|load| {
        let cost = load.server_micros() + load.database_micros();
        (cost, format!("CPU {cost:.0} µs  p50 {:.2} ms", load.latency(0.5)))
    });
    add(scenes, name, figures, "microseconds of CPU", report);
    Ok(())
}

/// Adds the figure of each size; the second one with how many times the first one's cost it has.
fn add(scenes: &[Scene<'_>; 2], what: &str, figures: [(f64, String); 2], unit: &'static str, report: &mut Report) {
    let first = figures[0].0;
    for (place, (scene, (value, text))) in scenes.iter().zip(figures).enumerate() {
        report.add(Figure {
            what: what.to_owned(),
            who: thousands(scene.stage.size.members),
            text,
            value: Some(value),
            unit,
            ratio: (place > 0).then(|| value / first),
            goal: (place > 0).then_some(Goal::AtMost(GROWTH)),
            ..Figure::default()
        });
    }
}
