//! Rows on their way to the database: so many as one transaction takes up.

use tokio::sync::mpsc::Sender;

use super::unit::{Body, Reject, Unit};
use crate::members::{MemberInput, MemberRef};
use crate::{feedback, points, transactions};

/// How many rows or documents one transaction takes up.
const UNITS: usize = 5_000;
/// How many lines of documents it takes up: a transaction keeps everybody else on SQLite from writing.
const LINES: usize = 20_000;

/// Rows that are taken up together, each with its place in the chunk.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// How many, with those that are left out.
    pub(super) units: usize,
    /// The first line of each.
    pub(super) lines: Vec<u64>,
    /// Members to make or change, in the order of the file: those of a file of members, and those that documents,
    /// entries and answers speak of.
    pub(super) members: Vec<(usize, MemberInput)>,
    /// Sales and returns.
    pub(super) transactions: Vec<(usize, transactions::Checked)>,
    /// Points entries.
    pub(super) points: Vec<(usize, points::Checked)>,
    /// Answers to surveys.
    pub(super) feedback: Vec<(usize, feedback::Checked)>,
    /// Members who are to belong to the segment.
    pub(super) belonging: Vec<(usize, MemberRef)>,
    /// Those that are left out.
    pub(super) rejects: Vec<(usize, Vec<Reject>)>,
    /// How far the file was read, for the progress.
    pub(super) done: u64,
}

/// Gathers rows into chunks and sends them.
pub(super) struct Chunker {
    chunk: Chunk,
    lines: usize,
    sender: Sender<Chunk>,
}

/// Nobody takes chunks any more: the other side has failed and will say why.
pub(super) struct Gone;

impl Chunker {
    pub(super) fn new(sender: Sender<Chunk>) -> Self {
        Self { chunk: Chunk::default(), lines: 0, sender }
    }

    /// Whether the next row begins a new chunk.
    pub(super) fn is_empty(&self) -> bool {
        self.chunk.units == 0
    }

    /// Takes a unit of so many lines; `done` is how far the file was read. Waits where the database is slower.
    pub(super) fn push(&mut self, unit: Unit, lines: usize, done: u64) -> Result<(), Gone> {
        let chunk = &mut self.chunk;
        let place = chunk.units;
        chunk.units += 1;
        chunk.lines.push(unit.line);
        chunk.done = done;
        self.lines += lines;
        match unit.body {
            Ok(Body::Member(member)) => chunk.members.push((place, *member)),
            Ok(Body::Transaction(document, member)) => {
                chunk.transactions.push((place, *document));
                chunk.members.extend(member.map(|member| (place, *member)));
            }
            Ok(Body::Points(entry, member)) => {
                chunk.points.push((place, *entry));
                chunk.members.extend(member.map(|member| (place, *member)));
            }
            Ok(Body::Feedback(response, member)) => {
                chunk.feedback.push((place, *response));
                chunk.members.extend(member.map(|member| (place, *member)));
            }
            Ok(Body::Belongs(member)) => chunk.belonging.push((place, member)),
            Err(rejects) => chunk.rejects.push((place, rejects)),
        }
        if self.chunk.units >= UNITS || self.lines >= LINES { self.send() } else { Ok(()) }
    }

    /// Sends what is left.
    pub(super) fn finish(mut self) -> Result<(), Gone> {
        if self.is_empty() { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<(), Gone> {
        self.lines = 0;
        self.sender.blocking_send(std::mem::take(&mut self.chunk)).map_err(|_| Gone)
    }
}
