//! Keys come and go, and the issuer does not always answer.

use std::time::{Duration, Instant};

use serde_json::json;
use tessera::config::{Jwks, Oidc, OidcPace};
use tests::Database;

use super::issuer::{Key, Manner};
use super::{claims, is_refused, oidc, role, run};
use crate::jobs::until;

/// Keys are asked for again at once.
fn eager(oidc: &mut Oidc) {
    oidc.pace = OidcPace { again: Duration::ZERO, fresh: Duration::ZERO, ..OidcPace::default() };
}

#[test]
fn a_new_key_is_asked_for_and_an_old_one_goes() {
    run(eager, async |app, issuer| {
        let (old, new) = (Key::rsa("old"), Key::ec("new"));
        let right = claims("ann", &["all"]);
        issuer.show(&[&old]);
        assert_eq!(role(&app, &old.token(&right)).await, "ANALYST");
        is_refused(&app, "a key that is not shown yet", &new.token(&right)).await;
        issuer.show(&[&old, &new]);
        assert_eq!(role(&app, &new.token(&right)).await, "ANALYST");
        assert_eq!(role(&app, &old.token(&right)).await, "ANALYST");
        issuer.show(&[&new]);
        // Old keys are asked for beside whoever uses them.
        let gone = async || super::ask(&app, &old.token(&right)).await.status == 401;
        until("the old key to go", gone).await;
        assert_eq!(role(&app, &new.token(&right)).await, "ANALYST");
    });
}

#[test]
fn names_that_nobody_knows_do_not_trouble_the_issuer() {
    run(
        |_| {},
        async |app, issuer| {
            let key = Key::ed("ed");
            let right = claims("ann", &["all"]);
            issuer.show(&[&key]);
            assert_eq!(role(&app, &key.token(&right)).await, "ANALYST");
            assert_eq!(issuer.asked(), 1);
            for number in 0..20 {
                let header = super::with(&key.header(), "kid", json!(format!("k{number}")));
                is_refused(&app, "unknown", &key.sign(&header, &right)).await;
            }
            assert_eq!(issuer.asked(), 1, "once in half a minute");
            // What is wrong before the key is looked up is not asked for either; nor is a good token asked for twice.
            for _ in 0..5 {
                assert_eq!(role(&app, &key.token(&right)).await, "ANALYST");
            }
            assert_eq!(issuer.asked(), 1);
        },
    );
}

#[test]
fn known_keys_are_used_while_the_issuer_is_away_and_not_for_ever() {
    let change = |oidc: &mut Oidc| {
        let second = Duration::from_secs(1);
        oidc.pace = OidcPace { again: Duration::ZERO, fresh: Duration::ZERO, longest: 6 * second, answer: second };
    };
    run(change, async |app, issuer| {
        let (key, other) = (Key::rsa("rsa"), Key::ec("other"));
        let right = claims("ann", &["all"]);
        issuer.show(&[&key]);
        assert_eq!(role(&app, &key.token(&right)).await, "ANALYST");
        let begun = Instant::now();
        for manner in [
            Manner::Fails,
            Manner::Says("no JSON".to_owned()),
            Manner::Says("{\"keys\": 1}".to_owned()),
            Manner::Says("[]".to_owned()),
            Manner::Says(format!("{{\"keys\": [], \"x\": \"{}\"}}", "x".repeat(1_100_000))),
            Manner::Redirects(format!("{}/healthz", app.base)),
            Manner::Hangs,
        ] {
            issuer.answers(manner);
            // Whoever has a known key does not wait for the issuer.
            assert_eq!(role(&app, &key.token(&right)).await, "ANALYST");
            if begun.elapsed() < Duration::from_secs(3) {
                is_refused(&app, "a key that nobody knows", &other.token(&right)).await;
            }
        }
        // Our own tokens do not wait for it at all.
        assert_eq!(role(&app, &app.token).await, "OWNER");
        let forgotten = async || super::ask(&app, &key.token(&right)).await.status == 401;
        until("the keys to be too old", forgotten).await;
        assert!(begun.elapsed() >= Duration::from_secs(5), "they were believed for their time");
        issuer.answers(Manner::Answers);
        assert_eq!(role(&app, &key.token(&right)).await, "ANALYST", "it is back, and so are they");
    });
}

#[test]
fn an_issuer_that_was_never_there_keeps_nobody_else_out() {
    let nowhere = Jwks::Url(format!("http://127.0.0.1:{}/jwks", tests::free_port()));
    tests::run_with(
        Database::Sqlite,
        |settings| settings.oidc = Some(oidc(nowhere)),
        async |app| {
            is_refused(&app, "theirs", &Key::ec("ec").token(&claims("ann", &["all"]))).await;
            assert_eq!(role(&app, &app.token).await, "OWNER");
        },
    );
}

#[test]
fn keys_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key, next) = (folder.path().join("jwks.json"), Key::ed("ed"), Key::ed("next"));
    std::fs::write(&file, json!({"keys": [key.jwk()]}).to_string()).unwrap();
    let mut oidc = oidc(Jwks::File(file.clone()));
    eager(&mut oidc);
    tests::run_with(
        Database::Sqlite,
        |settings| settings.oidc = Some(oidc),
        async |app| {
            let right = claims("ann", &["all"]);
            assert_eq!(role(&app, &key.token(&right)).await, "ANALYST");
            is_refused(&app, "not there yet", &next.token(&right)).await;
            std::fs::write(&file, json!({"keys": [key.jwk(), next.jwk()]}).to_string()).unwrap();
            assert_eq!(role(&app, &next.token(&right)).await, "ANALYST");
        },
    );
}
