//! Takes a chunk up: members, documents, figures, the position in the file and the rejects, all in one transaction.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use entity::import;

use super::chunk::Chunk;
use super::named::complete_labels;
use super::options::Kind;
use super::progress::Progress;
use super::rejects::Rejects;
use super::row::Wrong;
use super::segment::Target;
use super::store;
use super::unit::Reject;
use crate::app::App;
use crate::audit::By;
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::ingest::Ingested;
use crate::jobs::Held;
use crate::members::{self, MemberInput};
use crate::membership::{self, Touched};
use crate::{feedback, points, transactions};

/// Writes the chunks of one import.
pub(super) struct Writer<'a> {
    pub(super) app: &'a App,
    pub(super) kind: Kind,
    pub(super) members: MemberRule,
    /// Where a member list goes.
    pub(super) segment: Option<Target>,
    /// How far the import has come.
    pub(super) row: import::Model,
    pub(super) rejects: Rejects,
    /// Who does it.
    pub(super) by: By<'a>,
    /// The job that it is; none at the command line.
    pub(super) held: Option<&'a Held>,
    pub(super) progress: &'a Progress,
}

/// What documents, entries and answers do to the members that they name.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemberRule {
    /// Those that nobody knows are made.
    pub(super) create: bool,
    /// The file says something of them.
    pub(super) profile: bool,
}

/// Rows that the books refuse, by their places in the chunk.
pub(super) type Refused = BTreeMap<usize, Wrong>;

enum Attempt {
    Committed(import::Model),
    /// Rows were refused that had changed their members: everything is undone, to be done again without them.
    Without(Refused),
}

