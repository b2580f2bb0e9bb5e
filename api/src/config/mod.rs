//! The settings: flags over `TESSERA_*` over `tessera.toml` over defaults, read once, before anything else.
//!
//! This is the only room that looks at the environment. Everything is parsed here into what the others need, so that a
//! mistake stops the start with one sentence that names the key, where it came from and what is allowed.

mod environment;
mod flags;
mod limits;
mod oidc;
mod read;
mod secret;
mod sources;
mod text;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::http::HeaderValue;
use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::money::Currency;
use ipnet::IpNet;
use rust_decimal::Decimal;

pub use flags::Flags;
pub use limits::RequestLimits;
pub use oidc::{EmailVerified, Jwks, Oidc, OidcPace};
pub use secret::{DatabaseUrl, Secret};

/// Everything that can be set. [`Flags`] documents each setting for the operator.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database: `sqlite://` with a path, or `postgres://`.
    pub database_url: DatabaseUrl,
    /// Where the API and its pages are served.
    pub listen: SocketAddr,
    /// The address under which others find the server, without a slash at its end; none: the one that each caller used.
    pub public_url: Option<String>,
    /// Where the metrics are served; none turns them off.
    pub metrics_listen: Option<SocketAddr>,
    /// The folder of the signing key, and of that of erased persons.
    pub data_dir: PathBuf,
    /// Signs the tokens instead of the key file; at least 32 bytes.
    pub token_secret: Option<Secret>,
    /// Tokens that it signed are still valid while the secret is being changed.
    pub previous_token_secret: Option<Secret>,
    /// The key of the hashes that tell erased persons, instead of the key file; at least 32 bytes.
    pub erasure_secret: Option<Secret>,
    /// How many days entries of the audit log are kept; none: for ever.
    pub keep_audit: Option<u32>,
    /// How many days deliveries of webhooks are kept with their attempts after they were settled.
    pub keep_deliveries: Option<u32>,
    /// How many days the receipts of what partners pushed are kept.
    pub keep_pushes: Option<u32>,
    /// The `iss` of the tokens.
    pub issuer: String,
    /// The outside issuer whose tokens are believed, too.
    pub oidc: Option<Oidc>,
    /// Who owns the programme; made at the first start.
    pub owner_email: String,
    /// The owner's password at the first start; a random one is printed where it is not given.
    pub owner_password: Option<Secret>,
    /// Opens introspection and GraphiQL's documentation without a token.
    pub dev: bool,
    /// The origins whose pages may call the API from a browser.
    pub cors_origins: Vec<HeaderValue>,
    /// The proxies whose word on the client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The day at whose end the programme's clock stands.
    pub today: Option<NaiveDate>,
    /// Whether everybody's facts are kept in memory.
    pub lens: bool,
    /// How much a caller may ask for.
    pub limits: RequestLimits,
    /// How many bytes an uploaded file may have.
    pub upload_bytes: u64,
    /// How many uploads may wait for their parts.
    pub uploads: u32,
    /// Whether webhooks may lead to private addresses, and without TLS.
    pub webhook_allow_private: bool,
    /// What is logged.
    pub log: String,
    /// The programme's name.
    pub program_name: Option<String>,
    /// The programme's currency.
    pub currency: Option<Currency>,
    /// The programme's time zone.
    pub time_zone: Option<Zone>,
    /// The day on which the programme began.
    pub launched_on: Option<NaiveDate>,
    /// Share of revenue that is profit, 0 to 1.
    pub gross_margin: Option<Decimal>,
    /// What a redeemed point costs.
    pub reward_cost_per_point: Option<Decimal>,
    /// What taking back a return costs.
    pub return_handling_cost: Option<Decimal>,
}

/// Why the settings cannot be used: one sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl Settings {
    /// The settings that the flags, the environment and the file amount to.
    pub fn load(flags: &Flags) -> Result<Self, SettingsError> {
        let sources = sources::gather(flags, environment::variables()?)?;
        read::settings(&sources)
    }

    /// The file of the key that signs the tokens where no secret is given.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("token.key")
    }

    /// The file of the key that tells erased persons where no secret is given.
    pub fn erasure_key_file(&self) -> PathBuf {
        self.data_dir.join("erasure.key")
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            database_url: "sqlite://data/tessera.db".into(),
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            public_url: None,
            metrics_listen: Some((Ipv4Addr::LOCALHOST, 9464).into()),
            data_dir: PathBuf::from("data"),
            token_secret: None,
            previous_token_secret: None,
            erasure_secret: None,
            keep_audit: None,
            keep_deliveries: Some(30),
            keep_pushes: Some(30),
            issuer: "tessera".to_owned(),
            oidc: None,
            owner_email: "owner@tessera.local".to_owned(),
            owner_password: None,
            dev: false,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            today: None,
            lens: true,
            limits: RequestLimits::default(),
            upload_bytes: 4 << 30,
            uploads: 20,
            webhook_allow_private: false,
            log: "info,sea_orm_migration=warn,sqlx=warn".to_owned(),
            program_name: None,
            currency: None,
            time_zone: None,
            launched_on: None,
            gross_margin: None,
            reward_cost_per_point: None,
            return_handling_cost: None,
        }
    }
}

impl SettingsError {
    fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for SettingsError {}

#[cfg(test)]
mod tests;
