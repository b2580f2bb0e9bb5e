//! Tokens that are for something else do not open a socket, and whose wrong ones are counted together.

use serde_json::json;
use tests::{Database, OWNER, PASSWORD, TestApp, on_both, run_with};

use super::client::{Client, opening};
use crate::calls::segment;
use crate::partners::{SCOPES, partner};

/// Tokens of ours that are valid, and for something else.
pub async fn for_something_else(app: &TestApp) -> Vec<(&'static str, String)> {
    let pair = crate::auth::sign_in(app, OWNER, PASSWORD).await;
    segment(app, "a", &[]).await;
    let link = crate::exports::ask(app, &app.token, "a", "CSV", "FULL").await;
    let download = link["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    vec![
        ("a partner's", partner(app, "crm", &SCOPES).await.token),
        ("to refresh", pair.refresh),
        ("to download", download),
    ]
}

/// How a socket ends that is opened with a token, through a proxy.
async fn end(app: &TestApp, from: &str, token: &str) -> (u16, String) {
    let mut request = opening(&app.base);
    request.headers_mut().insert("x-forwarded-for", from.parse().unwrap());
    let mut client = Client::with(request).await;
    client.init(token).await;
    client.closed().await
}

on_both! {
    async fn tokens_for_something_else_open_no_socket(app) {
        for (what, token) in for_something_else(&app).await {
            let mut client = Client::open(&app.base).await;
            client.init(&token).await;
            assert_eq!(client.closed().await, (4403, "Forbidden".to_owned()), "{what}");
        }
        let mut right = Client::owner(&app).await;
        right.subscribe("1", "{ __typename }", json!({})).await;
        assert_eq!(right.data("1").await, json!({"__typename": "Query"}));
    }
}

#[test]
fn wrong_tokens_are_counted_by_the_address_that_a_trusted_proxy_saw() {
    let few = |settings: &mut tessera::config::Settings| settings.limits.wrong_tokens_per_minute = 2;
    let slowed = (1013, "too many wrong tokens".to_owned());
    let wrong = (4403, "Forbidden".to_owned());
    run_with(
        Database::Sqlite,
        |settings| {
            few(settings);
            settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        },
        async |app| {
            for (from, ends) in [
                ("203.0.113.7", [&wrong, &wrong, &slowed]),
                ("198.51.100.1, 203.0.113.8", [&wrong, &wrong, &slowed]),
                ("2001:db8:0:1::1", [&wrong, &wrong, &slowed]),
            ] {
                for expected in ends {
                    assert_eq!(end(&app, from, "x").await, *expected, "{from}");
                }
            }
            // What is written in front is nobody's address, and a network of IPv6 is one.
            assert_eq!(end(&app, "198.51.100.2, 203.0.113.8", "x").await, slowed);
            assert_eq!(end(&app, "2001:db8:0:1:ffff::2", "x").await, slowed);
            assert_eq!(end(&app, "2001:db8:0:2::1", "x").await, wrong);
            // A right one is not held up.
            drop(Client::owner(&app).await);
        },
    );
    run_with(Database::Sqlite, few, async |app| {
        for (from, expected) in [("203.0.113.1", &wrong), ("203.0.113.2", &wrong), ("203.0.113.3", &slowed)] {
            assert_eq!(end(&app, from, "x").await, *expected, "whoever is not trusted is believed nothing");
        }
    });
}
