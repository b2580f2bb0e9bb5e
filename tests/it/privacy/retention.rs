//! What is kept for some days goes after them, and what is kept for ever stays.

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{Database, TestApp};

use super::one;

const DAY: i64 = 24 * 3_600_000;

/// Entries of the log, so many days old.
async fn aged(app: &TestApp, days: &[i64]) {
    for age in days {
        let at = app.app.clock.real_millis() - age * DAY - 1_000;
        let text = format!(
            "INSERT INTO audit_entry (at, actor, action, object_kind, object_name, changes)
            VALUES ({at}, 'a', 'aged', 'Segment', '{age}', '{{}}')"
        );
        app.app.db.writer().execute_unprepared(&text).await.unwrap();
    }
}

#[test]
fn entries_of_the_log_go_after_their_days() {
    for database in [Database::Sqlite, Database::Postgres] {
        for (keep, left) in [(None, 4), (Some(30), 2), (Some(1), 1)] {
            tests::run_with(
                database,
                |settings| settings.keep_audit = keep,
                async |app| {
                    aged(&app, &[0, 7, 30, 3_000]).await;
                    crate::calls::members(&app, &["m1"]).await;
                    tessera::retention::forget(&app.app).await;
                    let count = one(&app, "SELECT COUNT(*) FROM audit_entry WHERE action = 'aged'").await;
                    assert_eq!(count, left, "kept for {keep:?} days");
                    let newest = app.graphql("{ auditLog(first: 1) { nodes { action } } }", json!({})).await;
                    assert_eq!(newest["auditLog"]["nodes"][0]["action"], "upsertMembers");
                },
            );
        }
    }
}
