//! Building a rule with eyes open: what it would do, why a member is in or out, and what can be said at all.

mod catalogue;
mod explain;
mod preview;
mod refused;

use serde_json::{Value, json};
use tests::{Answer, TestApp};

use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, make};
use crate::dynamic::{call, country};

/// The day at whose end the programme stands.
pub const TODAY: &str = "2026-03-30";

const PREVIEW: &str = "query($r: RuleInput!, $s: SegmentRef) { previewRule(rule: $r, replacing: $s) { asOf text durationMs
    memberCount reachableCount averageTransactionValue { amount currencyCode } averageTransactions averageSpending { amount }
    averageClv { amount } wouldJoin wouldLeave sample(first: 250) { number } joiners(first: 250) { number }
    leavers(first: 250) { number } } }";
const ASSIGN: &str =
    "mutation($i: AssignMembersInput!) { assignMembers(input: $i) { changed userErrors { message } } }";

/// What a rule would do.
pub async fn preview(app: &TestApp, rule: Value, replacing: Option<&str>) -> Value {
    let answer = asked(app, rule, replacing.map(|key| json!({ "key": key }))).await;
    assert!(answer.body.get("errors").is_none(), "{}", answer.body);
    answer.body["data"]["previewRule"].clone()
}

/// The same, whatever is answered.
pub async fn asked(app: &TestApp, rule: Value, replacing: Option<Value>) -> Answer {
    app.send(Some(&app.token), PREVIEW, json!({"r": rule, "s": replacing})).await
}

/// The numbers of a list of members.
pub fn numbers(members: &Value) -> Vec<String> {
    members.as_array().unwrap().iter().map(|member| member["number"].as_str().unwrap().to_owned()).collect()
}

/// Pins members of a dynamic segment in (or out).
pub async fn pin(app: &TestApp, key: &str, numbers: &[&str], inside: bool) {
    let query = if inside { ASSIGN.to_owned() } else { ASSIGN.replace("assignMembers", "unassignMembers") };
    let members: Vec<Value> = numbers.iter().map(|number| json!({ "number": number })).collect();
    let done = call(app, &query, json!({"segment": {"key": key}, "members": members})).await;
    assert_eq!(done["changed"], numbers.len(), "{done}");
}

