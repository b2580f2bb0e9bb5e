//! Segments: made, filled, emptied, removed, and their figures at every step.

mod life;

use serde_json::{Value, json};
use tests::{TestApp, on_both};

pub const CREATE: &str = "mutation($input: CreateSegmentInput!) { createSegment(input: $input) {
    segment { id key name memberCount active frozenAt version tags } userErrors { code message field } } }";
pub const ASSIGN: &str = "mutation($input: AssignMembersInput!) { assignMembers(input: $input) {
    changed unchanged problemCount problems { path member code } userErrors { code field }
    segment { memberCount reachableCount averageTransactionValue { amount currencyCode } averageTransactions
        averageSpending { amount } averageClv { amount } } } }";
const UNASSIGN: &str = "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) {
    changed unchanged problemCount userErrors { code field } segment { memberCount averageTransactionValue { amount } } } }";
const REMOVE: &str = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) {
    removedSegmentId userErrors { code field } } }";

/// Makes members m1, m2 … with one sale each of 10, 20 … a day ago.
pub async fn shop(app: &TestApp, members: usize) {
    let numbers: Vec<Value> = (1..=members)
        .map(|number| json!({"number": format!("m{number}"), "firstName": format!("Ann{number}"), "marketingConsent": number % 2 == 0}))
        .collect();
    let upsert =
        "mutation($m: [MemberInput!]!) { upsertMembers(input: {members: $m}) { created problems { message path } } }";
    let data = app.graphql(upsert, json!({ "m": numbers })).await;
    assert_eq!(data["upsertMembers"]["created"], members, "{data}");
    let yesterday = (chrono::DateTime::from_timestamp_millis(app.app.clock.real_millis()).unwrap()
        - chrono::TimeDelta::days(1))
    .to_rfc3339();
    let sales: Vec<Value> = (1..=members)
        .map(|number| {
            json!({"document": format!("d{number}"), "member": {"number": format!("m{number}")},
            "amount": format!("{}.00", number * 10), "at": yesterday})
        })
        .collect();
    let record = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created problems { message path } } }";
    let data = app.graphql(record, json!({ "t": sales })).await;
    assert_eq!(data["recordTransactions"]["created"], members, "{data}");
}

pub fn numbers(numbers: impl IntoIterator<Item = usize>) -> Value {
    numbers.into_iter().map(|number| json!({"number": format!("m{number}")})).collect()
}

on_both! {
    async fn a_segment_lives(app) {
        shop(&app, 4).await;
        let made = app.graphql(CREATE, json!({"input": {"name": "VIP Gäste", "tags": ["hand", "vip"], "members": numbers([1])}})).await;
        let segment = &made["createSegment"]["segment"];
        assert_eq!(segment["key"], "vip-gaste", "{made}");
        assert_eq!((&segment["memberCount"], &segment["version"]), (&json!(1), &json!(1)));
        assert_eq!(segment["tags"], json!(["hand", "vip"]));

        let input = json!({"segment": {"key": "vip-gaste"}, "members": [{"number": "m1"}, {"number": "m2"}, {"number": "m3"}, {"number": "m3"}, {"number": "nobody"}]});
        let done = app.graphql(ASSIGN, json!({ "input": input })).await;
        let done = &done["assignMembers"];
        assert_eq!((&done["changed"], &done["unchanged"], &done["problemCount"]), (&json!(2), &json!(1), &json!(1)), "{done}");
        assert_eq!(done["problems"], json!([{"path": ["members", "4"], "member": "nobody", "code": "UNKNOWN_MEMBER"}]));
        assert_eq!(done["segment"]["memberCount"], 3);
        assert_eq!(done["segment"]["reachableCount"], 1);
        assert_eq!(done["segment"]["averageTransactionValue"], json!({"amount": "20.00", "currencyCode": "EUR"}));
        assert_eq!(done["segment"]["averageTransactions"], 1.0);
        assert_eq!(done["segment"]["averageSpending"], json!({"amount": "20.00"}));

        let left = app.graphql(UNASSIGN, json!({"input": {"segment": {"key": "vip-gaste"}, "members": numbers([1, 4])}})).await;
        let left = &left["unassignMembers"];
        assert_eq!((&left["changed"], &left["unchanged"]), (&json!(1), &json!(1)), "{left}");
        assert_eq!(left["segment"], json!({"memberCount": 2, "averageTransactionValue": {"amount": "25.00"}}));

        let which = "query($m: MemberRef!, $s: [SegmentRef!]!) { memberships(member: $m, segments: $s) }";
        let asked = json!({"m": {"number": "m2"}, "s": [{"key": "vip-gaste"}, {"key": "none"}]});
        assert_eq!(app.graphql(which, asked).await["memberships"], json!([true, null]));

        let gone = app.graphql(REMOVE, json!({"input": {"segment": {"key": "vip-gaste"}}})).await;
        assert_eq!(gone["removeSegment"]["removedSegmentId"], segment["id"], "{gone}");
        let again = app.graphql(REMOVE, json!({"input": {"segment": {"key": "vip-gaste"}}})).await;
        assert_eq!(again["removeSegment"]["userErrors"], json!([{"code": "NOT_FOUND", "field": ["input", "segment"]}]));
    }
}
