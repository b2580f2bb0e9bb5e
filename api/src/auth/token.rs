//! Access tokens and signed links: JWT signed with HS256, checked as RFC 8725 asks, each with a type and an audience of its
//! own, so that none can stand in for another. Refresh tokens are random and say nothing.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::RngCore;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::key::{self, KeyError};
use crate::config::Settings;
use crate::error::Fault;

/// How long an access token works.
pub(super) const ACCESS: TimeDelta = TimeDelta::minutes(15);
/// How long a refresh token works.
pub(super) const REFRESH: TimeDelta = TimeDelta::days(30);

const ACCESS_TOKEN: Purpose = Purpose { typ: "at+jwt", audience: "tessera" };
pub(super) const LEEWAY: u64 = 30;

/// What a token is for. One that is for something else is never believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// The `typ` of its header.
    pub typ: &'static str,
    /// Its `aud`.
    pub audience: &'static str,
}

/// A token for another purpose than access: who it is for and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed<T> {
    iss: String,
    aud: String,
    /// The user's id.
    pub sub: String,
    /// Its own name, random.
    pub jti: String,
    /// When it ends, in seconds. Reading it does not look at this: what has ended gets another answer than what is forged.
    pub exp: i64,
    nbf: i64,
    iat: i64,
    /// What it says.
    pub about: T,
}

/// Signs and reads tokens.
pub struct Tokens {
    issuer: String,
    signing: Key,
    /// The key before a rotation: its tokens are read until they end.
    previous: Option<Key>,
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer of the settings.
    pub iss: String,
    /// Always tessera.
    pub aud: String,
    /// The user's id.
    pub sub: String,
    /// The session's family.
    pub sid: String,
    /// When it ends, in seconds.
    pub exp: i64,
    /// From when it works, in seconds.
    pub nbf: i64,
    /// When it was made, in seconds.
    pub iat: i64,
}

struct Key {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Tokens {
    /// The keys of the settings, the signing key made on the first start where none is given.
    pub fn open(settings: &Settings) -> Result<Self, KeyError> {
        let signing = match &settings.token_secret {
            Some(secret) => given(secret, "token_secret")?,
            None => Key::new(&key::read_or_make(&Path::new(&settings.data_dir).join("token.key"))?),
        };
        let previous = settings.previous_token_secret.as_ref();
        let previous = previous.map(|secret| given(secret, "previous_token_secret")).transpose()?;
        Ok(Self { issuer: settings.issuer.clone(), signing, previous })
    }

    /// A token for a session, and when it ends.
    pub(super) fn sign(
        &self,
        sub: &str,
        sid: &str,
        now: DateTime<Utc>,
        life: TimeDelta,
    ) -> Result<(String, DateTime<Utc>), Fault> {
        let until = now + life;
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: ACCESS_TOKEN.audience.to_owned(),
            sub: sub.to_owned(),
            sid: sid.to_owned(),
            exp: until.timestamp(),
            nbf: now.timestamp(),
            iat: now.timestamp(),
        };
        Ok((self.encode(ACCESS_TOKEN, &claims)?, until))
    }

    /// A token for another purpose.
    pub fn seal<T: Serialize>(
        &self,
        purpose: Purpose,
        sub: &str,
        about: T,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<String, Fault> {
        let (iss, aud) = (self.issuer.clone(), purpose.audience.to_owned());
        let (sub, jti) = (sub.to_owned(), random());
        let (exp, nbf, iat) = (until.timestamp(), now.timestamp(), now.timestamp());
        self.encode(purpose, &Sealed { iss, aud, sub, jti, exp, nbf, iat, about })
    }

    /// What a token says, if one of our keys signed it, it is an access token and it is its time.
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let claims: Claims = self.decode(ACCESS_TOKEN, token, true)?;
        is_past(claims.iat, now).then_some(claims)
    }

    /// What a token for another purpose says, if one of our keys signed it for that; it may have ended.
    pub fn unseal<T: DeserializeOwned>(&self, purpose: Purpose, token: &str, now: DateTime<Utc>) -> Option<Sealed<T>> {
        let sealed: Sealed<T> = self.decode(purpose, token, false)?;
        is_past(sealed.iat, now).then_some(sealed)
    }

    fn encode(&self, purpose: Purpose, claims: &impl Serialize) -> Result<String, Fault> {
        let (typ, kid) = (Some(purpose.typ.to_owned()), Some(self.signing.id.clone()));
        let header = Header { typ, kid, ..Header::new(Algorithm::HS256) };
        let token = jsonwebtoken::encode(&header, claims, &self.signing.encoding);
        token.map_err(|error| Fault::new(format!("a token could not be signed: {error}")))
    }

    fn decode<T: DeserializeOwned>(&self, purpose: Purpose, token: &str, ends: bool) -> Option<T> {
        let key = self.key_of(token, purpose.typ)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[purpose.audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.validate_exp = ends;
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        Some(jsonwebtoken::decode(token, &key.decoding, &validation).ok()?.claims)
    }

    /// The key that a token's header names. The header decides on nothing else: the algorithm belongs to the key, keys
    /// are never fetched, and a header that asks for more than we understand is refused.
    fn key_of(&self, token: &str, typ: &str) -> Option<&Key> {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
        let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&header).ok()?;
        let is = |name: &str, text: &str| header.get(name).and_then(|value| value.as_str()) == Some(text);
        let plain = header.keys().all(|name| matches!(name.as_str(), "alg" | "typ" | "kid"));
        if !plain || !is("alg", "HS256") || !is("typ", typ) {
            return None;
        }
        std::iter::once(&self.signing).chain(&self.previous).find(|key| is("kid", &key.id))
    }
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        Self {
            id: hex(&Sha256::digest(secret)[..8]),
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
        }
    }
}

/// Whether a token was made by now, or so little ahead that two clocks may differ by it.
pub(super) fn is_past(iat: i64, now: DateTime<Utc>) -> bool {
    iat.saturating_sub(now.timestamp()) <= LEEWAY.cast_signed()
}

fn given(secret: &str, name: &str) -> Result<Key, KeyError> {
    if secret.len() < key::BYTES {
        return Err(KeyError(format!("{name} has {} bytes: at least {} are needed", secret.len(), key::BYTES)));
    }
    Ok(Key::new(secret.as_bytes()))
}

/// A random text of 256 bits, for refresh tokens and sessions' families.
pub(super) fn random() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a refresh token.
pub(super) fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
