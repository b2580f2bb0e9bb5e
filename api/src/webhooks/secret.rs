//! Signing secrets, after the Standard Webhooks specification.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::calendar::Millis;
use entity::webhook_endpoint::{Model, WebhookSecret};
use rand::RngCore;
use standardwebhooks::Webhook;

use crate::error::Fault;

/// For how long the secret before still signs: in it receivers are told the new one.
pub(super) const BOTH_SIGN_FOR: Millis = 24 * 60 * 60 * 1_000;
/// How many random bytes; the specification allows 24 to 64.
const BYTES: usize = 32;

/// A new secret.
pub(super) fn new() -> WebhookSecret {
    let mut key = [0; BYTES];
    rand::rng().fill_bytes(&mut key);
    WebhookSecret(format!("whsec_{}", STANDARD.encode(key)))
}

/// The header `webhook-signature` of a delivery: a signature of each secret that holds at an instant, the newest first.
pub(super) fn signatures(endpoint: &Model, id: &str, at: Millis, body: &[u8]) -> Result<String, Fault> {
    let previous =
        endpoint.previous_secret.as_ref().filter(|_| endpoint.previous_until.is_some_and(|until| at < until));
    let one = |secret: &WebhookSecret| {
        // The library's errors say nothing of the secret.
        let signer = Webhook::new(&secret.0).map_err(|error| Fault::new(error.to_string()))?;
        signer.sign(id, at.div_euclid(1_000), body).map_err(|error| Fault::new(error.to_string()))
    };
    let signed: Vec<String> = std::iter::once(&endpoint.secret).chain(previous).map(one).collect::<Result<_, _>>()?;
    Ok(signed.join(" "))
}
