//! The columns.

use std::ops::Range;

use rust_decimal::Decimal;

use super::items::Items;
use super::participation::Participation;
use super::profiles::Profiles;
use super::valuation::Valued;
use super::{Day, TextId};
use crate::ledger::PointsMove;

/// The facts of some members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Ids, rising.
    pub(crate) members: Vec<i64>,
    pub(crate) profiles: Profiles,
    /// Folded.
    pub(crate) numbers: Texts,
    /// Folded; empty where there is none.
    pub(crate) emails: Texts,
    pub(crate) labels: Grouped<Pair>,
    pub(crate) attributes: Grouped<(TextId, AttributeValue)>,
    /// Where each member's transactions end.
    pub(crate) transaction_ends: Vec<u32>,
    pub(crate) transactions: Transactions,
    pub(crate) points_ends: Vec<u32>,
    pub(crate) points: Points,
    pub(crate) feedback: Grouped<Answer>,
    pub(crate) valued: Vec<Valued>,
    /// Each campaign once a member.
    pub(crate) campaigns: Grouped<Participation>,
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttributeValue {
    /// A text, and the day that it says, or [`NO_DAY`].
    Text(TextId, Day),
    /// A number that a decimal holds exactly.
    Number(Decimal),
    /// True or false.
    Flag(bool),
    /// A list, an object, or a number beyond a decimal: it is there, and no test of a value holds.
    Other,
}

/// A key and a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) key: TextId,
    pub(crate) value: TextId,
}

/// An answer in a survey; a member's answers stand in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) day: Day,
    pub(crate) survey: TextId,
    pub(crate) score: u8,
}

/// Items in groups, one group a member or a transaction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grouped<T> {
    pub(crate) ends: Vec<u32>,
    pub(crate) items: Vec<T>,
}

impl<T> Default for Grouped<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

/// Texts of their own for each member, one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Texts {
    pub(super) ends: Vec<u32>,
    pub(super) text: String,
}

/// Documents, member by member.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Transactions {
    /// Ids of the rows; empty where nobody asks for evidence.
    pub(crate) ids: Vec<i64>,
    pub(crate) days: Vec<Day>,
    /// Minor units; what is taken back is negative.
    pub(crate) nets: Vec<i64>,
    pub(crate) flags: Vec<u8>,
    pub(crate) channels: Vec<TextId>,
    pub(crate) locations: Vec<TextId>,
    pub(crate) labels: Grouped<Pair>,
    pub(crate) items: Items,
}

/// The document is a purchase.
pub(crate) const PURCHASE: u8 = 1;
/// The document is a return.
pub(crate) const RETURN: u8 = 2;

/// Points entries, member by member.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Points {
    pub(crate) days: Vec<Day>,
    pub(crate) kinds: Vec<PointsMove>,
    pub(crate) points: Vec<i32>,
    pub(crate) origins: Vec<TextId>,
}

impl Facts {
    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The ids of the members, rising; a member's place here is its row.
    pub fn members(&self) -> &[i64] {
        &self.members
    }

    /// The row of a member.
    pub fn row(&self, member: i64) -> Option<usize> {
        self.members.binary_search(&member).ok()
    }

    /// How many transactions there are.
    pub fn transactions(&self) -> usize {
        self.transactions.days.len()
    }

    /// What is known of the members themselves, row by row.
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    pub(crate) fn transactions_of(&self, row: usize) -> Range<usize> {
        range(&self.transaction_ends, row)
    }

    pub(crate) fn points_of(&self, row: usize) -> Range<usize> {
        range(&self.points_ends, row)
    }

    /// Bytes on the heap: of transactions without their lines, and of everything.
    pub fn bytes(&self) -> (usize, usize) {
        let Transactions { ids, days, nets, flags, channels, locations, labels, items } = &self.transactions;
        let transactions = bytes(&self.transaction_ends)
            + bytes(ids)
            + bytes(days)
            + bytes(nets)
            + bytes(flags)
            + bytes(channels)
            + bytes(locations)
            + labels.bytes()
            + bytes(&items.ends);
        let others = bytes(&self.members)
            + self.profiles.bytes()
            + self.numbers.bytes()
            + self.emails.bytes()
            + self.labels.bytes()
            + self.attributes.bytes()
            + items.bytes()
            + bytes(&self.points_ends)
            + bytes(&self.points.days)
            + bytes(&self.points.kinds)
            + bytes(&self.points.points)
            + bytes(&self.points.origins)
            + self.feedback.bytes()
            + bytes(&self.valued)
            + self.campaigns.bytes();
        (transactions, transactions + others)
    }
}

impl<T: Copy> Grouped<T> {
    pub(crate) fn of(&self, group: usize) -> &[T] {
        &self.items[range(&self.ends, group)]
    }

    /// Adds a group.
    pub(crate) fn push(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
        self.ends.push(end(&self.items));
    }

    fn bytes(&self) -> usize {
        bytes(&self.ends) + bytes(&self.items)
    }
}

impl Texts {
    pub(crate) fn of(&self, row: usize) -> &str {
        self.text.get(range(&self.ends, row)).unwrap_or_default()
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    fn bytes(&self) -> usize {
        bytes(&self.ends) + self.text.capacity()
    }
}

/// Where the days from one to another stand among rising days; empty where there are none. They are looked for from the
/// last one backwards, as most spans of days end today and begin not long ago.
#[inline]
pub(crate) fn days_within(days: &[Day], least: i64, most: i64) -> Range<usize> {
    let until = days.iter().rposition(|day| i64::from(*day) <= most).map_or(0, |last| last + 1);
    let before = days[..until].iter().rposition(|day| i64::from(*day) < least).map_or(0, |last| last + 1);
    before..until
}

/// Where the last group ends.
pub(crate) fn end<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

pub(super) fn range(ends: &[u32], place: usize) -> Range<usize> {
    let start = if place == 0 { 0 } else { ends[place - 1] as usize };
    start..ends[place] as usize
}

pub(super) fn bytes<T>(column: &Vec<T>) -> usize {
    column.capacity() * size_of::<T>()
}
