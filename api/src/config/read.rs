//! Parses what the sources say into settings, each value with the sentence that tells what is allowed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use axum::http::{HeaderValue, Uri};
use chrono::{Datelike, NaiveDate};
use engine::calendar::Zone;
use engine::money::Currency;
use ipnet::IpNet;
use rust_decimal::Decimal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::sources::Sources;
use super::text::{Text, Texts};
use super::{DatabaseUrl, RequestLimits, Secret, Settings, SettingsError, oidc};

/// The settings that the sources say; what they leave out is as by default.
pub(super) fn settings(sources: &Sources) -> Result<Settings, SettingsError> {
    let Settings {
        database_url,
        listen,
        metrics_listen,
        data_dir,
        issuer,
        owner_email,
        dev,
        lens,
        limits,
        keep_deliveries,
        keep_pushes,
        log,
        webhook_allow_private,
        upload_bytes,
        uploads,
        ..
    } = Settings::default();
    let given = &sources.given;
    let read = Reader { sources };
    Ok(Settings {
        database_url: read.hidden("database_url", &given.database_url, DATABASE_URL, database)?.unwrap_or(database_url),
        listen: read.one("listen", &given.listen, ADDRESS, parsed)?.unwrap_or(listen),
        public_url: read.one("public_url", &given.public_url, PUBLIC_URL, public_url)?,
        metrics_listen: read
            .one("metrics_listen", &given.metrics_listen, ADDRESS_OR_OFF, address_or_off)?
            .unwrap_or(metrics_listen),
        data_dir: read.one("data_dir", &given.data_dir, "a folder", not_empty)?.map_or(data_dir, PathBuf::from),
        token_secret: read.hidden("token_secret", &given.token_secret, KEY, key)?,
        previous_token_secret: read.hidden("previous_token_secret", &given.previous_token_secret, KEY, key)?,
        erasure_secret: read.hidden("erasure_secret", &given.erasure_secret, KEY, key)?,
        keep_audit: read.one("keep_audit", &given.keep_audit, KEPT, kept)?.flatten(),
        keep_deliveries: read.one("keep_deliveries", &given.keep_deliveries, KEPT, kept)?.unwrap_or(keep_deliveries),
        keep_pushes: read.one("keep_pushes", &given.keep_pushes, KEPT_PUSHES, kept_pushes)?.unwrap_or(keep_pushes),
        issuer: read.one("issuer", &given.issuer, "a name", not_empty)?.unwrap_or(issuer),
        oidc: oidc::read(&read)?,
        owner_email: read.one("owner_email", &given.owner_email, "an e-mail address", email)?.unwrap_or(owner_email),
        owner_password: read.hidden(
            "owner_password",
            &given.owner_password,
            "a password of 10 to 200 characters",
            password,
        )?,
        dev: read.one("dev", &given.dev, "true or false", parsed)?.unwrap_or(dev),
        cors_origins: read.list("cors_origins", &given.cors_origins, ORIGINS, origin)?,
        trusted_proxies: read.list("trusted_proxies", &given.trusted_proxies, NETWORKS, network)?,
        today: read.one("today", &given.today, DAY, day)?,
        lens: read.one("lens", &given.lens, "on or off", on_or_off)?.unwrap_or(lens),
        limits: request_limits(&read, limits)?,
        upload_bytes: read.one("upload_bytes", &given.upload_bytes, COUNT, positive)?.unwrap_or(upload_bytes),
        uploads: read.one("uploads", &given.uploads, COUNT, positive)?.unwrap_or(uploads),
        webhook_allow_private: read
            .one("webhook_allow_private", &given.webhook_allow_private, "true or false", parsed)?
            .unwrap_or(webhook_allow_private),
        log: read.one("log", &given.log, FILTER, filter)?.unwrap_or(log),
        program_name: read.one("program_name", &given.program_name, "a name of 1 to 200 letters", name)?,
        currency: read.one("currency", &given.currency, "an ISO 4217 code such as EUR", Currency::from_code)?,
        time_zone: read.one("time_zone", &given.time_zone, "an IANA name such as Europe/Warsaw", Zone::from_name)?,
        launched_on: read.one("launched_on", &given.launched_on, DAY, day)?,
        gross_margin: read.one("gross_margin", &given.gross_margin, SHARE, share)?,
        reward_cost_per_point: read.one("reward_cost_per_point", &given.reward_cost_per_point, COST, cost)?,
        return_handling_cost: read.one("return_handling_cost", &given.return_handling_cost, COST, cost)?,
    })
}

/// How much a caller may ask for.
fn request_limits(read: &Reader<'_>, limits: RequestLimits) -> Result<RequestLimits, SettingsError> {
    let given = &read.sources.given;
    let limit = |key, given, usual| read.one(key, given, COUNT, positive).map(|limit| limit.unwrap_or(usual));
    Ok(RequestLimits {
        requests_per_minute: limit("requests_per_minute", &given.requests_per_minute, limits.requests_per_minute)?,
        partner_requests_per_minute: limit(
            "partner_requests_per_minute",
            &given.partner_requests_per_minute,
            limits.partner_requests_per_minute,
        )?,
        requests_at_once: limit("requests_at_once", &given.requests_at_once, limits.requests_at_once)?,
        wrong_tokens_per_minute: limit(
            "wrong_tokens_per_minute",
            &given.wrong_tokens_per_minute,
            limits.wrong_tokens_per_minute,
        )?,
    })
}

