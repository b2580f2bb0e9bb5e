//! One line in the log for each request, and the headers that every answer has.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::{Api, client};
use crate::db::{STATEMENTS, StatementCount};

/// What the endpoint knows of a request and the log wants to know. No variables, no tokens, no e-mail.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The operation's name.
    pub(super) operation: Option<String>,
    /// What the guard estimated it to cost.
    pub(super) cost: Option<u64>,
    /// The id of the user.
    pub(super) caller: Option<i64>,
    /// The id of the partner system.
    pub(super) partner: Option<i64>,
    /// How it ended, in a word.
    pub(super) outcome: String,
}

/// Names the request; an operator finds its line by it.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long it took and how many statements it ran.
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// The longest id of a proxy that is taken over.
const LONGEST_ID: usize = 64;
/// How much of an operation's name the log shows.
const SHOWN_NAME: usize = 64;

/// Runs a request, counts its statements, logs it and completes its answer.
pub(super) async fn log(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let settings = &api.app.settings;
    let trusted = client::is_trusted(request.extensions(), &settings.trusted_proxies);
    let id = given_id(request.headers()).filter(|_| trusted).unwrap_or_else(new_id);
    let mut line = Line { id, started: Instant::now(), statements: StatementCount::default(), is_answered: false };
    let mut response = STATEMENTS.scope(line.statements.clone(), next.run(request)).await;
    let (took, statements) = (line.started.elapsed(), line.statements.get());
    let facts = response.extensions_mut().remove::<Facts>();
    line.write(facts.as_ref(), response.status());
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&line.id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(facts) = facts {
        api.app.metrics.operation(facts.operation.as_deref(), &facts.outcome, took, statements);
        // Strangers are not told: how much was done for a sign-in would tell whether there is such a user.
        if facts.caller.is_some() {
            headers.insert(SERVER_TIMING, timing(took, statements));
        }
    }
    response
}

struct Line {
    id: String,
    started: Instant,
    statements: StatementCount,
    is_answered: bool,
}

impl Line {
    /// Health checks and the files of pages come often and tell little: they are seen at the level of debugging.
    fn write(&mut self, facts: Option<&Facts>, status: StatusCode) {
        self.is_answered = true;
        let (id, status, ms) = (self.id.as_str(), status.as_u16(), milliseconds(self.started.elapsed()));
        let Some(facts) = facts else {
            tracing::debug!(request = id, status, ms, "answered");
            return;
        };
        let operation = facts.operation.as_deref().map(|name| name.get(..SHOWN_NAME).unwrap_or(name));
        let statements = self.statements.get();
        let Facts { cost, caller, partner, outcome, .. } = facts;
        tracing::info!(request = id, operation, cost, caller, partner, outcome, status, ms, statements, "answered");
    }
}

/// A request whose client went away is dropped where it stands.
impl Drop for Line {
    fn drop(&mut self) {
        if !self.is_answered {
            let ms = milliseconds(self.started.elapsed());
            tracing::info!(request = self.id, ms, statements = self.statements.get(), "the client went away");
        }
    }
}

fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(is_sane)).then(|| id.to_owned())
}

fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn timing(took: Duration, statements: usize) -> HeaderValue {
    let value = format!("total;dur={}, sql;desc=\"{statements} statements\"", milliseconds(took));
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("total"))
}

/// Milliseconds with three digits.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_over_when_it_is_sane() {
        let given = |id: &str| given_id(&HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_str(id).unwrap())]));
        assert_eq!(given("a-B_3.x").as_deref(), Some("a-B_3.x"));
        for id in ["", "a b", "a\"b", "a{b}", &"a".repeat(65)] {
            assert_eq!(given(id), None, "{id}");
        }
        assert_eq!(given_id(&HeaderMap::new()), None);
        assert_eq!(new_id().len(), 32);
        assert_ne!(new_id(), new_id());
    }

    #[test]
    fn the_timing_counts_statements() {
        assert_eq!(timing(Duration::from_micros(1234), 3), "total;dur=1.234, sql;desc=\"3 statements\"");
    }
}
