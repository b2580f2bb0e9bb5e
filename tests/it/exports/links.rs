//! Whom a link lets in, and how often.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use entity::kinds::Role;
use entity::{audit_entry, download};
use jsonwebtoken::Algorithm;
use reqwest::Method;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{OWNER, PASSWORD, TestApp, on_both};

use super::{File, ask, fetch};
use crate::auth::{add_user, sign_in};
use crate::segments::{CREATE, numbers, shop};
use crate::tokens::{Forge, assert_refused};

async fn prepared(app: &TestApp) {
    shop(app, 3).await;
    app.graphql(CREATE, json!({"input": {"name": "Some", "members": numbers([1, 2, 3])}})).await;
}

async fn link(app: &TestApp) -> String {
    ask(app, &app.token, "some", "CSV", "FULL").await["url"].as_str().unwrap().to_owned()
}

fn token_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// A refusal is short JSON with a code, like the API's.
fn assert_status(file: &File, status: u16, code: &str, what: &str) {
    assert_eq!(file.status.as_u16(), status, "{what}: {}", file.text);
    let body: Value = serde_json::from_str(&file.text).unwrap_or_else(|_| panic!("{what}: {}", file.text));
    assert_eq!(body["errors"][0]["extensions"]["code"], code, "{what}");
    assert!(file.text.len() < 300 && !file.headers.contains_key("x-row-count"), "{what}: {}", file.text);
}

async fn used(app: &TestApp) -> u64 {
    download::Entity::find().count(app.app.db.reader()).await.unwrap()
}

