//! What a role may not see it sees in no other way either.

use entity::kinds::Role;
use serde_json::{Value, json};
use tests::{OWNER, PASSWORD, TestApp, on_both};

use crate::auth::{add_user, sign_in};

const NODE: &str = "query($id: ID!) { node(id: $id) { id __typename ... on User { email role } } }";

async fn id_of(app: &TestApp, token: &str) -> String {
    let answer = app.send(Some(token), crate::auth::VIEWER, Value::Null).await;
    answer.body["data"]["viewer"]["user"]["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn nobody_but_an_owner_sees_another_user(app) {
        let mut people = Vec::new();
        for (email, role) in [("admin@example.org", Role::Admin), ("ann@example.org", Role::Analyst), ("bob@example.org", Role::Analyst)] {
            add_user(&app, email, role).await;
            let token = sign_in(&app, email, PASSWORD).await.access;
            people.push((email, role, id_of(&app, &token).await, token));
        }
        people.push((OWNER, Role::Owner, id_of(&app, &app.token).await, app.token.clone()));
        // The id of a user who does not exist: like the last one's, with another number in it.
        let unknown = tessera::global_id::GlobalId::User(entity::ids::UserId(999_999)).text();
        for (me, role, _, token) in &people {
            for (email, other, id, _) in &people {
                let answer = app.send(Some(token), NODE, json!({ "id": id })).await;
                let may = me == email || *role == Role::Owner;
                let expected = if may {
                    json!({"data": {"node": {"id": id, "__typename": "User", "email": email, "role": other.word()}}})
                } else {
                    json!({"data": {"node": null}})
                };
                assert_eq!(answer.body, expected, "{me} asks for {email}");
            }
            let answer = app.send(Some(token), NODE, json!({ "id": unknown })).await;
            assert_eq!(answer.body, json!({"data": {"node": null}}), "{me}");
        }
        // One who is there and one who is not are not told apart by the statements either.
        for (_, _, _, token) in &people[..2] {
            let there = app.send(Some(token), NODE, json!({ "id": people[2].2 })).await;
            let nowhere = app.send(Some(token), NODE, json!({ "id": unknown })).await;
            assert_eq!(there.statements(), nowhere.statements());
        }
        assert!(app.send(None, NODE, json!({ "id": people[0].2 })).await.code() == "UNAUTHENTICATED");
    }

    async fn an_analyst_sees_nothing_of_the_log(app) {
        let [admin, analyst] = [app.token_of(Role::Admin).await, app.token_of(Role::Analyst).await];
        let log = app.send(Some(&admin), "{ auditLog(first: 1) { nodes { id } } }", Value::Null).await;
        let id = log.body["data"]["auditLog"]["nodes"][0]["id"].as_str().unwrap().to_owned();
        let node = async |token: &str, id: &str| app.send(Some(token), NODE, json!({ "id": id })).await;
        assert_eq!(node(&admin, &id).await.body["data"]["node"], json!({"id": id, "__typename": "AuditEntry"}));
        let unknown = tessera::global_id::GlobalId::AuditEntry(entity::ids::AuditEntryId(999_999)).text();
        let (there, nowhere) = (node(&analyst, &id).await, node(&analyst, &unknown).await);
        assert_eq!((&there.body, there.statements()), (&nowhere.body, nowhere.statements()));
        assert_eq!(there.body, json!({"data": {"node": null}}));
    }

    async fn ids_that_are_none_are_nobody(app) {
        let analyst = app.token_of(Role::Analyst).await;
        let own = id_of(&app, &analyst).await;
        let long = "x".repeat(10_000);
        for id in ["", " ", "0", "-1", "\0", "ż", "User:1", "VXNlcjox", &long, &format!("{own}="), &format!(" {own}"), &own[1..]] {
            for token in [&analyst, &app.token] {
                let answer = app.send(Some(token), NODE, json!({ "id": id })).await;
                assert_eq!((answer.status.as_u16(), &answer.body), (200, &json!({"data": {"node": null}})), "{id}");
            }
        }
    }

    async fn a_refusal_says_what_is_needed_and_nothing_else(app) {
        let analyst = app.token_of(Role::Analyst).await;
        app.graphql("mutation { createSegment(input: {name: \"Known\"}) { userErrors { code } } }", json!({})).await;
        let call = "mutation($key: String!) { removeSegment(input: {segment: {key: $key}}) { removedSegmentId } }";
        let known = app.send(Some(&analyst), call, json!({"key": "known"})).await;
        let unknown = app.send(Some(&analyst), call, json!({"key": "unknown"})).await;
        assert_eq!(known.body, unknown.body);
        let message = known.body["errors"][0]["message"].as_str().unwrap();
        assert_eq!(message, "removeSegment needs the role ADMIN, and you have ANALYST.");
        // It was refused before anything was looked up.
        assert_eq!((known.statements(), unknown.statements()), (0, 0));
    }
}
