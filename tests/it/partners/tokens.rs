//! Partners and their tokens: made, used, ended.

use chrono::TimeDelta;
use entity::kinds::Role;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{CREATE_PARTNER, CREATE_TOKEN, SCOPES, errors, partner, token};

const VIEWER: &str = "{ viewer { user { email } role scopes partner { key name lastUsedAt } } }";
const REVOKE: &str = "mutation($id: ID!) { revokePartnerToken(input: {id: $id}) { partnerToken { revokedAt } token
    userErrors { code field } } }";
const UPDATE: &str = "mutation($input: UpdatePartnerInput!) { updatePartner(input: $input) { partner { name active }
    userErrors { code field } } }";
const LIST: &str = "{ partners { totalCount nodes { id key name active lastUsedAt tokens { id name scopes lastUsedAt revokedAt } } } }";

async fn code(app: &TestApp, token: &str) -> String {
    app.send(Some(token), VIEWER, Value::Null).await.code().to_owned()
}

on_both! {
    async fn a_token_speaks_for_its_partner_until_it_is_revoked(app) {
        let one = partner(&app, "crm", &["SEGMENTS_READ", "SEGMENTS_PUSH"]).await;
        let seen = one.call(&app, VIEWER, Value::Null).await;
        assert_eq!((&seen["partner"]["key"], &seen["user"], &seen["role"]), (&json!("crm"), &Value::Null, &Value::Null));
        assert_eq!(seen["scopes"], json!(["SEGMENTS_READ", "SEGMENTS_PUSH"]));
        let second = token(&app, &one.id, &["EXPORT"]).await;
        let listed = app.graphql(LIST, json!({})).await["partners"].clone();
        let tokens = listed["nodes"][0]["tokens"].as_array().unwrap().clone();
        assert_eq!((listed["totalCount"].clone(), tokens.len()), (json!(1), 2));
        assert!(tokens[0]["lastUsedAt"].is_string() && tokens[1]["lastUsedAt"].is_null(), "{listed}");
        assert!(listed["nodes"][0]["lastUsedAt"].is_string());
        let ended = app.graphql(REVOKE, json!({"id": tokens[0]["id"]})).await["revokePartnerToken"].clone();
        assert!(ended["partnerToken"]["revokedAt"].is_string() && ended["token"].is_null(), "{ended}");
        assert_eq!((code(&app, &one.token).await.as_str(), code(&app, &second).await.as_str()), ("UNAUTHENTICATED", ""));
        // Again is no error, and changes nothing.
        let again = app.graphql(REVOKE, json!({"id": tokens[0]["id"]})).await["revokePartnerToken"].clone();
        assert_eq!((again["partnerToken"].clone(), again["userErrors"].clone()), (ended["partnerToken"].clone(), json!([])));
        assert_eq!(errors(&app.graphql(REVOKE, json!({"id": "nothing"})).await["revokePartnerToken"]), ["input.id NOT_FOUND"]);
    }

    async fn a_partner_that_is_switched_off_cannot_call(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        one.segment(&app, "s").await;
        for (active, expected) in [(false, "UNAUTHENTICATED"), (true, "")] {
            let input = json!({"id": one.id, "active": active, "name": "New name"});
            let changed = app.graphql(UPDATE, json!({ "input": input })).await["updatePartner"].clone();
            assert_eq!(changed, json!({"partner": {"name": "New name", "active": active}, "userErrors": []}));
            assert_eq!(code(&app, &one.token).await, expected);
        }
        // Its segment is where it was.
        let seen = app.graphql("{ segment(ref: {key: \"crm/s\"}) { active kind partner { name } } }", json!({})).await;
        assert_eq!(seen["segment"], json!({"active": true, "kind": "EXTERNAL", "partner": {"name": "New name"}}));
    }

    async fn a_token_ends_when_it_was_said_to(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        let input = json!({"partner": one.id, "name": "short", "scopes": ["EXPORT"], "expiresInDays": 1});
        let made = app.graphql(CREATE_TOKEN, json!({ "input": input })).await["createPartnerToken"].clone();
        let short = made["token"].as_str().unwrap();
        assert_eq!(code(&app, short).await, "");
        // A day later, as far as the kept row goes; the instant in the token itself is held by the test of tokens.
        let db = app.app.db.writer();
        let past = tessera::clock::Clock::default().real_millis() - 1;
        let text = format!("UPDATE partner_token SET expires_at = {past} WHERE name = 'short'");
        db.execute_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        assert_eq!(code(&app, short).await, "UNAUTHENTICATED");
        let until = chrono::DateTime::parse_from_rfc3339(made["partnerToken"]["expiresAt"].as_str().unwrap()).unwrap();
        let left = until.to_utc() - tessera::clock::Clock::default().real();
        assert!(left <= TimeDelta::days(1) && left > TimeDelta::hours(23), "{left}");
    }

    async fn what_cannot_be_made_is_named(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        for (input, expected) in [
            (json!({"key": "crm", "name": "x"}), vec!["input.key TAKEN"]),
            (json!({"key": "a/b", "name": " "}), vec!["input.key INVALID", "input.name BLANK"]),
            (json!({"key": "x".repeat(65), "name": "n".repeat(201)}), vec!["input.key TOO_LONG", "input.name TOO_LONG"]),
        ] {
            let made = app.graphql(CREATE_PARTNER, json!({ "input": input })).await["createPartner"].clone();
            assert_eq!(errors(&made), expected, "{made}");
        }
        for (input, expected) in [
            (json!({"partner": one.id, "name": "", "scopes": [], "expiresInDays": 0}),
                vec!["input.name BLANK", "input.scopes BLANK", "input.expiresInDays INVALID"]),
            (json!({"partner": one.id, "name": "x", "scopes": ["EXPORT"], "expiresInDays": 3_651}), vec!["input.expiresInDays INVALID"]),
            (json!({"partner": "nothing", "name": "x", "scopes": ["EXPORT"]}), vec!["input.partner NOT_FOUND"]),
        ] {
            let made = app.graphql(CREATE_TOKEN, json!({ "input": input })).await["createPartnerToken"].clone();
            assert_eq!(errors(&made), expected, "{made}");
        }
        assert_eq!(app.graphql(LIST, json!({})).await["partners"]["totalCount"], 1);
    }

    async fn tokens_cannot_stand_in_for_each_other(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        one.segment(&app, "s").await;
        let link = one.call(&app, "{ segment(ref: {key: \"s\"}) { export { url } } }", Value::Null).await;
        let download = link["export"]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        for other in [&app.token, &one.token] {
            let answer = app.client().get(format!("{}/downloads/{other}", app.base)).send().await.unwrap();
            assert_eq!(answer.status(), 404);
        }
        assert_eq!(code(&app, &download).await, "UNAUTHENTICATED");
        // A partner cannot do what people do with a session.
        let answer = one.send(&app, "mutation { signOut(input: {}) { userErrors { code } } }", Value::Null).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.body);
        let analyst = app.token_of(Role::Analyst).await;
        let answer = app.send(Some(&analyst), "{ partners { totalCount } }", Value::Null).await;
        assert_eq!(answer.code(), "FORBIDDEN");
    }
}
