//! Access tokens are checked as the server checks them: signature, type, issuer, audience and time.

use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The key of a server.
pub(super) struct Key {
    id: String,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(rename = "sub")]
    _sub: String,
    #[serde(rename = "sid")]
    _sid: String,
    iat: i64,
}

impl Key {
    /// Reads the key file of a server.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let secret = STANDARD_NO_PAD.decode(text.trim())?;
        let id = Sha256::digest(&secret)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&["tessera"]);
        validation.set_audience(&["tessera"]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        Ok(Self { id, decoding: DecodingKey::from_secret(&secret), validation })
    }

    /// Whether a token is good.
    pub(super) fn signed(&self, token: &str) -> bool {
        let now = chrono::Utc::now().timestamp();
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation);
        self.names_us(token) == Some(true) && decoded.is_ok_and(|token| token.claims.iat <= now + 30)
    }

    fn names_us(&self, token: &str) -> Option<bool> {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
        let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&header).ok()?;
        let is = |name: &str, text: &str| header.get(name).and_then(|value| value.as_str()) == Some(text);
        Some(header.len() == 3 && is("alg", "HS256") && is("typ", "at+jwt") && is("kid", &self.id))
    }
}
