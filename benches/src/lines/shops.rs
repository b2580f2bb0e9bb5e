//! What the first steps of a new user take: the demo shop, and the sales of CDNOW that come with the clone.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::args::Run;
use crate::cdnow;
use crate::process;
use crate::report::{Figure, Report, thousands};

/// Measures them on SQLite, in a folder of their own.
pub(crate) fn shops(run: &Run, report: &mut Report) -> Result<()> {
    report.scene("First steps, on SQLite");
    let (folder, tessera) = (tempfile::tempdir()?, std::fs::canonicalize(&run.tessera)?);
    let map = "member=customer_id,at=date,amount=amount,document=@line";
    let import = [
        "import",
        "transactions",
        cdnow::FILE,
        "--database-url",
        "sqlite://cdnow.db",
        "--create-members",
        "--map",
        map,
    ];
    let seconds = measure(&tessera, folder.path(), &import)?;
    add(report, "import of the CDNOW sales, members made", seconds, Some(cdnow::SALES));
    let seconds = measure(&tessera, folder.path(), &["demo"])?;
    add(report, "demo: 20,000 members, two years of sales", seconds, None);
    let seconds = measure(&tessera, folder.path(), &["verify"])?;
    add(report, "verify of the demo", seconds, None);
    Ok(())
}

fn measure(tessera: &Path, folder: &Path, arguments: &[&str]) -> Result<f64> {
    let began = Instant::now();
    process::output(Command::new(tessera).args(arguments).current_dir(folder))?;
    Ok(began.elapsed().as_secs_f64())
}

fn add(report: &mut Report, what: &str, seconds: f64, rows: Option<f64>) {
    let rate = rows.map(|rows| format!("{:>7}/s  ", thousands((rows / seconds) as u64)));
    report.add(Figure {
        what: what.to_owned(),
        who: "Tessera".to_owned(),
        text: format!("{}{seconds:.2} s", rate.unwrap_or_default()),
        value: Some(seconds),
        unit: "seconds",
        ..Figure::default()
    });
}
