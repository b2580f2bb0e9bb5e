//! Signing in, staying in and going out, over the real server.

mod first_start;
mod password;
mod rates;
mod refresh;
mod session;
mod sign_in;

use serde_json::{Value, json};
use tests::{Answer, TestApp};

pub const SIGN_IN: &str = "mutation SignIn($email: String!, $password: String!) {
    signIn(input: {email: $email, password: $password}) {
        accessToken expiresAt refreshToken user { id email name role active createdAt lastSignInAt }
        userErrors { code field message } } }";
pub const REFRESH: &str = "mutation Refresh($token: String!) { refreshSession(input: {refreshToken: $token}) {
    accessToken expiresAt refreshToken user { email role } userErrors { code field message } } }";
pub const VIEWER: &str = "query Viewer { viewer { role user { id email role } } }";

/// The tokens of a session.
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

pub async fn try_sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.send(None, SIGN_IN, json!({"email": email, "password": password})).await
}

pub async fn sign_in(app: &TestApp, email: &str, password: &str) -> Pair {
    pair(&try_sign_in(app, email, password).await, "signIn")
}

pub async fn try_refresh(app: &TestApp, token: &str) -> Answer {
    app.send(None, REFRESH, json!({ "token": token })).await
}

pub fn pair(answer: &Answer, field: &str) -> Pair {
    let payload = &answer.body["data"][field];
    assert_eq!(payload["userErrors"], json!([]), "{}", answer.body);
    let text = |name: &str| payload[name].as_str().unwrap_or_else(|| panic!("no {name}: {payload}")).to_owned();
    Pair { access: text("accessToken"), refresh: text("refreshToken") }
}

/// Whether a request with the token is answered; if not, it is the right refusal.
pub async fn works(app: &TestApp, access: &str) -> bool {
    let answer = app.send(Some(access), VIEWER, Value::Null).await;
    if answer.status == 200 {
        assert!(answer.body["data"]["viewer"]["user"]["email"].is_string(), "{}", answer.body);
        return true;
    }
    assert_eq!((answer.status.as_u16(), answer.code()), (401, "UNAUTHENTICATED"), "{}", answer.body);
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
    false
}

/// Sees to it that a refresh token is refused as a mistake of the caller, not as a fault.
pub async fn refuses_refresh(app: &TestApp, token: &str) {
    let answer = try_refresh(app, token).await;
    let payload = &answer.body["data"]["refreshSession"];
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(payload["userErrors"][0]["code"], "INVALID", "{}", answer.body);
    assert_eq!(payload["userErrors"][0]["field"], json!(["input", "refreshToken"]), "{}", answer.body);
    for field in ["accessToken", "expiresAt", "refreshToken", "user"] {
        assert_eq!(payload[field], Value::Null, "{}", answer.body);
    }
}

/// A new user; the password is everybody's.
pub async fn add_user(app: &TestApp, email: &str, role: entity::kinds::Role) -> entity::user::Model {
    app.add_user(email, role).await.unwrap()
}
