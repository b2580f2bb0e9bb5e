//! Running counts and sums of a member's transactions, so that a window of days costs two look-ups.

use std::ops::Range;

use super::matcher::Matcher;
use crate::facts::{Facts, PURCHASE};

/// The transactions of one member that pass one filter. For each place, how many purchases and how much net spending
/// there is before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    /// The member's row for which it holds, plus one.
    pub(super) row: usize,
    counts: Vec<u32>,
    sums: Vec<i64>,
}

impl Series {
    /// Adds up a member's transactions.
    pub(super) fn fill(&mut self, facts: &Facts, places: Range<usize>, matcher: Option<&Matcher>) {
        let (mut count, mut sum) = (0, 0_i64);
        self.counts.clear();
        self.sums.clear();
        self.counts.push(count);
        self.sums.push(sum);
        let transactions = &facts.transactions;
        let (nets, flags) = (&transactions.nets[places.clone()], &transactions.flags[places.clone()]);
        match matcher {
            None => {
                for (net, flags) in nets.iter().zip(flags) {
                    sum += net;
                    count += u32::from(flags & PURCHASE);
                    self.counts.push(count);
                    self.sums.push(sum);
                }
            }
            Some(matcher) => {
                for (place, flags) in places.zip(flags) {
                    if let Some(net) = matcher.counted(facts, place) {
                        sum += net;
                        count += u32::from(flags & PURCHASE);
                    }
                    self.counts.push(count);
                    self.sums.push(sum);
                }
            }
        }
    }

    /// Purchases among the places of a window.
    pub(super) fn count(&self, places: &Range<usize>) -> i64 {
        i64::from(self.counts[places.end] - self.counts[places.start])
    }

    /// Net spending among the places of a window, in minor units.
    pub(super) fn spending(&self, places: &Range<usize>) -> i64 {
        self.sums[places.end] - self.sums[places.start]
    }
}
