//! Secrets are told to nobody: not in the log at its most talkative, not in the metrics, not in an error.

mod doors;
mod planted;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use entity::kinds::Role;
use entity::{session, user};
use sea_orm::EntityTrait;

use tests::{OWNER, PASSWORD, Served, TestApp, command, free_port, on_both};

use planted::{Client, MARKER, broken_requests};

use crate::auth::add_user;
use crate::webhooks::receiver::Receiver;

const ACCEPTS: [&str; 2] = ["application/json", "application/graphql-response+json"];

/// What is looked for: a word for it, and the text that must not be there.
type Planted = Vec<(String, String)>;

/// A command that logs everything it can, with a password in the database's URL where that takes one.
fn talkative(app: &TestApp) -> Command {
    let mut command = command(&app.url.replace("postgres@", &format!("postgres:{MARKER}-db@")), app.folder());
    command.env("TESSERA_LOG", "trace");
    command
}

/// What every server of this database keeps to itself.
async fn kept(app: &TestApp) -> Planted {
    let key = fs::read_to_string(app.folder().join("token.key")).unwrap();
    let bytes = STANDARD_NO_PAD.decode(key.trim()).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let listed = format!("{bytes:?}");
    let mut kept: Planted =
        [("key", key.trim()), ("key in hex", &hex), ("key as a list", listed.trim_matches(['[', ']']))]
            .map(|(what, text)| (what.to_owned(), text.to_owned()))
            .to_vec();
    let of_erased = fs::read_to_string(app.folder().join("erasure.key")).unwrap();
    kept.push(("key of erased persons".to_owned(), of_erased.trim().to_owned()));
    kept.push(("marker".to_owned(), MARKER.to_owned()));
    kept.push(("password".to_owned(), PASSWORD.to_owned()));
    kept.push(("hash of a password".to_owned(), "$argon2".to_owned()));
    for user in user::Entity::find().all(app.app.db.reader()).await.unwrap() {
        kept.push(("hash".to_owned(), user.password_hash));
        kept.push(("e-mail".to_owned(), user.email));
    }
    for session in session::Entity::find().all(app.app.db.reader()).await.unwrap() {
        kept.push(("session".to_owned(), session.family));
        kept.push(("hash of a refresh token".to_owned(), session.refresh_hash));
    }
    kept
}

fn assert_silent(place: &str, text: &str, planted: &Planted) {
    for (what, secret) in planted {
        assert!(secret.len() >= 6, "{what} is too short to be looked for: {secret}");
        if let Some(at) = text.find(secret.as_str()) {
            let from = text.floor_char_boundary(at.saturating_sub(300));
            let until = text.floor_char_boundary((at + 300).min(text.len()));
            panic!("{place} tells a {what}: …{}…", &text[from..until]);
        }
    }
}

