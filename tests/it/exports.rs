//! Downloads: what is in the files, whom the links let in, and that a file shows one moment and costs nothing when nobody
//! takes it.

mod contents;
mod links;
mod moment;
mod office;
mod stopped;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::TestApp;

pub const EXPORT: &str = "query($key: String!, $format: ExportFormat!, $layout: ExportLayout!) {
    segment(ref: {key: $key}) { export(format: $format, layout: $layout) { url expiresAt fileName rows } } }";

/// What a link led to.
pub struct File {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl File {
    /// The number of rows that was announced.
    fn announced(&self) -> usize {
        self.headers["x-row-count"].to_str().unwrap().parse().unwrap()
    }

    /// The rows of a CSV file, each with the headings.
    fn csv(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::ReaderBuilder::new().from_reader(self.text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        (header, rows.collect())
    }

    /// The objects of an NDJSON file.
    fn json(&self) -> Vec<Value> {
        self.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A link, asked for with a token.
pub async fn ask(app: &TestApp, token: &str, key: &str, format: &str, layout: &str) -> Value {
    let variables = json!({"key": key, "format": format, "layout": layout});
    let answer = app.send(Some(token), EXPORT, variables).await;
    assert!(answer.body.get("errors").is_none(), "{}", answer.body);
    answer.body["data"]["segment"]["export"].clone()
}

pub async fn fetch(app: &TestApp, url: &str) -> File {
    let response = app.client().get(url).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    File { status, headers, text: response.text().await.unwrap() }
}

/// A file of a segment.
async fn download(app: &TestApp, key: &str, format: &str, layout: &str) -> File {
    let link = ask(app, &app.token, key, format, layout).await;
    let file = fetch(app, link["url"].as_str().unwrap()).await;
    assert_eq!(file.status, 200, "{}", file.text);
    file
}

async fn execute(app: &TestApp, text: &str) {
    let db = app.app.db.writer();
    db.execute_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
}
