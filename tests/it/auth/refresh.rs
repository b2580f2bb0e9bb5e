//! `refreshSession`: a token works once, and whoever uses it twice ends the session.

use entity::session;
use futures::future::join_all;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter};
use tests::{OWNER, PASSWORD, on_both};

use super::{add_user, pair, refuses_refresh, sign_in, try_refresh, works};

on_both! {
    async fn each_refresh_gives_a_new_pair(app) {
        let first = sign_in(&app, OWNER, PASSWORD).await;
        let mut now = sign_in(&app, OWNER, PASSWORD).await;
        for _ in 0..3 {
            let answer = try_refresh(&app, &now.refresh).await;
            let next = pair(&answer, "refreshSession");
            assert_eq!(answer.body["data"]["refreshSession"]["user"]["email"], OWNER);
            assert_ne!(next.refresh, now.refresh);
            // Requests under way with the access token before are not cut off.
            assert!(works(&app, &next.access).await && works(&app, &now.access).await);
            now = next;
        }
        assert!(works(&app, &first.access).await);
    }

    async fn a_token_that_was_used_ends_the_session(app) {
        let first = sign_in(&app, OWNER, PASSWORD).await;
        let bystander = sign_in(&app, OWNER, PASSWORD).await;
        let second = pair(&try_refresh(&app, &first.refresh).await, "refreshSession");
        let third = pair(&try_refresh(&app, &second.refresh).await, "refreshSession");
        refuses_refresh(&app, &first.refresh).await;
        for dead in [&first, &second, &third] {
            assert!(!works(&app, &dead.access).await);
            refuses_refresh(&app, &dead.refresh).await;
        }
        // The same person's other session is not touched.
        assert!(works(&app, &bystander.access).await);
        pair(&try_refresh(&app, &bystander.refresh).await, "refreshSession");
    }

    async fn what_is_no_token_is_refused(app) {
        let session = sign_in(&app, OWNER, PASSWORD).await;
        let (family, secret) = session.refresh.split_once('.').unwrap();
        let long = "x".repeat(100_000);
        for token in [
            "", " ", ".", "..", "a", "a.b", "a.b.c", "\0", "\0.\0", "a\0.b", "ż.ó", "null", "' OR '1'='1.x", "%.%",
            secret, &format!(".{secret}"), &format!("{secret}.{family}"), &format!("{family} .{secret}"),
            &format!("\0{family}.{secret}"), &format!("{family}\0.{secret}"), &format!(" {}", session.refresh),
            &long, &format!("{long}.{long}"), &session.access, &app.token,
        ] {
            refuses_refresh(&app, token).await;
        }
        // None of these named the session, so that it goes on.
        assert!(works(&app, &session.access).await);
        pair(&try_refresh(&app, &session.refresh).await, "refreshSession");
    }

    async fn a_guess_at_a_session_ends_it(app) {
        for (number, wrong) in ["", "x", "\0", "x\0", "ż", &"x".repeat(100_000)].into_iter().enumerate() {
            let email = format!("ann{number}@example.org");
            add_user(&app, &email, entity::kinds::Role::Analyst).await;
            let session = sign_in(&app, &email, PASSWORD).await;
            let (family, _) = session.refresh.split_once('.').unwrap();
            refuses_refresh(&app, &format!("{family}.{wrong}")).await;
            assert!(!works(&app, &session.access).await, "guess {number}");
            refuses_refresh(&app, &session.refresh).await;
        }
    }

    async fn of_refreshes_at_once_one_at_most_wins(app) {
        for together in [2, 2, 2, 8] {
            let session = sign_in(&app, OWNER, PASSWORD).await;
            let answers = join_all((0..together).map(|_| try_refresh(&app, &session.refresh))).await;
            let mut winners = Vec::new();
            for answer in &answers {
                assert_eq!(answer.status, 200, "{}", answer.body);
                let payload = &answer.body["data"]["refreshSession"];
                if payload["userErrors"] == serde_json::json!([]) {
                    winners.push(pair(answer, "refreshSession"));
                } else {
                    assert_eq!(payload["userErrors"][0]["code"], "INVALID", "{}", answer.body);
                }
            }
            assert!(winners.len() <= 1, "{} won", winners.len());
            // Two held one token: nobody can tell who is the thief, so that nobody stays in.
            assert!(!works(&app, &session.access).await);
            for winner in winners {
                assert!(!works(&app, &winner.access).await);
                refuses_refresh(&app, &winner.refresh).await;
            }
        }
    }

    async fn a_session_ends_with_its_time(app) {
        let session = sign_in(&app, OWNER, PASSWORD).await;
        let past = app.app.clock.real_millis() - 1;
        let family = session.refresh.split('.').next().unwrap();
        session::Entity::update_many()
            .col_expr(session::Column::ExpiresAt, Expr::value(past))
            .filter(sea_orm::ColumnTrait::eq(&session::Column::Family, family))
            .exec(app.app.db.writer())
            .await
            .unwrap();
        assert!(!works(&app, &session.access).await);
        refuses_refresh(&app, &session.refresh).await;
    }
}
