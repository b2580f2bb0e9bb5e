//! What tests of operations that meet have in common: each of them waits for the other, in one order, and none is given up
//! so that the other can go on.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement};
use tessera::config::Settings;
use tessera::db::{self, Lock};
use tests::{Database, TestApp, block_on};

use crate::jobs::until;

/// Runs a test as the harness does, and expects that PostgreSQL had no deadlock to break.
pub fn unbroken<F: Future<Output = ()>>(
    database: Database,
    change: impl FnOnce(&mut Settings),
    body: impl FnOnce(Arc<TestApp>) -> F,
) {
    block_on(async {
        let app = Arc::new(TestApp::start_with(database, change).await);
        body(Arc::clone(&app)).await;
        app.verify().await;
        app.stop().await;
        if database == Database::Postgres {
            assert_eq!(deadlocks(&app.url).await, 0, "deadlocks were broken");
        }
    });
}

/// How many deadlocks there were. What a connection met is counted once it is gone.
async fn deadlocks(url: &str) -> i64 {
    let db = sea_orm::Database::connect(url).await.unwrap();
    let open = "SELECT COUNT(*) AS number FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'tessera'";
    until("all connections to end", async || number(&db, open).await == 0).await;
    number(&db, "SELECT deadlocks AS number FROM pg_stat_database WHERE datname = current_database()").await
}

/// Waits until so many operations wait for a lock of PostgreSQL.
pub async fn waiting(app: &TestApp, operations: i64) {
    let text = "SELECT COUNT(*) AS number FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event_type = 'Lock'";
    until("operations to wait", async || number(app.app.db.reader(), text).await == operations).await;
}

/// Lets nobody have the rule set alone until the transaction ends, as somebody does who touches facts.
pub async fn share_rule_set(app: &TestApp) -> DatabaseTransaction {
    let txn = app.app.db.begin().await.unwrap();
    db::lock_shared(&txn, Lock::RuleSet).await.unwrap();
    txn
}

/// Keeps the row of a member until the transaction ends.
pub async fn keep_member(app: &TestApp, number: &str) -> DatabaseTransaction {
    let txn = app.app.db.begin().await.unwrap();
    let text = format!("SELECT id FROM member WHERE number = '{number}' FOR UPDATE");
    txn.query_one_raw(Statement::from_string(txn.get_database_backend(), text)).await.unwrap().unwrap();
    txn
}

async fn number(db: &DatabaseConnection, text: &str) -> i64 {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    row.unwrap().try_get("", "number").unwrap()
}
