//! What HTTP promises, over the real server.

mod answers;
mod documents;
mod identity;
mod serving;
mod transport;

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};
use tests::TestApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Everything a client may be told is wrong.
const CODES: [&str; 6] = ["UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "RATE_LIMITED", "TIMEOUT", "INTERNAL"];
const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of its first error, having seen to it that every error has one and a sentence.
    fn code(&self) -> &str {
        let errors = self.body["errors"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(errors.len() <= 10, "{}", self.body);
        for error in errors {
            assert!(CODES.contains(&error["extensions"]["code"].as_str().unwrap()), "{error}");
            let message = error["message"].as_str().unwrap();
            assert!((1..=510).contains(&message.len()), "{error}");
            assert!(!message.contains("Did you mean"), "{error}");
        }
        errors.first().map_or("", |error| error["extensions"]["code"].as_str().unwrap())
    }

    fn has_data(&self) -> bool {
        self.body.get("data").is_some()
    }
}

/// A request of nobody, as JSON.
fn post(app: &TestApp) -> RequestBuilder {
    app.client().post(format!("{}/graphql", app.base)).header(CONTENT_TYPE, JSON)
}

/// The same of the owner.
fn owner(app: &TestApp) -> RequestBuilder {
    post(app).bearer_auth(&app.token)
}

fn query(text: &str) -> String {
    json!({ "query": text }).to_string()
}

async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    Answer { status, headers, body }
}

/// The owner's answer to a text.
async fn ask(app: &TestApp, text: &str) -> Answer {
    answer(owner(app).body(query(text))).await
}

/// What comes back for these bytes on a connection of their own.
async fn raw(app: &TestApp, bytes: &[u8]) -> String {
    let mut stream = connect(app).await;
    stream.write_all(bytes).await.unwrap();
    read_all(&mut stream).await
}

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap()
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset after its answer has still been answered.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}
