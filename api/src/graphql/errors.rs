//! Refusals become `userErrors`, faults become coded errors that tell nothing of the inside.

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Enum, Error, ErrorExtensions, SimpleObject, Value, value};

use crate::error::{Fault, FaultKind, Refusal, RefusalCode, Stop};

/// A mistake that the caller can mend. Mutations never fail half way: when userErrors is not empty nothing was changed, unless the payload says per item what was.
#[derive(SimpleObject, Clone, Debug)]
pub(super) struct UserError {
    code: UserErrorCode,
    /// A sentence for a person.
    message: String,
    /// Where in the input, for example ["input", "rule", "all", "1", "transactions", "is"].
    field: Vec<String>,
}

/// What kind of mistake.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "RefusalCode")]
pub(super) enum UserErrorCode {
    /// Nothing where something is needed.
    Blank,
    /// Not a value of this field.
    Invalid,
    /// More letters than the field takes.
    TooLong,
    /// More items than the list takes.
    TooMany,
    /// Another object has it.
    Taken,
    /// No such object.
    NotFound,
    /// Someone else changed the object since `expectedVersion` was read.
    Conflict,
    /// Not allowed for an object of this kind or in this state.
    NotAllowed,
    /// The person was erased and stays so.
    ErasedMember,
    /// More than one member has this e-mail.
    Ambiguous,
    /// Other objects depend on this one; the message and `dependents` name them.
    InUse,
    /// The rule refers to itself through other segments.
    Cycle,
    /// The rule names nobody in particular; use {everyone: true} to mean everyone.
    EmptyRule,
    /// The same idempotency key was used with another body.
    IdempotencyMismatch,
    /// The change is larger than the caller's own guard allows.
    GuardExceeded,
    /// Its time is over.
    Expired,
}

impl UserError {
    /// Whether other objects depend on what was to be changed.
    pub(super) fn is_in_use(&self) -> bool {
        self.code == UserErrorCode::InUse
    }
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, message, path } = refusal;
        Self { code: code.into(), message, field: path }
    }
}

/// Parts what an operation answers from what it refused.
pub(super) fn refused<T>(outcome: Result<T, Stop>) -> Result<(Option<T>, Vec<UserError>), Error> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Stop::Refused(refusals)) => Ok((None, refusals.into_iter().map(UserError::from).collect())),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// The same where the operation knows nothing of `input`: its paths begin at the field.
pub(super) fn refused_input<T>(outcome: Result<T, Stop>) -> Result<(Option<T>, Vec<UserError>), Error> {
    refused(outcome.map_err(|stop| stop.under(&["input"])))
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let (code, message) = match fault.kind {
            FaultKind::BadInput => ("BAD_USER_INPUT", fault.description().to_owned()),
            FaultKind::RateLimited { seconds } => {
                let message = format!("Too many tries. Come back in {seconds} seconds.");
                return coded(&message, "RATE_LIMITED").extend_with(|_, more| more.set("retryAfter", seconds));
            }
            FaultKind::Timeout => ("TIMEOUT", "This took too long and was stopped. Ask for less at once.".to_owned()),
            FaultKind::Unavailable => {
                tracing::error!(?fault, "the database cannot be reached");
                let message = "The database cannot be reached right now. Try again in a moment.";
                return coded(message, "INTERNAL").extend_with(|_, more| more.set("unavailable", true));
            }
            FaultKind::NoRoom => {
                tracing::error!(?fault, "the database's disk is full");
                let message = "There is no room left on the database's disk: nothing was changed. Reading still works.";
                return coded(message, "INTERNAL").extend_with(|_, more| more.set("noRoom", true));
            }
            FaultKind::Internal | FaultKind::Conflict => {
                tracing::error!(?fault, "a request failed");
                ("INTERNAL", "Something went wrong on our side; it was noted.".to_owned())
            }
        };
        coded(&message, code)
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fault(fault) => fault.into(),
            Stop::Refused(refusals) => mistakes(&refusals),
        }
    }
}

/// The error of a query whose arguments are refused: it tells the first mistake, and lists all of them.
fn mistakes(refusals: &[Refusal]) -> Error {
    let Some(first) = refusals.first() else { return coded("This cannot be asked.", "BAD_USER_INPUT") };
    let mistake = |Refusal { code, message, path }: &Refusal| value!({ "code": enum_value(UserErrorCode::from(*code)), "message": (message.clone()), "path": (path.clone()) });
    let others = match refusals.len() {
        1 => String::new(),
        many => format!(" (and {} more)", many - 1),
    };
    let message = format!("{}: {}{others}", first.path.join("."), first.message);
    let (path, mistakes): (Value, Value) = (first.path.clone().into(), refusals.iter().map(mistake).collect());
    coded(&message, "BAD_USER_INPUT").extend_with(|_, more| {
        more.set("path", path.clone());
        more.set("mistakes", mistakes.clone());
    })
}

fn coded(message: &str, code: &str) -> Error {
    Error::new(message).extend_with(|_, more| more.set("code", code))
}