/// Six customers: with and without consent, purchases, returns, points and answers.
pub async fn shop(app: &TestApp) {
    let people = json!([
        {"number": "m1", "email": "ann@example.org", "country": "PL", "city": "Kraków", "gender": "f", "tier": "Gold",
            "birthDate": "1990-03-31", "enrolledAt": "2024-04-02T09:00:00Z", "marketingConsent": true,
            "labels": [{"key": "Club", "value": "gold"}], "attributes": {"shoe": 41.5, "vip": true, "since": "2026-03-01"}},
        {"number": "m2", "country": "DE", "tier": "silver", "enrolledAt": "2025-06-30T22:30:00Z", "marketingConsent": false,
            "labels": [{"key": "club", "value": "Silver"}, {"key": "source", "value": "web"}], "attributes": {"shoe": "42"}},
        {"number": "m3", "country": "pl", "tier": "GOLD", "enrolledAt": "2026-01-01T00:00:00Z", "marketingConsent": true},
        {"number": "m4", "country": "FR"},
        {"number": "m5", "country": "PL", "birthDate": "2008-03-30", "marketingConsent": true,
            "enrolledAt": "2026-03-30T08:00:00Z"},
        {"number": "m6"},
    ]);
    make(app, UPSERT, people).await;
    let sale = |document: &str, member: &str, amount: &str, at: &str, channel: &str, items: Value| {
        json!({"document": document, "member": {"number": member}, "amount": amount, "at": at, "channel": channel,
            "items": items, "labels": [{"key": "till", "value": document}]})
    };
    let line = |sku: &str, brand: &str, category: &str, amount: &str| json!({"sku": sku, "brand": brand, "category": category, "amount": amount});
    make(
        app,
        RECORD,
        json!([
            // The last day before the 12 months, and their first.
            sale("a", "m1", "100.01", "2025-03-30T21:59:59Z", "web", json!([line("s1", "b1", "coffee", "100.01")])),
            sale("b", "m1", "20.20", "2025-03-30T22:00:00Z", "store", json!([line("s2", "b1", "tea", "20.20")])),
            sale(
                "c",
                "m1",
                "431.20",
                "2026-03-20T12:00:00Z",
                "Web",
                json!([line("s1", "b1", "Coffee", "400"), line("s3", "b2", "cup", "31.20")])
            ),
            sale("d", "m2", "50", "2026-02-28T12:00:00Z", "store", json!([line("s3", "b2", "cup", "50")])),
            sale("e", "m2", "70", "2026-03-01T12:00:00Z", "store", json!([line("s2", "b1", "tea", "70")])),
            sale("f", "m4", "0", "2026-03-29T01:30:00Z", "app", json!([])),
            sale("g", "m5", "9.99", "2026-03-30T10:00:00Z", "app", json!([line("s9", "b9", "cup", "9.99")])),
        ]),
    )
    .await;
    make(app, RECORD, json!([
        {"document": "r1", "kind": "RETURN", "returnsDocument": "e", "amount": "70", "at": "2026-03-10T12:00:00Z"},
        {"document": "r2", "kind": "RETURN", "member": {"number": "m4"}, "returnsDocument": "x", "amount": "5", "at": "2026-03-12T12:00:00Z"},
    ])).await;
    let entry = |document: &str, member: &str, kind: &str, points: i64, at: &str| json!({"member": {"number": member}, "kind": kind, "points": points, "at": at, "document": document});
    make(
        app,
        POINTS,
        json!([
            entry("p1", "m1", "EARNED", 500, "2026-01-01T12:00:00Z"),
            entry("p2", "m1", "REDEEMED", 120, "2026-03-01T12:00:00Z"),
            entry("p3", "m2", "EARNED", 50, "2025-03-01T12:00:00Z"),
        ]),
    )
    .await;
    let answer = |document: &str, member: &str, survey: &str, score: i64| json!({"member": {"number": member}, "survey": survey, "score": score, "at": "2026-03-02T12:00:00Z", "document": document});
    make(
        app,
        FEEDBACK,
        json!([answer("f1", "m1", "NPS", 9), answer("f2", "m2", "nps", 3), answer("f3", "m2", "visit", 8)]),
    )
    .await;
    let margin = "mutation { updateProgram(input: {grossMargin: \"0.35\"}) { userErrors { message } } }";
    assert_eq!(app.graphql(margin, json!({})).await["updateProgram"]["userErrors"], json!([]));
}

/// Rules of every kind over that shop.
pub fn rules() -> Vec<Value> {
    let profile = |fact: Value| json!({ "profile": fact });
    let transactions = |measure: &str, more: Value, is: Value| {
        let mut condition = json!({"measure": measure, "is": is});
        condition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "transactions": condition })
    };
    vec![
        json!({"everyone": true}),
        json!({"not": {"everyone": true}}),
        country("PL"),
        json!({"all": [country("PL"), profile(json!({"tier": {"in": ["gold", "platinum"]}}))]}),
        json!({"any": [country("FR"), {"not": profile(json!({"marketingConsent": true}))}]}),
        profile(json!({"enrolledOn": {"lastDays": 1}})),
        profile(json!({"birthdayWithinDays": 1})),
        profile(json!({"age": {"gte": 18}})),
        profile(json!({"label": {"key": "CLUB", "value": {"startsWith": "s"}}})),
        profile(json!({"attribute": {"name": "shoe", "number": {"gt": "41"}}})),
        transactions("SPENDING", json!({"within": {"lastDays": 180}}), json!({"gte": "50"})),
        transactions("COUNT", json!({}), json!({"eq": 1})),
        transactions("AVERAGE_VALUE", json!({"where": {"channels": ["web"]}}), json!({"gt": 0})),
        transactions("SPENDING", json!({"where": {"categories": ["coffee"]}}), json!({"eq": "500.01"})),
        transactions("SPENDING", json!({"within": {"daysAgo": {"from": 30, "to": 10}}}), json!({"lt": 0})),
        transactions("DAYS_SINCE_LAST", json!({}), json!({"gte": 29})),
        json!({"points": {"measure": "BALANCE", "is": {"gte": 50}}}),
        json!({"feedback": {"survey": "nps", "group": ["PROMOTER", "DETRACTOR"]}}),
        json!({"sample": {"percent": "50", "salt": "spring"}}),
    ]
}
