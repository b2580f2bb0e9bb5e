//! The people who may sign in, looked after through the API.

use std::sync::Arc;

use entity::kinds::Role;
use serde_json::{Value, json};
use tests::{OWNER, PASSWORD, TestApp, on_both};

use crate::auth::{pair, refuses_refresh, sign_in, try_refresh, try_sign_in, works};

const USERS: &str = "query($first: Int, $after: String) { users(first: $first, after: $after) { totalCount
    nodes { id email name role active } edges { cursor node { email } } pageInfo { hasNextPage endCursor } } }";
pub const CREATE: &str = "mutation($input: CreateUserInput!) { createUser(input: $input) {
    user { id email name role active lastSignInAt } userErrors { code field message } } }";
pub const UPDATE: &str = "mutation($input: UpdateUserInput!) { updateUser(input: $input) {
    user { id email name role active } userErrors { code field message } } }";

const ANN: &str = "ann@example.org";

async fn create(app: &TestApp, input: Value) -> Value {
    app.graphql(CREATE, json!({ "input": input })).await["createUser"].clone()
}

async fn update_as(app: &TestApp, token: &str, input: Value) -> Value {
    let answer = app.send(Some(token), UPDATE, json!({ "input": input })).await;
    assert!(answer.body.get("errors").is_none(), "{}", answer.body);
    answer.body["data"]["updateUser"].clone()
}

async fn update(app: &TestApp, input: Value) -> Value {
    update_as(app, &app.token, input).await
}

/// Another user, made through the API; answers the id.
async fn made(app: &TestApp, email: &str, role: Role) -> String {
    let input = json!({"email": email, "name": "Somebody", "role": role.word(), "password": PASSWORD});
    let made = create(app, input).await;
    assert_eq!(made["userErrors"], json!([]));
    made["user"]["id"].as_str().unwrap().to_owned()
}

async fn id_of(app: &TestApp, email: &str) -> String {
    let users = app.graphql(USERS, json!({"first": 250})).await;
    let nodes = users["users"]["nodes"].as_array().unwrap().clone();
    nodes.iter().find(|user| user["email"] == email).unwrap()["id"].as_str().unwrap().to_owned()
}

