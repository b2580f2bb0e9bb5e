//! RFC 8725, line by line: what is not exactly a token of the issuer for us is refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::issuer::{Issuer, Key, signed};
use super::{ISSUER, claims, is_refused, role, run, with};

/// Headers that are refused, each as what it changes; null takes it out.
fn headers() -> Vec<(&'static str, Value)> {
    vec![
        ("kid", Value::Null),
        ("kid", json!("")),
        ("kid", json!("nobody's")),
        ("kid", json!(1)),
        ("kid", json!(["rsa"])),
        ("kid", json!("../../etc/passwd")),
        ("kid", json!("rsa' OR 1=1")),
        ("typ", Value::Null),
        ("typ", json!("id+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("secevent+jwt")),
        ("typ", json!(1)),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("x5c", json!(["MIIB"])),
        ("x5u", json!("https://evil.example.org/cert")),
        ("jku", json!("https://evil.example.org/jwks")),
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS256")),
        ("alg", json!("RS384")),
        ("alg", json!("PS256")),
        ("alg", json!("ES256")),
        ("alg", Value::Null),
        ("alg", json!("rs256")),
    ]
}

/// Claims that are refused.
fn wrong() -> Vec<(&'static str, Value)> {
    let now = tessera::clock::Clock::default().real().timestamp();
    vec![
        ("iss", Value::Null),
        ("iss", json!("https://sso.example.org/realms/other")),
        ("iss", json!(format!("{ISSUER}/"))),
        ("iss", json!(ISSUER.to_uppercase())),
        ("iss", json!([ISSUER])),
        ("aud", Value::Null),
        ("aud", json!("another")),
        ("aud", json!(["one", "another"])),
        ("aud", json!([])),
        ("aud", json!({"tessera": true})),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("a\u{0}b")),
        ("sub", json!("s".repeat(256))),
        ("exp", Value::Null),
        ("exp", json!(now - 40)),
        ("exp", json!("tomorrow")),
        ("exp", json!(-1)),
        ("nbf", json!(now + 60)),
        ("nbf", json!("yesterday")),
        ("iat", Value::Null),
        ("iat", json!(now + 60)),
        ("iat", json!("now")),
        ("typ", json!("ID")),
        ("typ", json!("Refresh")),
        ("typ", json!(1)),
        ("events", json!({"http://schemas.openid.net/event/backchannel-logout": {}})),
        ("realm_access", Value::Null),
        ("realm_access", json!({"roles": []})),
        ("realm_access", json!({"roles": ["BOSS", "nobody"]})),
        ("realm_access", json!({"roles": 1})),
        ("realm_access", json!(["boss"])),
    ]
}

#[test]
fn what_is_not_exactly_right_is_refused() {
    run(
        |_| {},
        async |app, issuer| {
            let (rsa, ec, ed) = (Key::rsa("rsa"), Key::ec("ec"), Key::ed("ed"));
            issuer.show(&[&rsa, &ec, &ed]);
            let right = claims("ann", &["shop-admin", "all", "something else"]);
            for key in [&rsa, &ec, &ed] {
                assert_eq!(role(&app, &key.token(&right)).await, "ADMIN");
                for (name, value) in headers() {
                    if value == json!(format!("{:?}", key.algorithm)) {
                        continue;
                    }
                    let token = key.sign(&with(&key.header(), name, value.clone()), &right);
                    is_refused(&app, &format!("{}: {name} {value}", key.id), &token).await;
                }
                // A key that the token brings itself.
                let thief = Key::rsa("rsa");
                is_refused(
                    &app,
                    "a key in the header",
                    &thief.sign(&with(&thief.header(), "jwk", thief.jwk()), &right),
                )
                .await;
                is_refused(&app, "another's signature", &thief.sign(&key.header(), &right)).await;
            }
            for (name, value) in wrong() {
                is_refused(&app, &format!("{name} {value}"), &rsa.token(&with(&right, name, value.clone()))).await;
            }
            // Of issuers who do not say what a token is for, one that says who signed in is told by what it carries.
            let plain = with(&right, "typ", Value::Null);
            assert_eq!(role(&app, &rsa.token(&plain)).await, "ADMIN");
            for name in ["nonce", "at_hash", "c_hash"] {
                is_refused(&app, name, &rsa.token(&with(&plain, name, json!("x")))).await;
            }
        },
    );
}

#[test]
fn what_may_differ_may_differ() {
    run(
        |_| {},
        async |app, issuer| {
            let rsa = Key::rsa("rsa");
            issuer.show(&[&rsa]);
            let (right, now) = (claims("ann", &["all"]), tessera::clock::Clock::default().real().timestamp());
            for (name, value) in [
                ("aud", json!(["another", super::AUDIENCE])),
                ("exp", json!(now - 15)),
                ("nbf", json!(now + 15)),
                ("iat", json!(now + 15)),
                ("nbf", Value::Null),
                ("email", Value::Null),
                ("name", Value::Null),
                ("nonce", json!("of an older Keycloak")),
            ] {
                assert_eq!(
                    role(&app, &rsa.token(&with(&right, name, value.clone()))).await,
                    "ANALYST",
                    "{name} {value}"
                );
            }
            for (name, value) in [
                ("typ", json!("at+jwt")),
                ("typ", json!("application/at+JWT")),
                ("x5t", json!("abc")),
                ("unknown", json!(1)),
            ] {
                assert_eq!(role(&app, &rsa.sign(&with(&rsa.header(), name, value), &right)).await, "ANALYST");
            }
        },
    );
}

#[test]
fn one_kind_of_key_does_not_stand_in_for_another() {
    run(
        |_| {},
        async |app, issuer| {
            let (rsa, ec, ed) = (Key::rsa("rsa"), Key::ec("ec"), Key::ed("ed"));
            issuer.show(&[&rsa, &ec, &ed]);
            let right = claims("ann", &["boss"]);
            assert_eq!(role(&app, &rsa.token(&right)).await, "OWNER");
            // What is public is no secret: a MAC with the shown key, in each of its spellings.
            let jwk = rsa.jwk();
            let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
            let spellings =
                [jwk.to_string().into_bytes(), jwk["n"].as_str().unwrap().as_bytes().to_vec(), modulus, Vec::new()];
            for secret in spellings {
                for algorithm in [Algorithm::HS256, Algorithm::HS512] {
                    for alg in ["HS256", "RS256"] {
                        let header = with(&rsa.header(), "alg", json!(alg));
                        let token = signed(algorithm, &EncodingKey::from_secret(&secret), &header, &right);
                        is_refused(&app, "a MAC", &token).await;
                    }
                }
            }
            // Another algorithm of the same key, and the same algorithm of another key.
            for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
                for alg in [format!("{algorithm:?}"), "RS256".to_owned()] {
                    let header = with(&rsa.header(), "alg", json!(alg));
                    is_refused(&app, &alg, &rsa.sign_by(algorithm, &header, &right)).await;
                }
            }
            for (key, other) in [(&rsa, &ec), (&ec, &ed), (&ed, &rsa)] {
                is_refused(&app, "another key's name", &key.sign(&with(&key.header(), "kid", json!(other.id)), &right))
                    .await;
                let header = with(&other.header(), "alg", key.header()["alg"].clone());
                is_refused(&app, "another key's name and algorithm", &key.sign(&header, &right)).await;
            }
            // Pieces.
            let token = rsa.token(&right);
            let parts: Vec<&str> = token.split('.').collect();
            for broken in [
                format!("{}.{}", parts[0], parts[1]),
                format!("{}.{}.", parts[0], parts[1]),
                format!("{token}."),
                format!("{token}.a.b"),
                format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode("{}"), parts[2]),
                format!("{}.{}.{}", URL_SAFE_NO_PAD.encode("[]"), parts[1], parts[2]),
                token[..token.len() - 4].to_owned(),
            ] {
                is_refused(&app, "a broken token", &broken).await;
            }
        },
    );
}

