//! The key by which erased persons are told again: every process of a database has the same one, and who loses it is told.

use serde_json::json;
use tempfile::TempDir;
use tessera::app::App;
use tessera::config::Settings;
use tests::{Served, TestApp, command, on_both};

use super::{ERASE, erase, person};
use crate::calls::{UPSERT, refused};
use crate::jobs::processes::token;

const SECRET: &str = "a secret of at least 32 bytes for erased persons";

/// Another process of the same database.
async fn another(app: &TestApp, folder: &TempDir, secret: Option<&str>) -> Result<std::sync::Arc<App>, String> {
    let settings = Settings {
        database_url: app.url.as_str().into(),
        data_dir: folder.path().to_path_buf(),
        metrics_listen: None,
        erasure_secret: secret.map(Into::into),
        ..Settings::default()
    };
    App::open(settings).await.map_err(|error| error.to_string())
}

on_both! {
    async fn a_process_with_another_key_does_not_start(app) {
        person(&app, "x").await;
        crate::calls::members(&app, &["m1"]).await;
        let folder = TempDir::new().unwrap();
        // While nobody was erased, there is nothing that two keys could disagree about.
        another(&app, &folder, None).await.unwrap().db.close().await.unwrap();
        let early = TestApp::open(app.database, app.url.clone(), TempDir::new().unwrap(), |_| {}).await;
        let elsewhere = TempDir::new().unwrap();
        let served = Served::start(&app.url, elsewhere.path());
        let token = token(&app, &served).await;
        erase(&app, "nx").await;
        let said = another(&app, &folder, None).await.err().unwrap();
        assert!(said.contains("the key of erased persons is another one") && said.contains("erasure.key is not"), "{said}");
        let said = another(&app, &TempDir::new().unwrap(), None).await.err().unwrap();
        assert!(said.contains("was missing and is made anew") && said.contains("--new-erasure-key"), "{said}");
        let said = another(&app, &folder, Some(SECRET)).await.err().unwrap();
        assert!(said.contains("the setting erasure_secret is not") && !said.contains(SECRET), "{said}");
        // One that was there before has its own key still: it erases nobody, and takes nobody whom it does not know.
        let answer = early.send(Some(&early.token), ERASE, json!({"i": {"member": {"number": "m1"}}})).await;
        assert_eq!(answer.code(), "INTERNAL", "{}", answer.body);
        early.stop().await;
        let take = async |number: &str| {
            let body = json!({"query": UPSERT, "variables": {"t": [{"number": number, "city": "Łódź"}]}});
            let answer = app.client().post(format!("{}/graphql", served.base)).bearer_auth(&token).json(&body).send().await;
            answer.unwrap().json::<serde_json::Value>().await.unwrap()
        };
        assert_eq!(take("m1").await["data"]["upsertMembers"]["updated"], 1);
        for number in ["nx", "fresh"] {
            assert_eq!(take(number).await["errors"][0]["extensions"]["code"], "INTERNAL");
        }
        drop(served);
        let log = std::fs::read_to_string(elsewhere.path().join("serve.log")).unwrap();
        assert!(log.contains("another key of erased persons"), "{log}");
        // The file in another folder is the same key.
        std::fs::copy(app.folder().join("erasure.key"), folder.path().join("erasure.key")).unwrap();
        another(&app, &folder, None).await.unwrap().db.close().await.unwrap();
        assert_eq!(refused(&app, UPSERT, json!({"number": "nx"})).await, "number ERASED_MEMBER");
    }

    async fn who_has_lost_the_key_may_begin_anew(app) {
        person(&app, "x").await;
        erase(&app, "nx").await;
        std::fs::remove_file(app.folder().join("erasure.key")).unwrap();
        let run = |args: &[&str]| command(&app.url, app.folder()).args(args).output().unwrap();
        let refused = run(&["verify"]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("is made anew"), "{said}");
        let begun = run(&["migrate", "--new-erasure-key"]);
        let said = String::from_utf8_lossy(&begun.stdout).into_owned();
        assert!(begun.status.success() && said.contains("2 names of before are no longer refused"), "{said}");
        let again = run(&["migrate", "--new-erasure-key"]);
        assert!(String::from_utf8_lossy(&again.stdout).contains("; 0 names"));
        assert!(run(&["verify"]).status.success());
    }
}
