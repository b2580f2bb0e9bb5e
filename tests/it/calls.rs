//! The calls that tests of members, documents, points and feedback make, and what they read afterwards.

use std::sync::OnceLock;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::{Answer, TestApp};

/// Records documents, given as the variable `t`.
pub const RECORD: &str = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) {
    created updated duplicates problems { path code message } userErrors { code field message } } }";
/// Records points, given as the variable `t`.
pub const POINTS: &str = "mutation($t: [PointsInput!]!) { recordPoints(input: {entries: $t}) {
    created updated duplicates problems { path code message } userErrors { code field message } } }";
/// Records answers to surveys, given as the variable `t`.
pub const FEEDBACK: &str = "mutation($t: [FeedbackInput!]!) { recordFeedback(input: {responses: $t}) {
    created updated duplicates problems { path code message } userErrors { code field message } } }";
/// Makes or changes members, given as the variable `t`.
pub const UPSERT: &str = "mutation($t: [MemberInput!]!) { upsertMembers(input: {members: $t}) {
    created updated duplicates problems { path code message } userErrors { code field message } } }";
const METRICS: &str = "query($r: MemberRef!) { member(ref: $r) { metrics { transactions spending { amount }
    averageTransactionValue { amount } spendingLast12Months { amount } firstPurchaseAt lastPurchaseAt
    pointsBalance pointsEarned pointsRedeemed historicClv { amount } } } }";
const SEGMENT: &str = "query($r: SegmentRef!) { segment(ref: $r) { memberCount reachableCount
    averageTransactionValue { amount } averageTransactions averageSpending { amount } averageClv { amount } statsAt } }";
const DOCUMENTS: &str = "query($r: MemberRef!) { member(ref: $r) { transactions(first: 250) { nodes {
    source document kind amount { amount currencyCode } at channel location returnsDocument member { number }
    items { sku name brand category quantity amount { amount currencyCode } } labels { key value } } } } }";

/// What a call that takes rows answered.
#[derive(Debug, PartialEq)]
pub struct Taken {
    pub created: u64,
    pub updated: u64,
    pub duplicates: u64,
    /// Each as `7.amount INVALID`: the place below the list of rows, and the code.
    pub problems: Vec<String>,
}

/// Sends rows and expects no errors but problems of rows.
pub async fn send(app: &TestApp, call: &str, rows: Value) -> Taken {
    let data = app.graphql(call, json!({ "t": rows })).await;
    let payload = data.as_object().unwrap().values().next().unwrap();
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let count = |name: &str| payload[name].as_u64().unwrap();
    let problems = payload["problems"].as_array().unwrap().iter().map(|problem| {
        let path: Vec<&str> = problem["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        assert_eq!(path[0], "input", "{problem}");
        assert!(["transactions", "entries", "responses", "members"].contains(&path[1]), "{problem}");
        assert!(problem["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
        format!("{} {}", path[2..].join("."), problem["code"].as_str().unwrap())
    });
    let problems = problems.collect();
    Taken { created: count("created"), updated: count("updated"), duplicates: count("duplicates"), problems }
}

/// Sends rows of which all are new.
pub async fn make(app: &TestApp, call: &str, rows: Value) {
    let all = rows.as_array().unwrap().len() as u64;
    let taken = send(app, call, rows).await;
    assert_eq!(taken, Taken { created: all, updated: 0, duplicates: 0, problems: Vec::new() });
}

/// Sends rows of which each is a problem or not, and answers the problems.
pub async fn problems(app: &TestApp, call: &str, rows: Value) -> Vec<String> {
    send(app, call, rows).await.problems
}

/// Sends one row that must be refused, and answers the problem without the place of the row.
pub async fn refused(app: &TestApp, call: &str, row: Value) -> String {
    let taken = send(app, call, json!([row])).await;
    assert_eq!((taken.created, taken.updated, taken.duplicates), (0, 0, 0), "{row}: {taken:?}");
    taken.problems.join("; ").trim_start_matches("0.").to_owned()
}

/// Makes members of numbers.
pub async fn members(app: &TestApp, numbers: &[&str]) {
    make(app, UPSERT, numbers.iter().map(|number| json!({ "number": number })).collect()).await;
}

/// A member's metrics, amounts as their text.
pub async fn metrics(app: &TestApp, number: &str) -> Value {
    let data = app.graphql(METRICS, json!({"r": {"number": number}})).await;
    flat(&data["member"]["metrics"])
}

/// Purchases and spending of a member.
pub async fn bought(app: &TestApp, number: &str) -> (u64, String) {
    let metrics = metrics(app, number).await;
    (metrics["transactions"].as_u64().unwrap(), metrics["spending"].as_str().unwrap().to_owned())
}

/// A segment's figures, amounts as their text.
pub async fn figures(app: &TestApp, key: &str) -> Value {
    flat(&app.graphql(SEGMENT, json!({"r": {"key": key}})).await["segment"])
}

/// A member's documents, newest first.
pub async fn documents(app: &TestApp, number: &str) -> Vec<Value> {
    let data = app.graphql(DOCUMENTS, json!({"r": {"number": number}})).await;
    data["member"]["transactions"]["nodes"].as_array().unwrap().clone()
}

/// Makes a segment of members by number.
pub async fn segment(app: &TestApp, key: &str, numbers: &[&str]) {
    let members: Value = numbers.iter().map(|number| json!({ "number": number })).collect();
    let input = json!({"name": key, "key": key, "members": members});
    let made = app.graphql(crate::segments::CREATE, json!({ "input": input })).await;
    assert_eq!(made["createSegment"]["userErrors"], json!([]), "{made}");
}

/// Sends a body as it stands, for JSON that no library writes.
pub async fn raw(app: &TestApp, body: String) -> Answer {
    let request = app.client().post(format!("{}/graphql", app.base)).bearer_auth(&app.token);
    let request = request.header("content-type", "application/json");
    let response = request.header("accept", "application/graphql-response+json").body(body).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
    Answer { status, headers, body }
}

/// An instant so many days from when the tests began, the same at every call.
pub fn days(days: i64) -> String {
    static BEGAN: OnceLock<DateTime<Utc>> = OnceLock::new();
    let began = BEGAN.get_or_init(|| tessera::clock::Clock::default().real());
    (*began + TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// An instant so far from now.
pub fn from_now(by: TimeDelta) -> String {
    let now = tessera::clock::Clock::default().real() + by;
    now.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// An instant as the API shows it.
pub fn shown(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).unwrap().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Minor units of a currency of two digits as the API shows them.
pub fn money(minor: i64) -> String {
    rust_decimal::Decimal::new(minor, 2).to_string()
}

/// An object with each amount replaced by its text.
fn flat(object: &Value) -> Value {
    let fields = object.as_object().unwrap_or_else(|| panic!("no object: {object}")).iter();
    fields.map(|(name, value)| (name.clone(), value.get("amount").unwrap_or(value).clone())).collect()
}
