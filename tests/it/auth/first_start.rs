//! The first start makes the owner, with the password that is given or one that is shown once.

use std::fs;
use std::path::Path;
use std::process::Command;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{OWNER, PASSWORD, Served, TestApp, command, on_both, wait_until};

use super::SIGN_IN;

const SHOWN: &str = "made just now and shown this once";

/// A command on the test's database, where nobody is any more, in a folder of its own.
async fn stranger(app: &TestApp, folder: &Path) -> Command {
    app.app.db.writer().execute_unprepared("DELETE FROM session").await.unwrap();
    app.app.db.writer().execute_unprepared("DELETE FROM \"user\"").await.unwrap();
    on(app, folder)
}

fn on(app: &TestApp, folder: &Path) -> Command {
    let mut command = command(&app.url, folder);
    command.args(["--metrics-listen", "off"]);
    command
}

/// What the server said when it was ready.
fn greeting(folder: &Path) -> String {
    let read = || fs::read_to_string(folder.join("serve.out")).unwrap();
    wait_until("the greeting", || read().contains("Ctrl-C stops"));
    read()
}

async fn gets_in(app: &TestApp, served: &Served, email: &str, password: &str) -> bool {
    let request = app.client().post(format!("{}/graphql", served.base));
    let request = request.json(&json!({"query": SIGN_IN, "variables": {"email": email, "password": password}}));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(body["data"]["signIn"]["userErrors"].is_array(), "{body}");
    body["data"]["signIn"]["user"]["role"] == "OWNER"
}

on_both! {
    async fn a_random_password_is_shown_once(app) {
        let folder = tempfile::tempdir().unwrap();
        let served = Served::start_as(stranger(&app, folder.path()).await, folder.path());
        let said = greeting(folder.path());
        let sentence = said.lines().find(|line| line.contains(SHOWN)).unwrap();
        assert!(sentence.contains("owner@tessera.local with the password "), "{sentence}");
        let password = sentence.split("password ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        assert!(password.len() >= 20, "{password}");
        assert!(gets_in(&app, &served, "owner@tessera.local", &password).await);
        assert!(!gets_in(&app, &served, "owner@tessera.local", PASSWORD).await);
        let log = fs::read_to_string(folder.path().join("serve.log")).unwrap();
        assert!(!log.contains(&password), "the log has the password");
        drop(served);

        // The second start makes nobody and shows nothing.
        let mut again = on(&app, folder.path());
        again.env("TESSERA_OWNER_EMAIL", OWNER).env("TESSERA_OWNER_PASSWORD", PASSWORD);
        let served = Served::start_as(again, folder.path());
        let said = greeting(folder.path());
        assert!(!said.contains(&password) && !said.contains(SHOWN) && !said.contains(PASSWORD), "{said}");
        assert!(said.contains("owner@tessera.local with the password of the first start"), "{said}");
        assert!(gets_in(&app, &served, "owner@tessera.local", &password).await);
        assert!(!gets_in(&app, &served, OWNER, PASSWORD).await);
    }

    async fn a_given_owner_is_made_and_not_shown(app) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = stranger(&app, folder.path()).await;
        command.env("TESSERA_OWNER_EMAIL", "Zoë@example.org").env("TESSERA_OWNER_PASSWORD", "zażółć gęślą jaźń");
        let served = Served::start_as(command, folder.path());
        let said = greeting(folder.path());
        assert!(said.contains("Zoë@example.org with the password from the settings"), "{said}");
        assert!(!said.contains("zażółć") && !said.contains(SHOWN), "{said}");
        assert!(gets_in(&app, &served, "zoë@example.org", "zażółć gęślą jaźń").await);
    }

    async fn an_owner_who_cannot_be_made_stops_the_start(app) {
        let folder = tempfile::tempdir().unwrap();
        for (name, value, said) in [
            ("TESSERA_OWNER_PASSWORD", "shortpass", "TESSERA_OWNER_PASSWORD must be a password of 10 to 200 characters"),
            ("TESSERA_OWNER_PASSWORD", &"x".repeat(201), "TESSERA_OWNER_PASSWORD must be a password of 10 to 200"),
            ("TESSERA_OWNER_PASSWORD", "", "TESSERA_OWNER_PASSWORD is empty"),
            ("TESSERA_OWNER_EMAIL", "nobody", "TESSERA_OWNER_EMAIL says \"nobody\"; it must be an e-mail address"),
        ] {
            let mut command = stranger(&app, folder.path()).await;
            let output = command.env(name, value).args(["--listen", "127.0.0.1:0", "serve"]).output().unwrap();
            let error = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{error}");
            assert!(error.contains(said), "{error}");
            assert!(value.len() < 9 || !error.contains(value), "{error}");
        }
        let left = app.app.db.writer().execute_unprepared("DELETE FROM \"user\"").await.unwrap();
        assert_eq!(left.rows_affected(), 0);
    }
}
