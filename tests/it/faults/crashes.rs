//! PostgreSQL crashes and comes back; the server stays.

use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::{Rng, SeedableRng};
use serde_json::json;
use tempfile::TempDir;
use tests::{Postgres, Random, Served, random};

use super::model::CROWD;
use super::work::{Tally, Worker, look, work};
use super::{Caller, Outcome, crowd, must};

const CRASHES: usize = 3;

#[tokio::test]
async fn postgres_crashes_and_the_server_goes_on() {
    let folder = TempDir::new().unwrap();
    let postgres = Postgres::start("-c max_connections=60", None);
    postgres.run("CREATE DATABASE tessera").await;
    let (url, folder) = (postgres.url("tessera"), folder.path());
    let mut chance = random("when PostgreSQL crashes");
    crowd(&url, folder, CROWD);
    let mut served = Served::start(&url, folder);
    let caller = Caller::new(&served, &url, folder).await;
    let worker = |n: usize, chance: &mut Random| Worker::new(format!("w{n}"), Random::seed_from_u64(chance.random()));
    let mut workers: Vec<Worker> = (0..3).map(|n| worker(n, &mut chance)).collect();
    let mut tally = Tally::default();
    for _ in 0..CRASHES {
        let working = work(&mut workers, &caller, &mut chance).await;
        postgres.stop_at_once();
        workers = join_all(working).await.into_iter().map(Result::unwrap).collect();

        let begun = Instant::now();
        match caller.call("{ segments { totalCount } }", json!({})).await {
            Outcome::Lost(Some((503, body))) => {
                assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL", "{body}")
            }
            other => panic!("{other:?}"),
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "whoever asks is told soon");
        assert_eq!((caller.status("/healthz").await, caller.status("/readyz").await), (200, 503));

        postgres.go_on();
        caller.ready().await;
        assert!(served.child.try_wait().unwrap().is_none(), "it is the same process");
        look(&mut workers, &url, &mut tally).await;
        must(&url, folder, "verify");
    }
    let answered: usize = workers.iter().map(|worker| worker.answered).sum();
    println!("{CRASHES} crashes over {answered} answered calls; the last ones: {tally:?}");
}
