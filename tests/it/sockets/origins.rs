//! Which pages may open a socket, and what else is asked of that address.

use reqwest::header::HeaderValue;
use tests::{Database, TestApp};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;

use super::client::opening;

const LISTED: &str = "https://dashboard.example.com";

async fn app() -> TestApp {
    let change =
        |settings: &mut tessera::config::Settings| settings.cors_origins = vec![HeaderValue::from_static(LISTED)];
    TestApp::start_with(Database::Sqlite, change).await
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_before_the_upgrade() {
    let app = app().await;
    for (origin, allowed) in [
        (None, true),
        (Some(LISTED), true),
        (Some(app.base.as_str()), true),
        (Some("https://evil.example.com"), false),
        (Some("null"), false),
    ] {
        let mut request = opening(&app.base);
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((_, response)) => {
                assert!(allowed, "{origin:?}");
                assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
            }
            Err(Error::Http(response)) => assert_eq!((response.status().as_u16(), allowed), (403, false), "{origin:?}"),
            Err(error) => panic!("{origin:?}: {error}"),
        }
    }
}

#[tokio::test]
async fn what_opens_no_socket_is_told_so() {
    let app = app().await;
    let url = format!("{}/graphql/ws", app.base);
    let plain = app.client().get(&url).send().await.unwrap();
    assert_eq!((plain.status().as_u16(), &plain.headers()["upgrade"]), (426, &HeaderValue::from_static("websocket")));
    let body: serde_json::Value = plain.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    for request in [app.client().post(&url), app.client().head(&url), app.client().delete(&url)] {
        let wrong = request.send().await.unwrap();
        assert_eq!((wrong.status().as_u16(), &wrong.headers()["allow"]), (405, &HeaderValue::from_static("GET")));
    }
}
