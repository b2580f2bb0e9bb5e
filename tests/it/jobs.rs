//! The queue of jobs: each is done once, also when its holder dies, and nobody settles what is another's.

mod ends;
pub mod processes;
mod takeover;

use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::ids::JobId;
use entity::job;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tempfile::TempDir;
use tessera::app::App;
use tessera::audit::By;
use tessera::config::Settings;
use tessera::global_id::GlobalId;
use tessera::jobs::{self, NewJob};
use tessera::worker::{Handlers, Pace, Worker};
use tests::TestApp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The kind of job that tests have handlers for.
pub const KIND: &str = "TEST";

/// A worker that runs beside the test.
pub struct Working {
    pub name: String,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    /// With handlers of the test's own.
    pub fn start(app: &Arc<App>, handlers: Handlers, pace: Pace) -> Self {
        let worker = Worker::new(Arc::clone(app), handlers, pace);
        let (name, stop) = (worker.name().to_owned(), CancellationToken::new());
        let task = tokio::spawn(worker.run(stop.clone()));
        Self { name, stop, task }
    }

    /// As in a server.
    pub fn product(app: &Arc<App>) -> Self {
        Self::start(app, Handlers::product(), Pace::default())
    }

    /// Stops as a server does.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Dies without a word, as a killed process does.
    pub async fn die(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// A pace for tests: nothing waits for long, and leases hold until a test lets them lapse.
pub fn quick() -> Pace {
    Pace {
        lease: Duration::from_secs(600),
        beat: Duration::from_millis(20),
        poll: Duration::from_millis(20),
        backoff: Duration::from_millis(5),
        ..Pace::default()
    }
}

/// Asks again until something holds; panics after a while.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited a minute for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A job as the API shows it.
pub async fn job(app: &TestApp, id: &str) -> Value {
    let text = "query($id: ID!) { job(id: $id) { id kind status done total startedAt finishedAt error } }";
    app.graphql(text, json!({ "id": id })).await["job"].clone()
}

/// Queues a job as an operation does, in a transaction.
pub async fn queue(app: &TestApp, arguments: Value) -> JobId {
    let txn = app.app.db.begin().await.unwrap();
    let new = NewJob { kind: KIND, arguments };
    let row = jobs::enqueue(&app.app, &txn, By::command("a test"), new).await.unwrap();
    txn.commit().await.unwrap();
    jobs::wake(&app.app);
    row.id
}

async fn row(app: &TestApp, id: JobId) -> job::Model {
    job::Entity::find_by_id(id).one(app.app.db.reader()).await.unwrap().unwrap()
}

async fn shown(app: &TestApp, id: JobId) -> Value {
    job(app, &text(id)).await
}

async fn has(app: &TestApp, id: JobId, status: &str) {
    until(&format!("a job to be {status}"), async || shown(app, id).await["status"] == status).await;
}

async fn cancel(app: &TestApp, id: JobId) -> Value {
    let text = "mutation($input: NodeInput!) { cancelJob(input: $input) { job { id status } userErrors { code field message } } }";
    app.graphql(text, json!({"input": {"id": self::text(id)}})).await["cancelJob"].clone()
}

fn text(id: JobId) -> String {
    GlobalId::Job(id).text()
}

/// Another process's view of the same database: its own pools, its own wake-ups.
async fn another(app: &TestApp) -> (Arc<App>, TempDir) {
    let folder = TempDir::new().unwrap();
    let settings = Settings {
        database_url: app.url.as_str().into(),
        data_dir: folder.path().to_path_buf(),
        metrics_listen: None,
        ..Settings::default()
    };
    (App::open(settings).await.unwrap(), folder)
}

/// Lets the leases of all running jobs lapse, as if a long time had passed.
async fn lapse(app: &TestApp) {
    use sea_orm::ConnectionTrait;
    let text = "UPDATE job SET lease_until = 0 WHERE status = 'RUNNING'";
    app.app.db.writer().execute_unprepared(text).await.unwrap();
}
