//! An outside issuer's token, checked as RFC 8725 asks: the header chooses nothing but the name of the key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use entity::kinds::Role;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::keys::OutsideKey;
use crate::auth::token::{LEEWAY, is_past};
use crate::config::{EmailVerified, Oidc};

/// Whom a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsidePerson {
    /// The issuer's name for the person.
    pub(super) subject: String,
    /// What the person may do, as the token says.
    pub(super) role: Role,
    /// As the issuer knows the person.
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    /// When the token ends, in seconds.
    pub expires: i64,
}

/// What every token must say.
#[derive(Deserialize)]
struct Claims {
    /// A text, not a list: that is what reading it here checks.
    #[serde(rename = "iss")]
    _iss: String,
    sub: String,
    exp: i64,
    iat: i64,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// The name of the key that a token's header asks for, and the algorithm that it names.
pub(super) struct Asked {
    pub(super) key: String,
    algorithm: String,
}

/// The header of a token that may be one of an outside issuer. Keys that come with it, or that it says to fetch, and
/// whatever must be understood, are refused; nothing else of it counts.
pub(super) fn asked(token: &str) -> Option<Asked> {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    let header: Map<String, Value> = serde_json::from_slice(&header).ok()?;
    if ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"].iter().any(|name| header.contains_key(*name)) {
        return None;
    }
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let kind = text("typ")?.to_ascii_lowercase();
    let is_access = matches!(kind.as_str(), "jwt" | "at+jwt" | "application/at+jwt");
    let key = text("kid").filter(|key| is_access && !key.is_empty() && key.len() <= 255)?;
    Some(Asked { key: key.to_owned(), algorithm: text("alg")?.to_owned() })
}

/// Whom a token speaks for, if the key signed it, it is for us, and it is its time.
pub(super) fn read(
    oidc: &Oidc,
    token: &str,
    asked: &Asked,
    key: &OutsideKey,
    now: DateTime<Utc>,
) -> Option<OutsidePerson> {
    if asked.algorithm != word(key.algorithm) {
        return None;
    }
    let mut validation = Validation::new(key.algorithm);
    validation.set_issuer(&[&oidc.issuer]);
    validation.set_audience(&[&oidc.audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_nbf = true;
    validation.leeway = LEEWAY;
    let Claims { sub, exp, iat, others, .. } =
        jsonwebtoken::decode::<Claims>(token, &key.key, &validation).ok()?.claims;
    let fits =
        |text: &str, most: usize| !text.is_empty() && text.chars().count() <= most && !text.contains(char::is_control);
    if !is_past(iat, now) || !fits(&sub, 255) || !is_access(&others) {
        return None;
    }
    let text = |name: &str| {
        let text = others.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| fits(text, 200)).map(str::to_owned)
    };
    // An address that nobody has verified is anybody's.
    let verified = match others.get("email_verified") {
        Some(said) => *said == Value::Bool(true),
        None => oidc.email_verified == EmailVerified::Assumed,
    };
    let email = text("email").filter(|email| verified && email.contains('@') && !email.contains(char::is_whitespace));
    Some(OutsidePerson { role: role(oidc, &others)?, subject: sub, email, name: text("name"), expires: exp })
}

/// Not a token of the same issuer for something else: one that says who signed in, renews, or signs out.
fn is_access(claims: &Map<String, Value>) -> bool {
    // Keycloak says it; older ones put a nonce into access tokens, too.
    match claims.get("typ") {
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case("bearer") => return !claims.contains_key("events"),
        Some(_) => return false,
        None => {}
    }
    ["nonce", "at_hash", "c_hash", "s_hash", "events"].iter().all(|name| !claims.contains_key(*name))
}

/// The highest role that the token's values of the claim mean; none where they mean none.
fn role(oidc: &Oidc, claims: &Map<String, Value>) -> Option<Role> {
    let claim = found(claims, &oidc.role_claim)?;
    let values: Vec<&str> = match claim {
        Value::String(text) => text.split_whitespace().chain([text.as_str()]).collect(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let has = |role: Role| oidc.roles.iter().any(|(value, means)| *means == role && values.contains(&value.as_str()));
    [Role::Owner, Role::Admin, Role::Analyst].into_iter().find(|role| has(*role))
}

/// The claim of a name, which may hold points, as Auth0's do, or at the end of a path of names, as Keycloak's.
fn found<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        found(claims.get(first)?.as_object()?, rest)
    })
}

fn word(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS256 => "RS256",
        Algorithm::ES256 => "ES256",
        Algorithm::EdDSA => "EdDSA",
        _ => "none of ours",
    }
}
