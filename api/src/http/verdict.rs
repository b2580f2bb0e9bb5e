//! How a request ends: the one table from an ending to the status of HTTP and the code of GraphQL.
//!
//! The statuses are those of the GraphQL-over-HTTP draft. A change of the draft is an edit of [`Verdict::row`].

use std::borrow::Cow;

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::http::StatusCode;

use super::guard::Refused;
use super::negotiate::Format;
use crate::error::{Fault, FaultKind};

/// The ending of a request to the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The operation was executed; single fields may have failed.
    Executed,
    /// The document was not executed: it does not parse, is over a limit, does not fit the schema, or a variable has the
    /// wrong type.
    Refused,
    /// The body is not a GraphQL request.
    Malformed,
    /// The operation needs a valid token.
    Unauthenticated,
    /// There is nothing at this address.
    NotFound,
    /// It does not fit what is there already.
    Conflict,
    /// There was something at this address, and it is not there any more.
    Gone,
    /// Whoever asks may not.
    Forbidden,
    /// As much of this is under way as may be.
    Busy,
    /// Something else than POST.
    WrongMethod,
    /// Something else than the opening of a socket.
    UpgradeRequired,
    /// The caller accepts nothing that is spoken here.
    NotAcceptable,
    /// The body did not arrive in time.
    TooSlow,
    /// The body is over the limit.
    TooLarge,
    /// The body is not of the one type that is read.
    WrongContent,
    /// The caller asks too often.
    RateLimited,
    /// A fault of ours.
    Broken,
    /// The database cannot be reached.
    Unavailable,
    /// The database's disk is full.
    NoRoom,
    /// The operation took too long and was stopped.
    TimedOut,
}

/// What a caller has to mend.
pub(super) const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
const FORBIDDEN: &str = "FORBIDDEN";
const RATE_LIMITED: &str = "RATE_LIMITED";
const TIMEOUT: &str = "TIMEOUT";
const INTERNAL: &str = "INTERNAL";

struct Row {
    /// For those who accept `application/graphql-response+json`.
    status: StatusCode,
    /// For those who accept `application/json`, whose clients take everything else than 200 for no GraphQL at all.
    json_status: StatusCode,
    code: &'static str,
}

impl Verdict {
    #[rustfmt::skip]
    fn row(self) -> Row {
        let row = |status, json_status, code| Row { status, json_status, code };
        let same = |status, code| row(status, status, code);
        match self {
            Self::Executed => same(StatusCode::OK, INTERNAL),
            Self::Refused => row(StatusCode::BAD_REQUEST, StatusCode::OK, BAD_USER_INPUT),
            Self::Malformed => same(StatusCode::BAD_REQUEST, BAD_USER_INPUT),
            Self::Unauthenticated => same(StatusCode::UNAUTHORIZED, UNAUTHENTICATED),
            Self::NotFound => same(StatusCode::NOT_FOUND, BAD_USER_INPUT),
            Self::Conflict => same(StatusCode::CONFLICT, BAD_USER_INPUT),
            Self::Gone => same(StatusCode::GONE, BAD_USER_INPUT),
            Self::Forbidden => same(StatusCode::FORBIDDEN, FORBIDDEN),
            Self::Busy => same(StatusCode::SERVICE_UNAVAILABLE, RATE_LIMITED),
            Self::WrongMethod => same(StatusCode::METHOD_NOT_ALLOWED, BAD_USER_INPUT),
            Self::UpgradeRequired => same(StatusCode::UPGRADE_REQUIRED, BAD_USER_INPUT),
            Self::NotAcceptable => same(StatusCode::NOT_ACCEPTABLE, BAD_USER_INPUT),
            Self::TooSlow => same(StatusCode::REQUEST_TIMEOUT, TIMEOUT),
            Self::TooLarge => same(StatusCode::PAYLOAD_TOO_LARGE, BAD_USER_INPUT),
            Self::WrongContent => same(StatusCode::UNSUPPORTED_MEDIA_TYPE, BAD_USER_INPUT),
            Self::RateLimited => same(StatusCode::TOO_MANY_REQUESTS, RATE_LIMITED),
            Self::Broken => same(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL),
            Self::Unavailable => same(StatusCode::SERVICE_UNAVAILABLE, INTERNAL),
            Self::NoRoom => same(StatusCode::INSUFFICIENT_STORAGE, INTERNAL),
            Self::TimedOut => same(StatusCode::GATEWAY_TIMEOUT, TIMEOUT),
        }
    }

