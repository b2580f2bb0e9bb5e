//! The transactions that pass a filter.

use std::ops::Range;

use super::interval::Interval;
use super::matcher::Matcher;
use super::rows::{BLOCK, Rows};
use super::running::Running;
use crate::facts::{Day, Facts};

/// The transactions of a block's members that pass, and running figures over them: a window costs two look-ups.
#[derive(Clone, Debug)]
pub(super) struct Filtered {
    filled: Rows,
    /// Where each row's stand.
    rows: Vec<Range<u32>>,
    /// The day of each transaction, rising, and what there is up to it and with it.
    passed: Vec<(Day, Running)>,
}

impl Default for Filtered {
    fn default() -> Self {
        Self { filled: Rows::NONE, rows: vec![0..0; BLOCK], passed: Vec::new() }
    }
}

impl Filtered {
    /// Forgets the block before.
    pub(super) fn clear(&mut self) {
        self.filled = Rows::NONE;
        self.passed.clear();
    }

    /// Finds the transactions of rows that pass; told is where a row's stand.
    pub(super) fn fill(
        &mut self,
        facts: &Facts,
        matcher: &Matcher,
        rows: Rows,
        places: impl Fn(usize) -> Range<usize>,
    ) {
        let here = |passed: &[(Day, Running)]| u32::try_from(passed.len()).unwrap_or(u32::MAX);
        let (days, flags) = (&facts.transactions.days, &facts.transactions.flags);
        for row in (rows - self.filled).iter() {
            let (start, mut so_far) = (here(&self.passed), Running::default());
            matcher.each(facts, places(row), |place, net| {
                so_far = so_far.and(net, flags[place]);
                self.passed.push((days[place], so_far));
            });
            self.rows[row] = start..here(&self.passed);
        }
        self.filled = self.filled | rows;
    }

    /// What a row has bought within a window.
    #[inline]
    pub(super) fn total(&self, row: usize, window: Interval) -> Running {
        let Range { start, end } = &self.rows[row];
        let passed = &self.passed[*start as usize..*end as usize];
        let before = |day: i64| {
            let count = passed.partition_point(|(passed, _)| i64::from(*passed) < day);
            count.checked_sub(1).map_or_else(Running::default, |last| passed[last].1)
        };
        if window.least > window.most {
            return Running::default();
        }
        before(window.most.saturating_add(1)) - before(window.least)
    }
}
