//! Segments with their members, log, past, days and figures.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::DateTime;
use fastrand::Rng;

use super::people::Member;
use super::stays::{self, Event, Stay};
use super::{DAY, LAUNCHED, NOW, OWNER, Size, Sums, Written, key};
use crate::fill::{Cell, Filler};

const SEGMENT: [&str; 13] = [
    "id",
    "key",
    "name",
    "name_folded",
    "name_owned",
    "search_words",
    "kind",
    "active",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "description",
];
const STATS: [&str; 11] = [
    "segment_id",
    "members",
    "reachable",
    "transactions",
    "spending",
    "spending_12m",
    "average_transaction_value",
    "average_transactions",
    "average_spending",
    "average_clv",
    "stats_at",
];
const EVENT: [&str; 9] =
    ["id", "segment_id", "segment_key", "segment_name", "member_id", "kind", "reason", "at", "actor"];
const SEGMENT_DAY: [&str; 8] = [
    "segment_id",
    "day",
    "members",
    "joiners",
    "leavers",
    "average_transaction_value",
    "average_spending",
    "average_clv",
];
const KINDS: [&str; 4] = ["Club", "Newsletter", "Club of friends", "Test group"];

/// Writes the segments and all that belongs to them.
pub(super) fn write(size: &Size, members: &[Member], chance: &mut Rng, filler: &mut dyn Filler) -> Result<Written> {
    let stays = stays::make(size, chance);
    let events = stays::events(&stays);
    write_segments(size, chance, filler)?;
    let (days, sums) = follow(size, members, &events);
    write_stats(&sums, filler)?;
    write_days(&days, filler)?;
    write_stays(&stays, filler)?;
    write_events(&events, filler)?;
    Ok(Written { memberships: stays.iter().filter(|stay| stay.left_at.is_none()).count(), events: events.len() })
}

fn name(id: usize) -> String {
    format!("{} {id}", KINDS[id % KINDS.len()])
}

fn write_segments(size: &Size, chance: &mut Rng, filler: &mut dyn Filler) -> Result<()> {
    filler.table("segment", &SEGMENT, &mut |rows| {
        for id in 1..=size.segments {
            let (key, name) = (key(id), name(id));
            let folded = name.to_ascii_lowercase();
            let words = format!(" {folded}");
            let made = Cell::Int(LAUNCHED + chance.i64(0..200 * DAY));
            let text = Cell::Text;
            rows.row(&[
                Cell::id(id),
                text(&key),
                text(&name),
                text(&folded),
                text(&folded),
                text(&words),
                text("MANUAL"),
                Cell::Bool(true),
                Cell::Int(1),
                made,
                text(OWNER),
                made,
                Cell::Null,
            ])?;
        }
        Ok(())
    })?;
    filler.table("segment_tag", &["segment_id", "position", "tag", "tag_folded"], &mut |rows| {
        for id in 1..=size.segments {
            let tag = ["spring", "summer", "autumn", "winter"][id % 4];
            rows.row(&[Cell::id(id), Cell::Int(0), Cell::Text(tag), Cell::Text(tag)])?;
        }
        Ok(())
    })
}

/// How a segment's day ended, and who came and went on it.
#[derive(Default)]
struct Day {
    sums: Sums,
    joiners: i64,
    leavers: i64,
}

/// Follows the log: each day on which a segment changed, and the sums of today.
fn follow(size: &Size, members: &[Member], events: &[Event]) -> (BTreeMap<(u32, i64), Day>, Vec<Sums>) {
    let mut days: BTreeMap<(u32, i64), Day> = BTreeMap::new();
    let mut sums = vec![Sums::default(); size.segments];
    for event in events {
        let running = &mut sums[event.segment as usize - 1];
        running.add(&members[event.member as usize].share(), if event.joined { 1 } else { -1 });
        let day = days.entry((event.segment, event.at / DAY)).or_default();
        day.sums = *running;
        *(if event.joined { &mut day.joiners } else { &mut day.leavers }) += 1;
    }
    (days, sums)
}

fn amount(minor: Option<i64>) -> Cell<'static> {
    minor.map_or(Cell::Null, Cell::Int)
}

fn write_stats(sums: &[Sums], filler: &mut dyn Filler) -> Result<()> {
    filler.table("segment_stats", &STATS, &mut |rows| {
        for (index, sums) in sums.iter().enumerate() {
            rows.row(&[
                Cell::id(index + 1),
                Cell::Int(sums.members),
                Cell::Int(sums.reachable),
                Cell::Int(sums.transactions),
                Cell::Int(sums.spending),
                Cell::Int(sums.spending_12m),
                amount(sums.average_transaction_value()),
                sums.average_transactions().map_or(Cell::Null, Cell::Real),
                amount(sums.average_spending()),
                amount(sums.average_clv()),
                Cell::Int(NOW),
            ])?;
        }
        Ok(())
    })
}

fn write_days(days: &BTreeMap<(u32, i64), Day>, filler: &mut dyn Filler) -> Result<()> {
    filler.table("segment_day", &SEGMENT_DAY, &mut |rows| {
        for ((segment, day), Day { sums, joiners, leavers }) in days {
            let date = DateTime::from_timestamp_millis(day * DAY).unwrap_or_default().date_naive().to_string();
            rows.row(&[
                Cell::Int((*segment).into()),
                Cell::Text(&date),
                Cell::Int(sums.members),
                Cell::Int(*joiners),
                Cell::Int(*leavers),
                amount(sums.average_transaction_value()),
                amount(sums.average_spending()),
                amount(sums.average_clv()),
            ])?;
        }
        Ok(())
    })
}

fn write_stays(stays: &[Stay], filler: &mut dyn Filler) -> Result<()> {
    let ids = |stay: &Stay| [Cell::Int(stay.segment.into()), Cell::Int(i64::from(stay.member) + 1)];
    filler.table("segment_member", &["segment_id", "member_id", "joined_at", "via"], &mut |rows| {
        for stay in stays.iter().filter(|stay| stay.left_at.is_none()) {
            let [segment, member] = ids(stay);
            rows.row(&[segment, member, Cell::Int(stay.joined_at), Cell::Text("ASSIGNED")])?;
        }
        Ok(())
    })?;
    filler.table("segment_past", &["segment_id", "member_id", "joined_at", "left_at"], &mut |rows| {
        for stay in stays {
            let (Some(left_at), [segment, member]) = (stay.left_at, ids(stay)) else { continue };
            rows.row(&[segment, member, Cell::Int(stay.joined_at), Cell::Int(left_at)])?;
        }
        Ok(())
    })
}

fn write_events(events: &[Event], filler: &mut dyn Filler) -> Result<()> {
    filler.table("membership_event", &EVENT, &mut |rows| {
        for (index, event) in events.iter().enumerate() {
            let segment = event.segment as usize;
            let (key, name) = (key(segment), name(segment));
            let (kind, reason) = if event.joined { ("JOINED", "ASSIGNED") } else { ("LEFT", "UNASSIGNED") };
            rows.row(&[
                Cell::id(index + 1),
                Cell::id(segment),
                Cell::Text(&key),
                Cell::Text(&name),
                Cell::Int(i64::from(event.member) + 1),
                Cell::Text(kind),
                Cell::Text(reason),
                Cell::Int(event.at),
                Cell::Text(OWNER),
            ])?;
        }
        Ok(())
    })
}
