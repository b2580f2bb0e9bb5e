//! Which day decides, when days and facts do not come one after the other.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Database, TestApp};
use tokio_util::sync::CancellationToken;

use super::{belonging, call, dynamic, events, spent};
use crate::calls::{RECORD, make, members};
use crate::roll::{day, ends, reopened, run, unrolled};

fn sale(on: &str) -> Value {
    json!([{"document": "a", "member": {"number": "m1"}, "amount": "10", "at": ends(day(on))[0]}])
}

#[test]
fn what_comes_in_at_the_last_moment_is_decided_for_the_new_day_on_sqlite() {
    run(Database::Sqlite, "2026-03-01", last_moment);
}

#[test]
fn what_comes_in_at_the_last_moment_is_decided_for_the_new_day_on_postgres() {
    run(Database::Postgres, "2026-03-01", last_moment);
}

/// The facts in memory are those of a moment ago when the day begins; what came in since was decided for the old day.
async fn last_moment(first: Arc<TestApp>) {
    members(&first, &["m1"]).await;
    let yesterday = json!({"daysAgo": {"from": 1, "to": 1}});
    let bought = json!({"transactions": {"measure": "COUNT", "within": yesterday, "is": {"gte": 1}}});
    dynamic(&first, "bought-yesterday", bought).await;
    let (next, _folder) = unrolled(&first, day("2026-03-02")).await;
    let stop = CancellationToken::new();
    let following = tokio::spawn(tessera::facts::follow(Arc::clone(&next), stop.clone()));
    while next.lens.current().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    following.await.unwrap();
    make(&first, RECORD, sale("2026-03-01")).await;
    assert!(belonging(&first, "bought-yesterday").await.is_empty());
    tessera::figures::roll::to_today(&next).await.unwrap();
    assert!(tessera::membership::to_today(&next).await.unwrap());
    let app = reopened(&first, day("2026-03-02")).await;
    assert_eq!(belonging(&app, "bought-yesterday").await, ["m1"]);
    assert_eq!(events(&app, "bought-yesterday").await, ["m1 JOINED TIME_PASSED"]);
    app.verify().await;
    app.stop().await;
}

#[test]
fn a_day_that_was_set_back_decides_on_sqlite() {
    run(Database::Sqlite, "2026-03-10", set_back);
}

#[test]
fn a_day_that_was_set_back_decides_on_postgres() {
    run(Database::Postgres, "2026-03-10", set_back);
}

/// The log's instants never fall, but who belongs is decided by the programme's day.
async fn set_back(first: Arc<TestApp>) {
    members(&first, &["m1", "m2"]).await;
    make(&first, RECORD, sale("2026-03-01")).await;
    dynamic(&first, "week", spent(7, 1)).await;
    let by_hand = json!({"segment": {"key": "week"}, "members": [{"number": "m1"}, {"number": "m2"}]});
    let mutation = |name: &str| format!("mutation($i: AssignMembersInput!) {{ {name}(input: $i) {{ changed }} }}");
    assert_eq!(call(&first, &mutation("assignMembers"), by_hand.clone()).await["changed"], 2);
    let app = reopened(&first, day("2026-03-05")).await;
    assert_eq!(call(&app, &mutation("unpinMembers"), by_hand).await["changed"], 2);
    assert_eq!(belonging(&app, "week").await, ["m1"]);
    app.verify().await;
    app.stop().await;
}
