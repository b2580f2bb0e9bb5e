//! What became of rows that came in: good rows are kept, bad rows are named, nothing is dropped in silence.

use std::collections::HashMap;

use engine::calendar::{AHEAD, FIRST_DAY, Millis};
use entity::ids::MemberId;

use crate::error::{Refusal, RefusalCode};

/// The outcome of a batch of rows.
#[derive(Clone, Debug, Default)]
pub struct Ingested {
    /// Rows that made something new.
    pub created: usize,
    /// Rows that changed something.
    pub updated: usize,
    /// Rows that said what was known already.
    pub duplicates: usize,
    /// Rows that were refused, in order.
    pub problems: Vec<Problem>,
}

/// Why a row was refused.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The row's place in the batch, from 0.
    pub row: usize,
    /// The mistake; its path begins at the row.
    pub refusal: Refusal,
}

impl Ingested {
    /// Names a refused row.
    pub fn refuse(&mut self, row: usize, refusal: Refusal) {
        self.problems.push(Problem { row, refusal });
    }

    /// The same with rows that were refused before, all in order.
    pub fn and(mut self, problems: &[Problem]) -> Self {
        self.problems.extend_from_slice(problems);
        self.problems.sort_by_key(|problem| problem.row);
        self
    }
}

/// Parts the rows that were found right, with their places, from those that were not.
pub fn part<I, C>(rows: Vec<I>, check: impl Fn(I) -> Result<C, Refusal>) -> (Vec<(usize, C)>, Vec<Problem>) {
    let (mut good, mut problems) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row, input) in rows.into_iter().enumerate() {
        match check(input) {
            Ok(checked) => good.push((row, checked)),
            Err(refusal) => problems.push(Problem { row, refusal }),
        }
    }
    (good, problems)
}

/// A row that is a member's and that a document names: it is recorded once.
pub trait Named: Clone + PartialEq {
    /// What one is called in a sentence.
    const WHAT: &'static str;

    /// Whose it is, and its document.
    fn name(&self) -> (MemberId, &str);
}

/// The rows that are not recorded yet, in the order in which they are written; the others are counted or refused. `known`
/// are those that are recorded under one of the names.
pub fn unknown<R: Named>(known: Vec<R>, named: Vec<(usize, R)>, done: &mut Ingested) -> Vec<R> {
    let key = |row: &R| (row.name().0, row.name().1.to_owned());
    let mut known: HashMap<(MemberId, String), R> = known.into_iter().map(|row| (key(&row), row)).collect();
    let mut new: Vec<R> = Vec::with_capacity(named.len());
    for (place, row) in named {
        match known.get(&key(&row)) {
            Some(recorded) if *recorded == row => done.duplicates += 1,
            Some(_) => {
                let what = R::WHAT;
                let message =
                    format!("this document is recorded with another body; give the {what} a document of its own");
                done.refuse(place, Refusal::new(RefusalCode::Conflict, message, &["document"]));
            }
            None => {
                known.insert(key(&row), row.clone());
                new.push(row);
            }
        }
    }
    new.sort_by(|one, other| one.name().cmp(&other.name()));
    new
}

/// How many rows one request may bring; the file import takes any number.
pub const MAX_ROWS: usize = 10_000;

/// An instant that may be recorded: not before 1900, and at most one day ahead.
pub fn instant(at: Millis, now: Millis, path: &[&str]) -> Result<Millis, Refusal> {
    let day = engine::calendar::utc_datetime(at).date_naive();
    if day < FIRST_DAY {
        return Err(Refusal::new(RefusalCode::Invalid, "must not lie before 1900", path));
    }
    if at > now + AHEAD.num_milliseconds() {
        return Err(Refusal::new(RefusalCode::Invalid, "must not lie more than one day ahead", path));
    }
    Ok(at)
}
