//! What a person may ask for: to be erased, so that nothing is found of them and nothing brings them back, and to be told
//! what is stored.

mod data;
mod erasure;
mod key;
mod kills;
mod markers;
mod pushed;
mod races;
mod retention;
mod sent;
mod waiting;

use std::time::Duration;

use entity::job;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use serde_json::{Value, json};
use tessera::worker::{Handlers, Pace};
use tests::TestApp;

use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, days, make};
use crate::jobs::{Working, until};

pub const ERASE: &str =
    "mutation($i: MemberRefInput!) { eraseMember(input: $i) { memberId userErrors { code field } } }";
const ASSIGN: &str = "mutation($i: AssignMembersInput!) { assignMembers(input: $i) { changed problems { path code } userErrors { code field } } }";
pub const DATA: &str =
    "mutation($i: MemberRefInput!) { requestMemberData(input: $i) { data userErrors { code field } } }";

/// Erases the member of a number, and answers the id.
pub async fn erase(app: &TestApp, number: &str) -> String {
    let payload = crate::dynamic::call(app, ERASE, json!({"member": {"number": number}})).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["memberId"].as_str().unwrap().to_owned()
}

/// A person of whom everything is known, with words that stand nowhere else; `mark` is in each of them.
async fn person(app: &TestApp, mark: &str) {
    let before =
        json!({"number": format!("n{mark}"), "firstName": "Before", "email": format!("before-{mark}@example.org")});
    make(app, UPSERT, json!([before])).await;
    let all = json!({"number": format!("n{mark}"), "enrolledAt": "2024-02-29T12:00:00Z", "firstName": format!("F{mark}"),
        "lastName": format!("L{mark}"), "email": format!("E{mark}@Example.org"), "phone": format!("+48 {mark}"), "gender": "f",
        "birthDate": "1980-02-29", "country": "PL", "region": format!("r{mark}"), "city": format!("Ł{mark}"),
        "postalCode": format!("p{mark}"), "street": format!("s{mark}"), "tier": "Gold", "marketingConsent": true,
        "labels": [{"key": format!("k{mark}"), "value": format!("v{mark}")}], "attributes": {"about": format!("a{mark}")}});
    crate::calls::send(app, UPSERT, json!([all])).await;
    let member = json!({"number": format!("n{mark}")});
    let sale = |document: &str, amount: &str, at: i64| {
        json!({"document": format!("{document}-{}", mark.len()), "member": member,
        "amount": amount, "at": days(at), "channel": "web", "items": [{"sku": "a", "quantity": 2, "amount": amount}],
        "labels": [{"key": "gift", "value": format!("for {mark}")}]})
    };
    make(app, RECORD, json!([sale("one", "30.00", -400), sale("two", "12.50", -3)])).await;
    let points = json!({"member": member, "kind": "EARNED", "points": 9, "at": days(-3), "document": "p", "origin": format!("o{mark}")});
    make(app, POINTS, json!([points])).await;
    let answer = json!({"member": member, "survey": "nps", "score": 3, "comment": format!("c{mark}"), "at": days(-2), "document": "f"});
    make(app, FEEDBACK, json!([answer])).await;
}

/// Works until what was asked for after erasures is done.
async fn swept(app: &TestApp) {
    let pace = Pace { poll: Duration::from_millis(20), backoff: Duration::from_millis(20), ..Pace::default() };
    let working = Working::start(&app.app, Handlers::product(), pace);
    let count = async |states: [&'static str; 2]| {
        let sweeps = job::Entity::find().filter(job::Column::Kind.eq("ERASURE_SWEEP"));
        sweeps.filter(job::Column::Status.is_in(states)).count(app.app.db.writer()).await.unwrap()
    };
    until("the sweep", async || count(["QUEUED", "RUNNING"]).await == 0).await;
    working.stop().await;
    assert_eq!(count(["FAILED", "CANCELLED"]).await, 0);
}

/// One number out of the database.
async fn one(app: &TestApp, text: &str) -> i64 {
    let db = app.app.db.writer();
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// The codes of a payload's mistakes with their paths.
async fn refusals(app: &TestApp, text: &str, input: Value) -> Vec<String> {
    crate::dynamic::mistakes(&crate::dynamic::call(app, text, input).await)
}
