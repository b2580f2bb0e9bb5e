//! What happens to others happens here on purpose: processes are killed, databases crash, disks fill up. Afterwards all
//! or nothing of each call is there, and every figure is exact.

mod crashes;
mod full_disk;
mod kills;
mod model;
mod tables;
mod two_servers;
mod work;

use std::path::Path;
use std::process::Output;

use reqwest::Client;
use serde_json::{Value, json};
use tests::{OWNER, Served, command};

/// Runs a command of the binary to its end.
fn tessera(url: &str, folder: &Path, arguments: &str) -> Output {
    command(url, folder).args(arguments.split_whitespace()).output().unwrap()
}

/// The same, which must do what it is asked.
fn must(url: &str, folder: &Path, arguments: &str) -> String {
    let output = tessera(url, folder, arguments);
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments}: {out}{error}");
    out.into_owned()
}

/// A server process as a caller sees it.
#[derive(Clone)]
struct Caller {
    client: Client,
    base: String,
    token: String,
}

/// What became of a call.
#[derive(Debug)]
enum Outcome {
    /// The field's payload.
    Answered(Value),
    /// Nobody knows whether it was done; the status and the body, where there was an answer.
    Lost(Option<(u16, Value)>),
}

impl Caller {
    /// Whoever calls the server with a token of its owner, once it is ready.
    async fn new(served: &Served, url: &str, folder: &Path) -> Self {
        let mut caller = Self { client: client(), base: served.base.clone(), token: String::new() };
        // The owner is made before.
        caller.ready().await;
        caller.token = must(url, folder, &format!("token {OWNER} --minutes 600")).trim().to_owned();
        caller
    }

    /// Calls; an answer is one without errors.
    async fn call(&self, query: &str, variables: Value) -> Outcome {
        let request = self.client.post(format!("{}/graphql", self.base)).bearer_auth(&self.token);
        let request = request.header("accept", "application/graphql-response+json");
        let Ok(response) = request.json(&json!({"query": query, "variables": variables})).send().await else {
            return Outcome::Lost(None);
        };
        let status = response.status().as_u16();
        assert!(![503, 507].contains(&status) || response.headers().contains_key("retry-after"), "{status}");
        let Ok(body) = response.bytes().await else { return Outcome::Lost(None) };
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status >= 500 {
            return Outcome::Lost(Some((status, body)));
        }
        assert!(status == 200 && body.get("errors").is_none(), "{query}: {status} {body}");
        Outcome::Answered(body["data"].as_object().unwrap().values().next().unwrap().clone())
    }

    /// Calls and expects an answer.
    async fn answer(&self, query: &str, variables: Value) -> Value {
        match self.call(query, variables).await {
            Outcome::Answered(payload) => payload,
            Outcome::Lost(why) => panic!("{query}: {why:?}"),
        }
    }

    /// The status of a page.
    async fn status(&self, path: &str) -> u16 {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap().status().as_u16()
    }

    /// Waits until the server is ready.
    async fn ready(&self) {
        let begun = std::time::Instant::now();
        while self.status("/readyz").await != 200 {
            assert!(begun.elapsed().as_secs() < 60, "the server did not become ready");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

fn client() -> Client {
    // Each server process is another one: no connection of the last one is used again.
    Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(std::time::Duration::from_secs(90)).build().unwrap()
}

/// References to members m1, m2 ….
fn numbers(members: impl IntoIterator<Item = usize>) -> Value {
    members.into_iter().map(|number| json!({"number": format!("m{number}")})).collect()
}

/// A file whose first line is its header.
fn file(folder: &Path, name: &str, header: &str, rows: impl Iterator<Item = String>) {
    let text: String = std::iter::once(format!("{header}\n")).chain(rows.map(|row| format!("{row}\n"))).collect();
    std::fs::write(folder.join(name), text).unwrap();
}

/// Members m1, m2 … by the command line.
fn crowd(url: &str, folder: &Path, members: usize) {
    file(folder, "crowd.csv", "number,marketing_consent", (1..=members).map(|n| format!("m{n},{}", n % 2)));
    must(url, folder, "import members crowd.csv");
}
