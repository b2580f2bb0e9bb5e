//! A made-up shop of any size: the same seed makes the same rows, and every sum that is kept fits the rows it is made of.

mod figures;
mod people;
mod points;
mod sales;
mod segments;
mod stays;

use anyhow::Result;

use crate::fill::Filler;

pub(crate) use figures::{Sums, quotient};

/// A day of milliseconds.
pub(crate) const DAY: i64 = 86_400_000;
/// The programme's day: its clock stands at the end of it.
pub(crate) const TODAY: &str = "2026-06-30";
/// The programme's time: the last millisecond of that day.
pub(crate) const NOW: i64 = 1_782_864_000_000 - 1;
/// The day on which the programme began, two years before.
pub(crate) const LAUNCHED_ON: &str = "2024-07-01";
/// The first instant of that day.
pub(crate) const LAUNCHED: i64 = NOW + 1 - 730 * DAY;
/// Where the last 12 months begin: 1 July 2025.
pub(crate) const LAST_12_MONTHS: i64 = NOW + 1 - 365 * DAY;
/// Who did what was done by hand.
pub(crate) const OWNER: &str = "owner@tessera.local";

/// How large the shop is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Members; their ids are 1 to this.
    pub(crate) members: usize,
    /// Sales and returns.
    pub(crate) transactions: usize,
    /// Segments; their ids are 1 to this, the last one holds everybody.
    pub(crate) segments: usize,
    /// The seed of every chance.
    pub(crate) seed: u64,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// Memberships of today.
    pub(crate) memberships: usize,
    /// Comings and goings.
    pub(crate) events: usize,
}

/// The number of the member of an id.
pub(crate) fn number(id: usize) -> String {
    format!("M{id:08}")
}

/// How many categories there are.
pub(crate) const CATEGORIES: usize = 20;

/// The name of a category.
pub(crate) fn category(place: usize) -> String {
    format!("category {place}")
}

/// The key of the segment of an id.
pub(crate) fn key(id: usize) -> String {
    format!("bench-{id}")
}

/// Writes the whole shop into tables that are empty.
pub(crate) fn write(size: &Size, filler: &mut dyn Filler) -> Result<Written> {
    let mut chance = fastrand::Rng::with_seed(size.seed);
    let mut sums = vec![people::Member::default(); size.members];
    people::write(&mut sums, &mut chance, filler)?;
    sales::write(size, &mut sums, &mut chance, filler)?;
    sales::write_lines(size, filler)?;
    points::write(size, &mut sums, filler)?;
    people::write_metrics(&sums, filler)?;
    segments::write(size, &sums, &mut chance, filler)
}
