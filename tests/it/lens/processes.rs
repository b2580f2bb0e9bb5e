//! Several processes over one database: what one records, the other's lens has.

use std::time::Duration;

use entity::ids::MemberId;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tessera::changes;
use tests::{Database, Served, TestApp, run_with, wait_until};

use super::{right, seen};
use crate::calls::{RECORD, UPSERT, days, make};

/// Another server over the same database.
pub async fn beside(app: &TestApp, lens: bool) -> TestApp {
    let folder = tempfile::Builder::new().prefix("tessera-test-").tempdir().unwrap();
    TestApp::open(app.database, app.url.clone(), folder, |settings| settings.lens = lens).await
}

async fn id(app: &TestApp, number: &str) -> MemberId {
    let db = app.app.db.writer();
    let text = format!("SELECT id FROM member WHERE number = '{number}'");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    MemberId(row.unwrap().try_get("", "id").unwrap())
}

/// How the lens spells a member's city.
async fn city(app: &TestApp, member: MemberId) -> String {
    let view = seen(app).await;
    let (facts, row) = view.find(member.0).unwrap();
    view.dictionary.spelt(facts.profiles().city[row]).to_owned()
}

fn sales(from: usize, count: usize) -> Value {
    let sale = |number: usize| json!({"document": format!("d{number}"), "member": {"number": format!("m{}", number % 50)}, "amount": "1", "at": days(-1)});
    (from..from + count).map(sale).collect()
}

#[test]
fn what_one_records_the_other_has() {
    run_with(
        Database::Postgres,
        |settings| settings.lens = true,
        async |app| {
            let other = beside(&app, true).await;
            make(&app, UPSERT, (0..50).map(|number| json!({"number": format!("m{number}")})).collect()).await;
            for round in 0..20 {
                make(&app, RECORD, sales(round * 100, 100)).await;
                assert_eq!(seen(&other).await.transactions(), (round + 1) * 100);
            }
            right(&other).await;
            // Nobody asks: it is told.
            make(&app, UPSERT, json!([{"number": "new"}])).await;
            let told = async {
                while other.app.lens.current().unwrap().members() < 51 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(5), told).await.unwrap();
            other.stop().await;
        },
    );
}

#[test]
fn a_transaction_under_way_hides_nothing_and_is_not_missed() {
    run_with(
        Database::Postgres,
        |settings| settings.lens = true,
        async |app| {
            let other = beside(&app, true).await;
            make(&app, UPSERT, json!([{"number": "early"}, {"number": "late"}])).await;
            let (early, late) = (id(&app, "early").await, id(&app, "late").await);
            let before = right(&other).await.horizon.position;
            // Its number, and its change's, come before those of all that follow.
            let txn = app.app.db.begin().await.unwrap();
            let moved = format!("UPDATE member SET city = 'Early' WHERE id = {}", early.0);
            txn.execute_unprepared(&moved).await.unwrap();
            changes::note(&txn, &[early], app.app.clock.real_millis()).await.unwrap();
            for city in ["One", "Two", "Three"] {
                make_city(&app, city).await;
                assert_eq!(super::processes::city(&other, late).await, city);
            }
            let view = seen(&other).await;
            assert_eq!(view.horizon.position, before, "nothing after it is settled");
            let everybody = tessera::facts::everybody(&other.app, tessera::facts::Needs::ALL, |_, _| ()).await.unwrap();
            assert_eq!(everybody.horizon.position, before);
            assert!(changes::latest(app.app.db.writer()).await.unwrap() > before);
            txn.commit().await.unwrap();
            assert_eq!(super::processes::city(&other, early).await, "Early");
            assert_eq!(super::processes::city(&other, late).await, "Three");
            let view = right(&other).await;
            assert_eq!(view.horizon.position, changes::latest(app.app.db.writer()).await.unwrap());
            // Loaded while one is under way, it does not miss it either.
            let txn = app.app.db.begin().await.unwrap();
            txn.execute_unprepared(&moved.replace("Early", "Again")).await.unwrap();
            changes::note(&txn, &[early], app.app.clock.real_millis()).await.unwrap();
            make_city(&app, "Four").await;
            let third = beside(&app, true).await;
            assert_eq!(super::processes::city(&third, late).await, "Four");
            txn.commit().await.unwrap();
            for app in [&*app, &other, &third] {
                assert_eq!(super::processes::city(app, early).await, "Again");
                right(app).await;
            }
            other.stop().await;
            third.stop().await;
        },
    );
}

async fn make_city(app: &TestApp, city: &str) {
    let taken = crate::calls::send(app, UPSERT, json!([{"number": "late", "city": city}])).await;
    assert_eq!(taken.updated, 1, "{taken:?}");
}

/// A real process over a database: it is ready once the lens is, shows it, and can be told to do without.
async fn a_real_process(app: &TestApp) {
    make(app, UPSERT, json!([{"number": "m1"}])).await;
    for (lens, word) in [("on", "ok"), ("off", "off")] {
        let mut command = Served::usual(&app.url, app.folder());
        command.args(["--lens", lens]);
        let served = Served::start_as(command, app.folder());
        let url = format!("{}/readyz", served.base);
        let mut shown = Value::Null;
        let client = app.client().clone();
        for _ in 0..500 {
            let answer = client.get(&url).send().await.unwrap();
            let status = answer.status();
            shown = answer.json().await.unwrap();
            if status == 200 {
                break;
            }
            assert_eq!((status.as_u16(), &shown["lens"]), (503, &json!("loading")), "{shown}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(shown, json!({"database": "ok", "migrations": "ok", "lens": word}));
        let log = app.folder().join("serve.log");
        let is_loaded = || std::fs::read_to_string(&log).unwrap().contains("everybody's facts are in memory");
        if lens == "on" {
            wait_until("the log of the loading", is_loaded);
        } else {
            assert!(!is_loaded());
        }
    }
}

#[test]
fn a_real_process_is_ready_with_its_lens_on_sqlite() {
    run_with(Database::Sqlite, |_| {}, async |app| a_real_process(&app).await);
}

#[test]
fn a_real_process_is_ready_with_its_lens_on_postgres() {
    run_with(Database::Postgres, |_| {}, async |app| a_real_process(&app).await);
}
