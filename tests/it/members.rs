//! Members come in: made, changed field by field, emptied by null, and refused row by row.

mod checks;
mod consent;

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::calls::{Taken, UPSERT, make, refused, send};

const MEMBER: &str = "query($n: String) { member(ref: {number: $n}) { number enrolled enrolledAt firstName lastName email phone gender
    birthDate country region city postalCode street tier labels { key value } attributes marketingConsent createdAt } }";

async fn member(app: &TestApp, number: &str) -> Value {
    app.graphql(MEMBER, json!({ "n": number })).await["member"].clone()
}

/// A member with every field.
fn ann() -> Value {
    json!({"number": "m1", "enrolledAt": "2024-02-29T12:00:00.500+01:00", "firstName": "Ann", "lastName": "Łoś-O'Neil",
        "email": "Ann@Example.org", "phone": "+48 22 123", "gender": "f", "birthDate": "1980-02-29", "country": "PL",
        "region": "Mazowsze", "city": "Łódź", "postalCode": "00-950", "street": "Ulica 1", "tier": "Gold",
        "labels": [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}, {"key": "b", "value": "3"}],
        "attributes": {"size": 42, "tags": ["x", {"y": null}], "pi": 3.25, "ok": true}, "marketingConsent": true})
}

/// What is read of [`ann`], without `createdAt`.
fn ann_read() -> Value {
    crate::documents::with(&ann(), &json!({"enrolled": true, "enrolledAt": "2024-02-29T11:00:00.500Z"}))
}

/// What is read of a member of whom nothing but the number is known, without `createdAt`.
fn nobody(number: &str) -> Value {
    let mut all = ann_read();
    all.as_object_mut().unwrap().values_mut().for_each(|value| *value = Value::Null);
    crate::documents::with(
        &all,
        &json!({"number": number, "enrolled": false, "labels": [], "attributes": {}, "marketingConsent": false}),
    )
}

async fn read(app: &TestApp, number: &str) -> Value {
    let mut member = member(app, number).await;
    assert!(member["createdAt"].is_string(), "{member}");
    member.as_object_mut().unwrap().remove("createdAt");
    member
}