on_both! {
    async fn a_link_works_once(app) {
        prepared(&app).await;
        let url = link(&app).await;
        assert_eq!(used(&app).await, 0, "asking leaves no trace");
        assert_eq!(fetch(&app, &url).await.status, 200);
        for _ in 0..2 {
            assert_status(&fetch(&app, &url).await, 410, "BAD_USER_INPUT", "again");
        }
        // Two at once: one of them gets it.
        for _ in 0..5 {
            let url = link(&app).await;
            let both = futures::join!(fetch(&app, &url), fetch(&app, &url));
            let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 410]);
        }
        assert_eq!(used(&app).await, 6);
        // What is long over is forgotten when the next one is used.
        crate::exports::execute(&app, "UPDATE download SET expires_at = expires_at - 7200000").await;
        assert_eq!(fetch(&app, &link(&app).await).await.status, 200);
        assert_eq!(used(&app).await, 1);
    }

    async fn other_methods_use_nothing_up(app) {
        prepared(&app).await;
        let url = link(&app).await;
        for method in [Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let response = app.client().request(method.clone(), &url).send().await.unwrap();
            assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"GET".parse().unwrap()), "{method}");
        }
        assert_eq!(used(&app).await, 0);
        assert_eq!(fetch(&app, &url).await.status, 200);
    }

    async fn no_other_link_is_a_link(app) {
        prepared(&app).await;
        let url = link(&app).await;
        let token = token_of(&url);
        let secret = STANDARD_NO_PAD.decode(std::fs::read_to_string(app.folder().join("token.key")).unwrap().trim()).unwrap();
        let forge = Forge::of(token, &secret);
        let to = |token: &str| format!("{}/downloads/{token}", app.base);
        let (mut about, mut wrong) = (forge.claims["about"].clone(), forge.claims["about"].clone());
        about["whom"] = json!({"SEGMENT": 2});
        wrong["format"] = json!("XLS");
        let unsigned = {
            let forged = forge.claim("about", about).sign_by(Algorithm::HS256, b"a secret of somebody else's, long enough");
            let parts: Vec<&str> = forged.split('.').collect();
            format!("{}.{}.{}", parts[0], parts[1], token.rsplit('.').next().unwrap())
        };
        for (what, token) in [
            ("changed", unsigned),
            ("signed by a stranger", forge.sign_by(Algorithm::HS256, b"a secret of somebody else's, long enough")),
            ("not signed", forge.header("alg", json!("none")).sign()),
            ("another size", forge.header("alg", json!("HS512")).sign_by(Algorithm::HS512, &secret)),
            ("an access token", app.token.clone()),
            ("typed as an access token", forge.header("typ", json!("at+jwt")).sign()),
            ("typed as nothing", forge.header("typ", Value::Null).sign()),
            ("for the API", forge.claim("aud", json!("tessera")).sign()),
            ("by another issuer", forge.claim("iss", json!("another")).sign()),
            ("for ever", forge.claim("exp", Value::Null).sign()),
            ("from the future", forge.claim("nbf", json!(forge.claims["exp"])).sign()),
            ("made in the future", forge.claim("iat", json!(forge.claims["exp"])).sign()),
            ("without a name", forge.claim("jti", Value::Null).sign()),
            ("for nobody", forge.claim("sub", json!("x")).sign()),
            ("about nothing", forge.claim("about", Value::Null).sign()),
            ("of an unknown format", forge.claim("about", wrong).sign()),
            ("half", token[..token.len() / 2].to_owned()),
            ("nonsense", "nonsense".to_owned()),
            ("a NUL", "%00".to_owned()),
            ("no UTF-8", "%ff".to_owned()),
            ("long", "x".repeat(10_000)),
        ] {
            let file = fetch(&app, &to(&token)).await;
            if what == "no UTF-8" {
                assert_eq!(file.status, 400, "{}", file.text);
            } else {
                assert_status(&file, 404, "BAD_USER_INPUT", what);
            }
        }
        let now = app.app.clock.real().timestamp();
        assert_status(&fetch(&app, &to(&forge.claim("exp", json!(now - 1)).sign())).await, 410, "BAD_USER_INPUT", "expired");
        assert_status(&fetch(&app, &to(&forge.claim("sub", json!("999")).sign())).await, 403, "FORBIDDEN", "a user who never was");
        let mut gone = forge.claims["about"].clone();
        for whom in [json!({"SEGMENT": 999}), json!({"CAMPAIGN": 999})] {
            gone["whom"] = whom;
            assert_status(&fetch(&app, &to(&forge.claim("about", gone.clone()).sign())).await, 410, "BAD_USER_INPUT", "what never was");
        }
        assert_eq!(used(&app).await, 0);
        assert_refused(&app, token, "a download token at the API").await;
        // The forge can make one that works, so that each of the above was refused for its own reason.
        assert_eq!(fetch(&app, &to(&forge.claim("jti", json!("another")).sign())).await.status, 200);
        assert_eq!(fetch(&app, &url).await.status, 200);
    }

    async fn a_link_is_its_users(app) {
        prepared(&app).await;
        add_user(&app, "ann@example.org", Role::Analyst).await;
        let ann = sign_in(&app, "ann@example.org", PASSWORD).await.access;
        let first = ask(&app, &ann, "some", "CSV", "FULL").await["url"].as_str().unwrap().to_owned();
        let second = ask(&app, &ann, "some", "NDJSON", "MAILCHIMP").await["url"].as_str().unwrap().to_owned();
        assert_eq!(fetch(&app, &first).await.status, 200, "an analyst may");
        tessera::auth::ops::set_active(&app.app, "ann@example.org", false).await.unwrap();
        assert_status(&fetch(&app, &second).await, 403, "FORBIDDEN", "switched off");
        tessera::auth::ops::set_active(&app.app, "ann@example.org", true).await.unwrap();
        assert_eq!(fetch(&app, &second).await.status, 200, "it was not used up");
        assert_eq!(app.send(None, crate::exports::EXPORT, json!({"key": "some", "format": "CSV", "layout": "FULL"})).await.code(), "UNAUTHENTICATED");
    }

    async fn the_download_is_audited_and_the_asking_is_not(app) {
        prepared(&app).await;
        let entries = async || {
            let all = audit_entry::Entity::find().all(app.app.db.reader()).await.unwrap();
            all.into_iter().filter(|entry| entry.action == "download").collect::<Vec<_>>()
        };
        let url = ask(&app, &app.token, "some", "NDJSON", "HUBSPOT").await["url"].as_str().unwrap().to_owned();
        assert_eq!(entries().await.len(), 0);
        fetch(&app, &url).await;
        fetch(&app, &url).await;
        let found = entries().await;
        let [entry] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((entry.actor.as_str(), entry.object_kind.as_str(), entry.object_name.as_str()), (OWNER, "Segment", "Some"));
        assert!(entry.object_id.is_some() && entry.ip.as_deref() == Some("127.0.0.1"), "{entry:?}");
        let changes: Value = serde_json::from_str(&entry.changes).unwrap();
        let new = |value: Value| json!({"old": null, "new": value});
        assert_eq!(changes, json!({"format": new(json!("NDJSON")), "layout": new(json!("HUBSPOT")), "rows": new(json!(3))}));
    }

    async fn a_segment_that_is_removed_is_gone(app) {
        prepared(&app).await;
        let url = link(&app).await;
        let remove = "mutation { removeSegment(input: {segment: {key: \"some\"}}) { removedSegmentId } }";
        app.graphql(remove, json!({})).await;
        let file = fetch(&app, &url).await;
        assert_status(&file, 410, "BAD_USER_INPUT", "removed");
        assert!(file.text.contains("removed"), "{}", file.text);
        // Its key is free again, and a link of the old one does not lead to the new one.
        app.graphql(CREATE, json!({"input": {"name": "Some", "members": numbers([1])}})).await;
        assert_status(&fetch(&app, &url).await, 410, "BAD_USER_INPUT", "another of the same key");
    }

    async fn a_link_leads_to_where_the_server_is_found(app) {
        prepared(&app).await;
        let body = json!({"query": "{ segment(ref: {key: \"some\"}) { export { url } } }"});
        let ask = async |app: &TestApp, headers: &[(&str, &str)]| {
            let mut request = app.client().post(format!("{}/graphql", app.base)).bearer_auth(&app.token).json(&body);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            let url = answer["data"]["segment"]["export"]["url"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
            url.split("/downloads/").next().unwrap().to_owned()
        };
        let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "shop.example")];
        assert_eq!(ask(&app, &[]).await, app.base);
        assert_eq!(ask(&app, &forwarded).await, app.base, "nobody is trusted");
        assert_eq!(ask(&app, &[("host", "other.example:81")]).await, "http://other.example:81");
        let open = |change: fn(&mut tessera::config::Settings)| TestApp::open(app.database, app.url.clone(), tempfile::tempdir().unwrap(), change);
        let proxied = open(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
        assert_eq!(ask(&proxied, &forwarded).await, "https://shop.example");
        let public = open(|settings| settings.public_url = Some("https://a.example/t".to_owned())).await;
        assert_eq!(ask(&public, &[("host", "other.example")]).await, "https://a.example/t");
        proxied.stop().await;
        public.stop().await;
    }
}