on_both! {
    async fn log_metrics_and_errors_keep_secrets(app) {
        add_user(&app, &format!("{MARKER}@example.org"), Role::Admin).await;
        let metrics = format!("127.0.0.1:{}", free_port());
        let mut command = talkative(&app);
        command.args(["--metrics-listen", &metrics, "--webhook-allow-private"]);
        let receiver = Receiver::start().await;
        let served = Served::start_as(command, app.folder());
        let token = app.token_of(Role::Admin).await;
        let (mut planted, mut repeated) = (Planted::new(), Vec::new());
        for accept in ACCEPTS {
            let client = Client { http: app.client(), url: format!("{}/graphql", served.base), accept };
            planted.extend(planted::session(&client, OWNER, PASSWORD).await);
            planted::data(&client, &token).await;
            planted.extend(planted::downloads(&client, &token).await);
            planted.extend(doors::partner(&client, &token).await);
            planted.extend(doors::webhook(&client, &token, &receiver).await);
            doors::socket(&served.base, &token).await;
            doors::files(&client, &served.base, &token).await;
            for (what, request) in broken_requests(&client, &served.base) {
                let response = request.send().await.unwrap();
                let headers = format!("{:?}", response.headers());
                let answer = response.text().await.unwrap_or_default();
                if answer.contains(MARKER) || headers.contains(MARKER) {
                    repeated.push(format!("{what}: {answer} {headers}"));
                }
            }
        }
        assert!(repeated.is_empty(), "{}", repeated.join("\n"));
        planted.extend(kept(&app).await);
        planted.push(("access token".to_owned(), token));
        let counted = app.client().get(format!("http://{metrics}/metrics")).send().await.unwrap().text().await.unwrap();
        drop(served);
        let log = fs::read_to_string(app.folder().join("serve.log")).unwrap();
        let said = fs::read_to_string(app.folder().join("serve.out")).unwrap();

        // The search would find something.
        assert!(log.lines().count() > 100 && log.contains("\"level\":\"TRACE\""), "{} bytes", log.len());
        assert!(log.contains("\"operation\":\"PlantedData\"") && log.contains("\"outcome\":\"rate_limited\""));
        for said in ["a webhook was delivered", "a file was imported", "\"end\":\"failed\"", "a socket was closed"] {
            assert!(log.contains(said), "{said}");
        }
        assert!(counted.contains("operation=\"PlantedData\""), "{counted}");
        assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "lines that are no JSON");

        assert_silent("the log", &log, &planted);
        assert_silent("the metrics", &counted, &planted);
        // The greeting names the owner; that is what it is for.
        planted.retain(|(what, _)| what != "e-mail");
        assert_silent("the greeting", &said, &planted);
    }

    async fn commands_keep_secrets(app) {
        let password = format!("{MARKER} of a command");
        let mut planted = Planted::new();
        let mut run = |args: &[&str], input: &str| {
            let mut child = talkative(&app).args(args).stdin(Stdio::piped()).stdout(Stdio::piped())
                .stderr(Stdio::piped()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            let (out, log) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
            assert!(output.status.success(), "{args:?}: {log}");
            assert!(log.contains("\"level\":"), "{args:?}: {log}");
            planted.push((args.join(" "), log));
            out
        };
        let email = "someone@example.org";
        let out = run(&["user", "add", email, "--name", MARKER, "--role", "analyst", "--password-stdin"], &password);
        assert!(!out.contains(&password), "{out}");
        let token = run(&["token", email], "");
        let made = run(&["user", "password", email], "");
        let made = made.trim().rsplit(' ').next().unwrap().to_owned();
        run(&["user", "list"], "");
        fs::write(app.folder().join("people.csv"), format!("number,email\n{MARKER}-1,{MARKER}@example.org\n")).unwrap();
        run(&["import", "members", "people.csv", "--map", "number=number,email=email"], "");
        let logs = std::mem::take(&mut planted);

        let mut secrets = kept(&app).await;
        secrets.extend([("made password", made), ("token", token.trim().to_owned()), ("given password", password)]
            .map(|(what, text)| (what.to_owned(), text)));
        for (command, log) in logs {
            assert_silent(&command, &log, &secrets);
        }
    }
}

#[test]
fn settings_keep_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{MARKER}{}", "x".repeat(40));
    fs::write(folder.path().join("tessera.toml"), format!("token_secret = '{long}'\nunknown = '{MARKER}'\n")).unwrap();
    for (name, value) in [
        ("TESSERA_CONFIG", "tessera.toml"),
        ("TESSERA_TOKEN_SECRET", MARKER),
        ("TESSERA_PREVIOUS_TOKEN_SECRET", MARKER),
        ("TESSERA_OWNER_PASSWORD", &MARKER[..8]),
        ("TESSERA_DATABASE_URL", &format!("mysql://someone:{MARKER}@host/name")),
        ("TESSERA_DATABASE_URL", &format!("postgres://someone:{MARKER}@127.0.0.1:1/name")),
        ("TESSERA_DATABASE_URL", &format!("postgres://someone:{MARKER}@127.0.0.1:port/name")),
        ("TESSERA_DATABASE_URL", &format!("postgres://someone:{MARKER}@[::/name?sslmode=x")),
    ] {
        let mut command = Command::new(tests::binary());
        if name != "TESSERA_CONFIG" {
            fs::remove_file(folder.path().join("tessera.toml")).unwrap_or_default();
        }
        command.current_dir(folder.path()).env(name, value).env("TESSERA_LOG", "trace");
        command.args(["--listen", "127.0.0.1:0", "--metrics-listen", "off", "serve"]);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        assert!(!output.status.success(), "{name}: {said}");
        assert!(said.contains("error: "), "{name}: {said}");
        assert!(!said.contains(&MARKER[..8]), "{name}: {said}");
    }
    // What a setting holds is not in its debugging text either.
    let settings = tessera::config::Settings {
        token_secret: Some(MARKER.into()),
        previous_token_secret: Some(MARKER.into()),
        owner_password: Some(MARKER.into()),
        database_url: format!("postgres://someone:{MARKER}@host/name").into(),
        ..tessera::config::Settings::default()
    };
    assert!(!format!("{settings:?}").contains(MARKER));
}
