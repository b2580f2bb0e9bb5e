//! What became of all imported rows, for the metrics.

use super::store;
use crate::app::App;
use crate::error::Fault;
use crate::telemetry::ImportedRows;

/// How many rows the latest imports of all files brought to each end, by kind.
pub async fn totals(app: &App) -> Result<Vec<ImportedRows>, Fault> {
    let mut totals = Vec::new();
    for row in store::totals(app.db.reader()).await? {
        let ends = [
            ("created", row.created),
            ("updated", row.updated),
            ("duplicate", row.duplicates),
            ("rejected", row.rejected),
        ];
        let rows = |(outcome, rows)| ImportedRows {
            kind: row.kind.clone(),
            outcome,
            rows: u64::try_from(rows).unwrap_or_default(),
        };
        totals.extend(ends.map(rows));
    }
    Ok(totals)
}
