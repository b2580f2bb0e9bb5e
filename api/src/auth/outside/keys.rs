//! The keys of an issuer, as a JWK set shows them. Each has one algorithm, which follows from the key and not from what a
//! token says. Keys that cannot be used are passed over: an issuer may show others beside.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse, RSAKeyParameters,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

/// A key of an issuer.
pub(super) struct OutsideKey {
    /// The one algorithm by which it is used.
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// How many keys of a set are looked at: nobody has so many.
const MOST: usize = 100;
/// How many bits an RSA key must have.
const RSA_BITS: usize = 2_048;

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

/// The usable keys of a set by their names; none where it is no set. Of two of the same name none can be told.
pub(super) fn read(set: &[u8], allowed: &[Algorithm]) -> Option<HashMap<String, OutsideKey>> {
    let set: Set = serde_json::from_slice(set).ok()?;
    let mut keys: HashMap<String, Option<OutsideKey>> = HashMap::new();
    for value in set.keys.into_iter().take(MOST) {
        let Some((id, key)) = serde_json::from_value(value).ok().and_then(|jwk| usable(&jwk, allowed)) else {
            continue;
        };
        keys.entry(id).and_modify(|known| *known = None).or_insert(Some(key));
    }
    Some(keys.into_iter().filter_map(|(id, key)| Some((id, key?))).collect())
}

fn usable(jwk: &Jwk, allowed: &[Algorithm]) -> Option<(String, OutsideKey)> {
    let common = &jwk.common;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(key) if is_strong(key) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        // A secret that everybody can read is none.
        _ => return None,
    };
    let named = match algorithm {
        Algorithm::RS256 => KeyAlgorithm::RS256,
        Algorithm::ES256 => KeyAlgorithm::ES256,
        _ => KeyAlgorithm::EdDSA,
    };
    let signs = common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify))
        && common.key_algorithm.is_none_or(|said| said == named);
    let id = common.key_id.clone().filter(|_| signs && allowed.contains(&algorithm))?;
    Some((id, OutsideKey { algorithm, key: DecodingKey::from_jwk(jwk).ok()? }))
}

/// Long enough, and with an exponent by which something is really signed.
fn is_strong(RSAKeyParameters { n, e, .. }: &RSAKeyParameters) -> bool {
    let number = |text: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let from = bytes.iter().position(|byte| *byte != 0)?;
        Some(bytes[from..].to_vec())
    };
    let (Some(modulus), Some(exponent)) = (number(n), number(e)) else { return false };
    let bits = modulus.len() * 8 - modulus[0].leading_zeros() as usize;
    let odd = exponent.last().is_some_and(|last| last % 2 == 1);
    bits >= RSA_BITS && odd && exponent != [1]
}