impl Writer<'_> {
    /// Takes a chunk up.
    pub(super) async fn take(&mut self, chunk: &Chunk) -> Result<(), Stop> {
        let mut refused = Refused::new();
        loop {
            match db::retry(|| self.attempt(chunk, &refused)).await? {
                Attempt::Committed(row) => {
                    self.row = row;
                    return Ok(());
                }
                Attempt::Without(more) => refused.extend(more),
            }
        }
    }

    async fn attempt(&self, chunk: &Chunk, refused: &Refused) -> Result<Attempt, Stop> {
        let txn = self.app.db.begin().await?;
        let mut row = self.row.clone();
        let position = row.position + count(chunk.units);
        if !store::claim(&txn, row.id, row.position, position).await? {
            return Err(overtaken().into());
        }
        let reckoning = figures::reckon(self.app, &txn).await?;
        let nothing = || (HashSet::new(), Touched::default());
        let ((done, touched), (changed, profiles)) = match (self.kind, &self.segment) {
            (_, Some(segment)) => {
                ((segment.take(&txn, &reckoning, &chunk.belonging, self.by).await?, Touched::default()), nothing())
            }
            (Kind::Members | Kind::Segment, None) => (self.members(&txn, &reckoning, chunk).await?, nothing()),
            (Kind::Transactions | Kind::Points | Kind::Feedback, None) => {
                match self.touched(&txn, &reckoning, chunk, refused).await? {
                    Ok(changed) => (self.documents(&txn, &reckoning, chunk, refused).await?, changed),
                    Err(more) => {
                        txn.rollback().await?;
                        return Ok(Attempt::Without(more));
                    }
                }
            }
        };
        let mut left_out = refused.clone();
        left_out.extend(done.problems.iter().map(|problem| (problem.row, self.wrong(&problem.refusal))));
        if done.problems.iter().any(|problem| changed.contains(&problem.row)) {
            txn.rollback().await?;
            return Ok(Attempt::Without(left_out));
        }
        membership::settle(&txn, &reckoning, profiles.and(touched)).await?;
        row.position = position;
        row.created += count(done.created);
        row.updated += count(done.updated);
        row.duplicates += count(done.duplicates);
        row.rejected += count(chunk.rejects.len() + left_out.len());
        row.rejects_bytes = self.note(&txn, &row, &in_order(chunk, left_out)).await?;
        store::keep(&txn, &row).await?;
        if let Some(held) = self.held {
            let (done, total) = self.progress.stands(chunk.done);
            if !held.advance(&txn, done, total).await? {
                return Err(overtaken().into());
            }
        }
        txn.commit().await?;
        self.held.inspect(|held| held.advanced());
        Ok(Attempt::Committed(row))
    }

    /// Makes and changes the members of a file of members.
    async fn members(&self, txn: &Txn, reckoning: &Reckoning, chunk: &Chunk) -> Result<(Ingested, Touched), Fault> {
        let (places, mut inputs): (Vec<usize>, Vec<MemberInput>) = chunk.members.iter().cloned().unzip();
        complete_labels(txn, &mut inputs).await?;
        let (mut refused, mut good) = (Ingested::default(), Vec::with_capacity(inputs.len()));
        let mut kept = Vec::with_capacity(inputs.len());
        for (place, input) in places.into_iter().zip(inputs) {
            match input.check(reckoning.now) {
                Ok(input) => {
                    kept.push(place);
                    good.push(input);
                }
                Err(refusal) => refused.refuse(place, refusal),
            }
        }
        let (mut done, touched) = members::ops::upsert_in(txn, reckoning, &good).await?;
        done.problems.iter_mut().for_each(|problem| problem.row = kept[problem.row]);
        Ok((done.and(&refused.problems), touched))
    }

    async fn documents(
        &self,
        txn: &Txn,
        reckoning: &Reckoning,
        chunk: &Chunk,
        refused: &Refused,
    ) -> Result<(Ingested, Touched), Fault> {
        match self.kind {
            Kind::Points => points::ops::record_in(txn, &without(&chunk.points, refused)).await,
            Kind::Feedback => feedback::ops::record_in(txn, &without(&chunk.feedback, refused)).await,
            _ => transactions::record_in(txn, reckoning, &without(&chunk.transactions, refused)).await,
        }
    }

    /// Keeps rejects, and answers how much is kept by now: bytes of a file, rows of a table.
    async fn note(&self, txn: &Txn, row: &import::Model, rejects: &[Reject]) -> Result<i64, Fault> {
        if rejects.is_empty() {
            return Ok(row.rejects_bytes);
        }
        let file = match &self.rejects {
            Rejects::File(file) => file,
            Rejects::Job(job) => {
                store::note(txn, *job, row.rejects_bytes, rejects).await?;
                return Ok(row.rejects_bytes + count(rejects.len()));
            }
        };
        let from = u64::try_from(row.rejects_bytes).unwrap_or_default();
        let length = file.write(from, rejects).map_err(|error| {
            Fault::new(format!("the rejects cannot be written to {}: {error}", file.path().display()))
        })?;
        Ok(i64::try_from(length).unwrap_or(i64::MAX))
    }

    fn wrong(&self, refusal: &Refusal) -> Wrong {
        let mut wrong = Wrong::refused(refusal, "");
        if refusal.code == RefusalCode::NotFound && !self.members.create {
            let dashes = if self.held.is_some() { "" } else { "--" };
            wrong.reason.push_str(&format!("; {dashes}create-members would make one"));
        }
        wrong
    }
}

/// What is said where another process imports the same file.
pub(super) fn overtaken() -> Fault {
    Fault::new("another import of this file is running, and has gone further than this one")
}

/// The rows whose places are not refused.
fn without<'a, T: Clone>(rows: &'a [(usize, T)], refused: &Refused) -> Cow<'a, [(usize, T)]> {
    if refused.is_empty() {
        return Cow::Borrowed(rows);
    }
    Cow::Owned(rows.iter().filter(|(place, _)| !refused.contains_key(place)).cloned().collect())
}

/// The rejects of a chunk, in the order of the file.
fn in_order(chunk: &Chunk, refused: Refused) -> Vec<Reject> {
    let line = |place: usize| chunk.lines.get(place).copied().unwrap_or_default();
    let refused = refused.into_iter().map(|(place, wrong)| (place, vec![Reject { line: line(place), wrong }]));
    let mut all: Vec<(usize, Vec<Reject>)> = chunk.rejects.iter().cloned().chain(refused).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().flat_map(|(_, rejects)| rejects).collect()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
