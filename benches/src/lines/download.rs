//! Everybody is downloaded as CSV, beside what the database's own shell writes of the same columns.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::args::Kind;
use crate::cluster::psql_command;
use crate::http::Question;
use crate::report::{Figure, Goal, Report, median, thousands};
use crate::scene::Scene;
use crate::shop;

const EXPORT: &str = "query($key: String!) {
    segment(ref: {key: $key}) { export(format: CSV, layout: FULL) { url rows } }
}";

/// The columns of the layout FULL.
const COLUMNS: &str = "
    SELECT m.number, m.first_name, m.last_name, m.email, m.phone, m.gender, m.birth_date, m.street, m.postal_code,
        m.city, m.region, m.country, m.tier, m.enrolled_at, m.marketing_consent, b.joined_at, k.transactions,
        k.spending, k.last_purchase_at, k.points_balance, k.spending AS clv
    FROM segment_member AS b JOIN member AS m ON m.id = b.member_id JOIN member_metrics AS k ON k.member_id = b.member_id
    WHERE b.segment_id = {segment}";

/// Measures the download and the memory that it takes.
pub(crate) async fn download(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let everybody = scene.stage.size.segments;
    let what = format!("download {} members as CSV", thousands(scene.stage.size.members));
    let (mut ours, mut theirs, mut peak, mut size) = (Vec::new(), Vec::new(), 0, 0);
    for _ in 0..scene.run.rounds {
        let link = match scene.data(EXPORT, &json!({"key": shop::key(everybody)})).await {
            Ok(data) => data.pointer("/segment/export/url").and_then(Value::as_str).map(str::to_owned),
            Err(error) => {
                report.none(&what, &format!("not served: {error}"));
                return Ok(());
            }
        };
        let link = link.context("no link")?;
        scene.server.reset_peak_memory()?;
        let began = Instant::now();
        let (bytes, lines) = Question::get(&scene.server.address, path(&link).to_owned(), None).stream().await?;
        ours.push(began.elapsed().as_secs_f64());
        peak = peak.max(scene.server.peak_memory()?);
        size = bytes;
        ensure!(lines == scene.stage.size.members + 1, "the file has {lines} lines");
        theirs.extend(shell(scene, everybody)?);
    }
    let ours = median(ours);
    let figure = |who: &str, seconds: f64, more: String| Figure {
        what: what.clone(),
        who: who.to_owned(),
        text: format!("{seconds:.2} s{more}"),
        value: Some(seconds),
        unit: "seconds",
        ..Figure::default()
    };
    report.add(figure("Tessera", ours, format!("  {} MB, peak memory {peak} MB", size / 1_000_000)));
    let who = if scene.stage.kind == Kind::Postgres { "COPY" } else { "sqlite3" };
    if !theirs.is_empty() {
        let theirs = median(theirs);
        let (ratio, goal) = (Some(theirs / ours), Some(Goal::AtLeast(1.0)));
        report.add(Figure { ratio, goal, ..figure(who, theirs, String::new()) });
    }
    Ok(())
}

/// The seconds that the database's own shell takes; none where there is no such shell.
fn shell(scene: &Scene<'_>, segment: usize) -> Result<Option<f64>> {
    let select = COLUMNS.replace("{segment}", &segment.to_string());
    let mut command = match scene.stage.kind {
        Kind::Postgres => {
            psql_command(scene.stage.tessera.url(), &format!("COPY ({select}) TO STDOUT (FORMAT csv, HEADER)"))
        }
        Kind::Sqlite => {
            let mut command = Command::new("sqlite3");
            command.args(["-csv", "-header"]).arg(scene.file()).arg(select);
            command
        }
    };
    let began = Instant::now();
    let Ok(status) = command.stdin(Stdio::null()).stdout(Stdio::null()).status() else { return Ok(None) };
    ensure!(status.success(), "{command:?} failed");
    Ok(Some(began.elapsed().as_secs_f64()))
}

/// A link without its server: it is asked where it listens.
fn path(link: &str) -> &str {
    match link.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => link,
    }
}