on_both! {
    async fn every_field_comes_back(app) {
        make(&app, UPSERT, json!([ann(), {"number": "m2"}])).await;
        assert_eq!(read(&app, "m1").await, ann_read());
        assert_eq!(read(&app, "m2").await, nobody("m2"));
    }

    async fn absent_fields_stay_and_null_empties(app) {
        make(&app, UPSERT, json!([ann()])).await;
        let created_at = member(&app, "m1").await["createdAt"].clone();
        let updated = |count: u64| Taken { created: 0, updated: count, duplicates: 0, problems: vec![] };
        assert_eq!(send(&app, UPSERT, json!([{"number": "m1", "firstName": "Anna"}])).await, updated(1));
        assert_eq!(read(&app, "m1").await, crate::documents::with(&ann_read(), &json!({"firstName": "Anna"})));
        let fields = ann().as_object().unwrap().keys().filter(|name| *name != "number").cloned().collect::<Vec<_>>();
        let mut expected = crate::documents::with(&ann_read(), &json!({"firstName": "Anna"}));
        for field in &fields {
            let mut row = json!({"number": "m1"});
            row[field.as_str()] = Value::Null;
            assert_eq!(send(&app, UPSERT, json!([row])).await, updated(1), "{field}");
            expected[field.as_str()] = nobody("m1")[field.as_str()].clone();
            expected["enrolled"] = json!(!expected["enrolledAt"].is_null());
            assert_eq!(read(&app, "m1").await, expected, "{field}");
            assert_eq!(send(&app, UPSERT, json!([row])).await.duplicates, 1, "{field} is empty already");
        }
        assert_eq!(member(&app, "m1").await["createdAt"], created_at);
    }

    async fn a_variable_that_is_not_sent_is_an_absent_field(app) {
        make(&app, UPSERT, json!([ann()])).await;
        let one = "mutation($n: String!, $c: String, $l: [LabelInput!], $a: JSON, $m: Boolean, $e: DateTime, $b: Date) {
            upsertMembers(input: {members: [{number: $n, city: $c, labels: $l, attributes: $a, marketingConsent: $m, enrolledAt: $e, birthDate: $b}]}) {
            created updated duplicates problems { path code } } }";
        let nothing = json!({"created": 0, "updated": 0, "duplicates": 1, "problems": []});
        assert_eq!(app.graphql(one, json!({"n": "m1"})).await["upsertMembers"], nothing);
        assert_eq!(read(&app, "m1").await, ann_read());
        let some = app.graphql(one, json!({"n": "m1", "c": null, "a": {"b": 1}})).await;
        assert_eq!(some["upsertMembers"]["updated"], 1);
        assert_eq!(read(&app, "m1").await, crate::documents::with(&ann_read(), &json!({"city": null, "attributes": {"b": 1}})));
        let all = json!({"n": "m1", "c": null, "l": null, "a": null, "m": null, "e": null, "b": null});
        assert_eq!(app.graphql(one, all).await["upsertMembers"]["updated"], 1);
        let empty = json!({"city": null, "labels": [], "attributes": {}, "marketingConsent": false, "enrolledAt": null, "enrolled": false, "birthDate": null});
        assert_eq!(read(&app, "m1").await, crate::documents::with(&ann_read(), &empty));
    }

    async fn labels_and_attributes_are_replaced_as_a_whole(app) {
        make(&app, UPSERT, json!([ann(), {"number": "m2", "labels": [{"key": "stays", "value": "1"}]}])).await;
        let labels = json!([{"key": "a", "value": "1"}, {"key": "B", "value": "Ü"}]);
        let taken = send(&app, UPSERT, json!([{"number": "m1", "labels": [{"key": " a ", "value": "1 "}, {"key": "B", "value": "Ü"}]}])).await;
        assert_eq!(taken.updated, 1);
        assert_eq!(read(&app, "m1").await["labels"], labels);
        // Another order is another list; the same order is the same.
        let turned = json!([labels[1], labels[0]]);
        assert_eq!(send(&app, UPSERT, json!([{"number": "m1", "labels": turned}, {"number": "m1", "labels": turned}])).await,
            Taken { created: 0, updated: 1, duplicates: 1, problems: vec![] });
        assert_eq!(read(&app, "m1").await["labels"], turned);
        assert_eq!(send(&app, UPSERT, json!([{"number": "m1", "labels": []}])).await.updated, 1);
        assert_eq!(read(&app, "m1").await["labels"], json!([]));
        assert_eq!(read(&app, "m2").await["labels"], json!([{"key": "stays", "value": "1"}]));
        let taken = send(&app, UPSERT, json!([{"number": "m1", "attributes": {"b": 2, "a": 1}}])).await;
        assert_eq!(taken.updated, 1);
        assert_eq!(read(&app, "m1").await["attributes"], json!({"a": 1, "b": 2}));
        assert_eq!(send(&app, UPSERT, json!([{"number": "m1", "attributes": {"b": 2, "a": 1}}])).await.duplicates, 1);
    }

    async fn what_changes_nothing_is_a_duplicate(app) {
        make(&app, UPSERT, json!([ann()])).await;
        let spelt = json!({"number": " m1 ", "firstName": " Ann ", "enrolledAt": "2024-02-29T11:00:00.5Z", "attributes": {"ok": true, "pi": 3.25,
            "tags": ["x", {"y": null}], "size": 42}});
        let taken = send(&app, UPSERT, json!([ann(), spelt, {"number": "m1"}])).await;
        assert_eq!(taken, Taken { created: 0, updated: 0, duplicates: 3, problems: vec![] });
        // Case counts, in numbers as in texts.
        let taken = send(&app, UPSERT, json!([{"number": "M1"}, {"number": "m1", "email": "ann@example.org"}])).await;
        assert_eq!((taken.created, taken.updated), (1, 1));
        assert_eq!(read(&app, "m1").await["email"], "ann@example.org");
    }

    async fn one_call_may_change_a_member_several_times(app) {
        let rows = json!([
            {"number": "m1", "firstName": "A", "city": "X", "labels": [{"key": "k", "value": "1"}]},
            {"number": "m2", "firstName": "B"},
            {"number": "m1", "firstName": "C", "marketingConsent": true},
            {"number": "m1 ", "firstName": "C"},
            {"number": "m1", "city": null, "labels": []},
            {"number": "m1", "labels": [{"key": "k", "value": "2"}], "email": "no"},
            {"number": "m1", "labels": [{"key": "k", "value": "3"}]},
        ]);
        let taken = send(&app, UPSERT, rows).await;
        assert_eq!(taken, Taken { created: 2, updated: 3, duplicates: 1, problems: vec!["5.email INVALID".to_owned()] });
        let expected = json!({"firstName": "C", "marketingConsent": true, "labels": [{"key": "k", "value": "3"}]});
        assert_eq!(read(&app, "m1").await, crate::documents::with(&nobody("m1"), &expected));
        // There and back again, in one call, on a member that is known.
        let taken = send(&app, UPSERT, json!([{"number": "m2", "firstName": "Z", "marketingConsent": true}, {"number": "m2", "firstName": "B", "marketingConsent": false}])).await;
        assert_eq!((taken.updated, taken.duplicates), (2, 0));
        assert_eq!(read(&app, "m2").await, crate::documents::with(&nobody("m2"), &json!({"firstName": "B"})));
    }

    async fn ten_thousand_members_go_in_one_call_and_no_more(app) {
        let rows: Vec<Value> = (0..10_001).map(|row| json!({"number": format!("n{row}"), "labels": [{"key": "k", "value": row.to_string()}]})).collect();
        let answer = app.graphql(UPSERT, json!({ "t": rows })).await;
        assert_eq!(answer["upsertMembers"]["userErrors"][0]["code"], "TOO_MANY");
        assert_eq!(answer["upsertMembers"]["userErrors"][0]["field"], json!(["input", "members"]));
        let all: Value = rows[..10_000].iter().cloned().collect();
        make(&app, UPSERT, all.clone()).await;
        assert_eq!(send(&app, UPSERT, all).await.duplicates, 10_000);
        assert_eq!(refused(&app, UPSERT, json!({"number": ""})).await, "number BLANK");
    }

    async fn many_callers_may_make_the_same_members_at_once(app) {
        let rows: Vec<Value> = (0..50).map(|row| json!({"number": format!("n{row}")})).collect();
        let calls = (0..6).map(|turn| {
            let mut rows = rows.clone();
            rows.rotate_left(turn * 8);
            rows.iter_mut().for_each(|row| row["firstName"] = json!(format!("by {turn}")));
            let app = &app;
            async move { send(app, UPSERT, rows.into()).await }
        });
        let taken = futures::future::join_all(calls).await;
        assert_eq!(taken.iter().map(|one| one.created).sum::<u64>(), 50);
        assert_eq!(taken.iter().map(|one| one.updated).sum::<u64>(), 250, "{taken:?}");
    }
}
