//! A query that runs too long is stopped where it runs, and its connection comes back.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use tessera::db::{fault_kind, sql};
use tessera::error::FaultKind;
use tests::{Database, TestApp, on_both};

async fn endless(app: &TestApp) -> Result<Option<QueryResult>, DbErr> {
    let text = match app.database {
        Database::Postgres => "SELECT pg_sleep(600)",
        Database::Sqlite => {
            "WITH RECURSIVE count(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM count) SELECT COUNT(*) FROM count WHERE x < 0"
        }
    };
    let db = app.app.db.reader();
    db.query_one_raw(sql(db, text, [])).await
}

on_both! {
    async fn an_endless_query_is_stopped(app) {
        let begun = Instant::now();
        let error = endless(&app).await.unwrap_err();
        assert_eq!(fault_kind(&error), FaultKind::Timeout, "{error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());

        // Callers that went away leave their queries behind: more of them than there are connections.
        let gone = (0..12).map(|_| tokio::time::timeout(Duration::from_millis(300), endless(&app)));
        futures::future::join_all(gone).await;
        let begun = Instant::now();
        loop {
            let all = (0..8).map(|_| app.send(Some(&app.token), "{ program { name } tags { tag } }", serde_json::json!({})));
            let answers = futures::future::join_all(all).await;
            if answers.iter().all(|answer| answer.status == 200) {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "the connections did not come back: {answers:?}");
        }
    }
}
