//! A file of transactions is imported, beside SQL that writes the same rows from a loaded table.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use chrono::{DateTime, SecondsFormat};

use crate::report::{Figure, Goal, Report, median, thousands};
use crate::scene::Scene;
use crate::shop::{self, DAY, NOW};
use crate::sql::{self, Sale};

const ROWS: usize = 200_000;

/// Measures the import, each time of other documents.
pub(crate) async fn import(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let file = scene.stage.folder.path().join("sales.csv");
    for round in 0..scene.run.rounds {
        write(&file, &sales(scene, round * 2))?;
        let source = format!("bench-{round}");
        let map = "document=document,member=member,at=at,amount=amount";
        let path = file.display().to_string();
        let began = Instant::now();
        let said = scene.stage.tessera.run(&["import", "transactions", &path, "--map", map, "--source", &source])?;
        ours.push(began.elapsed().as_secs_f64());
        ensure!(said.contains(&thousands(ROWS)), "not all rows were read: {said}");
        sql::stage(scene, &sales(scene, round * 2 + 1))?;
        let began = Instant::now();
        sql::import(scene, &format!("{source}-sql")).await?;
        theirs.push(began.elapsed().as_secs_f64());
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let figure = |who: &str, seconds: f64| Figure {
        what: format!("import {} transactions", thousands(ROWS)),
        who: who.to_owned(),
        text: format!("{:>7}/s  {seconds:.2} s", thousands((ROWS as f64 / seconds) as u64)),
        value: Some(ROWS as f64 / seconds),
        unit: "rows a second",
        ..Figure::default()
    };
    report.add(figure("Tessera", ours));
    report.add(Figure { ratio: Some(theirs / ours), goal: Some(Goal::AtLeast(0.5)), ..figure("SQL", theirs) });
    Ok(())
}

/// The sales of the last ten days, by the day.
fn sales(scene: &Scene<'_>, round: usize) -> Vec<Sale> {
    let mut chance = fastrand::Rng::with_seed(scene.stage.size.seed + round as u64);
    let sale = |row: usize| Sale {
        document: format!("F{round}-{row:07}"),
        member: shop::number(chance.usize(1..=scene.stage.size.members)),
        at: NOW - 10 * DAY + (10 * DAY / ROWS as i64) * row as i64,
        amount: chance.i64(100..20_000),
    };
    (0..ROWS).map(sale).collect()
}

fn write(file: &Path, rows: &[Sale]) -> Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    writeln!(out, "document,member,at,amount")?;
    for Sale { document, member, at, amount } in rows {
        let at = DateTime::from_timestamp_millis(*at).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true);
        writeln!(out, "{document},{member},{at},{}.{:02}", amount / 100, amount % 100)?;
    }
    Ok(out.flush()?)
}
