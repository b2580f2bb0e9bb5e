//! Memberships that are not pushed again lapse, on the day.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::{Database, TestApp};

use super::{Partner, SCOPES, errors, partner};
use crate::calls::members;
use crate::dynamic::{belonging, dynamic, events, of_segment};
use crate::roll::{day, reopened, run};

#[test]
fn a_membership_lapses_at_midnight_on_sqlite() {
    run(Database::Sqlite, "2026-03-01", lapsing);
}

#[test]
fn a_membership_lapses_at_midnight_on_postgres() {
    run(Database::Postgres, "2026-03-01", lapsing);
}

/// The same partner over a server that was opened anew: its tokens were signed by the first.
async fn again(app: &TestApp, one: &Partner) -> Partner {
    Partner { id: one.id.clone(), token: super::token(app, &one.id, &SCOPES).await }
}

async fn lapsing(first: Arc<TestApp>) {
    members(&first, &["a", "b"]).await;
    let one = partner(&first, "crm", &SCOPES).await;
    one.register(&first, json!({"key": "s", "name": "s", "expiresAfterDays": 3})).await;
    dynamic(&first, "of-s", of_segment("crm/s")).await;
    one.moves(&first, "s", "1", &["a", "b", "c", "d"], &[]).await;
    let app = Arc::new(reopened(&first, day("2026-03-03")).await);
    let here = again(&app, &one).await;
    assert_eq!(belonging(&app, "crm/s").await, ["a", "b"]);
    // Pushed again: for three days from now on.
    assert_eq!(here.moves(&app, "s", "2", &["b", "d"], &[]).await, [0, 0, 1, 1]);
    app.verify().await;
    app.stop().await;
    let app = Arc::new(reopened(&first, day("2026-03-04")).await);
    assert_eq!(
        (belonging(&app, "crm/s").await, belonging(&app, "of-s").await),
        (vec!["b".to_owned()], vec!["b".to_owned()])
    );
    assert!(events(&app, "crm/s").await.contains(&"a LEFT EXPIRED".to_owned()));
    // Who was waited for too long does not come in any more; who was named again does.
    members(&app, &["c", "d"]).await;
    assert_eq!(belonging(&app, "crm/s").await, ["b", "d"]);
    app.verify().await;
    app.stop().await;
    // Inactive: nothing lapses. Switched on again, what has lapsed goes first.
    let app = Arc::new(reopened(&first, day("2026-03-05")).await);
    switch(&app, "deactivate").await;
    app.stop().await;
    let app = Arc::new(reopened(&first, day("2026-03-20")).await);
    assert_eq!(belonging(&app, "crm/s").await, ["b", "d"]);
    switch(&app, "activate").await;
    assert!(belonging(&app, "crm/s").await.is_empty());
    // An administrator lets it last longer, or shorter, at once.
    let here = again(&app, &one).await;
    here.moves(&app, "s", "3", &["a"], &[]).await;
    app.verify().await;
    app.stop().await;
    let app = Arc::new(reopened(&first, day("2026-03-21")).await);
    for (days, expected) in [(json!(9), vec!["a"]), (json!(null), vec!["a"]), (json!(1), vec![])] {
        let input = json!({"segment": {"key": "crm/s"}, "expiresAfterDays": days});
        let changed = app
            .graphql(
                "mutation($input: UpdateSegmentInput!) { updateSegment(input: $input) { userErrors { code field } } }",
                json!({ "input": input }),
            )
            .await;
        assert_eq!(changed["updateSegment"]["userErrors"], json!([]));
        assert_eq!(belonging(&app, "crm/s").await, expected);
    }
    let manual = app
        .graphql(
            "mutation { createSegment(input: {name: \"m\"}) { userErrors { code } }
        updateSegment(input: {segment: {key: \"m\"}, expiresAfterDays: 3}) { userErrors { code field } } }",
            Value::Null,
        )
        .await;
    assert_eq!(errors(&manual["updateSegment"]), ["input.expiresAfterDays NOT_ALLOWED"]);
    app.verify().await;
    app.stop().await;
}

async fn switch(app: &TestApp, to: &str) {
    let call = format!(
        "mutation {{ {to}Segment(input: {{segment: {{key: \"crm/s\"}}}}) {{ userErrors {{ code }} dependents {{ id }} }} }}"
    );
    let mut changed = app.graphql(&call, json!({})).await;
    if to == "deactivate" {
        // A rule names it: it goes first.
        assert_eq!(changed["deactivateSegment"]["userErrors"][0]["code"], "IN_USE");
        app.graphql("mutation { removeSegment(input: {segment: {key: \"of-s\"}}) { userErrors { code } } }", json!({}))
            .await;
        changed = app.graphql(&call, json!({})).await;
    }
    assert_eq!(changed[format!("{to}Segment")]["userErrors"], json!([]), "{changed}");
}
