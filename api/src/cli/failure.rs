//! Why a command ended early: a sentence and an exit code.

use std::io;
use std::process::ExitCode;

use crate::config::SettingsError;
use crate::error::{Fault, Refusal, Stop};

/// What the person at the terminal is told.
#[derive(Debug)]
pub(super) struct Failure {
    sentence: String,
    code: u8,
}

/// The command was right and could not be done.
const FAILED: u8 = 1;
/// The command line or a setting is wrong.
const USAGE: u8 = 2;

impl Failure {
    /// The command was right and could not be done.
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: FAILED }
    }

    /// The command line does not make sense.
    pub(super) fn usage(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: USAGE }
    }

    /// Tells it, and gives the exit code.
    pub(super) fn report(self) -> ExitCode {
        eprintln!("error: {}", self.sentence);
        ExitCode::from(self.code)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(format!("{error:#}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::new(fault.description())
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fault(fault) => fault.into(),
            Stop::Refused(refusals) => Self::new(refusals.iter().map(spoken).collect::<Vec<_>>().join(" ")),
        }
    }
}

/// A refusal as a whole sentence: many are written to stand behind the name of their field.
fn spoken(refusal: &Refusal) -> String {
    let message = refusal.message.trim_end_matches('.');
    let whole = message.starts_with(char::is_uppercase);
    match refusal.path.last() {
        Some(field) if !whole => format!("{field}: {message}."),
        _ => format!("{message}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RefusalCode;

    #[test]
    fn refusals_are_whole_sentences() {
        let said = |message, path: &[&str]| {
            Failure::from(Stop::from(Refusal::new(RefusalCode::Invalid, message, path))).sentence
        };
        assert_eq!(
            said("must have at least 10 characters", &["password"]),
            "password: must have at least 10 characters."
        );
        assert_eq!(said("E-mail or password is wrong.", &["input"]), "E-mail or password is wrong.");
        assert_eq!(said("no such thing", &[]), "no such thing.");
    }
}
