//! Tokens of the outside issuer at sockets and uploads.

use serde_json::{Value, json};

use super::issuer::Key;
use super::{claims, run, with};
use crate::jobs::Working;
use crate::sockets::Client;
use crate::uploads::{CSV, over, send};

/// Claims that are wrong, each in one way.
fn wrong() -> Vec<(&'static str, Value)> {
    let right = claims("ann", &["shop-admin"]);
    let now = right["iat"].as_i64().unwrap();
    vec![
        ("for somebody else", with(&right, "aud", json!("https://other.example.org"))),
        ("of another issuer", with(&right, "iss", json!("https://other.example.org"))),
        ("that has ended", with(&right, "exp", json!(now - 60))),
        ("of a later time", with(&right, "nbf", json!(now + 300))),
        ("with no role of ours", with(&right, "realm_access", json!({"roles": ["cook"]}))),
        ("that says who signed in", with(&right, "typ", json!("ID"))),
    ]
}

#[test]
fn a_socket_takes_them_and_ends_with_them() {
    run(
        |_| {},
        async |app, issuer| {
            let (key, stranger) = (Key::rsa("rsa"), Key::rsa("rsa"));
            issuer.show(&[&key]);
            let mut tokens: Vec<(&str, String)> =
                wrong().into_iter().map(|(what, claims)| (what, key.token(&claims))).collect();
            tokens.push(("signed by somebody else", stranger.token(&claims("ann", &["shop-admin"]))));
            for (what, token) in tokens {
                let mut client = Client::open(&app.base).await;
                client.init(&token).await;
                assert_eq!(client.closed().await, (4403, "Forbidden".to_owned()), "{what}");
            }
            let right = claims("ann", &["all"]);
            let now = right["iat"].as_i64().unwrap();
            let mut stays = Client::of(&app.base, &key.token(&right)).await;
            // Tokens are believed for half a minute more than they say.
            let mut ends = Client::of(&app.base, &key.token(&with(&right, "exp", json!(now - 24)))).await;
            ends.subscribe("1", "{ viewer { role user { email } } }", json!({})).await;
            assert_eq!(
                ends.data("1").await["viewer"],
                json!({"role": "ANALYST", "user": {"email": "ann@sso.example.org"}})
            );
            assert_eq!(ends.closed().await, (4401, "the token or its session has ended".to_owned()));
            stays.subscribe("2", "{ __typename }", json!({})).await;
            assert_eq!(stays.data("2").await, json!({"__typename": "Query"}));
        },
    );
}

#[test]
fn uploads_take_those_of_administrators() {
    run(
        |_| {},
        async |app, issuer| {
            let (key, stranger) = (Key::ec("ec"), Key::ec("ec"));
            issuer.show(&[&key]);
            let post =
                async |token: &str| send(&app, Some(token), "members", &[("content-type", CSV)], "number\nm1\n").await;
            for (what, claims) in wrong() {
                assert_eq!(post(&key.token(&claims)).await.status, 401, "{what}");
            }
            assert_eq!(post(&stranger.token(&claims("ann", &["shop-admin"]))).await.status, 401);
            assert_eq!(post(&key.token(&claims("cook", &["all"]))).await.status, 403);
            let begun = post(&key.token(&claims("ann", &["shop-admin"]))).await;
            assert_eq!(begun.status, 202, "{begun:?}");
            let working = Working::product(&app.app);
            assert_eq!(over(&app, begun.job()).await["status"], "SUCCEEDED");
            working.stop().await;
            let entry = app
                .graphql("{ auditLog(actor: \"ann@sso.example.org\", first: 1) { nodes { action } } }", json!({}))
                .await;
            assert_eq!(entry["auditLog"]["nodes"][0]["action"], "importFile");
        },
    );
}
