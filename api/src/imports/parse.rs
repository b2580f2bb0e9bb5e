//! Reads a file on a thread of its own, so that reading and writing overlap.

use std::sync::Arc;

use engine::calendar::Zone;
use engine::money::Currency;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::chunk::{Chunk, Chunker, Gone};
use super::lines::Lines;
use super::options::{Columns, Plan};
use super::progress::Progress;
use super::row::{Reading, Row, Wrong};
use super::rows::Rows;
use super::sort::Sorter;
use super::unit::{Body, Unit};
use crate::clock::Clock;

/// A file about to be read.
pub(super) struct Parse {
    pub(super) reader: Rows,
    pub(super) plan: Plan,
    /// How many rows or documents were taken up before.
    pub(super) skip: u64,
    pub(super) clock: Clock,
    pub(super) zone: Zone,
    pub(super) currency: Currency,
    pub(super) progress: Arc<Progress>,
    /// Ends the sorting; the reading of the file has its own bounds.
    pub(super) stop: CancellationToken,
}

impl Parse {
    /// Reads everything and sends it in chunks. Ends early, and without a word, where nobody takes them any more.
    pub(super) fn run(mut self, sender: Sender<Chunk>) -> anyhow::Result<()> {
        let mut chunker = Chunker::new(sender);
        let sent = match self.plan.columns.clone() {
            Columns::Lines(lines) => self.documents(&lines, &mut chunker)?,
            columns => self.rows(&columns, &mut chunker)?,
        };
        // Gone: whoever took the chunks says why.
        let _ = sent.and_then(|()| chunker.finish());
        Ok(())
    }

    fn rows(&mut self, columns: &Columns, chunker: &mut Chunker) -> anyhow::Result<Result<(), Gone>> {
        let mut reading = self.reading();
        let mut skipped = 0;
        while self.reader.read()? {
            if skipped < self.skip {
                skipped += 1;
                continue;
            }
            if chunker.is_empty() {
                reading = self.reading();
            }
            let row = Row { line: self.reader.line(), record: self.reader.record(), places: &self.plan.places };
            let body = self.reader.wrong().map_or_else(|| read(columns, &row, &reading), Err);
            if chunker.push(Unit::of_row(row.line, body), 1, self.reader.taken()).is_err() {
                return Ok(Err(Gone));
            }
        }
        Ok(Ok(()))
    }

    fn documents(&mut self, lines: &Lines, chunker: &mut Chunker) -> anyhow::Result<Result<(), Gone>> {
        let mut sorter = Sorter::new(&self.stop);
        while self.reader.read()? {
            let row = Row { line: self.reader.line(), record: self.reader.record(), places: &self.plan.places };
            sorter.push(lines.spilled(&row, self.reader.wrong())?)?;
            self.progress.sorting(self.reader.taken());
        }
        let mut groups = sorter.groups()?;
        self.progress.documents(groups.count(), self.skip);
        let (mut reading, mut place) = (self.reading(), 0);
        while let Some(group) = groups.read()? {
            place += 1;
            if place <= self.skip {
                continue;
            }
            if chunker.is_empty() {
                reading = self.reading();
            }
            if chunker.push(lines.read(&group, &reading)?, group.len(), place).is_err() {
                return Ok(Err(Gone));
            }
        }
        Ok(Ok(()))
    }

    /// The time is that of the chunk: a long import may take days.
    fn reading(&self) -> Reading {
        Reading { zone: self.zone, currency: self.currency, now: self.clock.now(self.zone) }
    }
}

fn read(columns: &Columns, row: &Row<'_>, reading: &Reading) -> Result<Body, Wrong> {
    match columns {
        Columns::Members(members) => members.read(row, reading),
        Columns::Single(transactions) => transactions.read(row, reading),
        Columns::Points(points) => points.read(row, reading),
        Columns::Feedback(feedback) => feedback.read(row, reading),
        Columns::List(list) => list.read(row),
        // Lines go through the sorter.
        Columns::Lines(_) => Err(Wrong::new("", "is a line")),
    }
}
