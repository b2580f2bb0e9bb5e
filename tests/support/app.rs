//! A server in the test's own process, with a database of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tempfile::TempDir;
use tessera::app::App;
use tessera::audit::By;
use tessera::auth::ops::NewUser;
use tessera::config::{RequestLimits, Settings};
use tessera::error::Stop;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::postgres;

/// The owner of every test's programme.
pub const OWNER: &str = "owner@example.org";
/// With `off` everything runs without everybody's facts in memory.
pub(crate) const LENS: &str = "TESSERA_TEST_LENS";
/// The owner's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of the run's own PostgreSQL.
    Postgres,
}

/// A running server.
pub struct TestApp {
    /// What runs behind it.
    pub app: Arc<App>,
    /// Where it listens, for example `http://127.0.0.1:4711`.
    pub base: String,
    /// An access token of the owner.
    pub token: String,
    /// Which database.
    pub database: Database,
    /// Its URL.
    pub url: String,
    client: reqwest::Client,
    folder: TempDir,
    stop: CancellationToken,
    server: std::sync::Mutex<Option<Running>>,
}

/// Tests ask more than a caller may, but for those of the rates.
pub(crate) const PLENTY: u32 = 10_000_000;

fn plenty() -> RequestLimits {
    RequestLimits {
        requests_per_minute: PLENTY,
        partner_requests_per_minute: PLENTY,
        wrong_tokens_per_minute: PLENTY,
        ..RequestLimits::default()
    }
}

/// The server, and what follows the log of changes.
type Running = (JoinHandle<std::io::Result<()>>, JoinHandle<()>);

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null where it is none.
    pub body: Value,
}

/// Lets a test wait for what goes on beside it, on two threads.
pub fn block_on<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test)
}

/// Runs a test on a server of its own, then works out every figure from rows once more and expects no difference.
pub fn run<F: Future<Output = ()>>(database: Database, body: impl FnOnce(Arc<TestApp>) -> F) {
    run_with(database, |_| {}, body);
}

/// The same on a server with changed settings, for example another currency or day.
pub fn run_with<F: Future<Output = ()>>(
    database: Database,
    change: impl FnOnce(&mut Settings),
    body: impl FnOnce(Arc<TestApp>) -> F,
) {
    block_on(async {
        let app = Arc::new(TestApp::start_with(database, change).await);
        body(Arc::clone(&app)).await;
        app.verify().await;
        app.stop().await;
    });
}

impl TestApp {
    /// A server with the usual settings.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// A server with changed settings.
    pub async fn start_with(database: Database, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::Builder::new().prefix("tessera-test-").tempdir().unwrap();
        let url = match database {
            Database::Sqlite => format!("sqlite://{}/tessera.db", folder.path().display()),
            Database::Postgres => postgres::new_database().await,
        };
        Self::open(database, url, folder, change).await
    }

    /// A server over a database that exists already.
    pub async fn open(database: Database, url: String, folder: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            database_url: url.as_str().into(),
            metrics_listen: None,
            data_dir: folder.path().to_path_buf(),
            owner_email: OWNER.to_owned(),
            owner_password: Some(PASSWORD.to_owned().into()),
            limits: plenty(),
            lens: std::env::var(LENS).as_deref() != Ok("off"),
            ..Settings::default()
        };
        change(&mut settings);
        let app = App::open(settings).await.unwrap();
        tessera::auth::ops::ensure_owner(&app).await.unwrap();
        tessera::figures::roll::to_today(&app).await.unwrap();
        tessera::membership::to_today(&app).await.unwrap();
        let session = tessera::auth::ops::issue_for(&app, OWNER, chrono::TimeDelta::hours(2)).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let server = tokio::spawn(tessera::http::serve(Arc::clone(&app), listener, stop.clone()));
        let lens = tokio::spawn(tessera::facts::follow(Arc::clone(&app), stop.clone()));
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        let server = std::sync::Mutex::new(Some((server, lens)));
        Self { app, base, token: session.access_token, database, url, client, folder, stop, server }
    }

    /// A folder that goes with the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The HTTP client.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// The routes, for a call without a socket.
    pub fn router(&self) -> axum::Router {
        tessera::http::router(Arc::clone(&self.app))
    }

    /// Asks as the owner and expects no errors; answers `data`.
    pub async fn graphql(&self, query: &str, variables: Value) -> Value {
        let answer = self.send(Some(&self.token), query, variables).await;
        assert!(answer.body.get("errors").is_none(), "{query}: {}", answer.body);
        answer.body["data"].clone()
    }

    /// Asks with a token or without one.
    pub async fn send(&self, token: Option<&str>, query: &str, variables: Value) -> Answer {
        self.post(token, &json!({"query": query, "variables": variables})).await
    }

    /// Sends a body.
    pub async fn post(&self, token: Option<&str>, body: &Value) -> Answer {
        let mut request = self.client.post(format!("{}/graphql", self.base)).json(body);
        request = request.header("accept", "application/graphql-response+json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }

    /// A new user of a role, added as `tessera user add` does; the password is everybody's.
    pub async fn add_user(&self, email: &str, role: entity::kinds::Role) -> Result<entity::user::Model, Stop> {
        let (email, name, password) = (email.to_owned(), "Test".to_owned(), PASSWORD.to_owned());
        let new = NewUser { email, name, role, password };
        tessera::auth::ops::add_user(&self.app, By::command("tessera user"), new).await
    }

    /// An access token of a new user of a role.
    pub async fn token_of(&self, role: entity::kinds::Role) -> String {
        let email = format!("{}-{}@example.org", role.word().to_lowercase(), rand::random::<u32>());
        self.add_user(&email, role).await.unwrap();
        let life = chrono::TimeDelta::hours(1);
        tessera::auth::ops::issue_for(&self.app, &email, life).await.unwrap().access_token
    }

    /// Works out every figure from rows once more and expects no difference.
    pub async fn verify(&self) {
        let report = tessera::verify::run(&self.app).await.unwrap();
        assert!(report.differences.is_empty(), "{}", report.differences.join("\n"));
    }

    /// Stops the server as SIGTERM does.
    pub async fn stop(&self) {
        self.stop_serving().await;
        self.app.db.close().await.unwrap();
    }

    /// Stops the server, and leaves the database open.
    pub async fn stop_serving(&self) {
        self.stop.cancel();
        let server = self.server.lock().unwrap().take();
        if let Some((server, lens)) = server {
            server.await.unwrap().unwrap();
            lens.await.unwrap();
        }
    }
}

impl Answer {
    /// How many statements the request ran.
    pub fn statements(&self) -> usize {
        let timing = self.headers["server-timing"].to_str().unwrap();
        let count = timing.split("sql;desc=\"").nth(1).and_then(|rest| rest.split(' ').next());
        count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("no statements in {timing}"))
    }

    /// The code of the first error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }
}
