//! What is taken up or rejected as one: a row, or the lines of a document.

use super::row::Wrong;
use crate::members::{MemberInput, MemberRef};
use crate::{feedback, points, transactions};

/// A row, or the lines of a document.
#[derive(Debug)]
pub(super) struct Unit {
    /// Its first line in the file.
    pub(super) line: u64,
    /// What it says, or why it is left out.
    pub(super) body: Result<Body, Vec<Reject>>,
}

/// What a unit says.
#[derive(Debug)]
pub(super) enum Body {
    /// A member.
    Member(Box<MemberInput>),
    /// A document, and what it says of its member.
    Transaction(Box<transactions::Checked>, Option<Box<MemberInput>>),
    /// A points entry, and its member where it may have to be made.
    Points(Box<points::Checked>, Option<Box<MemberInput>>),
    /// An answer to a survey, and its member where it may have to be made.
    Feedback(Box<feedback::Checked>, Option<Box<MemberInput>>),
    /// A member who is to belong to the segment.
    Belongs(MemberRef),
}

/// Why a line is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reject {
    /// The line in the file.
    pub(super) line: u64,
    /// What is wrong there.
    pub(super) wrong: Wrong,
}

impl Unit {
    /// The unit of one row.
    pub(super) fn of_row(line: u64, body: Result<Body, Wrong>) -> Self {
        Self { line, body: body.map_err(|wrong| vec![Reject { line, wrong }]) }
    }
}
