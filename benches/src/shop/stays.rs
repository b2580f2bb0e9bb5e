//! Who belonged to which segment from when to when: the stays, and the log that tells of them.

use fastrand::Rng;

use super::{DAY, LAUNCHED, NOW, Size};

/// A time in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stay {
    /// The segment's id.
    pub(super) segment: u32,
    /// The member's place, its id less one.
    pub(super) member: u32,
    pub(super) joined_at: i64,
    /// None for those who belong still.
    pub(super) left_at: Option<i64>,
}

/// A coming or a going; they sort as they happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) at: i64,
    pub(super) segment: u32,
    pub(super) joined: bool,
    pub(super) member: u32,
}

/// A list is worked on that many times, each time many at once.
const TIMES: usize = 40;
/// Of a hundred who belong, so many were away for a while.
const BACK: u8 = 10;

/// The stays of every segment, by segment and member.
pub(super) fn make(size: &Size, chance: &mut Rng) -> Vec<Stay> {
    let mut stays = Vec::new();
    for segment in 1..=size.segments {
        let times = times(chance);
        let belong = belonging(size, segment);
        // Beside those who belong, a fifth as many who did once; where everybody belongs there is no such one.
        let ever = (belong + belong / 5).min(size.members);
        let (start, stride) = (chance.usize(..size.members), stride(size.members, chance));
        for place in 0..ever {
            let member = ((start + place * stride) % size.members) as u32;
            let mut stay = |joined: usize, left: Option<usize>| {
                let left_at = left.map(|left| times[left]);
                stays.push(Stay { segment: segment as u32, member, joined_at: times[joined], left_at });
            };
            let first = chance.usize(..TIMES - 2);
            let second = chance.usize(first + 1..TIMES - 1);
            if place >= belong {
                stay(first, Some(second));
            } else if chance.u8(0..100) < BACK {
                stay(first, Some(second));
                stay(chance.usize(second + 1..TIMES), None);
            } else {
                stay(chance.usize(..TIMES), None);
            }
        }
    }
    stays.sort_unstable();
    stays
}

/// The log of stays.
pub(super) fn events(stays: &[Stay]) -> Vec<Event> {
    let events = |stay: &Stay| {
        let Stay { segment, member, joined_at, left_at } = *stay;
        let left = left_at.map(|at| Event { at, segment, joined: false, member });
        std::iter::once(Event { at: joined_at, segment, joined: true, member }).chain(left)
    };
    let mut events: Vec<Event> = stays.iter().flat_map(events).collect();
    events.sort_unstable();
    events
}

/// How many belong: from a hundred up to a twelfth of all, and everybody to the last.
fn belonging(size: &Size, segment: usize) -> usize {
    if segment == size.segments {
        return size.members;
    }
    let largest = (size.members as f64 / 12.0 / 100.0).max(1.0);
    let part = segment as f64 / size.segments as f64;
    ((100.0 * largest.powf(part)) as usize).min(size.members)
}

fn times(chance: &mut Rng) -> Vec<i64> {
    let mut times: Vec<i64> = (0..TIMES).map(|_| LAUNCHED + 200 * DAY + chance.i64(0..528 * DAY)).collect();
    times.sort_unstable();
    times.dedup();
    while times.len() < TIMES {
        times.push(NOW - DAY + times.len() as i64);
    }
    times
}

/// A step that meets every member before it meets one again.
fn stride(members: usize, chance: &mut Rng) -> usize {
    loop {
        let stride = chance.usize(1..members.max(2));
        if gcd(stride, members) == 1 {
            return stride;
        }
    }
}

fn gcd(one: usize, other: usize) -> usize {
    if other == 0 { one } else { gcd(other, one % other) }
}
