//! Processes that are killed twenty times at random moments, beside each other and beside imports.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::Rng;
use serde_json::json;
use tempfile::TempDir;
use tests::{Random, Served, command, new_database, random};

use super::model::CROWD;
use super::tables::Tables;
use super::work::{Tally, Worker, look, work};
use super::{Caller, crowd, file, must};

const KILLS: usize = 20;
const WORKERS: usize = 3;
const SALES: usize = 8_000;
const LISTED: usize = 8_000;

/// An import that is begun again with the same command until it is done, and then goes on with the next file.
struct Importing {
    url: String,
    folder: PathBuf,
    /// `transactions` or `segment list`.
    what: &'static str,
    files: usize,
    process: Option<Child>,
    killed: usize,
}

impl Importing {
    fn new(url: &str, folder: &Path, what: &'static str) -> Self {
        Self { url: url.to_owned(), folder: folder.to_owned(), what, files: 0, process: None, killed: 0 }
    }

    fn name(&self) -> String {
        format!("{}{}.csv", self.what.split(' ').next().unwrap(), self.files)
    }

    fn next_file(&mut self) {
        self.files += 1;
        let (files, name) = (self.files, self.name());
        if self.what == "transactions" {
            let sale = |row: usize| format!("f{files}d{row},2026-01-05,{}.00,m{}", row % 90 + 1, row % CROWD + 1);
            file(&self.folder, &name, "document,at,amount,member", (0..SALES).map(sale));
        } else {
            // Some more of them with each file.
            file(&self.folder, &name, "number", (0..LISTED).map(|row| format!("m{}", row % (files * 500) + 1)));
        }
    }

    /// Begins, or begins again, where nothing runs.
    fn go_on(&mut self) {
        if let Some(mut process) = self.process.take() {
            match process.try_wait().unwrap() {
                None => self.process = Some(process),
                Some(_) => {
                    finished(process);
                    self.next_file();
                }
            }
        }
        if self.files == 0 {
            self.next_file();
        }
        if self.process.is_none() {
            let mut command = command(&self.url, &self.folder);
            command.arg("import").args(self.what.split(' ')).arg(self.name());
            self.process = Some(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        }
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            if process.try_wait().unwrap().is_some() {
                self.process = Some(process);
                return;
            }
            process.kill().unwrap();
            process.wait().unwrap();
            self.killed += 1;
        }
    }

    fn finish(&mut self) {
        self.go_on();
        finished(self.process.take().unwrap());
    }
}

fn finished(process: Child) {
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// On PostgreSQL a statement of a killed process may still be under way, and end well.
async fn settled(tables: &Option<Tables>) {
    let Some(tables) = tables else { return };
    let begun = Instant::now();
    let under_way =
        "pg_stat_activity WHERE datname = current_database() AND application_name = 'tessera' AND usename = 'postgres'";
    while tables.count(under_way).await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "a killed process's connection stays");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn twenty_kills(url: &str, importer_url: &str, tables: Option<Tables>) {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let mut chance = random("when it is killed");
    crowd(url, folder, CROWD);
    let mut workers: Vec<Worker> = (0..WORKERS).map(|n| Worker::new(format!("w{n}"), fork(&mut chance))).collect();
    let mut imports = ["transactions", "segment list"].map(|what| Importing::new(importer_url, folder, what));
    let mut served = Served::start(url, folder);
    let mut caller = Caller::new(&served, url, folder).await;
    let make = "mutation($input: CreateSegmentInput!) { createSegment(input: $input) { userErrors { message } } }";
    caller.answer(make, json!({"input": {"name": "list", "key": "list"}})).await;
    let mut tally = Tally::default();
    for _ in 0..KILLS {
        imports.iter_mut().for_each(Importing::go_on);
        let working = work(&mut workers, &caller, &mut chance).await;
        if chance.random_bool(0.3) {
            imports[chance.random_range(0..2)].kill();
        }
        served.child.kill().unwrap();
        served.child.wait().unwrap();
        if chance.random_bool(0.3) {
            imports[chance.random_range(0..2)].kill();
        }
        workers = join_all(working).await.into_iter().map(Result::unwrap).collect();
        settled(&tables).await;
        served = Served::start(url, folder);
        caller.base.clone_from(&served.base);
        caller.ready().await;
        look(&mut workers, url, &mut tally).await;
        must(url, folder, "verify");
    }
    imports.iter_mut().for_each(Importing::finish);
    let answered: usize = workers.iter().map(|worker| worker.answered).sum();
    let killed = imports.iter().map(|one| one.killed).sum::<usize>();
    println!("{KILLS} kills over {answered} answered calls; the last ones: {tally:?}; {killed} kills of imports");
    assert!(answered >= KILLS / 2, "too little was under way when it was killed");
    let tables = Tables::open(url).await;
    assert_eq!(tables.count("\"transaction\"").await, imports[0].files * SALES);
    let list = &tables.segments().await["list"];
    let listed = (imports[1].files * 500).min(CROWD);
    assert_eq!((list.count, list.members.len(), list.joined, list.left), (listed, listed, listed, 0));
    tables.close().await;
    must(url, folder, "verify");
}

fn fork(random: &mut Random) -> Random {
    rand::SeedableRng::seed_from_u64(random.random())
}

#[tokio::test]
async fn sqlite() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}/tessera.db", folder.path().display());
    twenty_kills(&url, &url, None).await;
}

#[tokio::test]
async fn postgres() {
    let url = new_database().await;
    let tables = Tables::open(&url).await;
    // So that the server's connections can be told from those of the imports, which go on.
    tables.run("CREATE ROLE importer SUPERUSER LOGIN").await;
    let importer_url = url.replace("//postgres@", "//importer@");
    twenty_kills(&url, &importer_url, Some(tables)).await;
}
