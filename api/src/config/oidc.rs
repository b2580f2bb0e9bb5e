//! Whose tokens are believed besides our own: one outside issuer, such as Keycloak, Auth0 or Entra.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use entity::kinds::Role;
use jsonwebtoken::Algorithm;

use super::SettingsError;
use super::read::{Reader, not_empty};

/// An outside issuer.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// The `iss` of its tokens, letter by letter.
    pub issuer: String,
    /// What their `aud` must name.
    pub audience: String,
    /// Where its keys are.
    pub jwks: Jwks,
    /// By which algorithms it may sign.
    pub algorithms: Vec<Algorithm>,
    /// The claim that says what a person may do: its name, or a path such as `realm_access.roles`.
    pub role_claim: String,
    /// Which value of it means which role.
    pub roles: Vec<(String, Role)>,
    /// Which of its addresses are believed.
    pub email_verified: EmailVerified,
    /// How often its keys are asked for.
    pub pace: OidcPace,
}

/// Which addresses of an issuer's people are believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmailVerified {
    /// Those alone that its tokens call verified: everybody may say of themselves that they have another's.
    #[default]
    Required,
    /// Also those of which its tokens do not say anything, for an issuer that gives them out itself.
    Assumed,
}

/// Where the keys of an issuer are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jwks {
    /// Served.
    Url(String),
    /// In a file.
    File(PathBuf),
}

/// How often the keys of an issuer are asked for.
#[derive(Clone, Copy, Debug)]
pub struct OidcPace {
    /// Keys that are older are asked for again, beside whoever uses them.
    pub fresh: Duration,
    /// A key that nobody knows is asked for at most once in so long.
    pub again: Duration,
    /// Keys are believed for so long after the issuer has last shown them.
    pub longest: Duration,
    /// How long the issuer may take to answer.
    pub answer: Duration,
}

impl Default for OidcPace {
    fn default() -> Self {
        Self {
            fresh: Duration::from_secs(600),
            again: Duration::from_secs(30),
            longest: Duration::from_secs(24 * 3_600),
            answer: Duration::from_secs(3),
        }
    }
}

/// The outside issuer; none where no setting speaks of it, a sentence where one that belongs to it is missing.
pub(super) fn read(read: &Reader<'_>) -> Result<Option<Oidc>, SettingsError> {
    let given = &read.sources.given;
    let issuer = read.one("oidc_issuer", &given.oidc_issuer, "the iss of the issuer's tokens", not_empty)?;
    let audience = read.one("oidc_audience", &given.oidc_audience, "the aud of tokens for us", not_empty)?;
    let jwks = read.one("oidc_jwks", &given.oidc_jwks, JWKS, jwks)?;
    let mut algorithms = read.list("oidc_algorithms", &given.oidc_algorithms, ALGORITHMS, algorithm)?;
    let role_claim = read.one("oidc_role_claim", &given.oidc_role_claim, "the name of a claim", not_empty)?;
    let roles = read.list("oidc_roles", &given.oidc_roles, ROLES, role)?;
    let email_verified = read.one("oidc_email_verified", &given.oidc_email_verified, VERIFIED, email_verified)?;
    let silent = issuer.is_none() && audience.is_none() && jwks.is_none() && roles.is_empty();
    if silent && algorithms.is_empty() && role_claim.is_none() && email_verified.is_none() {
        return Ok(None);
    }
    if algorithms.is_empty() {
        algorithms.push(Algorithm::RS256);
    }
    match (issuer, audience, jwks) {
        (Some(issuer), Some(audience), Some(jwks)) if !roles.is_empty() => {
            let role_claim = role_claim.unwrap_or_else(|| "roles".to_owned());
            let pace = OidcPace::default();
            let email_verified = email_verified.unwrap_or_default();
            Ok(Some(Oidc { issuer, audience, jwks, algorithms, role_claim, roles, email_verified, pace }))
        }
        _ => Err(SettingsError::new(
            "An outside issuer needs the settings oidc_issuer, oidc_audience, oidc_jwks and oidc_roles, all of them.",
        )),
    }
}

const JWKS: &str = "an address such as https://sso.example.com/jwks (http on this machine alone), or a file";
const ALGORITHMS: &str = "a list of RS256, ES256 and EdDSA";
const ROLES: &str = "a list such as boss=OWNER,shop-admin=ADMIN,everyone=ANALYST";
const VERIFIED: &str = "required or assumed";

/// `https://…`, or `http://…` of this machine, or a file.
pub(super) fn jwks(text: &str) -> Option<Jwks> {
    let Some((scheme, _)) = text.split_once("://") else {
        return (!text.trim().is_empty()).then(|| Jwks::File(text.into()));
    };
    let uri: Uri = text.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    let plain = !uri.authority()?.as_str().contains('@') && !text.contains('#');
    (plain && (scheme == "https" || (scheme == "http" && is_here))).then(|| Jwks::Url(text.to_owned()))
}

pub(super) fn algorithm(text: &str) -> Option<Algorithm> {
    match text {
        "RS256" => Some(Algorithm::RS256),
        "ES256" => Some(Algorithm::ES256),
        "EdDSA" => Some(Algorithm::EdDSA),
        _ => None,
    }
}

/// A value of the claim and what it means, such as `admin=ADMIN`. A value may hold a `=`.
pub(super) fn role(text: &str) -> Option<(String, Role)> {
    let (value, role) = text.rsplit_once('=')?;
    let role = [Role::Owner, Role::Admin, Role::Analyst].into_iter().find(|known| known.word() == role.trim())?;
    (!value.trim().is_empty()).then(|| (value.trim().to_owned(), role))
}

fn email_verified(text: &str) -> Option<EmailVerified> {
    match text {
        "required" => Some(EmailVerified::Required),
        "assumed" => Some(EmailVerified::Assumed),
        _ => None,
    }
}
