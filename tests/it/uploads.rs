//! Files that come by HTTP: whole or in parts, once or time and again, and whatever happens meanwhile.

mod again;
mod full_disk;
mod kills;
mod lasting;
mod limits;
mod refused;
mod senders;
mod taken;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tests::TestApp;

pub const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";
const JOB: &str =
    "query($id: ID!) { job(id: $id) { kind status done total error rejected rejects { url fileName rows } } }";

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    pub fn job(&self) -> &str {
        self.body["job"]["id"].as_str().unwrap_or_else(|| panic!("{self:?}"))
    }

    fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{self:?}"))
    }
}

/// Sends a body with a token and some headers.
pub async fn send(
    app: &TestApp,
    token: Option<&str>,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> Answer {
    let mut request = app.client().post(format!("{}/imports/{path}", app.base)).body(body);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    Answer { status, headers, body }
}

/// Sends a file as the owner.
pub async fn upload(app: &TestApp, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    send(app, Some(&app.token), path, &[("content-type", kind)], body).await
}

/// Sends a file as the owner, and answers its job when that is over.
async fn imported(app: &TestApp, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Value {
    let answer = upload(app, path, kind, body).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    over(app, answer.job()).await
}

/// The job when it is over.
pub async fn over(app: &TestApp, id: &str) -> Value {
    let mut job = Value::Null;
    crate::jobs::until("the import to be over", async || {
        job = app.graphql(JOB, json!({ "id": id })).await["job"].clone();
        !["QUEUED", "RUNNING"].contains(&job["status"].as_str().unwrap())
    })
    .await;
    job
}

/// The file of a job's rejects.
pub async fn rejects(app: &TestApp, job: &Value) -> String {
    let url = job["rejects"]["url"].as_str().unwrap_or_else(|| panic!("{job}"));
    let response = app.client().get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-row-count"].to_str().unwrap(), job["rejects"]["rows"].to_string());
    response.text().await.unwrap().replace("\r\n", "\n")
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

/// The rows of a CSV file as objects, numbers as numbers where they are.
fn ndjson(text: &str) -> String {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let header = csv.headers().unwrap().clone();
    let mut lines = String::new();
    for row in csv.records() {
        let row = row.unwrap();
        let fields = header.iter().zip(&row).map(|(name, cell)| {
            let value = match cell {
                "" => "null".to_owned(),
                amount if name == "amount" && amount.chars().all(|sign| sign.is_ascii_digit() || sign == '.') => {
                    // JSON has no zeros in front.
                    let whole = amount.trim_start_matches('0');
                    if whole.starts_with('.') { format!("0{whole}") } else { whole.to_owned() }
                }
                text => json!(text).to_string(),
            };
            format!("{}:{value}", json!(name))
        });
        lines.push_str(&format!("{{{}}}\n", fields.collect::<Vec<_>>().join(",")));
    }
    lines
}

/// Where rows stand in the database that no import needs any more.
pub async fn pieces(app: &TestApp) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let db = app.app.db.writer();
    let text = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS rows FROM upload_piece");
    db.query_one_raw(text).await.unwrap().unwrap().try_get("", "rows").unwrap()
}
