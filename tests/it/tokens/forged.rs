//! Tokens that somebody made or changed.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tests::{OWNER, PASSWORD, TestApp, on_both};
use tokio::net::TcpListener;

use super::{Forge, assert_believed, assert_refused, jwk, sign_texts};
use crate::auth::{add_user, refuses_refresh, sign_in};

const STRANGERS_KEY: &[u8] = b"a secret of somebody else's, long enough";

/// The owner's token in pieces, with the server's own secret: what only a bug could let out.
fn forge(app: &TestApp) -> Forge {
    let text = std::fs::read_to_string(app.folder().join("token.key")).unwrap();
    Forge::of(&app.token, &STANDARD_NO_PAD.decode(text.trim()).unwrap())
}

fn now(app: &TestApp) -> i64 {
    app.app.clock.real().timestamp()
}

on_both! {
    async fn the_forge_makes_tokens_that_are_believed(app) {
        let forge = forge(&app);
        assert_believed(&app, &forge.sign(), "as it was").await;
        assert_eq!(forge.header["alg"], "HS256");
        assert_eq!(forge.header["typ"], "at+jwt");
        assert_eq!((&forge.claims["iss"], &forge.claims["aud"]), (&json!("tessera"), &json!("tessera")));
        for claim in ["sub", "sid", "exp", "nbf", "iat"] {
            assert!(!forge.claims[claim].is_null(), "{claim}");
        }
        let life = sign_in(&app, OWNER, PASSWORD).await.access;
        let claims = Forge::of(&life, forge.secret()).claims;
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 15 * 60);
        // What a token says of itself is nobody's name.
        assert!(!claims.to_string().contains('@'), "{claims}");
    }

    async fn the_header_does_not_choose_how_it_is_checked(app) {
        let forge = forge(&app);
        for alg in ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA", "hs256"] {
            let other = forge.header("alg", json!(alg));
            assert_refused(&app, &other.sign(), alg).await;
            let unsigned = other.sign();
            let unsigned = unsigned.rsplit_once('.').unwrap().0;
            assert_refused(&app, &format!("{unsigned}."), alg).await;
            assert_refused(&app, unsigned, alg).await;
        }
        for (alg, algorithm) in [("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)] {
            // The right secret by another size, named and not named.
            let token = forge.header("alg", json!(alg)).sign_by(algorithm, forge.secret());
            assert_refused(&app, &token, alg).await;
            assert_refused(&app, &forge.sign_by(algorithm, forge.secret()), alg).await;
        }
        for alg in [json!(["HS256"]), json!({"HS256": 1}), json!(256), json!(true), Value::Null] {
            assert_refused(&app, &forge.header("alg", alg.clone()).sign(), &alg.to_string()).await;
        }
    }

    async fn only_our_key_signs(app) {
        let forge = forge(&app);
        let kid = forge.header["kid"].as_str().unwrap().to_owned();
        for (what, secret) in [
            ("another key", STRANGERS_KEY),
            ("no key", b""),
            ("the key's text", STANDARD_NO_PAD.encode(forge.secret()).as_bytes()),
            ("the key's name", kid.as_bytes()),
            ("half the key", &forge.secret()[..16]),
        ] {
            assert_refused(&app, &forge.sign_by(Algorithm::HS256, secret), what).await;
        }
        for kid in ["", "0", &kid.to_uppercase(), &format!("{kid} "), "../../../../dev/null", "' OR '1'='1", "\0"] {
            if forge.header["kid"] != *kid {
                assert_refused(&app, &forge.header("kid", json!(kid)).sign(), kid).await;
            }
            assert_refused(&app, &forge.header("kid", json!(kid)).sign_by(Algorithm::HS256, b""), kid).await;
        }
        for kid in [Value::Null, json!([kid]), json!(7), json!({"kid": kid})] {
            assert_refused(&app, &forge.header("kid", kid.clone()).sign(), &kid.to_string()).await;
        }
    }

    /// A key that comes along is not used, and nobody goes to fetch one.
    async fn keys_are_never_taken_from_the_token(app) {
        let forge = forge(&app);
        let keys = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", keys.local_addr().unwrap());
        for (name, value) in [
            ("jwk", jwk(STRANGERS_KEY)), ("jwk", jwk(forge.secret())), ("jku", json!(url)), ("x5u", json!(url)),
            ("x5c", json!(["MIIB"])), ("x5t", json!("AAAA")), ("x5t#S256", json!("AAAA")), ("cty", json!("JWT")),
            ("enc", json!("A128GCM")), ("zip", json!("DEF")), ("crit", json!(["exp"])), ("crit", json!(["b64"])),
            ("crit", json!([])), ("crit", json!(["unknown"])), ("b64", json!(false)), ("unknown", json!(1)),
        ] {
            let other = forge.header(name, value);
            assert_refused(&app, &other.sign(), name).await;
            assert_refused(&app, &other.sign_by(Algorithm::HS256, STRANGERS_KEY), name).await;
        }
        let fetched = tokio::time::timeout(std::time::Duration::from_millis(200), keys.accept()).await;
        assert!(fetched.is_err(), "somebody came to fetch a key");
    }

    async fn only_access_tokens_are_access_tokens(app) {
        let forge = forge(&app);
        for typ in [
            json!("JWT"), json!("jwt"), json!("at+JWT"), json!("application/at+jwt"), json!("rt+jwt"), json!("dl+jwt"),
            json!("ws+jwt"), json!("partner+jwt"), json!(""), json!(["at+jwt"]), json!(1), Value::Null,
        ] {
            assert_refused(&app, &forge.header("typ", typ.clone()).sign(), &typ.to_string()).await;
        }
        let session = sign_in(&app, OWNER, PASSWORD).await;
        assert_refused(&app, &session.refresh, "a refresh token").await;
        for part in session.refresh.split('.') {
            assert_refused(&app, part, "a part of a refresh token").await;
        }
        refuses_refresh(&app, &session.access).await;
        refuses_refresh(&app, &app.token).await;
        // Neither was taken for a theft.
        assert_believed(&app, &session.access, "the session goes on").await;
    }

    async fn every_claim_is_needed_and_checked(app) {
        let forge = forge(&app);
        let now = now(&app);
        for claim in ["iss", "aud", "sub", "sid", "exp", "nbf", "iat"] {
            assert_refused(&app, &forge.claim(claim, Value::Null).sign(), claim).await;
            let mut null = forge.clone();
            null.claims[claim] = Value::Null;
            assert_refused(&app, &null.sign(), claim).await;
            for value in [json!(""), json!([]), json!({}), json!(true), json!("x\0"), json!([forge.claims[claim]])] {
                assert_refused(&app, &forge.claim(claim, value.clone()).sign(), &format!("{claim} {value}")).await;
            }
        }
        for (claim, value) in [
            ("iss", json!("Tessera")), ("iss", json!("tessera ")), ("iss", json!("http://tessera")),
            ("iss", json!(["tessera", "other"])),
            ("aud", json!("other")), ("aud", json!("Tessera")), ("aud", json!(["tessera", "other"])),
            ("exp", json!(now - 40)), ("exp", json!(0)), ("exp", json!(-1)), ("exp", json!((now + 600).to_string())),
            ("exp", json!(1e300)), ("exp", json!(u64::MAX)), ("exp", json!(i64::MIN)),
            ("nbf", json!(now + 60)), ("nbf", json!(i64::MAX)), ("nbf", json!((now - 600).to_string())),
            ("iat", json!(now + 60)), ("iat", json!(i64::MAX)), ("iat", json!(u64::MAX)), ("iat", json!("0")),
        ] {
            assert_refused(&app, &forge.claim(claim, value.clone()).sign(), &format!("{claim} {value}")).await;
        }
        // Clocks differ by a little.
        for (claim, value) in [
            ("exp", now - 10), ("nbf", now + 15), ("iat", now + 15), ("iat", 0), ("iat", i64::MIN), ("nbf", 0),
        ] {
            assert_believed(&app, &forge.claim(claim, json!(value)).sign(), &format!("{claim} {value}")).await;
        }
        assert_believed(&app, &forge.claim("more", json!({"a": 1})).sign(), "a claim that nobody asked for").await;
    }

    async fn a_session_belongs_to_one_user(app) {
        let forge = forge(&app);
        let ann = add_user(&app, "ann@example.org", entity::kinds::Role::Analyst).await;
        let hers = sign_in(&app, "ann@example.org", PASSWORD).await;
        let sid = Forge::of(&hers.access, forge.secret()).claims["sid"].clone();
        assert_refused(&app, &forge.claim("sid", sid.clone()).sign(), "the session of another").await;
        assert_refused(&app, &forge.claim("sub", json!(ann.id.0.to_string())).sign(), "another in my session").await;
        for sub in [format!("0{}", ann.id.0), format!(" {}", ann.id.0), format!("+{}", ann.id.0), "999999".to_owned()] {
            let both = forge.claim("sid", sid.clone()).claim("sub", json!(sub));
            assert_refused(&app, &both.sign(), &sub).await;
        }
        assert_refused(&app, &forge.claim("sub", json!(ann.id.0)).sign(), "a number").await;
        let both = forge.claim("sid", sid.clone()).claim("sub", json!(ann.id.0.to_string()));
        assert_believed(&app, &both.sign(), "her own").await;
        for sid in ["none", "%", "' OR '1'='1", sid.as_str().unwrap().trim_end_matches(char::is_alphanumeric)] {
            assert_refused(&app, &forge.claim("sid", json!(sid)).sign(), sid).await;
        }
    }

    async fn a_token_that_was_touched_is_refused(app) {
        let token = forge(&app).sign();
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("{token}") };
        for place in (0..token.len()).step_by(7) {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            assert_refused(&app, &String::from_utf8(bytes).unwrap(), &format!("byte {place}")).await;
        }
        let padded = URL_SAFE.encode(URL_SAFE_NO_PAD.decode(signature).unwrap());
        let cut = &token[..token.len() - 1];
        for other in [
            "", ".", "..", "...", "a.b.c", "e30.e30.", "null.null.null", header, claims, cut,
            &format!("{header}.{claims}"), &format!("{token}."), &format!(".{token}"), &format!("{token}.{signature}"),
            &format!("{header}.{claims}.{padded}"), &format!("{header}=.{claims}.{signature}"),
            &format!("{header}..{claims}.{signature}"), &format!("{claims}.{header}.{signature}"),
            &format!("{token}\u{a0}"), &token.to_uppercase(), &"a".repeat(7_000), &format!("{token}{}", ".a".repeat(3_000)),
        ] {
            let request = app.client().post(format!("{}/graphql", app.base)).bearer_auth(other);
            let response = request.json(&json!({"query": crate::auth::VIEWER})).send().await.unwrap();
            assert_eq!(response.status(), 401, "{other}");
        }
        assert_believed(&app, &token, "untouched").await;
    }

    async fn texts_that_are_no_claims_are_refused(app) {
        let forge = forge(&app);
        let (header, claims) = (forge.header.to_string(), forge.claims.to_string());
        let sub = forge.claims["sub"].as_str().unwrap();
        let doubled = |text: &str, more: &str| text.replacen('{', &format!("{{{more},"), 1);
        for (header, claims) in [
            (header.as_str(), "null"), (&header, "[]"), (&header, "{}"), (&header, ""), (&header, "\"a\""),
            (&header, &format!("[{claims}]")), (&header, &format!("{claims}{claims}")),
            (&header, &"[".repeat(3_000)),
            ("null", &claims), ("[]", &claims), ("{}", &claims), ("", &claims), (&"[".repeat(3_000), &claims),
            // Two readers could take one of them each.
            (&header, &doubled(&claims, &format!("\"sub\":\"{sub}\""))),
            (&header, &doubled(&claims, "\"exp\":99999999999")),
            (&doubled(&header, "\"alg\":\"none\""), &claims),
        ] {
            let token = sign_texts(header, claims, Algorithm::HS256, forge.secret());
            assert_refused(&app, &token, &format!("{header} {claims}")).await;
        }
    }
}
