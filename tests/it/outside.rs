//! Tokens of an outside issuer, at the real endpoint and with a real server of keys: forged in every way, signed with old and
//! new keys, and whom they speak for.

mod doors;
mod forged;
mod issuer;
mod people;
mod rotation;

use std::sync::Arc;

use serde_json::{Value, json};
use tessera::config::{EmailVerified, Jwks, Oidc, OidcPace};
use tests::{Answer, Database, TestApp};

use issuer::Issuer;

const ISSUER: &str = "https://sso.example.org/realms/shop";
const AUDIENCE: &str = "https://tessera.example.org";
const VIEWER: &str = "{ viewer { role user { id email name role active } } }";

/// Runs a test on both databases, each with an issuer of its own.
fn run<F: Future<Output = ()>>(change: fn(&mut Oidc), body: impl Fn(Arc<TestApp>, Arc<Issuer>) -> F) {
    for database in [Database::Sqlite, Database::Postgres] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/jwks", listener.local_addr().unwrap());
        let mut oidc = oidc(Jwks::Url(url));
        change(&mut oidc);
        tests::run_with(
            database,
            |settings| settings.oidc = Some(oidc),
            async |app| body(app, Arc::new(Issuer::serve(listener))).await,
        );
    }
}

fn oidc(jwks: Jwks) -> Oidc {
    use entity::kinds::Role;
    use jsonwebtoken::Algorithm::{ES256, EdDSA, RS256};
    Oidc {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        jwks,
        algorithms: vec![RS256, ES256, EdDSA],
        role_claim: "realm_access.roles".to_owned(),
        roles: [("boss", Role::Owner), ("shop-admin", Role::Admin), ("all", Role::Analyst)]
            .map(|(value, role)| (value.to_owned(), role))
            .to_vec(),
        email_verified: EmailVerified::Required,
        pace: OidcPace::default(),
    }
}

/// What a token says that is right.
fn claims(sub: &str, roles: &[&str]) -> Value {
    let now = tessera::clock::Clock::default().real().timestamp();
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "exp": now + 300, "nbf": now, "iat": now, "typ": "Bearer",
        "email": format!("{sub}@sso.example.org"), "email_verified": true, "name": format!("Name of {sub}"),
        "realm_access": {"roles": roles}})
}

/// The same with another value; null takes it out.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

async fn ask(app: &TestApp, token: &str) -> Answer {
    app.send(Some(token), VIEWER, json!({})).await
}

/// The role that a token gives.
async fn role(app: &TestApp, token: &str) -> String {
    let answer = ask(app, token).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"]["viewer"]["role"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}

async fn is_refused(app: &TestApp, what: &str, token: &str) {
    let answer = ask(app, token).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (401, "UNAUTHENTICATED"), "{what}: {}", answer.body);
}
