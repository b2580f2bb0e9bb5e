//! What the demo's commands have to say.

use std::fmt;

use indicatif::HumanCount;

use super::COMMAND;
use super::plan::Plan;
use super::remove_store::Deleted;
use super::store::Holdings;
use crate::audit::{self, Changes, Entry, Object};

/// What became of `tessera demo`.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whether it was there before.
    pub outcome: Outcome,
    pub(super) plan: Plan,
    pub(super) holdings: Holdings,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made.
    Made,
    /// It was begun before, and is whole now.
    Completed,
    /// It was there already; nothing changed.
    AlreadyThere,
}

/// What became of `tessera demo --remove`.
#[derive(Clone, Copy, Debug)]
pub struct Removed(pub(super) Option<Deleted>);

impl Holdings {
    /// What the log keeps of a demo that was made.
    pub(super) fn entry(&self) -> Entry {
        let count = |number: i64| number.unsigned_abs();
        let counts = [
            ("members", count(self.members)),
            ("transactions", count(self.sales + self.returns)),
            ("pointsEntries", count(self.points)),
            ("feedback", count(self.feedback)),
            ("segments", count(self.segments)),
        ];
        audit::counted(COMMAND, "Member", count(self.members), &counts)
    }
}

impl Deleted {
    /// What the log keeps of a demo that was taken away.
    pub(super) fn entry(&self) -> Entry {
        let Self { members, transactions, points, feedback } = *self;
        let changes = Changes::none()
            .gone_field("members", members)
            .gone_field("transactions", transactions)
            .gone_field("pointsEntries", points)
            .gone_field("feedback", feedback);
        Entry { action: COMMAND, object: Object::many("Member", format!("{members} members")), changes }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holdings { members, guests, sales, returns, anonymous, lines, points, feedback, segments } = &self.holdings;
        let Plan { seed, until, .. } = self.plan;
        let outcome = match self.outcome {
            Outcome::Made => "The demo is made",
            Outcome::Completed => "The demo, begun before, is complete",
            Outcome::AlreadyThere => "The demo was made before and nothing is changed",
        };
        writeln!(out, "{outcome}: two years of a made-up shop up to {until}, of seed {seed}.")?;
        let count = |number: &i64| HumanCount(number.unsigned_abs());
        writeln!(out, "  {} customers, {} of them guests", count(members), count(guests))?;
        writeln!(
            out,
            "  {} sales with {} lines, {} of them anonymous, and {} returns",
            count(sales),
            count(lines),
            count(anonymous),
            count(returns)
        )?;
        writeln!(out, "  {} points entries and {} answers to a survey", count(points), count(feedback))?;
        write!(out, "  {} segments", count(segments))
    }
}

impl fmt::Display for Removed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Deleted { members, transactions, points, feedback }) = self.0 else {
            return write!(out, "There is no demo here, so nothing is taken away.");
        };
        write!(
            out,
            "The demo is taken away: {} customers, {} sales and returns, {} points entries, {} answers.",
            HumanCount(members),
            HumanCount(transactions),
            HumanCount(points),
            HumanCount(feedback)
        )
    }
}
