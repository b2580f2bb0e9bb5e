//! The log of who changed what: written in the transaction of the change, so that neither is there without the other.

mod changes;
mod clear;
mod ingested;
mod list;
mod store;

use std::net::IpAddr;

pub use changes::Changes;
pub use clear::{clear, forget};
pub use ingested::{counted, ingested};
pub use list::{AuditFilter, by_id, page};
pub use store::{write, write_all};

/// Who changes something.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// A user's e-mail, or the command for what an operator does on the server's own machine.
    pub actor: &'a str,
    /// From where; none on the server's own machine.
    pub address: Option<IpAddr>,
    command: Option<&'static str>,
}

impl<'a> By<'a> {
    /// Somebody who calls the API.
    pub fn caller(actor: &'a str, address: Option<IpAddr>) -> Self {
        Self { actor, address, command: None }
    }

    /// An operator at the command line.
    pub fn command(command: &'static str) -> Self {
        Self { actor: command, address: None, command: Some(command) }
    }

    /// What the log calls the action: the mutation, or the command that did the same.
    pub fn action(&self, mutation: &'static str) -> &'static str {
        self.command.unwrap_or(mutation)
    }
}

/// A change, as the log keeps it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was done, as the API calls it, for example `updateSegment`, or the command, for example `tessera import`.
    pub action: &'static str,
    /// To what.
    pub object: Object,
    /// What is different now.
    pub changes: Changes,
}

/// What a change was made to.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its type, as the API calls it, for example `Segment`.
    pub kind: &'static str,
    /// Which; none where it was many or none in particular.
    pub id: Option<i64>,
    /// What it was called at that moment.
    pub name: String,
}

impl Object {
    /// One object.
    pub fn one(kind: &'static str, id: i64, name: impl Into<String>) -> Self {
        Self { kind, id: Some(id), name: name.into() }
    }

    /// Many at once, or a thing without an id.
    pub fn many(kind: &'static str, name: impl Into<String>) -> Self {
        Self { kind, id: None, name: name.into() }
    }
}