#[test]
fn tokens_of_ours_and_of_theirs_are_two_things() {
    run(
        |_| {},
        async |app, issuer| {
            let rsa = Key::rsa("rsa");
            issuer.show(&[&rsa]);
            let now = tessera::clock::Clock::default().real().timestamp();
            let secret = std::fs::read_to_string(app.folder().join("token.key")).unwrap();
            let secret = base64::engine::general_purpose::STANDARD_NO_PAD.decode(secret.trim()).unwrap();
            let ours = crate::tokens::Forge::of(&app.token, &secret);
            assert_eq!(role(&app, &app.token).await, "OWNER");
            // Ours in the words of theirs, under a name of ours and of theirs.
            let theirs = claims("ann", &["boss"]);
            for kid in [ours.header["kid"].clone(), json!("rsa")] {
                for alg in ["HS256", "RS256"] {
                    let header = json!({"alg": alg, "typ": "at+jwt", "kid": kid});
                    is_refused(
                        &app,
                        "ours",
                        &signed(Algorithm::HS256, &EncodingKey::from_secret(&secret), &header, &theirs),
                    )
                    .await;
                }
            }
            // Theirs in the words of ours.
            for kid in ["rsa".to_owned(), ours.header["kid"].as_str().unwrap().to_owned()] {
                let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": kid});
                is_refused(&app, "theirs", &rsa.sign(&header, &ours.claims)).await;
            }
            let mixed = with(&ours.claims, "iss", json!(ISSUER));
            is_refused(&app, "mixed", &rsa.token(&with(&mixed, "exp", json!(now + 60)))).await;
        },
    );
}

