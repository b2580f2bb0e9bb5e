//! `signIn`: who gets in, and what those hear who do not.

use std::time::{Duration, Instant};

use chrono::DateTime;
use entity::kinds::Role;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use tessera::audit::By;
use tessera::auth::ops::NewUser;
use tests::{Database, OWNER, PASSWORD, TestApp, on_both};

use super::{SIGN_IN, VIEWER, add_user, sign_in, try_sign_in, works};

/// The answer to everybody who is not let in.
fn refusal() -> Value {
    let error = json!({"code": "INVALID", "field": ["input"], "message": "E-mail or password is wrong."});
    json!({"data": {"signIn": {
        "accessToken": null, "expiresAt": null, "refreshToken": null, "user": null, "userErrors": [error]
    }}})
}

on_both! {
    async fn the_right_password_begins_a_session(app) {
        for email in [OWNER, "  OWNER@Example.ORG "] {
            let answer = try_sign_in(&app, email, PASSWORD).await;
            let payload = &answer.body["data"]["signIn"];
            assert_eq!((answer.status.as_u16(), &payload["userErrors"]), (200, &json!([])), "{}", answer.body);
            let user = &payload["user"];
            assert_eq!((&user["email"], &user["role"], &user["active"]), (&json!(OWNER), &json!("OWNER"), &json!(true)));
            assert!(user["lastSignInAt"].is_string(), "{user}");
            let until = DateTime::parse_from_rfc3339(payload["expiresAt"].as_str().unwrap()).unwrap();
            let minutes = (until.timestamp_millis() - app.app.clock.real_millis()) / 60_000;
            assert!((14..=15).contains(&minutes), "{until}");
            let access = payload["accessToken"].as_str().unwrap();
            let viewer = app.send(Some(access), VIEWER, Value::Null).await;
            let expected = json!({"role": "OWNER", "user": {"id": user["id"], "email": OWNER, "role": "OWNER"}});
            assert_eq!(viewer.body["data"]["viewer"], expected, "{}", viewer.body);
        }
    }

    async fn whoever_is_refused_hears_the_same(app) {
        let long = "x".repeat(100_000);
        add_user(&app, "known@example.org", Role::Analyst).await;
        add_user(&app, "off@example.org", Role::Admin).await;
        tessera::auth::ops::set_active(&app.app, "off@example.org", false).await.unwrap();
        let too_long = format!("{PASSWORD}{}", "x".repeat(200));
        let mut headers: Vec<Vec<String>> = Vec::new();
        for (email, password) in [
            ("nobody@example.org", PASSWORD),
            ("known@example.org", "wrong password"),
            ("known@example.org", ""),
            ("known@example.org", &PASSWORD.to_uppercase()),
            ("known@example.org", &format!("{PASSWORD} ")),
            ("known@example.org", &format!("{PASSWORD}\0")),
            ("known@example.org", &too_long),
            ("known@example.org", &long),
            ("off@example.org", PASSWORD),
            ("off@example.org", "wrong password"),
            ("", PASSWORD),
            ("", ""),
            ("\0", PASSWORD),
            ("known@example.org\0", PASSWORD),
            ("known@example.org' OR '1'='1", PASSWORD),
            ("%", PASSWORD),
            (&long, PASSWORD),
        ] {
            let answer = try_sign_in(&app, email, password).await;
            assert_eq!((answer.status.as_u16(), &answer.body), (200, &refusal()));
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            headers.push(names);
        }
        // Neither the headers tell one from the other; how many statements ran would.
        assert!(headers.iter().all(|names| names == &headers[0]), "{headers:?}");
        assert!(!headers[0].contains(&"server-timing".to_owned()));
    }

    async fn signing_in_leaves_other_sessions_alone(app) {
        let (first, second) = (sign_in(&app, OWNER, PASSWORD).await, sign_in(&app, OWNER, PASSWORD).await);
        assert_ne!((&first.access, &first.refresh), (&second.access, &second.refresh));
        assert!(works(&app, &first.access).await && works(&app, &second.access).await);
        // A token that came along, right or wrong, changes nothing.
        for token in [&first.access, "nonsense"] {
            let again = app.send(Some(token), SIGN_IN, json!({"email": OWNER, "password": PASSWORD})).await;
            assert_eq!(again.body["data"]["signIn"]["userErrors"], json!([]), "{}", again.body);
        }
    }

    async fn a_password_is_any_text(app) {
        for (number, password) in [
            "zażółć gęślą jaźń",
            "密碼密碼密碼密碼密碼",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
            "  blanks at both ends  ",
            "\"quotes\" and \\ and {braces}",
            &"ü".repeat(200),
        ].into_iter().enumerate() {
            let email = format!("user{number}@example.org");
            let new = NewUser { email: email.clone(), name: "Test".to_owned(), role: Role::Analyst, password: password.to_owned() };
            tessera::auth::ops::add_user(&app.app, By::command("tessera user"), new).await.unwrap();
            assert!(works(&app, &sign_in(&app, &email, password).await.access).await, "{password}");
            let shorter: String = password.chars().skip(1).collect();
            assert_eq!(try_sign_in(&app, &email, &shorter).await.body, refusal(), "{password}");
        }
    }
}

/// Whether an e-mail is known must not be heard from how long the answer takes. A hash that is left out makes it some
/// ten times as fast.
#[tokio::test]
async fn whoever_is_refused_waits_as_long() {
    for database in [Database::Sqlite, Database::Postgres] {
        let app = TestApp::start_with(database, |settings| {
            settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        let mut seen = Vec::new();
        // Other tests run beside this one: their noise does not come every time.
        for round in 0..8 {
            let medians = medians(&app, round).await;
            let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
            seen.push(most.as_secs_f64() / least.as_secs_f64());
            if seen[round] < 1.5 {
                break;
            }
        }
        assert!(seen.last().unwrap() < &1.5, "slowest over fastest: {seen:?}");
        app.stop().await;
    }
}

/// The usual time for an unknown e-mail, a wrong password and a user who is switched off.
async fn medians(app: &TestApp, round: usize) -> [Duration; 3] {
    let (known, off) = (format!("known{round}@example.org"), format!("off{round}@example.org"));
    add_user(app, &known, Role::Analyst).await;
    add_user(app, &off, Role::Analyst).await;
    tessera::auth::ops::set_active(&app.app, &off, false).await.unwrap();
    let mut times = [const { Vec::new() }; 3];
    for turn in 0..9 {
        let nobody = format!("nobody{round}-{turn}@example.org");
        for (kind, (email, password)) in
            [(&nobody, PASSWORD), (&known, "a wrong password"), (&off, PASSWORD)].into_iter().enumerate()
        {
            let request = app.client().post(format!("{}/graphql", app.base)).header(ACCEPT, "application/json");
            // Each try from elsewhere: the rate of an address is another test's.
            let request = request.header("x-forwarded-for", format!("10.{round}.{turn}.{kind}"));
            let request = request.json(&json!({"query": SIGN_IN, "variables": {"email": email, "password": password}}));
            let begun = Instant::now();
            let response = request.send().await.unwrap();
            times[kind].push(begun.elapsed());
            assert_eq!(response.json::<Value>().await.unwrap(), refusal());
        }
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    })
}
