//! What is not kept for ever: each kind of record, the setting that says for how many days it is kept, and what removes it.

use chrono::TimeDelta;
use engine::calendar::Millis;
use futures::future::BoxFuture;

use crate::app::App;
use crate::audit;
use crate::config::Settings;
use crate::error::Fault;

/// A kind of record that is kept for some days.
struct Kept {
    /// In the log's words.
    what: &'static str,
    /// For how many days; none: for ever.
    days: fn(&Settings) -> Option<u32>,
    /// Removes what is older than an instant of the real clock.
    forget: fn(&App, Millis) -> BoxFuture<'_, Result<(), Fault>>,
}

/// One line for each kind. Whoever keeps something new, such as attempts at deliveries, adds a line and a setting.
const KEPT: &[Kept] = &[Kept {
    what: "entries of the audit log",
    days: |settings| settings.keep_audit,
    forget: |app, before| Box::pin(async move { audit::forget(app.db.writer(), before).await }),
}];

/// Removes what is kept no longer.
pub async fn forget(app: &App) {
    for Kept { what, days, forget } in KEPT {
        let Some(days) = days(&app.settings) else { continue };
        let before = app.clock.real_millis() - TimeDelta::days(i64::from(days)).num_milliseconds();
        if let Err(fault) = forget(app, before).await {
            tracing::warn!(what, ?fault, "what is kept no longer could not be removed; the next try follows");
        }
    }
}
