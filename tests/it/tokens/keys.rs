//! The keys: made or given, changed without turning anyone out, and never weak or open.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::json;
use tempfile::TempDir;
use tessera::app::App;
use tessera::config::{Secret, Settings};
use tests::{OWNER, PASSWORD, TestApp, command, on_both};

use super::{Forge, assert_believed, assert_refused};
use crate::auth::{pair, sign_in, try_refresh};

const FIRST: &str = "the first secret, of 32 bytes or more";
const SECOND: &str = "the second secret, of 32 bytes or more";

/// A second server over the test's database, as after a restart with other secrets.
async fn restarted(app: &TestApp, now: Option<&str>, before: Option<&str>) -> TestApp {
    TestApp::open(app.database, app.url.clone(), tempfile::tempdir().unwrap(), |settings| {
        settings.token_secret = now.map(Secret::from);
        settings.previous_token_secret = before.map(Secret::from);
    })
    .await
}

/// The sentence with which a start with these settings ends.
async fn refusal(app: &TestApp, folder: &TempDir, change: impl FnOnce(&mut Settings)) -> String {
    let mut settings = Settings {
        database_url: app.url.as_str().into(),
        data_dir: folder.path().to_path_buf(),
        ..Settings::default()
    };
    change(&mut settings);
    match App::open(settings).await {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

on_both! {
    async fn two_keys_are_valid_while_one_takes_over(app) {
        let before = restarted(&app, Some(FIRST), None).await;
        let old = sign_in(&before, OWNER, PASSWORD).await;
        // The key of the file is not the given one's.
        assert_refused(&app, &old.access, "a key of another start").await;
        assert_refused(&before, &app.token, "the key of the file").await;

        let during = restarted(&app, Some(SECOND), Some(FIRST)).await;
        assert_believed(&during, &old.access, "signed by the key before").await;
        let new = pair(&try_refresh(&during, &old.refresh).await, "refreshSession");
        let (old_forge, new_forge) = (Forge::of(&old.access, FIRST.as_bytes()), Forge::of(&new.access, SECOND.as_bytes()));
        assert_ne!(old_forge.header["kid"], new_forge.header["kid"]);
        assert_believed(&during, &new_forge.sign(), "signed by the new key").await;
        assert_refused(&during, &app.token, "signed by neither").await;
        // Each key has its name, and its name has this key alone.
        let swapped = new_forge.header("kid", old_forge.header["kid"].clone());
        assert_refused(&during, &swapped.sign(), "the name of the other key").await;
        assert_refused(&during, &old_forge.sign_by(Algorithm::HS256, SECOND.as_bytes()), "the key of the other name").await;

        let after = restarted(&app, Some(SECOND), None).await;
        assert_refused(&after, &old.access, "signed by a key that is gone").await;
        assert_believed(&after, &new.access, "signed by the key that stayed").await;
        pair(&try_refresh(&after, &new.refresh).await, "refreshSession");
        for server in [before, during, after] {
            server.stop().await;
        }
    }

    async fn an_issuer_believes_itself_alone(app) {
        let [one, other] = ["https://one.example", "https://other.example"].map(|issuer| {
            TestApp::open(app.database, app.url.clone(), tempfile::tempdir().unwrap(), move |settings| {
                settings.token_secret = Some(FIRST.into());
                settings.issuer = issuer.to_owned();
            })
        });
        let (one, other) = (one.await, other.await);
        assert_eq!(Forge::of(&one.token, FIRST.as_bytes()).claims["iss"], "https://one.example");
        assert_believed(&one, &one.token, "its own").await;
        assert_refused(&one, &other.token, "another's with the same key").await;
        let both = Forge::of(&one.token, FIRST.as_bytes()).claim("iss", json!(["https://one.example"]));
        assert_refused(&one, &both.sign(), "a list").await;
        one.stop().await;
        other.stop().await;
    }

    async fn a_weak_secret_stops_the_start(app) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["token_secret", "previous_token_secret"] {
            let weak = "x".repeat(31);
            let said = refusal(&app, &folder, |settings| {
                settings.token_secret = Some(if name == "token_secret" { weak.as_str() } else { FIRST }.into());
                settings.previous_token_secret = Some(weak.as_str()).filter(|_| name != "token_secret").map(Secret::from);
            }).await;
            assert_eq!(said, format!("{name} has 31 bytes: at least 32 are needed"));
            // The same at the door, where the operator's own word for it is named.
            let variable = format!("TESSERA_{}", name.to_uppercase());
            for weak in ["", "short", &weak] {
                let output = command(&app.url, folder.path()).env(&variable, weak).arg("serve").output().unwrap();
                let error = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(2), "{error}");
                assert!(error.contains(&variable) && error.contains("at least 32 bytes"), "{error}");
                assert!(weak.is_empty() || !error.contains(weak), "{error}");
            }
        }
        assert!(!folder.path().join("token.key").exists());
    }

    async fn the_key_file_is_its_owners_alone(app) {
        let made = app.folder().join("token.key");
        for file in [&made, &app.folder().join("erasure.key")] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(fs::read_dir(app.folder()).unwrap().all(|entry| {
            let name = entry.unwrap().file_name();
            name == "token.key" || name == "erasure.key" || !name.to_string_lossy().contains("key")
        }));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token.key");
        assert_eq!(refusal(&app, &folder, |_| {}).await, "");
        let key = fs::read_to_string(&file).unwrap();
        assert_ne!(key, fs::read_to_string(&made).unwrap(), "each start has a key of its own");
        for mode in [0o640, 0o604, 0o660, 0o644, 0o777, 0o620, 0o601] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            let said = refusal(&app, &folder, |_| {}).await;
            assert!(said.contains("token.key may be read by others") && said.contains("chmod 600"), "{mode:o}: {said}");
            assert!(said.contains(&format!("{mode:o}")) && !said.contains(&key), "{said}");
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(refusal(&app, &folder, |_| {}).await, "", "{mode:o}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), key, "it is made once");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for wrong in ["", "short", "not base64 !", &key[..40]] {
            fs::write(&file, wrong).unwrap();
            let said = refusal(&app, &folder, |_| {}).await;
            assert!(said.contains("token.key does not hold a key of 32 bytes"), "{said}");
        }
    }

    async fn two_who_start_at_once_have_one_key(app) {
        let folder = tempfile::tempdir().unwrap();
        let keys = futures::future::join_all((0..8).map(|_| {
            let (url, path) = (app.url.clone(), folder.path().to_path_buf());
            tokio::task::spawn_blocking(move || {
                command(&url, &path).args(["token", OWNER]).output().unwrap()
            })
        })).await;
        for output in keys {
            let output = output.unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let token = String::from_utf8(output.stdout).unwrap();
            let server = fs::read_to_string(folder.path().join("token.key")).unwrap();
            let secret = base64::Engine::decode(&base64::engine::general_purpose::STANDARD_NO_PAD, server.trim()).unwrap();
            let (message, signature) = token.trim().rsplit_once('.').unwrap();
            let key = DecodingKey::from_secret(&secret);
            let right = jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::HS256);
            assert!(right.unwrap(), "signed by another key than the one in the file");
        }
    }
}
