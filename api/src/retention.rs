//! What is not kept for ever: each kind of record, the setting that says for how many days it is kept, and what removes it.

use chrono::TimeDelta;
use futures::future::BoxFuture;

use crate::app::App;
use crate::config::Settings;
use crate::error::Fault;
use crate::{audit, partners, webhooks};

/// A kind of record that is kept for some days.
struct Kept {
    /// In the log's words.
    what: &'static str,
    /// For how many days; none: for ever.
    days: fn(&Settings) -> Option<u32>,
    /// Removes what is older.
    forget: fn(&App, TimeDelta) -> BoxFuture<'_, Result<(), Fault>>,
}

/// One line for each kind. Whoever keeps something new adds a line and a setting.
const KEPT: &[Kept] = &[
    Kept {
        what: "entries of the audit log",
        days: |settings| settings.keep_audit,
        forget: |app, age| {
            let before = app.clock.real_millis() - age.num_milliseconds();
            Box::pin(audit::forget(app.db.writer(), before))
        },
    },
    Kept {
        what: "deliveries of webhooks",
        days: |settings| settings.keep_deliveries,
        forget: |app, age| Box::pin(webhooks::forget(app, age)),
    },
    Kept {
        what: "receipts of what partners pushed",
        days: |settings| settings.keep_pushes,
        forget: |app, age| Box::pin(partners::forget(app, age)),
    },
];

/// Removes what is kept no longer.
pub async fn forget(app: &App) {
    for Kept { what, days, forget } in KEPT {
        let Some(days) = days(&app.settings) else { continue };
        if let Err(fault) = forget(app, TimeDelta::days(i64::from(days))).await {
            tracing::warn!(what, ?fault, "what is kept no longer could not be removed; the next try follows");
        }
    }
}
