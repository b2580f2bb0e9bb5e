//! The settings as flags. The same names stand in the environment and in the file, so that this is their one list.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::text::{Text, Texts};

/// The settings as they were given, by flags or, in the end, by any source; see [`super::Settings`] for their meaning.
#[derive(Args, Clone, Default, Serialize, Deserialize)]
#[command(next_help_heading = "Settings (each also as TESSERA_… or in tessera.toml, with _ for -)")]
#[serde(deny_unknown_fields, default)]
pub struct Flags {
    /// Read the settings from this file instead of tessera.toml in the current folder
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// The database: sqlite://PATH, made where it is missing, or postgres://USER:PASSWORD@HOST/NAME [default:
    /// sqlite://data/tessera.db]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) database_url: Option<Text>,

    /// Where the API and its pages are served [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) listen: Option<Text>,

    /// The address under which others find the server, for links to downloads, such as https://tessera.example.com
    /// [default: the one that the caller used]
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_url: Option<Text>,

    /// Where /metrics is served, or off [default: 127.0.0.1:9464]
    #[arg(long, global = true, value_name = "ADDRESS:PORT", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metrics_listen: Option<Text>,

    /// The folder of token.key, the key that signs the tokens, and of erasure.key; made at the first start [default: data]
    #[arg(long, global = true, value_name = "FOLDER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data_dir: Option<Text>,

    /// Signs the tokens instead of the key file; at least 32 random bytes. Better set as a variable: other people of the
    /// machine can see flags
    #[arg(long, global = true, value_name = "SECRET", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_secret: Option<Text>,

    /// Tokens signed with this secret stay valid while the secret is being changed
    #[arg(long, global = true, value_name = "SECRET", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous_token_secret: Option<Text>,

    /// The key by which erased persons are told again, instead of erasure.key in the data folder; at least 32 random bytes,
    /// the same for every process of a database, and for ever. Better set as a variable
    #[arg(long, global = true, value_name = "SECRET", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) erasure_secret: Option<Text>,

    /// How many days entries of the audit log are kept, or forever [default: forever]
    #[arg(long, global = true, value_name = "DAYS|forever", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keep_audit: Option<Text>,

    /// How many days deliveries of webhooks are kept after they were settled, or forever [default: 30]
    #[arg(long, global = true, value_name = "DAYS|forever", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keep_deliveries: Option<Text>,

    /// How many days the receipts of what partners pushed are kept, or forever; an idempotency key that is used again later is
    /// a new one [default: 30]
    #[arg(long, global = true, value_name = "DAYS|forever", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keep_pushes: Option<Text>,

    /// The issuer that the tokens name [default: tessera]
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuer: Option<Text>,

    /// An outside issuer whose tokens are believed, letter by letter as in their iss, such as
    /// https://sso.example.com/realms/shop. The settings oidc_audience, oidc_jwks and oidc_roles belong to it
    #[arg(long, global = true, value_name = "ISSUER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidc_issuer: Option<Text>,

    /// What the aud of the outside issuer's tokens must name
    #[arg(long, global = true, value_name = "AUDIENCE", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidc_audience: Option<Text>,

    /// Where the outside issuer's keys are: an https address, or a file
    #[arg(long, global = true, value_name = "URL|FILE", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidc_jwks: Option<Text>,

    /// By which algorithms the outside issuer may sign: RS256, ES256, EdDSA [default: RS256]
    #[arg(long, global = true, value_name = "ALGORITHM,…", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidc_algorithms: Option<Texts>,

    /// The claim that says what somebody may do, such as roles or realm_access.roles [default: roles]
    #[arg(long, global = true, value_name = "CLAIM", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidc_role_claim: Option<Text>,

    /// Which value of that claim means which role, such as boss=OWNER,shop-admin=ADMIN,everyone=ANALYST
    #[arg(long, global = true, value_name = "VALUE=ROLE,…", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidc_roles: Option<Texts>,

