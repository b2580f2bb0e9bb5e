//! Going out, being shut out, and becoming someone else: all of it holds at once.

use entity::kinds::Role;
use entity::user;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tessera::global_id::GlobalId;
use tests::{OWNER, PASSWORD, TestApp, on_both};

use super::{VIEWER, add_user, pair, refuses_refresh, sign_in, try_refresh, try_sign_in, works};

const SIGN_OUT: &str = "mutation($input: SignOutInput!) { signOut(input: $input) { userErrors { code } } }";

async fn sign_out(app: &TestApp, access: &str, input: Value) {
    let answer = app.send(Some(access), SIGN_OUT, json!({ "input": input })).await;
    assert_eq!(answer.body, json!({"data": {"signOut": {"userErrors": []}}}));
}

async fn role_of(app: &TestApp, access: &str) -> Value {
    app.send(Some(access), VIEWER, Value::Null).await.body["data"]["viewer"]["role"].clone()
}

on_both! {
    async fn signing_out_ends_this_session(app) {
        for input in [json!({}), json!({"everywhere": false})] {
            let (here, there) = (sign_in(&app, OWNER, PASSWORD).await, sign_in(&app, OWNER, PASSWORD).await);
            sign_out(&app, &here.access, input).await;
            assert!(!works(&app, &here.access).await);
            refuses_refresh(&app, &here.refresh).await;
            assert!(works(&app, &there.access).await);
            pair(&try_refresh(&app, &there.refresh).await, "refreshSession");
            // A second time there is nobody any more.
            let again = app.send(Some(&here.access), SIGN_OUT, json!({"input": {}})).await;
            assert_eq!((again.status.as_u16(), again.code()), (401, "UNAUTHENTICATED"));
        }
    }

    async fn signing_out_everywhere_ends_all_sessions_of_one(app) {
        add_user(&app, "ann@example.org", Role::Admin).await;
        let sessions = [sign_in(&app, "ann@example.org", PASSWORD).await, sign_in(&app, "ann@example.org", PASSWORD).await];
        let other = sign_in(&app, OWNER, PASSWORD).await;
        sign_out(&app, &sessions[0].access, json!({"everywhere": true})).await;
        for session in sessions {
            assert!(!works(&app, &session.access).await);
            refuses_refresh(&app, &session.refresh).await;
        }
        assert!(works(&app, &other.access).await);
        sign_in(&app, "ann@example.org", PASSWORD).await;
    }

    async fn who_is_switched_off_is_out_at_once(app) {
        add_user(&app, "ann@example.org", Role::Admin).await;
        let session = sign_in(&app, "ann@example.org", PASSWORD).await;
        assert!(works(&app, &session.access).await);
        tessera::auth::ops::set_active(&app.app, "Ann@Example.org", false).await.unwrap();
        assert!(!works(&app, &session.access).await);
        refuses_refresh(&app, &session.refresh).await;
        let refused = try_sign_in(&app, "ann@example.org", PASSWORD).await;
        assert_eq!(refused.body["data"]["signIn"]["accessToken"], Value::Null, "{}", refused.body);
        assert!(tessera::auth::ops::issue_for(&app.app, "ann@example.org", chrono::TimeDelta::hours(1)).await.is_err());
        // Back again: a new session, the old one stays ended.
        tessera::auth::ops::set_active(&app.app, "ann@example.org", true).await.unwrap();
        assert!(!works(&app, &session.access).await);
        refuses_refresh(&app, &session.refresh).await;
        assert!(works(&app, &sign_in(&app, "ann@example.org", PASSWORD).await.access).await);
    }

    async fn the_last_owner_cannot_be_switched_off(app) {
        add_user(&app, "admin@example.org", Role::Admin).await;
        assert!(tessera::auth::ops::set_active(&app.app, OWNER, false).await.is_err());
        assert!(works(&app, &app.token).await);
        add_user(&app, "second@example.org", Role::Owner).await;
        tessera::auth::ops::set_active(&app.app, OWNER, false).await.unwrap();
        assert!(!works(&app, &app.token).await);
        assert!(tessera::auth::ops::set_active(&app.app, "second@example.org", false).await.is_err());
    }

    async fn of_two_owners_switched_off_at_once_one_stays(app) {
        add_user(&app, "second@example.org", Role::Owner).await;
        let off = |email: &'static str| tessera::auth::ops::set_active(&app.app, email, false);
        let (first, second) = futures::join!(off(OWNER), off("second@example.org"));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    }

    async fn a_role_holds_from_the_moment_it_changes(app) {
        let ann = add_user(&app, "ann@example.org", Role::Analyst).await;
        let session = sign_in(&app, "ann@example.org", PASSWORD).await;
        let make = "mutation($name: String!) { createSegment(input: {name: $name}) { segment { id } userErrors { code } } }";
        for (role, may) in [(Role::Analyst, false), (Role::Admin, true), (Role::Owner, true), (Role::Analyst, false)] {
            let change = "mutation($id: ID!, $role: Role!) { updateUser(input: {id: $id, role: $role}) { user { role } userErrors { code } } }";
            let id = GlobalId::User(ann.id).text();
            let changed = app.graphql(change, json!({"id": id, "role": role.word()})).await;
            assert_eq!(changed["updateUser"], json!({"user": {"role": role.word()}, "userErrors": []}));
            assert_eq!(role_of(&app, &session.access).await, role.word());
            let answer = app.send(Some(&session.access), make, json!({"name": format!("s{}", rand::random::<u32>())})).await;
            assert_eq!(answer.code() != "FORBIDDEN", may, "{}", answer.body);
            assert_eq!(answer.body["data"]["createSegment"]["segment"]["id"].is_string(), may, "{}", answer.body);
        }
        // What another process changes is seen when the session is looked up again, a second later at most.
        user::Entity::update_many()
            .col_expr(user::Column::Role, Expr::value(Role::Admin))
            .filter(user::Column::Id.eq(ann.id))
            .exec(app.app.db.writer())
            .await
            .unwrap();
        for tries in 0.. {
            if role_of(&app, &session.access).await == "ADMIN" {
                break;
            }
            assert!(tries < 500, "the session is still believed");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}
