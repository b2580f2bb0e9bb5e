//! What runs in Node: GraphiQL in a real browser, and the audits of the GraphQL-over-HTTP specification.

use std::path::Path;
use std::sync::Arc;

use tests::{Database, OWNER, PASSWORD, TestApp, run};
use tokio::process::Command;

/// Runs a script with Node, expects that it ends well, and answers what it says.
pub async fn node(script: &str, arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e");
    assert!(folder.join("node_modules").exists(), "run `npm ci` in tests/e2e first, as `make test` does");
    let output = Command::new("node").current_dir(folder).arg(script).args(arguments).output().await.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success(), "{script} failed: {said}");
    said
}

#[test]
fn graphiql_signs_in_and_runs_the_chosen_operation() {
    run(Database::Sqlite, |app: Arc<TestApp>| async move {
        node("graphiql.mjs", &[&app.base, OWNER, PASSWORD]).await;
    });
}

#[test]
fn the_audits_of_graphql_over_http_pass() {
    run(Database::Sqlite, |app: Arc<TestApp>| async move {
        let said = node("audits.mjs", &[&app.base, &app.token]).await;
        assert!(said.contains("58 passed, 0 failed, 3 skipped"), "{said}");
    });
}