    /// The status in answers of this format.
    pub(super) fn status(self, format: Format) -> StatusCode {
        let row = self.row();
        match format {
            Format::GraphqlResponse => row.status,
            Format::Json => row.json_status,
        }
    }

    /// The `extensions.code` of its errors.
    pub(super) fn code(self) -> &'static str {
        self.row().code
    }

    /// The ending of a request whose only outcome is this field error, where it is one that the whole request ends with.
    pub(super) fn of_field_error(error: &ServerError) -> Option<Self> {
        let extension = |name: &str| error.extensions.as_ref().and_then(|extensions| extensions.get(name));
        if extension("unavailable") == Some(&true.into()) {
            return Some(Self::Unavailable);
        }
        if extension("noRoom") == Some(&true.into()) {
            return Some(Self::NoRoom);
        }
        match extension("code") {
            Some(async_graphql::Value::String(code)) => match code.as_str() {
                UNAUTHENTICATED => Some(Self::Unauthenticated),
                RATE_LIMITED => Some(Self::RateLimited),
                TIMEOUT => Some(Self::TimedOut),
                _ => None,
            },
            _ => None,
        }
    }
}

/// An ending without data: a request error in the words of GraphQL.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) verdict: Verdict,
    pub(super) errors: Vec<ServerError>,
    /// After how many seconds another try makes sense.
    pub(super) retry_after: Option<u64>,
}

/// After how many seconds a caller may find the database again.
const RETRY_UNAVAILABLE: u64 = 5;
/// After how many seconds somebody may have made room on the disk.
const RETRY_NO_ROOM: u64 = 60;

impl Problem {
    /// A problem with one sentence for the caller.
    pub(super) fn new(verdict: Verdict, message: impl Into<Cow<'static, str>>) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", verdict.code());
        let mut error = ServerError::new(message.into(), None);
        error.extensions = Some(extensions);
        Self::of(verdict, vec![error])
    }

    /// A fault of ours, of which the caller learns nothing.
    pub(super) fn broken() -> Self {
        Self::new(Verdict::Broken, "Something went wrong on our side.")
    }

    /// The operation was stopped.
    pub(super) fn timed_out() -> Self {
        Self::new(Verdict::TimedOut, "The operation took too long and was stopped.")
    }

    /// The database cannot be reached.
    pub(super) fn unavailable() -> Self {
        Self::new(Verdict::Unavailable, "The database cannot be reached at the moment. Try again soon.")
    }

    /// The database's disk is full.
    pub(super) fn no_room() -> Self {
        Self::new(Verdict::NoRoom, "There is no room left on the database's disk.")
    }

    /// A problem of which the errors tell.
    pub(super) fn of(verdict: Verdict, errors: Vec<ServerError>) -> Self {
        let retry_after = match verdict {
            Verdict::Unavailable => Some(RETRY_UNAVAILABLE),
            Verdict::NoRoom => Some(RETRY_NO_ROOM),
            Verdict::RateLimited => errors.iter().filter_map(retry_after).max(),
            _ => None,
        };
        Self { verdict, errors, retry_after }
    }
}

fn retry_after(error: &ServerError) -> Option<u64> {
    match error.extensions.as_ref()?.get("retryAfter")? {
        async_graphql::Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::of(Verdict::Refused, vec![refused.into()])
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        if !matches!(fault.kind, FaultKind::RateLimited { .. }) {
            tracing::error!(?fault, "a request failed before its execution");
        }
        match fault.kind {
            // The caller has said nothing yet that could be wrong.
            FaultKind::Internal | FaultKind::Conflict | FaultKind::BadInput => Self::broken(),
            FaultKind::Timeout => Self::timed_out(),
            FaultKind::Unavailable => Self::unavailable(),
            FaultKind::NoRoom => Self::no_room(),
            FaultKind::RateLimited { seconds } => {
                let mut problem = Self::new(Verdict::RateLimited, "Too many requests.");
                let extensions = problem.errors.iter_mut().filter_map(|error| error.extensions.as_mut());
                extensions.for_each(|extensions| extensions.set("retryAfter", seconds));
                Self::of(problem.verdict, problem.errors)
            }
        }
    }
}
