//! Partner systems: their tokens, what they see, and what they push.

pub mod audit;
mod expiry;
mod faults;
mod model;
mod push;
pub mod sync;
mod tokens;
mod view;

use serde_json::{Value, json};
use tests::{Answer, TestApp};

/// All that a token can be used for.
pub const SCOPES: [&str; 5] = ["SEGMENTS_READ", "SEGMENTS_PUSH", "MEMBERS_WRITE", "TRANSACTIONS_WRITE", "EXPORT"];

pub const CREATE_PARTNER: &str = "mutation($input: CreatePartnerInput!) { createPartner(input: $input) {
    partner { id key name active lastUsedAt } userErrors { code field } } }";
pub const CREATE_TOKEN: &str = "mutation($input: CreatePartnerTokenInput!) { createPartnerToken(input: $input) {
    token partnerToken { id name scopes expiresAt lastUsedAt revokedAt } userErrors { code field } } }";
pub const REGISTER: &str = "mutation($input: RegisterExternalSegmentInput!) { registerExternalSegment(input: $input) {
    segment { id key name description kind externalUrl expiresAfterDays version memberCount } userErrors { code field } } }";
pub const PUSH: &str = "mutation($input: PushSegmentMembersInput!) { pushSegmentMembers(input: $input) {
    receipt { id joined left unchanged pending replayed problemCount problems { path member code } segment { key memberCount } }
    userErrors { code field } } }";

/// A partner system that calls.
#[derive(Clone)]
pub struct Partner {
    pub id: String,
    pub token: String,
}

/// Makes a partner with a token.
pub async fn partner(app: &TestApp, key: &str, scopes: &[&str]) -> Partner {
    let made = app.graphql(CREATE_PARTNER, json!({"input": {"key": key, "name": key.to_uppercase()}})).await;
    assert_eq!(made["createPartner"]["userErrors"], json!([]), "{made}");
    let id = made["createPartner"]["partner"]["id"].as_str().unwrap().to_owned();
    let token = token(app, &id, scopes).await;
    Partner { id, token }
}

/// Makes a token of a partner.
pub async fn token(app: &TestApp, partner: &str, scopes: &[&str]) -> String {
    let input = json!({"partner": partner, "name": "test", "scopes": scopes});
    let made = app.graphql(CREATE_TOKEN, json!({ "input": input })).await;
    assert_eq!(made["createPartnerToken"]["userErrors"], json!([]), "{made}");
    made["createPartnerToken"]["token"].as_str().unwrap().to_owned()
}

impl Partner {
    /// Calls, and answers whatever comes.
    pub async fn send(&self, app: &TestApp, query: &str, variables: Value) -> Answer {
        app.send(Some(&self.token), query, variables).await
    }

    /// Calls, and expects no errors; answers the only field.
    pub async fn call(&self, app: &TestApp, query: &str, variables: Value) -> Value {
        let answer = self.send(app, query, variables).await;
        assert!(answer.body.get("errors").is_none(), "{query}: {}", answer.body);
        answer.body["data"].as_object().unwrap().values().next().unwrap().clone()
    }

    /// Registers a segment, or changes it.
    pub async fn register(&self, app: &TestApp, input: Value) -> Value {
        self.call(app, REGISTER, json!({ "input": input })).await
    }

    /// Registers a segment of a key.
    pub async fn segment(&self, app: &TestApp, key: &str) {
        let made = self.register(app, json!({"key": key, "name": key})).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
    }

    /// Pushes, and answers the payload.
    pub async fn push(&self, app: &TestApp, input: Value) -> Value {
        self.call(app, PUSH, json!({ "input": input })).await
    }

    /// Pushes numbers, and answers joined, left, unchanged and pending.
    pub async fn moves(&self, app: &TestApp, segment: &str, key: &str, join: &[&str], leave: &[&str]) -> [i64; 4] {
        let input =
            json!({"segment": {"key": segment}, "idempotencyKey": key, "join": named(join), "leave": named(leave)});
        let payload = self.push(app, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        counts(&payload["receipt"])
    }
}

/// Members by number.
pub fn named(numbers: &[&str]) -> Value {
    numbers.iter().map(|number| json!({ "number": number })).collect()
}

/// Joined, left, unchanged and pending of a receipt.
pub fn counts(receipt: &Value) -> [i64; 4] {
    ["joined", "left", "unchanged", "pending"].map(|name| receipt[name].as_i64().unwrap_or_else(|| panic!("{receipt}")))
}

/// The problems of a payload, each as `join.1 STALE`.
pub fn problems(problems: &Value) -> Vec<String> {
    let text = |problem: &Value| {
        let path: Vec<&str> = problem["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        format!("{} {}", path.join("."), problem["code"].as_str().unwrap())
    };
    problems.as_array().unwrap().iter().map(text).collect()
}

/// The user errors of a payload, each as `input.key TAKEN`.
pub fn errors(payload: &Value) -> Vec<String> {
    let text = |error: &Value| {
        let field: Vec<&str> = error["field"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        format!("{} {}", field.join("."), error["code"].as_str().unwrap())
    };
    payload["userErrors"].as_array().unwrap().iter().map(text).collect()
}
