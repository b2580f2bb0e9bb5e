//! A server that is killed while it tells what happened, and one that is asked to stop.

use std::process::Command;
use std::time::Duration;

use rand::Rng;
use tests::{Database, Served, TestApp, random, run_with, wait_until};

use super::order::{UNASSIGN, arrived, logged};
use super::receiver::{Behaviour, Receiver};
use super::{MOVES, all_settled, due, endpoint, inside, lapse, rows};
use crate::calls::{members, segment};
use crate::dynamic::call;
use crate::segments::{ASSIGN, numbers};

const KILLS: usize = 8;

#[test]
fn nothing_is_lost_when_a_server_is_killed_on_sqlite() {
    run_with(Database::Sqlite, inside, killed);
}

#[test]
fn nothing_is_lost_when_a_server_is_killed_on_postgres() {
    run_with(Database::Postgres, inside, killed);
}

/// A server that the test may kill, beside the test's own.
fn served(app: &TestApp) -> Served {
    let folder = app.folder().join("served");
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Served::usual(&app.url, &folder);
    command.args(["--webhook-allow-private", "--lens", "off"]);
    Served::start_as(command, &folder)
}

async fn killed(app: std::sync::Arc<TestApp>) {
    let mut random = random("kills while webhooks are told");
    members(&app, &["m1", "m2", "m3"]).await;
    let receiver = Receiver::start().await;
    // Slow enough to be met in the middle, and now and then it fails.
    let mut calls = 0;
    receiver.behave(move |_| {
        calls += 1;
        Behaviour::Slowly(Duration::from_millis(15), if calls % 7 == 0 { 500 } else { 200 })
    });
    endpoint(&app, &receiver.url, &MOVES).await;
    for key in ["a", "b", "c"] {
        segment(&app, key, &[]).await;
    }
    for kill in 0..KILLS {
        let mut server = served(&app);
        for turn in 0..12 {
            let key = ["a", "b", "c"][random.random_range(0..3)];
            let text = if (turn + kill) % 2 == 0 { ASSIGN.replace("$input", "$i") } else { UNASSIGN.to_owned() };
            let some = numbers((1..=3).filter(|_| random.random_bool(0.7)));
            call(&app, &text, serde_json::json!({"segment": {"key": key}, "members": some})).await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(0..150))).await;
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        // The dead hold their queues for a minute, and what failed waits for longer: let it be over.
        lapse(&app).await;
        due(&app).await;
    }
    let before = rows(&app, "webhook_delivery WHERE status = 'DELIVERED'").await;
    let mut server = served(&app);
    let patience = async {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            due(&app).await;
        }
    };
    tokio::select! {
        () = all_settled(&app) => {}
        () = patience => {}
    }
    let all = rows(&app, "webhook_delivery").await;
    assert_eq!(rows(&app, "webhook_delivery WHERE status = 'DELIVERED'").await, all);
    assert_eq!(receiver.accepted().len() as i64, all);
    assert_eq!(arrived(&receiver.accepted()), logged(&app).await);
    println!(
        "{KILLS} kills: {before} of {all} delivered before the last start, {} calls arrived",
        receiver.received().len()
    );

    // Asked to stop while the receiver hangs, it stops, gives its queue back, and counts nothing.
    receiver.forget();
    receiver.always(Behaviour::Hang);
    let attempts = rows(&app, "webhook_attempt").await;
    segment(&app, "d", &["m1"]).await;
    wait_until("the call", || !receiver.received().is_empty());
    Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(server.child.wait().unwrap().success());
    // Where one was killed between its last delivery and giving the queue back, the queue stands there, lapsed.
    let held = rows(&app, "webhook_queue WHERE lease_until > 0").await;
    assert_eq!((held, rows(&app, "webhook_attempt").await), (0, attempts));
}
