//! The log as a list.

use chrono::{Days, NaiveDate};
use entity::kinds::Role;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{OWNER, TestApp, on_both};

use super::{LOG, log, mark, new, since, told};
use crate::auth::{refuses_refresh, sign_in, try_refresh};

async fn rename(app: &TestApp, token: &str, name: &str) {
    let text = "mutation($n: String!) { updateProgram(input: {name: $n}) { userErrors { code } } }";
    let answer = app.send(Some(token), text, json!({ "n": name })).await;
    assert_eq!(answer.body["data"]["updateProgram"]["userErrors"], json!([]), "{}", answer.body);
}

fn names(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["objectName"].as_str().unwrap()).collect()
}

on_both! {
    async fn newest_first_and_page_by_page(app) {
        for number in 0..7 {
            rename(&app, &app.token, &format!("Club {number}")).await;
        }
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = app.graphql(LOG, json!({"first": 3, "after": after, "actor": OWNER})).await["auditLog"].clone();
            seen.extend(page["nodes"].as_array().unwrap().clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(names(&seen), ["Club 6", "Club 5", "Club 4", "Club 3", "Club 2", "Club 1", "Club 0"]);
        let node = app.graphql("query($id: ID!) { node(id: $id) { __typename ... on AuditEntry { objectName objectId } } }", json!({"id": seen[0]["id"]})).await;
        assert_eq!(node["node"], json!({"__typename": "AuditEntry", "objectName": "Club 6", "objectId": null}));
        // The first start's owner was made by the command.
        let first = log(&app, json!({"first": 250})).await.pop().unwrap();
        assert_eq!((&first["action"], &first["actor"], &first["objectName"], &first["ip"]),
            (&json!("tessera serve"), &json!("tessera serve"), &json!(OWNER), &Value::Null));
    }

    async fn by_object_by_actor_and_by_day(app) {
        let admin = app.token_of(Role::Owner).await;
        let viewer = app.send(Some(&admin), crate::auth::VIEWER, Value::Null).await.body["data"]["viewer"]["user"].clone();
        let (id, email) = (viewer["id"].clone(), viewer["email"].clone());
        rename(&app, &app.token, "by the owner").await;
        rename(&app, &admin, "by another").await;
        assert_eq!(names(&log(&app, json!({ "actor": email })).await), ["by another"]);
        assert_eq!(names(&log(&app, json!({ "actor": OWNER })).await), ["by the owner"]);
        // Made and given a token, both by commands.
        let own = log(&app, json!({ "object": id })).await;
        assert_eq!(own.iter().map(|entry| entry["action"].as_str().unwrap()).collect::<Vec<_>>(), ["tessera token", "tessera user"]);
        assert!(own.iter().all(|entry| entry["objectId"] == id && entry["objectKind"] == "User"));
        assert_eq!(names(&log(&app, json!({ "object": id, "actor": "tessera user" })).await), [email.as_str().unwrap()]);
        let somebody = tessera::global_id::GlobalId::Segment(entity::ids::SegmentId(1)).text();
        for nothing in [json!({"object": "no id"}), json!({"object": "\0"}), json!({ "object": somebody }), json!({"actor": "\0"}), json!({"actor": "nobody"})] {
            assert_eq!(log(&app, nothing.clone()).await, Vec::<Value>::new(), "{nothing}");
        }

        let today = app.app.clock.today(app.app.program().zone);
        let day = |day: Option<NaiveDate>| json!(day.unwrap().to_string());
        let (before, after) = (day(today.checked_sub_days(Days::new(2))), day(today.checked_add_days(Days::new(2))));
        let all = log(&app, json!({"first": 250})).await;
        for (span, found) in [
            (json!({"from": before}), true), (json!({"to": after}), true), (json!({"from": before, "to": after}), true),
            (json!({"from": after}), false), (json!({"to": before}), false), (json!({"from": after, "to": before}), false),
            (json!({"from": "0001-01-01", "to": "9999-12-31"}), true),
        ] {
            assert_eq!(log(&app, span.clone()).await.len(), if found { all.len() } else { 0 }, "{span}");
        }
    }

    async fn days_are_those_of_the_programme(app) {
        let text = "mutation { updateProgram(input: {timeZone: \"Asia/Tokyo\"}) { userErrors { code } } }";
        app.graphql(text, json!({})).await;
        tessera::figures::roll::to_today(&app.app).await.unwrap();
        for (name, at) in [("last of the day before", "2024-03-09T14:59:59.999Z"), ("first", "2024-03-09T15:00:00Z"),
            ("last", "2024-03-10T14:59:59.999Z"), ("first of the day after", "2024-03-10T15:00:00Z")] {
            rename(&app, &app.token, name).await;
            let at = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp_millis();
            let text = format!("UPDATE audit_entry SET at = {at} WHERE object_name = '{name}'");
            app.app.db.writer().execute_unprepared(&text).await.unwrap();
        }
        assert_eq!(names(&log(&app, json!({"from": "2024-03-10", "to": "2024-03-10"})).await), ["last", "first"]);
        assert_eq!(names(&log(&app, json!({"to": "2024-03-09"})).await), ["last of the day before"]);
    }

    async fn a_theft_is_in_the_log(app) {
        let session = sign_in(&app, OWNER, tests::PASSWORD).await;
        try_refresh(&app, &session.refresh).await;
        let before = mark(&app).await;
        refuses_refresh(&app, &session.refresh).await;
        let found = since(&app, &before).await;
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(),
            [("refreshSession", "User", OWNER, &json!({"endedSessions": new(1)}))], "the call was refused, and ended a session");
        let before = mark(&app).await;
        refuses_refresh(&app, &session.refresh).await;
        assert_eq!(since(&app, &before).await, Vec::<Value>::new(), "it had ended already");
    }
}
