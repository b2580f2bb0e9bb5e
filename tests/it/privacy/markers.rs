//! Words about a person are planted everywhere, and after the erasure nothing of the database's holds any of them.

use std::path::Path;
use std::process::Command;

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{Database, TestApp, on_both};

use super::{ASSIGN, erase, person, swept};
use crate::calls::{UPSERT, segment};
use crate::dynamic::{call, dynamic};
use crate::exports::{ask, fetch};
use crate::imports::{file, import, options};
use crate::segments::shop;

pub const MARK: &str = "Qzxmarker77";

/// Whether bytes hold the mark in any case, or an address that holds it.
pub fn holds(bytes: &[u8]) -> bool {
    let mark = MARK.to_ascii_lowercase();
    bytes.to_ascii_lowercase().windows(mark.len()).any(|window| window == mark.as_bytes())
}

/// Everything that lies in the database: its files on SQLite, a dump on PostgreSQL.
pub fn lies(app: &TestApp) -> Vec<(String, Vec<u8>)> {
    match app.database {
        Database::Sqlite => files(app.folder(), "tessera.db"),
        Database::Postgres => {
            let bindir = Command::new("pg_config").arg("--bindir").output().unwrap().stdout;
            let dump = Path::new(String::from_utf8(bindir).unwrap().trim()).join("pg_dump");
            let dumped = Command::new(dump).args(["--inserts", &app.url]).output().unwrap();
            assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
            assert!(dumped.stdout.len() > 10_000);
            vec![("the dump".to_owned(), dumped.stdout)]
        }
    }
}

fn files(folder: &Path, begins: &str) -> Vec<(String, Vec<u8>)> {
    let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let found = found.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    let found = found.filter(|(name, path)| name.starts_with(begins) && path.is_file());
    found.map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
}

/// Many others who come, change and grow, so that rows move from page to page.
async fn others(app: &TestApp, from: usize, round: usize) {
    let member = |number: usize| {
        json!({"number": format!("o{number}"), "firstName": format!("Other {round}"),
        "street": "street ".repeat(1 + (number + round) % 20), "labels": [{"key": "a", "value": "b".repeat(1 + (number * 7 + round) % 150)}]})
    };
    crate::calls::send(app, UPSERT, (from..from + 400).map(member).collect()).await;
}

on_both! {
    async fn nothing_of_an_erased_person_is_found(app) {
        shop(&app, 3).await;
        others(&app, 0, 1).await;
        person(&app, MARK).await;
        let number = format!("n{MARK}");
        for round in 2..5 {
            others(&app, 0, round).await;
            others(&app, round * 1_000, round).await;
            // The person grows and shrinks, too.
            let street = format!("s{MARK} ").repeat(round * 5);
            crate::calls::send(&app, UPSERT, json!([{"number": number, "street": street.chars().take(190).collect::<String>(), "city": MARK}])).await;
        }
        segment(&app, "hand", &["m1", &number]).await;
        dynamic(&app, "pinned", json!({"everyone": true})).await;
        call(&app, ASSIGN, json!({"segment": {"key": "pinned"}, "members": [{"number": number}], "note": format!("because of {MARK}")})).await;
        let rows = format!("number,email,birthDate\n{number},not an address {MARK},\nbad{MARK},{MARK},13.13.1913\nb{MARK}\u{7},a@b,\n");
        let rejected = file(&app, "rows.csv", rows);
        let report = import(&app, options(tessera::imports::Kind::Members, rejected, "number=number,email=email,birth_date=birthDate")).await;
        assert_eq!((report.created, report.rejected), (0, 3));
        let planted = lies(&app);
        assert!(planted.iter().any(|(_, bytes)| holds(bytes)), "the mark was planted");

        erase(&app, &number).await;
        swept(&app).await;
        for (name, bytes) in lies(&app) {
            assert!(!holds(&bytes), "{} holds the mark at {:?}", name, place(&bytes));
        }
        for (name, bytes) in files(app.folder(), "rows.csv.rejects") {
            assert!(bytes.len() > 20 && !holds(&bytes), "{name}: {}", String::from_utf8_lossy(&bytes));
        }
        for key in ["hand", "pinned"] {
            let link = ask(&app, &app.token, key, "CSV", "FULL").await;
            let exported = fetch(&app, link["url"].as_str().unwrap()).await;
            assert!(exported.text.contains("m1") && !holds(exported.text.as_bytes()), "{key}");
        }
        let told = app.graphql("{ auditLog(first: 250) { nodes { objectName changes } } members(first: 250) { nodes { number street city email } } }", json!({})).await;
        assert!(!holds(told.to_string().as_bytes()));
        // What tries to bring the person back leaves no trace either.
        crate::calls::send(&app, UPSERT, json!([{"number": number, "email": format!("e{MARK}@example.org")}])).await;
        swept(&app).await;
        assert!(lies(&app).iter().all(|(_, bytes)| !holds(bytes)));
    }
}

#[test]
fn whoever_reads_what_was_before_keeps_nobody_waiting() {
    tests::run(Database::Sqlite, async |app| {
        person(&app, MARK).await;
        let reading = app.app.db.begin_reading().await.unwrap();
        let count = sea_orm::Statement::from_string(reading.get_database_backend(), "SELECT COUNT(*) FROM member");
        reading.query_one_raw(count.clone()).await.unwrap();
        erase(&app, &format!("n{MARK}")).await;
        // Others write meanwhile, and the old pages still lie in the log of writes.
        others(&app, 0, 1).await;
        assert!(lies(&app).iter().any(|(_, bytes)| holds(bytes)));
        let seen = reading.query_one_raw(count).await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap();
        assert_eq!(seen, 1);
        drop(reading);
        swept(&app).await;
        assert!(lies(&app).iter().all(|(_, bytes)| !holds(bytes)));
    });
}

/// What stands around the mark, for whoever looks for the leak.
pub fn place(bytes: &[u8]) -> Option<String> {
    let mark = MARK.to_ascii_lowercase();
    let lower = bytes.to_ascii_lowercase();
    let at = lower.windows(mark.len()).position(|window| window == mark.as_bytes())?;
    let around = &bytes[at.saturating_sub(120)..(at + 120).min(bytes.len())];
    Some(format!("{at}: {}", String::from_utf8_lossy(around)))
}
