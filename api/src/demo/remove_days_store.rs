//! The SQL of taking the demo's members out of the days of segments that stay.

use std::collections::BTreeMap;

use engine::calendar::{Millis, Zone};
use entity::ids::{MemberId, SegmentId};
use entity::kinds::MembershipEventKind;
use entity::segment_day;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use serde::Serialize;

use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, sql};
use crate::error::Fault;

#[derive(Serialize)]
struct Id {
    id: i64,
}

#[derive(FromQueryResult)]
struct Event {
    segment_id: SegmentId,
    kind: MembershipEventKind,
    at: Millis,
}

#[derive(Serialize)]
struct Day {
    segment_id: i64,
    day: String,
    members: i64,
    joiners: i64,
    leavers: i64,
}

const DAY: &[(&str, Column)] =
    &[("segment_id", Int), ("day", Text), ("members", Int), ("joiners", Int), ("leavers", Int)];

/// Takes the comings and goings of members out of the days on which they were counted; to be called before the log
/// forgets them.
pub(super) async fn forget(txn: &Txn, members: &[MemberId], zone: Zone) -> Result<(), Fault> {
    let ids: Vec<Id> = members.iter().map(|id| Id { id: id.0 }).collect();
    let batch = Batch::new(&[("id", Int)], &ids);
    let text = format!(
        "SELECT segment_id, kind, at FROM membership_event
        WHERE member_id IN (SELECT id FROM {}) AND segment_id IN (SELECT id FROM segment)",
        batch.table(txn, 1)
    );
    let mut events: BTreeMap<SegmentId, Vec<Event>> = BTreeMap::new();
    for event in Event::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await? {
        events.entry(event.segment_id).or_default().push(event);
    }
    if events.is_empty() {
        return Ok(());
    }
    let kept = segment_day::Entity::find()
        .filter(segment_day::Column::SegmentId.is_in(events.keys().copied()))
        .order_by_asc(segment_day::Column::SegmentId)
        .order_by_asc(segment_day::Column::Day)
        .all(txn)
        .await?;
    let mut changed = Vec::new();
    for days in kept.chunk_by(|one, other| one.segment_id == other.segment_id) {
        let events = days.first().and_then(|day| events.remove(&day.segment_id)).unwrap_or_default();
        changed.extend(without(days, &events, zone));
    }
    let batch = Batch::new(DAY, &changed);
    let text = format!(
        "UPDATE segment_day SET members = batch.members, joiners = batch.joiners, leavers = batch.leavers FROM {}
        WHERE segment_day.segment_id = batch.segment_id AND segment_day.day = batch.day",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

/// The days of one segment without some events. Each counts on the first day that is kept from its own on.
fn without(days: &[segment_day::Model], events: &[Event], zone: Zone) -> Vec<Day> {
    let (mut events, mut size): (Vec<&Event>, i64) = (events.iter().collect(), 0);
    let one = |day: &segment_day::Model| {
        let (now, later): (Vec<&Event>, Vec<&Event>) =
            std::mem::take(&mut events).into_iter().partition(|event| zone.day_of(event.at).to_string() <= day.day);
        events = later;
        let joined = now.iter().filter(|event| event.kind == MembershipEventKind::Joined).count();
        let (joined, left) = (count(joined), count(now.len() - joined));
        size += joined - left;
        Day {
            segment_id: day.segment_id.0,
            day: day.day.clone(),
            members: day.members - size,
            joiners: day.joiners - joined,
            leavers: day.leavers - left,
        }
    };
    days.iter().map(one).collect()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
