//! How often sign-in may be tried.

use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use tests::{Answer, Database, OWNER, PASSWORD, TestApp, on_both};

use super::{SIGN_IN, add_user, pair, sign_in, try_refresh, try_sign_in, works};

fn assert_limited(answer: &Answer, longest: u64) {
    assert_eq!((answer.status.as_u16(), answer.code()), (429, "RATE_LIMITED"), "{}", answer.body);
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=longest).contains(&seconds), "{seconds}");
    assert_eq!(answer.body["errors"][0]["extensions"]["retryAfter"], seconds, "{}", answer.body);
}

on_both! {
    async fn an_account_is_tried_ten_times(app) {
        let session = sign_in(&app, OWNER, PASSWORD).await;
        for turn in 1..10 {
            // However it is spelt, it is the one account.
            let email = [OWNER, "OWNER@example.org", " owner@EXAMPLE.org"][turn % 3];
            assert_eq!(try_sign_in(&app, email, "wrong password").await.status, 200);
        }
        // Now also the right password is late, and told apart by nothing.
        for password in [PASSWORD, "wrong password"] {
            assert_limited(&try_sign_in(&app, OWNER, password).await, 900);
        }
        // An account that nobody has counts like any other: the limit tells nothing either.
        for _ in 0..10 {
            assert_eq!(try_sign_in(&app, "nobody@example.org", PASSWORD).await.status, 200);
        }
        assert_limited(&try_sign_in(&app, "nobody@example.org", PASSWORD).await, 900);
        // Others still get in, and who is in stays in.
        add_user(&app, "other@example.org", entity::kinds::Role::Admin).await;
        sign_in(&app, "other@example.org", PASSWORD).await;
        assert!(works(&app, &session.access).await);
        // A refresh token is not guessed, so that it is not slowed.
        pair(&try_refresh(&app, &session.refresh).await, "refreshSession");
    }

    async fn a_stolen_session_does_not_guess_the_password_faster(app) {
        let session = sign_in(&app, OWNER, PASSWORD).await;
        let change = "mutation($c: String!) { changePassword(input: {currentPassword: $c, newPassword: \"another password\"})
            { userErrors { code } } }";
        for _ in 1..10 {
            let answer = app.send(Some(&session.access), change, json!({"c": "a guess, and wrong"})).await;
            assert_eq!(answer.body["data"]["changePassword"]["userErrors"][0]["code"], "INVALID", "{}", answer.body);
        }
        assert_limited(&app.send(Some(&session.access), change, json!({ "c": PASSWORD })).await, 900);
        assert_limited(&try_sign_in(&app, OWNER, PASSWORD).await, 900);
    }
}

#[tokio::test]
async fn an_address_tries_sixty_times() {
    for database in [Database::Sqlite, Database::Postgres] {
        let app = TestApp::start_with(database, |settings| {
            settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        for turn in 0..60 {
            let email = format!("nobody{turn}@example.org");
            assert_eq!(from(&app, "203.0.113.7", &email, "x").await.status, 200, "{turn}");
        }
        assert_limited(&from(&app, "203.0.113.7", OWNER, PASSWORD).await, 3600);
        // What a client writes itself in front is not believed; another address is not slowed.
        assert_limited(&from(&app, "198.51.100.1, 203.0.113.7", OWNER, PASSWORD).await, 3600);
        assert_eq!(from(&app, "203.0.113.8", OWNER, PASSWORD).await.status, 200);
        app.stop().await;
    }
}

/// Both types say it by the status, and so does a request with other fields beside.
#[tokio::test]
async fn the_limit_is_told_to_everyone() {
    let app = TestApp::start(Database::Sqlite).await;
    for _ in 0..10 {
        try_sign_in(&app, "nobody@example.org", "x").await;
    }
    let one = "{ accessToken }";
    for document in [
        format!("mutation {{ signIn(input: {{email: \"nobody@example.org\", password: \"x\"}}) {one} }}"),
        format!("mutation {{ __typename signIn(input: {{email: \"nobody@example.org\", password: \"x\"}}) {one} }}"),
        // Tries beside one another in a request count one by one.
        format!(
            "mutation {{ a: signIn(input: {{email: \"nobody@example.org\", password: \"x\"}}) {one}
                b: signIn(input: {{email: \"nobody@example.org\", password: \"y\"}}) {one} }}"
        ),
    ] {
        for accept in ["application/json", "application/graphql-response+json", "*/*"] {
            let request = app.client().post(format!("{}/graphql", app.base)).header(ACCEPT, accept);
            let response = request.json(&json!({ "query": document })).send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{document}: {body}");
            assert_eq!(status, 429, "{document}: {body}");
            assert!(headers.contains_key("retry-after"), "{document}: {body}");
        }
    }
    app.stop().await;
}

async fn from(app: &TestApp, address: &str, email: &str, password: &str) -> Answer {
    let request = app.client().post(format!("{}/graphql", app.base)).header("x-forwarded-for", address);
    let request = request.json(&json!({"query": SIGN_IN, "variables": {"email": email, "password": password}}));
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, body: response.json().await.unwrap() }
}