#[test]
fn keys_that_must_not_be_used_are_not() {
    run(
        |oidc| oidc.algorithms = vec![Algorithm::RS256],
        async |app, issuer: std::sync::Arc<Issuer>| {
            let (rsa, ec, twin) = (Key::rsa("rsa"), Key::ec("ec"), Key::rsa("twin"));
            let changed = |id: &str, name: &str, value: Value| with(&with(&rsa.jwk(), "kid", json!(id)), name, value);
            let short = URL_SAFE_NO_PAD.encode([255; 128]);
            let nearly: Vec<u8> = std::iter::once(127).chain([255; 255]).collect();
            issuer.show_set(json!({"keys": [
            rsa.jwk(), ec.jwk(), twin.jwk(), Key::rsa("twin").jwk(), {"kty": "something new"}, 7, {"kty": "oct", "k": "AAAA", "kid": "oct"},
            changed("short", "n", json!(short)), changed("nearly", "n", json!(URL_SAFE_NO_PAD.encode(nearly))),
            changed("one", "e", json!("AQ")), changed("even", "e", json!("BA")), changed("enc", "use", json!("enc")),
            changed("signs", "key_ops", json!(["sign"])), changed("oaep", "alg", json!("RSA-OAEP")), changed("RS512", "alg", json!("RS512")),
            changed("open", "alg", Value::Null), changed("verifies", "key_ops", json!(["verify"])),
        ]}));
            let right = claims("ann", &["boss"]);
            let named = |id: &str| rsa.sign(&with(&rsa.header(), "kid", json!(id)), &right);
            for id in ["rsa", "open", "verifies"] {
                assert_eq!(role(&app, &named(id)).await, "OWNER", "{id}");
            }
            for id in ["short", "nearly", "one", "even", "enc", "signs", "oaep", "RS512", "oct"] {
                is_refused(&app, id, &named(id)).await;
            }
            is_refused(&app, "an algorithm that the settings do not name", &ec.token(&right)).await;
            is_refused(&app, "one of two keys of a name", &twin.token(&right)).await;
            is_refused(
                &app,
                "a MAC by a secret that all can read",
                &signed(
                    Algorithm::HS256,
                    &EncodingKey::from_secret(&[0; 3]),
                    &json!({"alg": "HS256", "typ": "JWT", "kid": "oct"}),
                    &right,
                ),
            )
            .await;
        },
    );
}
