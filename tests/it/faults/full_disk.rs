//! The disk is full: whoever writes is told so, whoever reads is served, nothing is damaged, and where there is room again
//! everything goes on by itself.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Postgres, Served, SmallDisk};

use super::tables::Tables;
use super::{Caller, Outcome, crowd, file, must, numbers};

const CROWD: usize = 6_000;
const NEW: usize = 12_000;
const MAKE: &str = "mutation($input: CreateSegmentInput!) { createSegment(input: $input) { userErrors { message } } }";
const COUNT: &str = "{ segment(ref: {key: \"s\"}) { memberCount members { totalCount } } }";

/// Lets everybody come, or everybody go.
fn all(come: bool) -> (String, Value) {
    let field = if come { "assignMembers" } else { "unassignMembers" };
    let text = format!(
        "mutation($input: AssignMembersInput!) {{ {field}(input: $input) {{ changed userErrors {{ message }} }} }}"
    );
    (text, json!({"input": {"segment": {"key": "s"}, "members": numbers(1..=CROWD)}}))
}

async fn expect_count(caller: &Caller, count: usize) {
    let segment = caller.answer(COUNT, json!({})).await;
    assert_eq!(segment, json!({"memberCount": count, "members": {"totalCount": count}}));
}

/// Writes until there is no room; answers whether everybody belongs by then. There may still be room inside of files that
/// are there.
async fn write_until_full(caller: &Caller, mut belong: bool) -> (bool, Option<(u16, Value)>) {
    for _ in 0..300 {
        let (text, variables) = all(!belong);
        match caller.call(&text, variables).await {
            Outcome::Answered(payload) => assert_eq!(payload, json!({"changed": CROWD, "userErrors": []})),
            Outcome::Lost(why) => return (belong, why),
        }
        belong = !belong;
    }
    panic!("the disk does not fill up");
}

/// Writes until PostgreSQL is gone, because it cannot go on without its log; before that it may say that there is no room.
/// Answers whether everybody belonged by then.
async fn write_until_gone(caller: &Caller, postgres: &Postgres) -> bool {
    let mut belong = false;
    for _ in 0..20 {
        let (after, told) = write_until_full(caller, belong).await;
        belong = after;
        let (status, body) = told.unwrap();
        if status == 503 {
            assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL", "{body}");
            assert!(postgres.log().contains("PANIC"), "{}", postgres.log());
            return belong;
        }
        says_so(Some((status, body)));
    }
    println!("PostgreSQL bore it without its log");
    belong
}

fn says_so(answer: Option<(u16, Value)>) {
    let (status, body) = answer.unwrap();
    let error = &body["errors"][0];
    assert_eq!((status, &error["extensions"]["code"]), (507, &json!("INTERNAL")), "{body}");
    assert_eq!(
        error["message"],
        "There is no room left on the database's disk: nothing was changed. Reading still works."
    );
}

/// The whole story, over a database on the disk; `writers` are the processes that write there.
async fn story(disk: &SmallDisk, url: &str, folder: &Path, postgres: Option<&Postgres>) {
    crowd(url, folder, CROWD);
    let mut served = Served::start_as(disk.command(Served::usual(url, folder)), folder);
    let caller = Caller::new(&served, url, folder).await;
    caller.answer(MAKE, json!({"input": {"name": "s", "key": "s"}})).await;
    let writer = postgres.map_or(served.child.id(), |postgres| postgres.pid().unwrap());
    disk.fill(&[writer]);

    let mut belong = false;
    for _ in 0..4 {
        let (after, told) = write_until_full(&caller, belong).await;
        says_so(told);
        belong = after;
        expect_count(&caller, if belong { CROWD } else { 0 }).await;
    }
    let count = if belong { CROWD } else { 0 };
    assert_eq!((caller.status("/healthz").await, caller.status("/readyz").await), (200, 200));

    file(folder, "new.csv", "number,city", (0..NEW).map(|n| format!("n{n},{}", "Gdynia ".repeat(20))));
    let mut import = disk.command(tests::command(url, folder));
    let output = import.args(["import", "members", "new.csv"]).output().unwrap();
    let sentence = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{sentence}");
    assert!(sentence.starts_with("error: there is no room left on the database's disk: "), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    must(url, folder, "verify");

    disk.make_room(&[writer]);
    let (text, variables) = all(!belong);
    let payload = caller.answer(&text, variables).await;
    assert_eq!(payload, json!({"changed": CROWD, "userErrors": []}));
    expect_count(&caller, CROWD - count).await;
    assert!(served.child.try_wait().unwrap().is_none(), "it is the same process");
    let text = must(url, folder, "import members new.csv");
    assert!(text.starts_with("12,000 members: 12,000 new, 0 known already, 0 rejected"), "{text}");
    must(url, folder, "verify");
}

#[tokio::test]
async fn sqlite() {
    let (disk, folder) = (SmallDisk::new(48, 1_024), TempDir::new().unwrap());
    let url = format!("sqlite://{}/tessera.db", disk.path().display());
    story(&disk, &url, folder.path(), None).await;
}

#[tokio::test]
async fn postgres_with_its_tables_on_the_disk() {
    // Where nothing can be mounted, files end in the middle of a page, so that PostgreSQL sees a write that was too short.
    let (disk, folder) = (SmallDisk::new(48, (2 << 20) + 4_096), TempDir::new().unwrap());
    let own = disk.path().join("tables");
    std::fs::create_dir(&own).unwrap();
    tests::give(&own);
    let log = TempDir::new().unwrap();
    tests::give(log.path());
    let postgres = Postgres::start("-c max_connections=60 -c autovacuum=off", Some(&log.path().join("wal")));
    postgres.run(&format!("CREATE TABLESPACE small LOCATION '{}'", own.display())).await;
    postgres.run("CREATE DATABASE tessera TABLESPACE small").await;
    story(&disk, &postgres.url("tessera"), folder.path(), Some(&postgres)).await;
}

#[tokio::test]
async fn postgres_with_its_log_on_the_disk() {
    let (disk, folder) = (SmallDisk::new(40, 4_096), TempDir::new().unwrap());
    let options = "-c max_connections=60 -c max_wal_size=4MB -c min_wal_size=2MB -c wal_recycle=off";
    let postgres = Postgres::start(options, Some(&disk.path().join("wal")));
    postgres.run("CREATE DATABASE tessera").await;
    let (url, folder) = (postgres.url("tessera"), folder.path());
    crowd(&url, folder, CROWD);
    let mut served = Served::start(&url, folder);
    let caller = Caller::new(&served, &url, folder).await;
    caller.answer(MAKE, json!({"input": {"name": "s", "key": "s"}})).await;
    disk.fill(&[postgres.pid().unwrap()]);
    let belong = write_until_gone(&caller, &postgres).await;
    assert_eq!(caller.status("/healthz").await, 200);

    disk.make_room(&postgres.pid().into_iter().collect::<Vec<_>>());
    postgres.go_on();
    caller.ready().await;
    let tables = Tables::open(&url).await;
    // Of the call that was not answered all or nothing is there.
    let found = tables.count("segment_member").await;
    assert!(found == 0 || found == CROWD, "{found}");
    let written = tables.count("membership_event").await;
    tables.close().await;
    assert!(written.is_multiple_of(CROWD), "{written}");
    println!("before the last call everybody belonged: {belong}, after it {found} members");
    let (text, variables) = all(found == 0);
    let payload = caller.answer(&text, variables).await;
    assert_eq!(payload, json!({"changed": CROWD, "userErrors": []}));
    assert!(served.child.try_wait().unwrap().is_none(), "it is the same process");
    must(&url, folder, "verify");
}
