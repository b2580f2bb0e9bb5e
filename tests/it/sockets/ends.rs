//! A socket ends with its token, its session, its user, and its server.

use chrono::TimeDelta;
use entity::kinds::Role;
use serde_json::json;
use tempfile::TempDir;
use tests::{OWNER, PASSWORD, Served, TestApp, new_database, on_both};

use super::{Client, EVENTS};

const ENDED: &str = "the token or its session has ended";

async fn watching(app: &TestApp, token: &str) -> Client {
    let mut client = Client::of(&app.base, token).await;
    client.subscribe("1", EVENTS, json!({})).await;
    client
}

on_both! {
    async fn it_ends_with_what_its_caller_may(app) {
        let issue = async |life| tessera::auth::ops::issue_for(&app.app, OWNER, life).await.unwrap().access_token;
        // Tokens are believed for half a minute more than they say.
        let short = watching(&app, &issue(TimeDelta::seconds(-26)).await).await;
        let token = issue(TimeDelta::hours(1)).await;
        let (signed_out, stays) = (watching(&app, &token).await, watching(&app, &app.token).await);
        let text = "mutation { signOut(input: {}) { userErrors { code } } }";
        let answer = app.send(Some(&token), text, json!({})).await;
        assert_eq!(answer.body["data"]["signOut"]["userErrors"], json!([]), "{}", answer.body);
        let mut people = Vec::new();
        for (name, patch) in [("off", json!({"active": false})), ("other", json!({"role": "ADMIN"}))] {
            let email = format!("{name}@example.org");
            let user = app.add_user(&email, Role::Analyst).await.unwrap();
            let token = tessera::auth::ops::issue_for(&app.app, &email, TimeDelta::hours(1)).await.unwrap().access_token;
            people.push(watching(&app, &token).await);
            let mut input = patch;
            input["id"] = json!(tessera::global_id::GlobalId::User(user.id).text());
            let text = "mutation($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { code message } } }";
            let done = app.graphql(text, json!({ "input": input })).await;
            assert_eq!(done["updateUser"]["userErrors"], json!([]), "{done}");
        }
        for client in [short, signed_out].into_iter().chain(people) {
            assert_eq!(client.closed().await, (4401, ENDED.to_owned()));
        }
        // What was told meanwhile is nobody else's end.
        let mut stays = stays;
        stays.subscribe("2", "{ __typename }", json!({})).await;
        assert_eq!(stays.data("2").await, json!({"__typename": "Query"}));
    }

    async fn it_ends_with_its_server(app) {
        let (quiet, busy) = (Client::open(&app.base).await, watching(&app, &app.token).await);
        let stopping = tokio::spawn({
            let app = std::sync::Arc::clone(&app);
            async move { app.stop_serving().await }
        });
        for client in [quiet, busy] {
            assert_eq!(client.closed().await, (1001, "the server stops".to_owned()));
        }
        stopping.await.unwrap();
    }
}

/// A real process, told by SIGTERM.
async fn sigterm(url: &str) {
    let folder = TempDir::new().unwrap();
    let mut served = Served::start(url, folder.path());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = json!({"query": crate::auth::SIGN_IN, "variables": {"email": OWNER, "password": PASSWORD}});
    let answer = client.post(format!("{}/graphql", served.base)).json(&body).send().await.unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    let token = answer["data"]["signIn"]["accessToken"].as_str().unwrap();
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = Client::of(&served.base, token).await;
        client.subscribe("1", EVENTS, json!({})).await;
        client.subscribe("2", "{ __typename }", json!({})).await;
        assert_eq!(client.data("2").await, json!({"__typename": "Query"}));
        clients.push(client);
    }
    let told = std::process::Command::new("kill").args(["-TERM", &served.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    for client in clients {
        assert_eq!(client.closed().await.0, 1001);
    }
    let ended = tokio::task::spawn_blocking(move || served.child.wait().unwrap()).await.unwrap();
    assert!(ended.success(), "{ended}");
}

#[tokio::test]
async fn sigterm_closes_sockets_on_sqlite() {
    let folder = TempDir::new().unwrap();
    sigterm(&format!("sqlite://{}/tessera.db", folder.path().display())).await;
}

#[tokio::test]
async fn sigterm_closes_sockets_on_postgres() {
    sigterm(&new_database().await).await;
}
