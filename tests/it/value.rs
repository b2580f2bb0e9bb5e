//! The value model over the real server: fitted, kept, shown, asked by rules, and followed by segments.

mod asking;
mod cdnow;
mod following;
mod gate;
mod kills;
mod nights;
mod persons;
mod templates;

use std::sync::Arc;

use entity::job;
use entity::kinds::JobStatus;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tessera::app::App;
use tessera::config::Settings;
use tessera::worker::Handlers;
use tests::{Database, TestApp};

use crate::calls::{RECORD, make, members};
use crate::dynamic::call;
use crate::jobs::{Working, quick, until};

const FIT: &str = "mutation($i: FitValueModelInput!) { fitValueModel(input: $i) { job { id kind status }
    userErrors { code field message } } }";
const MODEL: &str = "{ valueModel { name fittedAt asOf customers repeatCustomers parameters logLikelihood dropoutIdentified
    spendFrequencyCorrelation holdout { pastOrders predicted actual customers } calibration { predicted actual customers }
    durationMs } }";
const GROUPS: &str = "{ valueGroups { asOf notes groups { group members share revenueShare averageClv { amount }
    averagePredictedClv { amount } } } }";
const VALUE: &str =
    "query($r: MemberRef!) { member(ref: $r) { metrics { predictedClv { amount } orderProbability expectedOrders
    rhythmDays presence rfmGroup recencyScore frequencyScore monetaryScore valueGroup } } }";

/// Makes a test of each database, with everybody's facts in memory and without, from one body.
macro_rules! each_way {
    ($change:expr; $($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($app: std::sync::Arc<tests::TestApp>) $body

            fn way(database: tests::Database, lens: bool) {
                crate::value::run(database, lens, $change, body);
            }

            #[test]
            fn sqlite() {
                way(tests::Database::Sqlite, true);
            }

            #[test]
            fn sqlite_from_rows() {
                way(tests::Database::Sqlite, false);
            }

            #[test]
            fn postgres() {
                way(tests::Database::Postgres, true);
            }

            #[test]
            fn postgres_from_rows() {
                way(tests::Database::Postgres, false);
            }
        }
    )*};
}
use each_way;

fn run<F: Future<Output = ()>>(
    database: Database,
    lens: bool,
    change: impl FnOnce(&mut Settings),
    body: impl FnOnce(Arc<TestApp>) -> F,
) {
    let both = |settings: &mut Settings| {
        change(settings);
        settings.lens &= lens;
    };
    tests::run_with(database, both, body);
}

/// A programme that stands at the end of a day.
fn standing(settings: &mut Settings) {
    settings.today = "2026-06-30".parse().ok();
}

/// The jobs that fit the model, oldest first.
async fn jobs(app: &App) -> Vec<job::Model> {
    let jobs = job::Entity::find().filter(job::Column::Kind.eq("VALUE_MODEL")).order_by_asc(job::Column::Id);
    jobs.all(app.db.writer()).await.unwrap()
}

/// Works until no job is left; answers the last one that fitted the model.
pub async fn worked(app: &Arc<App>) -> job::Model {
    let working = Working::start(app, Handlers::product(), quick());
    until("all jobs to end", async || {
        let jobs = job::Entity::find().all(app.db.writer()).await.unwrap();
        jobs.iter().all(|job| job.finished_at.is_some())
    })
    .await;
    working.stop().await;
    jobs(app).await.pop().unwrap()
}

/// Asks for a model, and works until it is there.
async fn fit(app: &TestApp, as_of: Option<&str>) -> job::Model {
    let payload = call(app, FIT, json!({ "asOf": as_of })).await;
    assert_eq!((&payload["userErrors"], &payload["job"]["kind"]), (&json!([]), &json!("VALUE_MODEL")), "{payload}");
    worked(&app.app).await
}

/// The same, which must succeed.
async fn fitted(app: &TestApp, as_of: Option<&str>) {
    let job = fit(app, as_of).await;
    assert_eq!((job.status, job.error.as_deref(), job.done), (JobStatus::Succeeded, None, 5));
}

async fn value(app: &TestApp, number: &str) -> Value {
    app.graphql(VALUE, json!({"r": {"number": number}})).await["member"]["metrics"].clone()
}

async fn ask(app: &TestApp, question: &str) -> Value {
    app.graphql(question, json!({})).await.as_object().unwrap().values().next().unwrap().clone()
}

/// Noon of a day so many days before the last one of June 2026.
fn noon(ago: u64) -> String {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap() - chrono::Days::new(ago);
    format!("{day}T12:00:00Z")
}

fn sale(number: &str, ago: u64, amount: u64) -> Value {
    json!({"document": format!("{number}-{ago}"), "member": {"number": number}, "amount": amount.to_string(), "at": noon(ago)})
}

/// The same that came later: its document has a name of its own.
fn later(number: &str, ago: u64, amount: u64) -> Value {
    let mut sale = sale(number, ago, amount);
    sale["document"] = json!(format!("later-{number}-{ago}"));
    sale
}

/// So many customers, of whom two in three come back, each in a rhythm of its own and for about the same sum; some of them
/// have not been seen for long.
async fn shop(app: &TestApp, customers: u64) {
    let numbers: Vec<String> = (0..customers).map(|customer| format!("c{customer}")).collect();
    let named: Vec<&str> = numbers.iter().map(String::as_str).collect();
    members(app, &named).await;
    let mut sales = Vec::new();
    for (customer, number) in (0..customers).zip(&numbers) {
        let (first, last) = (120 + (customer * 37) % 500, (customer * 53) % 110);
        let times = [1, 2, 2 + customer % 9][(customer % 3) as usize];
        let gap = if times > 1 { (first - last) / (times - 1) } else { 0 };
        sales.extend((0..times).map(|time| sale(number, first - time * gap, 10 + (customer * 7 + time * 13) % 50)));
    }
    for sales in sales.chunks(1_000) {
        make(app, RECORD, json!(sales)).await;
    }
}
