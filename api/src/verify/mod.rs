//! Works out every metric, figure and membership from rows once more, and reports what differs from what is kept.

mod campaigns_store;
mod history_store;
mod rules;
mod store;

use std::fmt;

use engine::calendar::{Span, Zone};
use rust_decimal::Decimal;

use crate::app::App;
use crate::campaigns;
use crate::error::Fault;

/// What was compared and what differs.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many things were compared.
    pub compared: u64,
    /// A sentence for each difference; of one kind, the first 100.
    pub differences: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.differences.len() {
            0 => write!(out, "{} things compared, no difference", self.compared),
            some => write!(out, "{} things compared, {some} or more differ", self.compared),
        }
    }
}

/// Compares everything, as of one moment, also beside a running server.
pub async fn run(app: &App) -> Result<Report, Fault> {
    let txn = store::begin(&app.db).await?;
    let programme = store::programme(&txn).await?;
    let day = programme.figures_on.parse().map_err(|_| Fault::new("program.figures_on is not a day"))?;
    let zone = Zone::from_name(&programme.figures_zone);
    let last_12_months = zone.ok_or_else(|| Fault::new("program.figures_zone is not a zone"))?.last_12_months(day);
    let margin = programme.gross_margin.parse().map_err(|_| Fault::new("program.gross_margin is not a number"))?;
    let mut report = Report { compared: store::compared(&txn).await?, ..Report::default() };
    for check in checks(last_12_months) {
        report.differences.extend(store::differing(&txn, &check).await?);
    }
    report.differences.extend(segments(&txn, margin).await?);
    report.differences.extend(campaigns_store::drawn_otherwise(&txn).await?);
    report.differences.extend(rules::differing(&txn, &programme).await?);
    Ok(report)
}

/// A comparison in the database: each row it answers is a difference, told by its text.
struct Check {
    /// A statement whose column `difference` is a sentence.
    text: String,
    /// Its values.
    values: Vec<sea_orm::Value>,
}

fn checks(last_12_months: Span) -> Vec<Check> {
    let plain = [
        store::RETURNS,
        store::RETURN_MEMBERS,
        store::ERASED,
        store::UNNAMED,
        store::MEMBERSHIPS,
        store::VIA,
        store::PUSHED,
        store::PREDICTED,
        store::LOG,
        history_store::RISING,
        history_store::ALTERNATING,
        history_store::STAYS,
        history_store::DAYS,
        history_store::COUNTED,
        history_store::LATEST,
        campaigns_store::AUDIENCES,
        campaigns_store::SEGMENTS,
        campaigns_store::MARKS,
        campaigns_store::STRANGERS,
    ];
    let orphans = store::orphans().into_iter().chain([campaigns::count_differences()]);
    let metrics = Check {
        text: store::METRICS.to_owned(),
        values: vec![last_12_months.from.into(), last_12_months.until.into()],
    };
    let others = plain.into_iter().map(str::to_owned).chain(orphans).map(|text| Check { text, values: Vec::new() });
    others.chain([metrics]).collect()
}

/// The segments whose sums or averages differ from those of their members.
async fn segments(txn: &crate::db::Txn, gross_margin: Decimal) -> Result<Vec<String>, Fault> {
    let mut differences = Vec::new();
    for (kept, found) in store::segments(txn).await? {
        let figures = found.figures(gross_margin);
        let right = kept.members == found.members
            && kept.reachable == found.reachable
            && kept.transactions == found.transactions
            && kept.spending == found.spending
            && kept.spending_12m == found.spending_12m
            && kept.average_transaction_value == figures.average_transaction_value
            && kept.average_transactions == figures.average_transactions
            && kept.average_spending == figures.average_spending
            && kept.average_clv == figures.average_clv;
        if !right {
            differences.push(format!("segment {}: kept {kept:?}, found {found:?} {figures:?}", kept.segment_id.0));
        }
    }
    Ok(differences)
}
