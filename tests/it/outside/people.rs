//! Whom a token speaks for: a user made at first sight, with the role of the token and no password.

use std::sync::Arc;

use entity::kinds::Role;
use entity::user;
use futures::future::join_all;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tessera::config::EmailVerified;

use super::issuer::Key;
use super::{ask, claims, is_refused, role, run, with};
use crate::dynamic::{call, mistakes};

const UPDATE: &str =
    "mutation($i: UpdateUserInput!) { updateUser(input: $i) { user { id } userErrors { code field message } } }";

async fn log(app: &tests::TestApp, actor: &str) -> Vec<Value> {
    let text = "query($a: String) { auditLog(actor: $a) { nodes { action objectKind objectName changes } } }";
    app.graphql(text, json!({"a": actor})).await["auditLog"]["nodes"].as_array().unwrap().clone()
}

#[test]
fn a_person_is_made_at_first_sight_and_once() {
    run(
        |_| {},
        async |app, issuer| {
            let key = Key::rsa("rsa");
            issuer.show(&[&key]);
            let token = key.token(&claims("ann", &["shop-admin"]));
            let asked = (0..8).map(|_| {
                let (app, token) = (Arc::clone(&app), token.clone());
                tokio::spawn(async move { ask(&app, &token).await.body })
            });
            for body in join_all(asked).await {
                let viewer = &body.unwrap()["data"]["viewer"];
                let user = &viewer["user"];
                assert_eq!(
                    (&viewer["role"], &user["role"], &user["active"]),
                    (&json!("ADMIN"), &json!("ADMIN"), &json!(true)),
                    "{viewer}"
                );
                assert_eq!((&user["email"], &user["name"]), (&json!("ann@sso.example.org"), &json!("Name of ann")));
            }
            assert_eq!(user::Entity::find().all(app.app.db.reader()).await.unwrap().len(), 2);
            let entries = log(&app, "ann@sso.example.org").await;
            assert_eq!(entries.len(), 1);
            assert_eq!(
                (&entries[0]["action"], &entries[0]["changes"]["subject"]["new"]),
                (&json!("tokenOfIssuer"), &json!("ann"))
            );
            // What they do stands under their name, and they may do what the role says.
            let upsert = "mutation { upsertMembers(input: {members: [{number: \"m1\"}]}) { created } }";
            assert_eq!(app.send(Some(&token), upsert, json!({})).await.body["data"]["upsertMembers"]["created"], 1);
            assert_eq!(log(&app, "ann@sso.example.org").await[0]["action"], "upsertMembers");
            assert_eq!(app.send(Some(&token), "{ users { totalCount } }", json!({})).await.code(), "FORBIDDEN");
        },
    );
}

#[test]
fn the_role_is_that_of_the_token_now() {
    run(
        |_| {},
        async |app, issuer| {
            let key = Key::rsa("rsa");
            issuer.show(&[&key]);
            for (roles, expected) in
                [(vec!["all"], "ANALYST"), (vec!["all", "boss"], "OWNER"), (vec!["shop-admin"], "ADMIN")]
            {
                assert_eq!(role(&app, &key.token(&claims("ann", &roles))).await, expected);
            }
            let roles: Vec<Value> =
                log(&app, "ann@sso.example.org").await.iter().map(|entry| entry["changes"]["role"].clone()).collect();
            assert_eq!(
                roles,
                [
                    json!({"old": "OWNER", "new": "ADMIN"}),
                    json!({"old": "ANALYST", "new": "OWNER"}),
                    json!({"old": null, "new": "ANALYST"})
                ]
            );
            is_refused(&app, "nobody any more", &key.token(&claims("ann", &[]))).await;
        },
    );
}

#[test]
fn claims_of_all_shapes_name_roles() {
    let shapes: [(&str, Value, &str); 5] = [
        ("roles", json!({"roles": ["shop-admin"]}), "Entra"),
        ("https://shop.example.org/roles", json!({"https://shop.example.org/roles": ["shop-admin"]}), "Auth0"),
        (
            "resource_access.tessera.roles",
            json!({"resource_access": {"tessera": {"roles": ["shop-admin"]}}}),
            "a client of Keycloak",
        ),
        ("scp", json!({"scp": "read shop-admin write"}), "a list in a text"),
        ("role", json!({"role": "shop-admin"}), "one"),
    ];
    for (claim, claims, what) in shapes {
        let issuer = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut oidc = super::oidc(tessera::config::Jwks::Url(format!("http://{}/jwks", issuer.local_addr().unwrap())));
        claim.clone_into(&mut oidc.role_claim);
        tests::run_with(
            tests::Database::Sqlite,
            |settings| settings.oidc = Some(oidc),
            async |app| {
                let (issuer, key) = (super::Issuer::serve(issuer), Key::ec("ec"));
                issuer.show(&[&key]);
                let mut right = with(&super::claims("ann", &[]), "realm_access", Value::Null);
                right.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
                assert_eq!(role(&app, &key.token(&right)).await, "ADMIN", "{what}");
            },
        );
    }
}

