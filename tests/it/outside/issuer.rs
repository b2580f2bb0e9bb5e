//! An issuer: keys of every kind, and the server that shows them.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// A key with its name.
#[derive(Clone)]
pub struct Key {
    pub id: String,
    pub algorithm: Algorithm,
    encoding: EncodingKey,
}

impl Key {
    pub fn rsa(id: &str) -> Self {
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&KeyPair::generate(KeySize::Rsa2048).unwrap())
            .unwrap();
        // What stands before the key itself says that it is one of RSA.
        Self {
            id: id.to_owned(),
            algorithm: Algorithm::RS256,
            encoding: EncodingKey::from_rsa_der(&der.as_ref()[26..]),
        }
    }

    pub fn ec(id: &str) -> Self {
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { id: id.to_owned(), algorithm: Algorithm::ES256, encoding: EncodingKey::from_ec_der(der.as_ref()) }
    }

    pub fn ed(id: &str) -> Self {
        let der = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        Self { id: id.to_owned(), algorithm: Algorithm::EdDSA, encoding: EncodingKey::from_ed_der(der.as_ref()) }
    }

    /// As the issuer shows it.
    pub fn jwk(&self) -> Value {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&self.encoding, self.algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    /// The header of its tokens.
    pub fn header(&self) -> Value {
        json!({"alg": format!("{:?}", self.algorithm), "typ": "JWT", "kid": self.id})
    }

    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_by(self.algorithm, header, claims)
    }

    pub fn sign_by(&self, algorithm: Algorithm, header: &Value, claims: &Value) -> String {
        signed(algorithm, &self.encoding, header, claims)
    }
}

/// A token signed by some key, whatever the header says.
pub fn signed(algorithm: Algorithm, key: &EncodingKey, header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// How the issuer answers.
#[derive(Clone)]
pub enum Manner {
    Answers,
    Hangs,
    Fails,
    /// With a body that is none.
    Says(String),
    /// Sends on to another address.
    Redirects(String),
}

/// The server of an issuer's keys.
pub struct Issuer {
    shown: Arc<Mutex<(Value, Manner)>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    pub fn serve(listener: TcpListener) -> Self {
        let shown = Arc::new(Mutex::new((json!({"keys": []}), Manner::Answers)));
        let asked = Arc::new(AtomicUsize::new(0));
        let (of, count) = (Arc::clone(&shown), Arc::clone(&asked));
        let answer = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            let (keys, manner) = of.lock().unwrap().clone();
            let mut headers = HeaderMap::new();
            match manner {
                Manner::Answers => (StatusCode::OK, headers, keys.to_string()),
                Manner::Says(body) => (StatusCode::OK, headers, body),
                Manner::Fails => (StatusCode::INTERNAL_SERVER_ERROR, headers, keys.to_string()),
                Manner::Redirects(to) => {
                    headers.insert("location", to.parse().unwrap());
                    (StatusCode::FOUND, headers, String::new())
                }
                Manner::Hangs => {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    (StatusCode::OK, headers, keys.to_string())
                }
            }
        };
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let router = Router::new().route("/jwks", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { shown, asked }
    }

    /// Shows these keys from now on.
    pub fn show(&self, keys: &[&Key]) {
        self.show_set(json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}));
    }

    pub fn show_set(&self, set: Value) {
        self.shown.lock().unwrap().0 = set;
    }

    pub fn answers(&self, manner: Manner) {
        self.shown.lock().unwrap().1 = manner;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