/// The codes and paths of what was refused.
fn refused(payload: &Value) -> Vec<(String, Vec<String>)> {
    assert_eq!(payload["user"], Value::Null, "{payload}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = payload["userErrors"].as_array().unwrap();
    let error = |error: &Value| (text(&error["code"]), error["field"].as_array().unwrap().iter().map(text).collect());
    errors.iter().map(error).collect()
}

fn at(code: &str, field: &str) -> Vec<(String, Vec<String>)> {
    vec![(code.to_owned(), vec!["input".to_owned(), field.to_owned()])]
}

on_both! {
    async fn a_user_is_made_and_signs_in(app) {
        let input = json!({"email": " Ann@Example.org ", "name": " Ann Arden ", "role": "ANALYST", "password": PASSWORD});
        let made = create(&app, input).await;
        let id = made["user"]["id"].clone();
        assert_eq!(made, json!({"user": {"id": id, "email": "Ann@Example.org", "name": "Ann Arden", "role": "ANALYST",
            "active": true, "lastSignInAt": null}, "userErrors": []}));
        assert!(works(&app, &sign_in(&app, ANN, PASSWORD).await.access).await);
        // The same e-mail, in whatever case, is taken.
        let again = json!({"email": "ANN@example.org", "name": "Other", "role": "OWNER", "password": PASSWORD});
        assert_eq!(refused(&create(&app, again).await), at("TAKEN", "email"));
        let long = "x".repeat(201);
        for (field, value, code) in [
            ("email", "", "BLANK"), ("email", "no address", "INVALID"), ("email", "a@b\0", "INVALID"), ("name", " ", "BLANK"),
            ("name", long.as_str(), "TOO_LONG"), ("password", "short", "INVALID"), ("password", long.as_str(), "TOO_LONG"),
        ] {
            let mut input = json!({"email": "new@example.org", "name": "New", "role": "ADMIN", "password": PASSWORD});
            input[field] = json!(value);
            assert_eq!(refused(&create(&app, input).await), at(code, field), "{field} {value}");
        }
        assert_eq!(app.graphql(USERS, json!({})).await["users"]["totalCount"], 2, "refused calls made nobody");
    }

    async fn users_are_listed_by_email(app) {
        for name in ["delta", "Bravo", "alpha", "charlie"] {
            made(&app, &format!("{name}@example.org"), Role::Analyst).await;
        }
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = app.graphql(USERS, json!({"first": 2, "after": after})).await["users"].clone();
            assert_eq!(page["totalCount"], 5);
            seen.extend(page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["email"].as_str().unwrap().to_owned()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen, ["alpha@example.org", "Bravo@example.org", "charlie@example.org", "delta@example.org", OWNER]);
    }

    async fn what_is_absent_stays_and_null_is_refused(app) {
        let id = made(&app, ANN, Role::Analyst).await;
        let changed = update(&app, json!({"id": id, "name": "Ann Arden"})).await;
        let expected = json!({"id": id, "email": ANN, "name": "Ann Arden", "role": "ANALYST", "active": true});
        assert_eq!(changed, json!({"user": expected, "userErrors": []}));
        assert_eq!(update(&app, json!({"id": id})).await["user"], expected);
        // Through variables that are not sent, too.
        let text = "mutation($id: ID!, $n: String, $r: Role, $a: Boolean, $p: String) {
            updateUser(input: {id: $id, name: $n, role: $r, active: $a, password: $p}) { user { id email name role active } userErrors { code } } }";
        assert_eq!(app.graphql(text, json!({ "id": id })).await["updateUser"]["user"], expected);
        for field in ["name", "role", "active", "password"] {
            let mut input = json!({"id": id, "name": "Never"});
            input[field] = Value::Null;
            assert_eq!(refused(&update(&app, input).await), at("BLANK", field));
        }
        for (field, value, code) in [("name", json!(""), "BLANK"), ("password", json!("short"), "INVALID")] {
            let mut input = json!({"id": id, "role": "ADMIN"});
            input[field] = value;
            assert_eq!(refused(&update(&app, input).await), at(code, field));
        }
        let unknown = tessera::global_id::GlobalId::User(entity::ids::UserId(999_999)).text();
        let member = tessera::global_id::GlobalId::Member(entity::ids::MemberId(1)).text();
        for id in [unknown.as_str(), member.as_str(), "", "\0"] {
            assert_eq!(refused(&update(&app, json!({"id": id, "name": "x"})).await), at("NOT_FOUND", "id"), "{id}");
        }
        assert_eq!(update(&app, json!({"id": id})).await["user"], expected, "refused calls changed nothing");
    }

    async fn a_new_role_holds_at_once(app) {
        let id = made(&app, ANN, Role::Analyst).await;
        let session = sign_in(&app, ANN, PASSWORD).await;
        let may = async || app.send(Some(&session.access), USERS, json!({})).await.code().to_owned();
        assert_eq!(may().await, "FORBIDDEN");
        update(&app, json!({"id": id, "role": "OWNER"})).await;
        assert_eq!(may().await, "", "in the session that was open before");
        update(&app, json!({"id": id, "role": "ADMIN"})).await;
        assert_eq!(may().await, "FORBIDDEN");
        assert!(works(&app, &session.access).await, "a role ends no session");
    }

    async fn a_password_and_being_switched_off_end_sessions(app) {
        let id = made(&app, ANN, Role::Admin).await;
        let first = sign_in(&app, ANN, PASSWORD).await;
        update(&app, json!({"id": id, "password": "another password"})).await;
        assert!(!works(&app, &first.access).await);
        refuses_refresh(&app, &first.refresh).await;
        let with_old = try_sign_in(&app, ANN, PASSWORD).await;
        assert_eq!(with_old.body["data"]["signIn"]["accessToken"], Value::Null);
        let second = sign_in(&app, ANN, "another password").await;
        update(&app, json!({"id": id, "active": true, "name": "Still in"})).await;
        assert!(works(&app, &second.access).await, "what was so already ends nothing");
        update(&app, json!({"id": id, "active": false})).await;
        assert!(!works(&app, &second.access).await);
        refuses_refresh(&app, &second.refresh).await;
        assert_eq!(try_sign_in(&app, ANN, "another password").await.body["data"]["signIn"]["accessToken"], Value::Null);
        update(&app, json!({"id": id, "active": true})).await;
        assert!(!works(&app, &second.access).await, "the old session stays ended");
        let third = sign_in(&app, ANN, "another password").await;
        pair(&try_refresh(&app, &third.refresh).await, "refreshSession");
    }

    async fn the_last_owner_stays(app) {
        let me = id_of(&app, OWNER).await;
        let off = made(&app, "off@example.org", Role::Owner).await;
        update(&app, json!({"id": off, "active": false})).await;
        made(&app, "admin@example.org", Role::Admin).await;
        // An owner who is switched off is none.
        for (input, field) in [(json!({"role": "ADMIN"}), "role"), (json!({"active": false}), "active"),
            (json!({"role": "ANALYST", "active": false, "name": "x"}), "role")] {
            let mut input = input;
            input["id"] = json!(me);
            assert_eq!(refused(&update(&app, input).await), at("NOT_ALLOWED", field));
        }
        assert!(works(&app, &app.token).await);
        assert_eq!(update(&app, json!({"id": me, "role": "OWNER", "active": true})).await["userErrors"], json!([]), "what is so already may be said");
        // The one who is off may be lowered, and with another one in, so may the first.
        assert_eq!(update(&app, json!({"id": off, "role": "ADMIN"})).await["userErrors"], json!([]));
        made(&app, ANN, Role::Owner).await;
        assert_eq!(update(&app, json!({"id": me, "role": "ANALYST"})).await["userErrors"], json!([]));
        assert_eq!(app.send(Some(&app.token), USERS, json!({})).await.code(), "FORBIDDEN");
    }

    async fn of_owners_who_lower_each_other_at_once_one_stays(app) {
        for round in 0..8 {
            let (one, other) = (format!("one{round}@example.org"), format!("other{round}@example.org"));
            let ids = [made(&app, &one, Role::Owner).await, made(&app, &other, Role::Owner).await];
            let tokens = [token(&app, &one).await, token(&app, &other).await];
            // The two are the only ones.
            let owner = id_of(&app, OWNER).await;
            let alone = update_as(&app, &tokens[0], json!({"id": owner, "role": "ADMIN"})).await;
            assert_eq!(alone["userErrors"], json!([]));
            let calls = (0..2).map(|turn| {
                let (app, token, id) = (Arc::clone(&app), tokens[turn].clone(), ids[1 - turn].clone());
                let input = if (round + turn) % 2 == 0 { json!({"id": id, "role": "ANALYST"}) } else { json!({"id": id, "active": false}) };
                tokio::spawn(async move { app.send(Some(&token), UPDATE, json!({ "input": input })).await })
            });
            let answers: Vec<_> = futures::future::join_all(calls).await.into_iter().map(|answer| answer.unwrap()).collect();
            let done = answers.iter().filter(|answer| answer.body["data"]["updateUser"]["user"].is_object()).count();
            assert_eq!(done, 1, "{answers:?}");
            // The other one was refused in the operation, or before it because it was no owner any more.
            let lost = answers.iter().find(|answer| !answer.body["data"]["updateUser"]["user"].is_object()).unwrap();
            let refused = lost.body["data"]["updateUser"]["userErrors"][0]["code"] == "NOT_ALLOWED";
            assert!(refused || ["FORBIDDEN", "UNAUTHENTICATED"].contains(&lost.code()), "{}", lost.body);
            // Back to one, for the next round.
            let left = if answers[0].body["data"]["updateUser"]["user"].is_object() { 0 } else { 1 };
            assert_eq!(update_as(&app, &tokens[left], json!({"id": owner, "role": "OWNER"})).await["userErrors"], json!([]));
            update(&app, json!({"id": ids[left], "active": false})).await;
        }
    }

    async fn an_email_is_taken_once_by_callers_at_once(app) {
        let calls = (0..6).map(|turn| {
            let app = Arc::clone(&app);
            let email = if turn % 2 == 0 { ANN.to_owned() } else { ANN.to_uppercase() };
            tokio::spawn(async move { create(&app, json!({"email": email, "name": "Ann", "role": "ADMIN", "password": PASSWORD})).await })
        });
        let payloads: Vec<Value> = futures::future::join_all(calls).await.into_iter().map(|payload| payload.unwrap()).collect();
        let (won, lost): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["user"].is_object());
        assert_eq!(won.len(), 1, "{payloads:?}");
        assert!(lost.iter().all(|payload| refused(payload) == at("TAKEN", "email")));
    }
}

async fn token(app: &TestApp, email: &str) -> String {
    let life = chrono::TimeDelta::hours(1);
    tessera::auth::ops::issue_for(&app.app, email, life).await.unwrap().access_token
}