#[test]
fn an_address_lets_nobody_in() {
    run(
        |_| {},
        async |app, issuer| {
            let key = Key::rsa("rsa");
            issuer.show(&[&key]);
            // The owner's address, in a token of somebody else, who stays somebody else.
            for (sub, email) in [("thief", tests::OWNER.to_owned()), ("auth0|7", tests::OWNER.to_uppercase())] {
                let token = key.token(&with(&claims(sub, &["all"]), "email", json!(email)));
                let viewer = ask(&app, &token).await.body["data"]["viewer"].clone();
                assert_eq!(
                    (&viewer["role"], &viewer["user"]["email"]),
                    (&json!("ANALYST"), &json!(format!("{sub}@sso.example.org/realms/shop")))
                );
            }
            // Nor one that nobody has verified, nor what is none.
            for (sub, claim) in [
                ("a", json!({"email_verified": false})),
                ("d", json!({"email_verified": "true"})),
                ("e", json!({"email_verified": null})),
                ("b", json!({"email": "no address"})),
                ("c", json!({"email": 7})),
            ] {
                let mut right = claims(sub, &["all"]);
                right.as_object_mut().unwrap().extend(claim.as_object().unwrap().clone());
                let viewer = ask(&app, &key.token(&right)).await.body["data"]["viewer"].clone();
                assert_eq!(viewer["user"]["email"], format!("{sub}@sso.example.org/realms/shop"));
            }
            // Nor one of which the token does not say anything.
            assert_eq!(email_of(&app, &key, "f").await, "f@sso.example.org/realms/shop");
            // There is no password to guess.
            role(&app, &key.token(&claims("ann", &["all"]))).await;
            for password in ["", " ", tests::PASSWORD] {
                let answer = crate::auth::try_sign_in(&app, "ann@sso.example.org", password).await;
                assert_eq!(answer.body["data"]["signIn"]["userErrors"][0]["code"], "INVALID", "{}", answer.body);
            }
        },
    );
}

/// How somebody is called whose token does not say whether the address is verified.
async fn email_of(app: &tests::TestApp, key: &Key, sub: &str) -> Value {
    let token = key.token(&with(&claims(sub, &["all"]), "email_verified", Value::Null));
    ask(app, &token).await.body["data"]["viewer"]["user"]["email"].clone()
}

#[test]
fn an_issuer_that_gives_out_addresses_may_be_believed() {
    run(
        |oidc| oidc.email_verified = EmailVerified::Assumed,
        async |app, issuer| {
            let key = Key::rsa("rsa");
            issuer.show(&[&key]);
            assert_eq!(email_of(&app, &key, "f").await, "f@sso.example.org");
            let not = key.token(&with(&claims("g", &["all"]), "email_verified", json!(false)));
            let viewer = ask(&app, &not).await.body["data"]["viewer"].clone();
            assert_eq!(viewer["user"]["email"], "g@sso.example.org/realms/shop");
        },
    );
}

#[test]
fn an_owner_here_has_the_last_word() {
    run(
        |_| {},
        async |app, issuer| {
            let key = Key::rsa("rsa");
            issuer.show(&[&key]);
            let token = key.token(&claims("boss", &["boss"]));
            let id = ask(&app, &token).await.body["data"]["viewer"]["user"]["id"].clone();
            // Role and password are given elsewhere; a session of ours there is none.
            let refused = async |input: Value| mistakes(&call(&app, UPDATE, input).await);
            assert_eq!(refused(json!({"id": id, "role": "ANALYST"})).await, ["NOT_ALLOWED input.role"]);
            assert_eq!(refused(json!({"id": id, "password": "a new password"})).await, ["NOT_ALLOWED input.password"]);
            let out =
                app.send(Some(&token), "mutation { signOut(input: {}) { userErrors { code } } }", json!({})).await;
            assert_eq!(out.body["data"]["signOut"]["userErrors"], json!([{"code": "NOT_ALLOWED"}]), "{}", out.body);
            // The last owner of ours stays one, whoever else is one by a token.
            let ours = ask(&app, &app.token).await.body["data"]["viewer"]["user"]["id"].clone();
            assert_eq!(refused(json!({"id": ours, "active": false})).await, ["NOT_ALLOWED input.active"]);
            assert_eq!(refused(json!({"id": ours, "role": "ADMIN"})).await, ["NOT_ALLOWED input.role"]);
            // Who is switched off here is out, whatever the issuer says, and at once.
            app.add_user("second@example.org", Role::Owner).await.unwrap();
            assert_eq!(refused(json!({"id": id, "active": false})).await, Vec::<String>::new());
            is_refused(&app, "switched off", &token).await;
            is_refused(&app, "with another role", &key.token(&claims("boss", &["all"]))).await;
            assert_eq!(refused(json!({"id": id, "active": true})).await, Vec::<String>::new());
            assert_eq!(role(&app, &token).await, "OWNER");
        },
    );
}