const DATABASE_URL: &str = "sqlite:// and the path of a file, or postgres://user:password@host/name";
const ADDRESS: &str = "an address and a port, such as 127.0.0.1:8080 or [::]:8080";
const ADDRESS_OR_OFF: &str = "an address and a port, such as 127.0.0.1:9464, or off";
const PUBLIC_URL: &str = "an address such as https://tessera.example.com, with a path where the proxy wants one";
const KEY: &str = "a secret of at least 32 bytes, for example the output of openssl rand -base64 48";
const ORIGINS: &str = "a list of origins such as https://dashboard.example.com, without a path";
const NETWORKS: &str = "a list of addresses or networks such as 10.0.0.5 or 10.0.0.0/8";
const KEPT: &str = "a number of days from 1 to 36500, or forever";
const KEPT_PUSHES: &str = "a number of days from 7 to 36500, or forever";
const DAY: &str = "a day such as 1998-06-30";
const COUNT: &str = "a whole number from 1 on";
const FILTER: &str = "a level (error, warn, info, debug, trace), or levels by module such as warn,tessera=debug";
const SHARE: &str = "a number from 0 to 1 with at most six digits after the point";
const COST: &str = "an amount of 0 or more, such as 0.05";

/// Reads one setting after the other.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
}

impl Reader<'_> {
    pub(super) fn one<T>(
        &self,
        key: &str,
        given: &Option<Text>,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(Text(text)) = given else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| self.wrong(key, Some(text), allowed))
    }

    /// The same for a value that no message may repeat.
    fn hidden<T>(
        &self,
        key: &str,
        given: &Option<Text>,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(Text(text)) = given else { return Ok(None) };
        let shown = Some(text).filter(|text| text.is_empty());
        parse(text).map(Some).ok_or_else(|| self.wrong(key, shown, allowed))
    }

    pub(super) fn list<T>(
        &self,
        key: &str,
        given: &Option<Texts>,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, SettingsError> {
        let texts = given.iter().flat_map(|Texts(texts)| texts);
        texts.map(|text| parse(text).ok_or_else(|| self.wrong(key, Some(text), allowed))).collect()
    }

    fn wrong(&self, key: &str, shown: Option<&String>, allowed: &str) -> SettingsError {
        let name = self.sources.name_of(key);
        SettingsError::new(match shown {
            Some(text) if text.is_empty() => format!("{name} is empty; it must be {allowed}."),
            Some(text) => format!("{name} says \"{text}\"; it must be {allowed}."),
            None => format!("{name} must be {allowed}."),
        })
    }
}

fn positive<T: FromStr + PartialOrd + From<u8>>(text: &str) -> Option<T> {
    text.parse().ok().filter(|number| *number >= T::from(1))
}

fn parsed<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn database(text: &str) -> Option<DatabaseUrl> {
    let rest = ["sqlite://", "postgres://", "postgresql://"].iter().find_map(|scheme| text.strip_prefix(scheme))?;
    (!rest.is_empty()).then(|| text.into())
}

fn address_or_off(text: &str) -> Option<Option<SocketAddr>> {
    if text == "off" { Some(None) } else { parsed(text).map(Some) }
}

fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn kept(text: &str) -> Option<Option<u32>> {
    if text == "forever" { Some(None) } else { parsed(text).filter(|days| (1..=36_500).contains(days)).map(Some) }
}

/// A partner may repeat a call for a week at least.
fn kept_pushes(text: &str) -> Option<Option<u32>> {
    kept(text).filter(|days| days.is_none_or(|days| days >= 7))
}

fn key(text: &str) -> Option<Secret> {
    (text.len() >= 32).then(|| text.into())
}

/// As long as a user's password may be.
fn password(text: &str) -> Option<Secret> {
    (10..=200).contains(&text.chars().count()).then(|| text.into())
}

pub(super) fn not_empty(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn name(text: &str) -> Option<String> {
    let name = text.trim();
    let fits = (1..=200).contains(&name.chars().count()) && !name.contains(char::is_control);
    fits.then(|| name.to_owned())
}

fn email(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let plain = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) && text.len() <= 254;
    (plain && !local.is_empty() && !domain.is_empty()).then(|| text.to_owned())
}

fn origin(text: &str) -> Option<HeaderValue> {
    let (scheme, host) = text.split_once("://")?;
    let uri: Uri = parsed(text)?;
    let bare = uri.authority().is_some_and(|authority| authority == host) && !host.contains(['@', '*']);
    if bare && ["http", "https"].contains(&scheme) { HeaderValue::from_str(text).ok() } else { None }
}

fn public_url(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once("://")?;
    let uri: Uri = parsed(text)?;
    let plain = uri.query().is_none() && !text.contains(['#', '*']) && !uri.authority()?.as_str().contains('@');
    (plain && ["http", "https"].contains(&scheme)).then(|| text.trim_end_matches('/').to_owned())
}

fn network(text: &str) -> Option<IpNet> {
    parsed::<IpNet>(text).or_else(|| parsed(text).map(|address: std::net::IpAddr| address.into()))
}

/// chrono also reads 1998-6-30 and years of five digits, which are typing mistakes rather than days.
fn day(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = parsed(text)?;
    (text.len() == 10 && (1900..=9998).contains(&day.year())).then_some(day)
}

/// A bare word that is no level would be taken for a module, so that `inof` would silence everything.
fn filter(text: &str) -> Option<String> {
    let text = not_empty(text)?;
    let levels = text.split(',').all(|part| part.contains(['=', '[']) || parsed::<LevelFilter>(part.trim()).is_some());
    EnvFilter::try_new(&text).ok().filter(|_| levels).map(|_| text)
}

fn share(text: &str) -> Option<Decimal> {
    cost(text).filter(|share| *share <= Decimal::ONE && share.normalize().scale() <= 6)
}

fn cost(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok().filter(|cost| !cost.is_sign_negative())
}
