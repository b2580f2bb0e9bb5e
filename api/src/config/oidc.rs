//! Whose tokens are believed besides our own: one outside issuer, such as Keycloak, Auth0 or Entra.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use entity::kinds::Role;
use jsonwebtoken::Algorithm;

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
    /// How often its keys are asked for.
    pub pace: OidcPace,
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
