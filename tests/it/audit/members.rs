//! What the log says of members who come in through the API: the call, and every change of one who was known.

use serde_json::{Value, json};
use tests::on_both;

use super::{from, log, mark, new, since, told};
use crate::calls::{UPSERT, make, send};

on_both! {
    async fn every_changed_field_with_its_old_and_new_value(app) {
        let first = json!([{"number": "m1", "firstName": "Ann", "email": "ann@example.org", "enrolledAt": "2024-05-01T10:00:00+02:00",
            "birthDate": "1990-02-03", "marketingConsent": true, "labels": [{"key": "a", "value": "1"}], "attributes": {"shoe": 38}},
            {"number": "m2", "tier": "gold"}]);
        let before = mark(&app).await;
        make(&app, UPSERT, first).await;
        let made = since(&app, &before).await;
        assert_eq!(made.iter().map(told).collect::<Vec<_>>(),
            [("upsertMembers", "Member", "2 members", &json!({"created": new(2), "updated": new(0), "duplicates": new(0)}))],
            "who is new is counted");

        let before = mark(&app).await;
        let change = json!([
            {"number": "m1", "firstName": "Bea", "lastName": "Lee", "email": null, "enrolledAt": null, "birthDate": "1991-02-03",
                "marketingConsent": false, "labels": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}], "attributes": {"shoe": 39}},
            {"number": "m3"},
            {"number": "m2", "tier": "gold", "labels": []},
            {"number": "m2", "tier": "silver"},
            {"number": "m2", "tier": "black", "city": "Sopot"},
            {"number": ""}]);
        let taken = send(&app, UPSERT, change).await;
        assert_eq!((taken.created, taken.updated, taken.duplicates, taken.problems.len()), (1, 3, 1, 1));
        let changed = since(&app, &before).await;
        let expected = [
            ("m1", json!({
                "firstName": from("Ann", "Bea"), "lastName": new("Lee"), "email": from("ann@example.org", Value::Null),
                "enrolledAt": from("2024-05-01T08:00:00.000Z", Value::Null), "birthDate": from("1990-02-03", "1991-02-03"),
                "marketingConsent": from(true, false), "attributes": from(json!({"shoe": 38}), json!({"shoe": 39})),
                "labels": from(json!([{"key": "a", "value": "1"}]), json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])),
            })),
            ("m2", json!({"tier": from("gold", "black"), "city": new("Sopot")})),
            ("4 members", json!({"created": new(1), "updated": new(3), "duplicates": new(1)})),
        ];
        let found: Vec<_> = changed.iter().map(|entry| (entry["objectName"].as_str().unwrap(), entry["changes"].clone())).collect();
        assert_eq!(found, expected);
        // The member's own log.
        let member = app.graphql("{ member(ref: {number: \"m2\"}) { id } }", json!({})).await["member"]["id"].clone();
        let own = log(&app, json!({ "object": member })).await;
        assert_eq!(own.len(), 1);
        assert_eq!((&own[0]["objectId"], &own[0]["actor"]), (&member, &json!(tests::OWNER)));
    }

    async fn a_change_and_back_in_one_call_is_counted_and_no_change(app) {
        make(&app, UPSERT, json!([{"number": "m1", "city": "Sopot"}])).await;
        let before = mark(&app).await;
        send(&app, UPSERT, json!([{"number": "m1", "city": "Gdynia"}, {"number": "m1", "city": "Sopot"}])).await;
        let found = since(&app, &before).await;
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(),
            [("upsertMembers", "Member", "2 members", &json!({"created": new(0), "updated": new(2), "duplicates": new(0)}))]);
    }

    async fn a_thousand_changes_take_no_more_statements_than_one(app) {
        let rows = |members: usize, city: &str| -> Value { (0..members).map(|number| json!({"number": format!("m{number}"), "city": city})).collect() };
        make(&app, UPSERT, rows(1_000, "Sopot")).await;
        let mut statements = Vec::new();
        for (members, city) in [(1, "Gdynia"), (1_000, "Warszawa")] {
            let answer = app.send(Some(&app.token), UPSERT, json!({"t": rows(members, city)})).await;
            assert_eq!(answer.body["data"]["upsertMembers"]["updated"], members, "{}", answer.body);
            statements.push(answer.statements());
        }
        assert_eq!(statements[0], statements[1]);
        // In the order of the call.
        let newest = log(&app, json!({"first": 3})).await;
        let names: Vec<&str> = newest.iter().map(|entry| entry["objectName"].as_str().unwrap()).collect();
        assert_eq!(names, ["1000 members", "m999", "m998"]);
    }
}
