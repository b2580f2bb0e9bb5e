//! Who may send files, and from where they came.

use serde_json::json;
use tests::{Database, TestApp, on_both, run_with};

use super::{CSV, pieces, send};
use crate::webhooks::rows;

const ROWS: &str = "number\nm1\n";

on_both! {
    async fn tokens_for_something_else_send_nothing(app) {
        for (what, token) in crate::sockets::for_something_else(&app).await {
            // Whoever is known and may not is told so; what is no access token is nobody's.
            let expected = if what == "a partner's" { 403 } else { 401 };
            for path in ["members", "segments/a", "members?upload=x&part=1&parts=2", "members?upload=x&parts=2"] {
                let answer = send(&app, Some(&token), path, &[("content-type", CSV)], ROWS).await;
                assert_eq!(answer.status, expected, "{what} at {path}: {answer:?}");
            }
        }
        assert_eq!((pieces(&app).await, rows(&app, "upload").await, rows(&app, "job").await), (0, 0, 0));
    }
}

/// The address that the log has of the last file.
async fn logged(app: &TestApp, from: &str) -> serde_json::Value {
    let headers = [("content-type", CSV), ("x-forwarded-for", from)];
    let answer = send(app, Some(&app.token), "members", &headers, ROWS).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let log = app.graphql("{ auditLog(first: 1) { nodes { action ip } } }", json!({})).await;
    assert_eq!(log["auditLog"]["nodes"][0]["action"], "importFile", "{log}");
    log["auditLog"]["nodes"][0]["ip"].clone()
}

#[test]
fn the_log_has_the_address_that_a_trusted_proxy_saw() {
    run_with(
        Database::Sqlite,
        |settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()],
        async |app| {
            assert_eq!(logged(&app, "203.0.113.7").await, "203.0.113.7");
            assert_eq!(logged(&app, "198.51.100.1, 2001:db8::7").await, "2001:db8::7");
        },
    );
    run_with(Database::Sqlite, |_| {}, async |app| assert_eq!(logged(&app, "203.0.113.7").await, "127.0.0.1"));
}
