//! Imports that are killed at any moment, and begun again with the same command: the same as one clean run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::Rng;
use serde_json::json;
use tempfile::TempDir;
use tessera::imports::{Kind, Options, Report};
use tests::{Database, Random, TestApp, command, on_both, random};

use super::{books, file, import, options, same, shop};

const KILLS: u32 = 10;
/// So that files of both kinds are met, however slow the machine is.
const KILLS_OF_A_FILE: u32 = 6;

/// A file of the shop: of rows and of lines in turn.
fn content(number: u32, random: &mut Random) -> String {
    if number.is_multiple_of(2) { shop::sales(16_000, random) } else { shop::lines(11_000, 2_000, random) }
}

fn name(number: u32) -> String {
    format!("file{number}.csv")
}

fn lines(number: u32) -> bool {
    !number.is_multiple_of(2)
}

async fn clean(app: &TestApp, number: u32, content: &str) -> Report {
    let given = options(Kind::Transactions, file(app, &name(number), content), "");
    let (lines, source) = (lines(number), Some(number.to_string()));
    import(app, Options { create_members: true, lines, negative_is_return: lines, source, ..given }).await
}

fn tessera(url: &str, folder: &Path, number: u32) -> Command {
    let mut command = command(url, folder);
    command.args(["import", "transactions", &name(number), "--create-members", "--source", &number.to_string()]);
    if lines(number) {
        command.args(["--lines", "--negative-is-return"]);
    }
    command
}

/// Runs the import of a file until it is done, killing it at random moments; answers how often.
fn killed(url: &str, folder: &Path, number: u32, random: &mut Random) -> u32 {
    let mut kills = 0;
    loop {
        let mut process = tessera(url, folder, number).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random.random_range(20..1_800)));
        if process.try_wait().unwrap().is_none() && kills < KILLS_OF_A_FILE {
            process.kill().unwrap();
            process.wait().unwrap();
            kills += 1;
            continue;
        }
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return kills;
    }
}

fn rejects(folder: &Path, number: u32, ending: &str) -> String {
    std::fs::read_to_string(folder.join(format!("{}{ending}", name(number)))).unwrap()
}

/// The shop's own documents, which come by the API while files come in.
async fn ring_up(app: &TestApp, number: usize) {
    let document = json!([{"source": "till", "document": number.to_string(), "member": {"number": format!("m{}", number % 20)},
        "amount": "3.00", "at": "2026-01-05T10:00:00Z"}]);
    let record = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created problems { message } } }";
    let done = app.graphql(record, json!({ "t": document })).await;
    assert_eq!(done["recordTransactions"]["created"], 1, "{done}");
}

/// A segment of members of whom the files speak too.
async fn segment(app: &TestApp) {
    let numbers = |number| json!({"number": format!("m{number}")});
    let members: Vec<_> = (0..20).map(numbers).collect();
    let upsert = "mutation($m: [MemberInput!]!) { upsertMembers(input: {members: $m}) { created } }";
    app.graphql(upsert, json!({"m": members})).await;
    app.graphql(crate::segments::CREATE, json!({"input": {"name": "Regulars", "members": members}})).await;
}

on_both! {
    async fn ten_kills_beside_a_running_server_lose_nothing(app) {
        let mut random = random("kills beside a server");
        let other = TestApp::start(app.database).await;
        segment(&app).await;
        segment(&other).await;
        let done = Arc::new(AtomicBool::new(false));
        let till = tokio::spawn({
            let (app, done) = (Arc::clone(&app), Arc::clone(&done));
            async move {
                let mut number = 0;
                while !done.load(Ordering::Relaxed) {
                    ring_up(&app, number).await;
                    number += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                number
            }
        });
        let (mut kills, mut number) = (0, 0);
        while kills < KILLS {
            let content = content(number, &mut random);
            file(&app, &name(number), &content);
            let (url, folder, mut chance) = (app.url.clone(), app.folder().to_owned(), random.clone());
            kills += tokio::task::spawn_blocking(move || killed(&url, &folder, number, &mut chance)).await.unwrap();
            random.random::<u64>();
            clean(&other, number, &content).await;
            assert_eq!(rejects(app.folder(), number, ".rejects.csv"), rejects(other.folder(), number, ".rejects.csv"));
            number += 1;
        }
        done.store(true, Ordering::Relaxed);
        let rung_up = till.await.unwrap();
        println!("{kills} kills over {number} files, {rung_up} documents by the API meanwhile");
        for number in 0..rung_up {
            ring_up(&other, number).await;
        }
        same(&books(&app.app).await, &books(&other.app).await);
        let figures = "{ segments { nodes { memberCount averageTransactionValue { amount } averageTransactions averageSpending { amount } averageClv { amount } } } }";
        assert_eq!(app.graphql(figures, json!({})).await, other.graphql(figures, json!({})).await);
        other.verify().await;
        other.stop().await;
    }
}

#[test]
fn ten_kills_of_an_import_alone_lose_nothing() {
    let mut random = random("kills alone");
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}/tessera.db", folder.path().display());
    let (mut kills, mut contents) = (0, Vec::new());
    while kills < KILLS {
        let number = u32::try_from(contents.len()).unwrap();
        contents.push(content(number, &mut random));
        std::fs::write(folder.path().join(name(number)), &contents[contents.len() - 1]).unwrap();
        kills += killed(&url, folder.path(), number, &mut random);
    }
    println!("{kills} kills over {} files", contents.len());
    tests::run(Database::Sqlite, async |other| {
        for (number, content) in (0..).zip(&contents) {
            clean(&other, number, content).await;
        }
        let app = TestApp::open(Database::Sqlite, url, folder, |_| {}).await;
        same(&books(&app.app).await, &books(&other.app).await);
        app.verify().await;
        app.stop().await;
    });
}
