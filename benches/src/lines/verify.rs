//! Every figure is recounted from the rows: what was generated, what Tessera wrote, and what the SQL beside it wrote.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::report::{Figure, Report};
use crate::scene::Stage;

/// Measures `tessera verify`; a difference ends the bench.
pub(crate) fn verify(stage: &Stage, report: &mut Report) -> Result<()> {
    let began = Instant::now();
    let said = stage.tessera.run(&["verify"]).context("the rows do not fit each other")?;
    let seconds = began.elapsed().as_secs_f64();
    report.add(Figure {
        what: "verify: every figure recounted".to_owned(),
        who: "Tessera".to_owned(),
        text: format!("{seconds:.1} s  {}", said.trim()),
        value: Some(seconds),
        unit: "seconds",
        ..Figure::default()
    });
    Ok(())
}
