//! What can go wrong: a refusal is data for the caller, a fault is ours and tells the caller nothing.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;

/// Why an input was refused; the words are those of the API's `UserErrorCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
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
    /// Someone else changed it, or it was recorded with another body.
    Conflict,
    /// Not for an object of this kind or in this state.
    NotAllowed,
    /// The person was erased and stays so.
    ErasedMember,
    /// More than one object fits.
    Ambiguous,
    /// Other objects depend on this one.
    InUse,
    /// The rule refers to itself through other segments.
    Cycle,
    /// The rule names nobody in particular.
    EmptyRule,
    /// The same idempotency key was used with another body.
    IdempotencyMismatch,
    /// The change is larger than the caller's own guard allows.
    GuardExceeded,
    /// Its time is over.
    Expired,
}

/// A mistake that the caller can mend, with its place in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of mistake.
    pub code: RefusalCode,
    /// A sentence for a person.
    pub message: String,
    /// Where in the input, outermost first.
    pub path: Vec<String>,
}

impl Refusal {
    /// A refusal of the value at `path`.
    pub fn new(code: RefusalCode, message: impl Into<String>, path: &[&str]) -> Self {
        Self { code, message: message.into(), path: path.iter().map(|step| (*step).to_owned()).collect() }
    }

    /// The same refusal, seen from further out.
    pub fn under(mut self, outer: &[&str]) -> Self {
        self.path.splice(0..0, outer.iter().map(|step| (*step).to_owned()));
        self
    }
}

/// A fault of ours or of the machine: logged once where it is answered, never shown to a caller.
///
/// It has no `Display`, because async-graphql would turn that into a message for the client.
pub struct Fault {
    what: String,
    /// What the caller may be told to do.
    pub kind: FaultKind,
    trace: Option<Backtrace>,
}

/// What a fault means to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing can be done.
    Internal,
    /// It took too long.
    Timeout,
    /// The database cannot be reached: try again later.
    Unavailable,
    /// The database's disk is full: nothing can be written until somebody makes room, everything can be read.
    NoRoom,
    /// The caller asked for what cannot be, such as a page of 1,000 rows; the description is for the caller.
    BadInput,
    /// Too many tries; the caller may come back after so many seconds.
    RateLimited {
        /// Whole seconds to wait.
        seconds: u64,
    },
    /// The database ended it for another operation's sake: tried again, see `db::retry`.
    Conflict,
}

impl Fault {
    /// A fault with its description for the log.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), kind: FaultKind::Internal, trace: Some(Backtrace::capture()) }
    }

    /// A fault of a kind other than internal.
    pub fn of(kind: FaultKind, what: impl Into<String>) -> Self {
        Self { what: what.into(), kind, trace: None }
    }

    /// The description, for the log alone.
    pub fn description(&self) -> &str {
        &self.what
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({:?})", self.what, self.kind)?;
        match &self.trace {
            Some(trace) if trace.status() == BacktraceStatus::Captured => write!(out, "\n{trace}"),
            _ => Ok(()),
        }
    }
}

impl From<sea_orm::DbErr> for Fault {
    fn from(error: sea_orm::DbErr) -> Self {
        match crate::db::fault_kind(&error) {
            FaultKind::Internal => Self::new(error.to_string()),
            // Whoever reads this at a terminal or in the log can help.
            FaultKind::NoRoom => {
                Self::of(FaultKind::NoRoom, format!("there is no room left on the database's disk: {error}"))
            }
            kind => Self::of(kind, error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<Fault> for anyhow::Error {
    fn from(fault: Fault) -> Self {
        anyhow::anyhow!("{}", fault.what)
    }
}

/// What ends an operation early.
#[derive(Debug)]
pub enum Stop {
    /// The caller's mistakes; nothing was changed.
    Refused(Vec<Refusal>),
    /// A fault; nothing was changed.
    Fault(Fault),
}

impl Stop {
    /// The same end, its refusals seen from further out.
    pub fn under(self, outer: &[&str]) -> Self {
        match self {
            Self::Refused(refusals) => Self::Refused(refusals.into_iter().map(|one| one.under(outer)).collect()),
            Self::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl<E: Into<Fault>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Stop> for anyhow::Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fault(fault) => fault.into(),
            Stop::Refused(refusals) => {
                let lines: Vec<String> =
                    refusals.iter().map(|one| format!("{} ({})", one.message, one.path.join("."))).collect();
                anyhow::anyhow!("{}", lines.join("; "))
            }
        }
    }
}