    /// Whether the outside issuer's tokens must say that an e-mail is verified, or it may be assumed where they do not say:
    /// required, assumed [default: required]
    #[arg(long, global = true, value_name = "WORD", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidc_email_verified: Option<Text>,

    /// Who is made the owner at the first start [default: owner@tessera.local]
    #[arg(long, global = true, value_name = "EMAIL", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner_email: Option<Text>,

    /// The owner's password at the first start [default: a random one, printed once]. Better set as a variable
    #[arg(long, global = true, value_name = "PASSWORD", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner_password: Option<Text>,

    /// Let anyone see the schema (introspection, GraphiQL's documentation) without signing in
    #[arg(long, global = true, value_name = "true|false", hide_short_help = true, num_args = 0..=1,
          require_equals = true, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dev: Option<Text>,

    /// The origins whose pages may call the API from a browser, for example https://dashboard.example.com
    #[arg(long, global = true, value_name = "ORIGIN,…", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cors_origins: Option<Texts>,

    /// The proxies, by address or network, whose X-Forwarded-For is believed
    #[arg(long, global = true, value_name = "ADDRESS,…", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trusted_proxies: Option<Texts>,

    /// Stand the programme's clock at the end of this day, for work on old data [default: the clock runs]
    #[arg(long, global = true, value_name = "YYYY-MM-DD", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) today: Option<Text>,

    /// Whether everybody's facts are kept in memory, so that rules are tried and evaluated in a moment: about 60 bytes a
    /// transaction and 200 a member [default: on]
    #[arg(long, global = true, value_name = "on|off", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lens: Option<Text>,

    /// How many requests a person may make a minute [default: 600]
    #[arg(long, global = true, value_name = "NUMBER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requests_per_minute: Option<Text>,

    /// How many requests a partner may make a minute with one of its tokens [default: 5000]
    #[arg(long, global = true, value_name = "NUMBER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partner_requests_per_minute: Option<Text>,

    /// How many requests of one caller run at once; the others wait for them [default: 10]
    #[arg(long, global = true, value_name = "NUMBER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requests_at_once: Option<Text>,

    /// How many wrong tokens an address may send a minute [default: 60]
    #[arg(long, global = true, value_name = "NUMBER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wrong_tokens_per_minute: Option<Text>,

    /// How many bytes a file may have that comes by HTTP, all its parts together [default: 4294967296]
    #[arg(long, global = true, value_name = "BYTES", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upload_bytes: Option<Text>,

    /// How many such files may wait for their parts at once; each is forgotten after a day [default: 20]
    #[arg(long, global = true, value_name = "NUMBER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uploads: Option<Text>,

    /// Let webhooks lead to private, loopback and other special addresses, and to http:// [default: only to the public
    /// internet, by https://]
    #[arg(long, global = true, value_name = "true|false", hide_short_help = true, num_args = 0..=1,
          require_equals = true, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) webhook_allow_private: Option<Text>,

    /// What is logged: a level, or levels by module such as warn,tessera=debug [default: info]
    #[arg(long, global = true, value_name = "FILTER", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) log: Option<Text>,

    /// The programme's name. This and the settings below fill a new database; later they must agree with it
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) program_name: Option<Text>,

    /// The programme's currency, ISO 4217
    #[arg(long, global = true, value_name = "CODE", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) currency: Option<Text>,

    /// The programme's time zone, an IANA name such as Europe/Warsaw
    #[arg(long, global = true, value_name = "ZONE", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_zone: Option<Text>,

    /// The day on which the programme began
    #[arg(long, global = true, value_name = "YYYY-MM-DD", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) launched_on: Option<Text>,

    /// Share of revenue that is profit, 0 to 1; lifetime value multiplies by it
    #[arg(long, global = true, value_name = "SHARE", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gross_margin: Option<Text>,

    /// What a redeemed point costs
    #[arg(long, global = true, value_name = "AMOUNT", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reward_cost_per_point: Option<Text>,

    /// What taking back a return costs
    #[arg(long, global = true, value_name = "AMOUNT", hide_short_help = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_handling_cost: Option<Text>,
}
