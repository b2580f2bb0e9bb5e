//! `changePassword`, and passwords that an operator sets.

use serde_json::{Value, json};
use tests::{OWNER, PASSWORD, TestApp, on_both};

use super::{add_user, pair, refuses_refresh, sign_in, try_refresh, try_sign_in, works};

const NEW: &str = "eine neue Passphrase ✓";

async fn change(app: &TestApp, access: &str, current: &str, new: &str) -> Value {
    let document = "mutation($current: String!, $new: String!) {
        changePassword(input: {currentPassword: $current, newPassword: $new}) {
            user { email } userErrors { code field message } } }";
    let answer = app.send(Some(access), document, json!({"current": current, "new": new})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let payload = answer.body["data"]["changePassword"].clone();
    assert!(!payload.to_string().contains(new) || new.is_empty(), "the answer repeats the password");
    payload
}

async fn refused(app: &TestApp, email: &str, password: &str) -> bool {
    try_sign_in(app, email, password).await.body["data"]["signIn"]["accessToken"] == Value::Null
}

on_both! {
    async fn a_new_password_ends_the_other_sessions(app) {
        let (here, there) = (sign_in(&app, OWNER, PASSWORD).await, sign_in(&app, OWNER, PASSWORD).await);
        add_user(&app, "other@example.org", entity::kinds::Role::Owner).await;
        let other = sign_in(&app, "other@example.org", PASSWORD).await;
        let changed = change(&app, &here.access, PASSWORD, NEW).await;
        assert_eq!(changed, json!({"user": {"email": OWNER}, "userErrors": []}));
        assert!(works(&app, &here.access).await && works(&app, &other.access).await);
        assert!(!works(&app, &there.access).await && !works(&app, &app.token).await);
        refuses_refresh(&app, &there.refresh).await;
        pair(&try_refresh(&app, &here.refresh).await, "refreshSession");
        assert!(refused(&app, OWNER, PASSWORD).await);
        assert!(works(&app, &sign_in(&app, OWNER, NEW).await.access).await);
    }

    async fn what_is_wrong_is_named(app) {
        let (here, there) = (sign_in(&app, OWNER, PASSWORD).await, sign_in(&app, OWNER, PASSWORD).await);
        let (nine, long) = ("ż".repeat(9), "ż".repeat(201));
        for (current, new, code, field) in [
            ("not it", NEW, "INVALID", "currentPassword"),
            ("", NEW, "INVALID", "currentPassword"),
            (&long, NEW, "INVALID", "currentPassword"),
            (PASSWORD, "short", "INVALID", "newPassword"),
            (PASSWORD, "", "INVALID", "newPassword"),
            (PASSWORD, &nine, "INVALID", "newPassword"),
            (PASSWORD, &long, "TOO_LONG", "newPassword"),
        ] {
            let payload = change(&app, &here.access, current, new).await;
            assert_eq!(payload["user"], Value::Null, "{payload}");
            assert_eq!((&payload["userErrors"][0]["code"], &payload["userErrors"][0]["field"]),
                (&json!(code), &json!(["input", field])), "{payload}");
        }
        // Nothing was changed.
        assert!(works(&app, &here.access).await && works(&app, &there.access).await);
        sign_in(&app, OWNER, PASSWORD).await;
        for new in ["ż".repeat(10), "ż".repeat(200)] {
            let current = if new.chars().count() == 10 { PASSWORD.to_owned() } else { "ż".repeat(10) };
            assert_eq!(change(&app, &here.access, &current, &new).await["userErrors"], json!([]));
        }
        sign_in(&app, OWNER, &"ż".repeat(200)).await;
    }

    async fn a_password_that_an_operator_sets_ends_all_sessions(app) {
        let session = sign_in(&app, OWNER, PASSWORD).await;
        let made = tessera::auth::ops::set_password(&app.app, " Owner@Example.org", None).await.unwrap();
        assert!(made.len() >= 20 && made.chars().all(|letter| letter.is_ascii_alphanumeric()), "{made}");
        assert!(!works(&app, &session.access).await);
        refuses_refresh(&app, &session.refresh).await;
        assert!(refused(&app, OWNER, PASSWORD).await);
        assert!(works(&app, &sign_in(&app, OWNER, &made).await.access).await);
    }

    /// Who signs in with the old password while it is changed has no session afterwards.
    async fn an_old_password_does_not_slip_past_the_change(app) {
        for round in 0..4 {
            let email = format!("ann{round}@example.org");
            add_user(&app, &email, entity::kinds::Role::Analyst).await;
            let tries = futures::future::join_all((0..6).map(|_| try_sign_in(&app, &email, PASSWORD)));
            let set = tessera::auth::ops::set_password(&app.app, &email, Some(NEW.to_owned()));
            let (tries, set) = futures::join!(tries, set);
            set.unwrap();
            for answer in tries {
                if let Some(access) = answer.body["data"]["signIn"]["accessToken"].as_str() {
                    assert!(!works(&app, access).await, "a session of the old password is alive");
                }
            }
        }
    }
}
