//! What operators do on the server's own machine is in the log, too.

use std::process::Stdio;

use serde_json::{Value, json};
use tessera::imports::{self, Kind, Options};
use tests::{TestApp, command, on_both};

use super::{from, mark, new, since, told};

/// Runs a command of the binary.
async fn run(app: &TestApp, args: &[&str]) {
    let mut command = command(&app.url, app.folder());
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

on_both! {
    async fn people_and_tokens(app) {
        let email = "someone@example.org";
        let secret = || from("•••", "•••");
        let added = json!({"email": new(email), "name": new("Some One"), "role": new("ADMIN"), "active": new(true), "password": secret()});
        for (args, expected) in [
            (vec!["user", "add", email, "--name", "Some One", "--role", "admin"], Some(("tessera user", added))),
            (vec!["user", "list"], None),
            (vec!["user", "password", email], Some(("tessera user", json!({"password": secret()})))),
            (vec!["user", "disable", email], Some(("tessera user", json!({"active": from(true, false)})))),
            (vec!["user", "disable", email], None),
            (vec!["user", "enable", email], Some(("tessera user", json!({"active": from(false, true)})))),
            (vec!["token", email, "--minutes", "30"], Some(("tessera token", json!({"minutes": new(30)})))),
            (vec!["verify"], None),
        ] {
            let before = mark(&app).await;
            run(&app, &args).await;
            let found = since(&app, &before).await;
            let expected: Vec<_> = expected.iter().map(|(action, changes)| (*action, "User", email, changes)).collect();
            assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "{args:?}");
            assert!(found.iter().all(|entry| entry["ip"].is_null() && entry["actor"] == entry["action"]), "{found:?}");
        }
    }

    async fn files_that_come_in_are_counted(app) {
        let file = |name: &str, content: &str| {
            let path = app.folder().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let counts = |created: u64, updated: u64, duplicates: u64, rejected: u64| {
            json!({"created": new(created), "updated": new(updated), "duplicates": new(duplicates), "rejected": new(rejected)})
        };
        let people = file("people.csv", "number,city\nm1,Sopot\nm2,Secretville\n,Nowhere\n");
        let sales = file("sales.csv", "document,member,at,amount\nd1,m1,2024-01-05T10:00:00Z,1.00\nd1,m1,2024-01-05T10:00:00Z,1.00\n");
        let points = file("points.csv", "document,member,kind,points,at\np1,m1,EARNED,5,2024-01-05T10:00:00Z\n");
        let answers = file("answers.csv", "document,member,survey,score,comment,at\nf1,m1,nps,9,Secretville,2024-01-05T10:00:00Z\nf2,m1,nps,11,,2024-01-05T10:00:00Z\n");
        let moved = file("moved.csv", "number,city\nm1,Gdynia\nm2,Secretville\n");
        for (kind, path, expected) in [
            (Kind::Members, &people, Some(("Member", "2 members", counts(2, 0, 0, 1)))),
            (Kind::Members, &people, None),
            (Kind::Members, &moved, Some(("Member", "1 member", counts(0, 1, 1, 0)))),
            (Kind::Transactions, &sales, Some(("Transaction", "1 transaction", counts(1, 0, 1, 0)))),
            (Kind::Points, &points, Some(("PointsEntry", "1 points entry", counts(1, 0, 0, 0)))),
            (Kind::Feedback, &answers, Some(("Feedback", "1 feedback response", counts(1, 0, 0, 1)))),
        ] {
            let before = mark(&app).await;
            let options = Options {
                kind,
                format: imports::Format::Csv,
                file: path.clone(),
                segment: None,
                map: Vec::new(),
                create_members: false,
                lines: false,
                negative_is_return: false,
                source: None,
                rejects: Some(app.folder().join("rejects.csv")),
            };
            imports::run(&app.app, options).await.unwrap();
            let found = since(&app, &before).await;
            let expected: Vec<_> = expected.iter().map(|(kind, name, changes)| ("tessera import", *kind, *name, changes)).collect();
            assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "{}", path.display());
            assert!(found.iter().all(|entry| entry["objectId"].is_null() && entry["ip"].is_null()));
            assert!(!found.iter().any(|entry| entry.to_string().contains("Secretville")));
        }
    }

    async fn the_demo_comes_and_goes(app) {
        let mine = |found: Vec<Value>| -> Vec<Value> { found.into_iter().filter(|entry| entry["action"] == "tessera demo").collect() };
        let before = mark(&app).await;
        run(&app, &["demo", "--members", "30"]).await;
        let made = mine(since(&app, &before).await);
        assert_eq!(made.len(), 1);
        assert_eq!((&made[0]["objectKind"], &made[0]["changes"]["members"]["old"]), (&json!("Member"), &Value::Null));
        assert!(made[0]["changes"]["transactions"]["new"].as_u64().unwrap() > 30, "{made:?}");
        let before = mark(&app).await;
        run(&app, &["demo", "--members", "30"]).await;
        assert_eq!(mine(since(&app, &before).await), Vec::<Value>::new(), "it was there already");
        run(&app, &["demo", "--remove"]).await;
        let gone = mine(since(&app, &before).await);
        assert_eq!(gone.len(), 1);
        let [old, was] = [&gone[0]["changes"], &made[0]["changes"]];
        for what in ["members", "transactions", "pointsEntries", "feedback"] {
            assert_eq!((&old[what]["old"], &old[what]["new"]), (&was[what]["new"], &Value::Null), "{what}");
        }
        run(&app, &["demo", "--remove"]).await;
        assert_eq!(mine(since(&app, &before).await).len(), 1, "there was nothing to take away");
    }
}
