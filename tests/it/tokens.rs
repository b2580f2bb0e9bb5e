//! Access tokens as RFC 8725 wants them, forged in every way at the real endpoint.

mod forged;
mod keys;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tests::TestApp;

/// A token taken to pieces, to be put together again with something else in it.
#[derive(Clone)]
pub struct Forge {
    pub header: Value,
    pub claims: Value,
    secret: Vec<u8>,
}

impl Forge {
    /// The pieces of a token, with the secret that signed it.
    pub fn of(token: &str, secret: &[u8]) -> Self {
        let mut parts = token.split('.');
        let mut read = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap()).unwrap();
        Self { header: read(), claims: read(), secret: secret.to_vec() }
    }

    /// The same with this in the header; null takes it out.
    pub fn header(&self, name: &str, value: Value) -> Self {
        let mut forge = self.clone();
        put(&mut forge.header, name, value);
        forge
    }

    /// The same with this claim; null takes it out.
    pub fn claim(&self, name: &str, value: Value) -> Self {
        let mut forge = self.clone();
        put(&mut forge.claims, name, value);
        forge
    }

    /// Signed with the secret by the algorithm that a token must have.
    pub fn sign(&self) -> String {
        self.sign_by(Algorithm::HS256, &self.secret)
    }

    /// Signed otherwise, whatever the header says.
    pub fn sign_by(&self, algorithm: Algorithm, secret: &[u8]) -> String {
        sign_texts(&self.header.to_string(), &self.claims.to_string(), algorithm, secret)
    }

    pub fn secret(&self) -> &[u8] {
        &self.secret
    }
}

/// A signed token of these texts, which need not be JSON.
pub fn sign_texts(header: &str, claims: &str, algorithm: Algorithm, secret: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret), algorithm);
    format!("{message}.{}", signature.unwrap())
}

/// Sees to it that a token is not believed, by those who sent it and by nobody beside: the answer is the one without a
/// token.
pub async fn assert_refused(app: &TestApp, token: &str, what: &str) {
    let answer = app.send(Some(token), crate::auth::VIEWER, Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (401, "UNAUTHENTICATED"), "{what}: {}", answer.body);
    let without = app.send(None, crate::auth::VIEWER, Value::Null).await;
    assert_eq!(answer.body, without.body, "{what}");
}

pub async fn assert_believed(app: &TestApp, token: &str, what: &str) {
    assert!(crate::auth::works(app, token).await, "{what}");
}

fn put(object: &mut Value, name: &str, value: Value) {
    let object = object.as_object_mut().unwrap();
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
}

/// A JSON Web Key of a secret that an attacker chose.
pub fn jwk(secret: &[u8]) -> Value {
    json!({"kty": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode(secret)})
}
