//! The one place that calls others over HTTP.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::address::is_public;
use super::target::{self, NOT_PUBLIC};
use crate::clock::Clock;

/// How much of an answer is read: nobody looks at it, but a connection whose answer was read can be used again.
const ANSWER: usize = 64 * 1_024;
/// The longest sentence about a failure that is kept.
const LONGEST: usize = 300;

/// Calls receivers: an address is connected to only after it was looked at, and no redirect is followed.
pub(super) struct Outbound {
    client: Client,
    allow_private: bool,
    limit: Duration,
    clock: Clock,
}

/// What is sent.
pub(super) struct Call {
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// The status of the answer, where there was one.
    pub(super) status: Option<u16>,
    /// Why it counts as not delivered; none: it was.
    pub(super) error: Option<String>,
    /// How long the receiver asks to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Outbound {
    /// `limit` is what one call may take, from the look-up of the name to the end of the answer.
    pub(super) fn new(allow_private: bool, limit: Duration, clock: Clock) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(Policy::none())
            // A proxy would look the name up by itself.
            .no_proxy()
            .dns_resolver(Arc::new(Looked { allow_private }))
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(4)
            .user_agent(concat!("Tessera/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, allow_private, limit, clock })
    }

    /// Sends, and reads the answer as far as is needed.
    pub(super) async fn post(&self, call: Call) -> Outcome {
        let url = match target::read(&call.url, self.allow_private) {
            Ok(url) => url,
            Err(why) => return Outcome::failed(format!("The URL {why}.")),
        };
        let mut headers = call.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut status = None;
        let exchange = async {
            let response = self.client.post(url).headers(headers).body(call.body).send().await?;
            let retry_after = self.retry_after(&response);
            status = Some(response.status().as_u16());
            read(response).await?;
            Ok::<_, reqwest::Error>(retry_after)
        };
        let ended = tokio::time::timeout(self.limit, exchange).await;
        match (ended, status) {
            (Ok(Ok(_)), Some(200..=299)) => Outcome { status, ..Outcome::default() },
            (Ok(Ok(retry_after)), Some(code)) => {
                let error = match code {
                    300..=399 => format!("The receiver answered {code}, and redirects are not followed."),
                    _ => format!("The receiver answered {code}."),
                };
                Outcome { status, error: Some(error), retry_after }
            }
            (Ok(Err(error)), _) => Outcome { status, error: Some(told(&error)), retry_after: None },
            (_, _) => {
                let error = format!("The receiver took more than {} seconds.", self.limit.as_secs());
                Outcome { status, error: Some(error), retry_after: None }
            }
        }
    }

    /// Seconds, or a day and time of HTTP.
    fn retry_after(&self, response: &Response) -> Option<Duration> {
        let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let at: DateTime<Utc> = DateTime::parse_from_rfc2822(text).ok()?.into();
        (at - self.clock.real()).to_std().ok()
    }
}

impl Outcome {
    fn failed(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// Reads an answer to its end, or until it is longer than anybody needs.
async fn read(mut response: Response) -> Result<(), reqwest::Error> {
    let mut left = ANSWER;
    while let Some(chunk) = response.chunk().await? {
        match left.checked_sub(chunk.len()) {
            Some(rest) => left = rest,
            None => break,
        }
    }
    Ok(())
}

/// A failure as a sentence: what lies deepest says most, and holds no URL, which may hold a secret.
fn told(error: &reqwest::Error) -> String {
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let why = if deepest.is::<reqwest::Error>() { "the exchange broke off".to_owned() } else { deepest.to_string() };
    let what = if error.is_connect() { "The receiver could not be reached" } else { "The receiver did not answer" };
    format!("{what}: {why}.").chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

/// Looks names up, and gives addresses out only where all of them may be connected to.
struct Looked {
    allow_private: bool,
}

impl Resolve for Looked {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        let looking: BoxFuture<'static, Result<Addrs, Box<dyn Error + Send + Sync>>> = Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !allow_private && found.iter().any(|address| !is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        });
        looking
    }
}

#[derive(Debug)]
struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "its name {NOT_PUBLIC}")
    }
}

impl Error for NotPublic {}
