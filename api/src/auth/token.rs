//! Access tokens: JWT signed with HS256, checked as RFC 8725 asks. Refresh tokens are random and say nothing.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::key::{self, KeyError};
use crate::config::Settings;
use crate::error::Fault;

/// How long an access token works.
pub(super) const ACCESS: TimeDelta = TimeDelta::minutes(15);
/// How long a refresh token works.
pub(super) const REFRESH: TimeDelta = TimeDelta::days(30);

const AUDIENCE: &str = "tessera";
const TYPE: &str = "at+jwt";
const LEEWAY: u64 = 30;

/// Signs and reads access tokens.
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
            aud: AUDIENCE.to_owned(),
            sub: sub.to_owned(),
            sid: sid.to_owned(),
            exp: until.timestamp(),
            nbf: now.timestamp(),
            iat: now.timestamp(),
        };
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: Some(self.signing.id.clone()), ..Header::new(Algorithm::HS256) };
        let token = jsonwebtoken::encode(&header, &claims, &self.signing.encoding);
        Ok((token.map_err(|error| Fault::new(format!("a token could not be signed: {error}")))?, until))
    }

    /// What a token says, if one of our keys signed it, it is an access token and it is its time.
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let key = self.key_of(token)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation).ok()?.claims;
        let ahead = claims.iat.saturating_sub(now.timestamp());
        (ahead <= LEEWAY.cast_signed()).then_some(claims)
    }

    /// The key that a token's header names. The header decides on nothing else: the algorithm belongs to the key, keys
    /// are never fetched, and a header that asks for more than we understand is refused.
    fn key_of(&self, token: &str) -> Option<&Key> {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
        let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&header).ok()?;
        let is = |name: &str, text: &str| header.get(name).and_then(|value| value.as_str()) == Some(text);
        let plain = header.keys().all(|name| matches!(name.as_str(), "alg" | "typ" | "kid"));
        if !plain || !is("alg", "HS256") || !is("typ", TYPE) {
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
