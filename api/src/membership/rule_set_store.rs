//! The SQL of rules that decide, and of who names whom.

use std::collections::HashMap;

use engine::evaluate::{Known, Pins};
use entity::ids::{MemberId, SegmentId};
use roaring::RoaringTreemap;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};

use crate::db::{List, Txn, concatenated, ids_of, sql};
use crate::error::Fault;

#[derive(FromQueryResult)]
pub(super) struct DecidingRow {
    pub(super) segment_id: SegmentId,
    pub(super) applied_rule: String,
    pub(super) decided_on: String,
}

/// The rules of active segments, as they were last applied.
pub(super) async fn deciding(db: &impl ConnectionTrait) -> Result<Vec<DecidingRow>, Fault> {
    let text = "SELECT e.segment_id, e.applied_rule, p.decided_on
        FROM segment_evaluation AS e JOIN segment AS s ON s.id = e.segment_id CROSS JOIN program AS p
        WHERE s.active AND e.decides AND NOT e.outdated AND e.applied_rule IS NOT NULL ORDER BY e.segment_id";
    Ok(DecidingRow::find_by_statement(sql(db, text, [])).all(db).await?)
}

/// Which segments each segment's rules name.
pub async fn named_by(db: &impl ConnectionTrait) -> Result<HashMap<SegmentId, Vec<SegmentId>>, Fault> {
    let text = "SELECT segment_id, names FROM segment_reference ORDER BY segment_id, names";
    let mut named: HashMap<SegmentId, Vec<SegmentId>> = HashMap::new();
    for row in db.query_all_raw(sql(db, text, [])).await? {
        named.entry(row.try_get("", "segment_id")?).or_default().push(row.try_get("", "names")?);
    }
    Ok(named)
}

/// The segments whose rules name a segment.
pub async fn naming(db: &impl ConnectionTrait, segment: SegmentId) -> Result<Vec<SegmentId>, Fault> {
    let text = "SELECT segment_id FROM segment_reference WHERE names = $1 ORDER BY segment_id";
    let rows = db.query_all_raw(sql(db, text, [segment.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "segment_id")).collect::<Result<_, _>>()?)
}

/// Writes which segments the rules of a segment name, in the place of those before.
pub async fn write_references(txn: &Txn, segment: SegmentId, names: &[SegmentId]) -> Result<(), Fault> {
    let text = "DELETE FROM segment_reference WHERE segment_id = $1";
    txn.execute_raw(sql(txn, text, [segment.into()])).await?;
    let names = List::ids(names.iter().map(|name| name.0));
    let text = format!("INSERT INTO segment_reference (segment_id, names) SELECT $2, id FROM {}", names.table(txn, 1));
    txn.execute_raw(sql(txn, text, [names.value(txn)?, segment.into()])).await?;
    Ok(())
}

/// The members of so many segments are read by one statement: millions, within the time that a query has.
const SEGMENTS: usize = 8;

/// Everybody who belongs to some segments, and everybody who is pinned in or out of others.
pub async fn known_members(
    db: &impl ConnectionTrait,
    named: &[SegmentId],
    pinned: &[SegmentId],
) -> Result<Known, Fault> {
    let mut known = Known { pins: pins(db, "segment_id", pinned).await?, ..Known::default() };
    for named in named.chunks(SEGMENTS) {
        known.members.extend(belonging(db, named).await?);
    }
    Ok(known)
}

/// The last coming or going of each of some segments, by id; 0 where nobody ever came. The log is written in the order of
/// its commits, so that as long as it is the same the same members belong.
pub async fn last_moves(db: &impl ConnectionTrait, segments: &[SegmentId]) -> Result<HashMap<SegmentId, i64>, Fault> {
    let ids = List::ids(segments.iter().map(|segment| segment.0));
    // One by one: so each is a look at the end of an index. Instants rise with ids.
    let text = format!(
        "SELECT list.id AS id, COALESCE((SELECT e.id FROM membership_event AS e WHERE e.segment_id = list.id
            ORDER BY e.at DESC, e.id DESC LIMIT 1), 0) AS last
        FROM {}",
        ids.table(db, 1)
    );
    let rows = db.query_all_raw(sql(db, text, [ids.value(db)?])).await?;
    let last = |row: &QueryResult| Ok((SegmentId(row.try_get_by_index(0)?), row.try_get_by_index(1)?));
    Ok(rows.iter().map(last).collect::<Result<_, DbErr>>()?)
}

/// Who came to some segments or left them after a place in the log, in its order: where it stands, of which segment, who,
/// and whether it came.
pub async fn moves_after(
    db: &impl ConnectionTrait,
    after: i64,
    segments: &[SegmentId],
) -> Result<Vec<(i64, SegmentId, MemberId, bool)>, Fault> {
    let ids = List::ids(segments.iter().map(|segment| segment.0));
    let text = format!(
        "SELECT e.id, e.segment_id, e.member_id, e.kind = 'JOINED' FROM membership_event AS e
        WHERE e.id > $1 AND e.segment_id IN (SELECT id FROM {}) ORDER BY e.id",
        ids.table(db, 2)
    );
    let rows = db.query_all_raw(sql(db, text, [after.into(), ids.value(db)?])).await?;
    let one = |row: &QueryResult| {
        let (segment, member) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        Ok((row.try_get_by_index(0)?, SegmentId(segment), MemberId(member), row.try_get_by_index(3)?))
    };
    Ok(rows.iter().map(one).collect::<Result<_, DbErr>>()?)
}

/// The segments to which some members belong, and of which they are pinned in or out.
pub async fn known_of(db: &impl ConnectionTrait, members: &[MemberId]) -> Result<Known, Fault> {
    let ids: Vec<SegmentId> = members.iter().map(|member| SegmentId(member.0)).collect();
    let (members, pins) = (belonging_of(db, members).await?, pins(db, "member_id", &ids).await?);
    Ok(Known { members, pins, ..Known::default() })
}

async fn belonging(db: &impl ConnectionTrait, segments: &[SegmentId]) -> Result<HashMap<i64, RoaringTreemap>, Fault> {
    let mut found: HashMap<i64, RoaringTreemap> = HashMap::new();
    for (segment, members) in together(db, "segment_id", "member_id", segments.iter().map(|id| id.0)).await? {
        found.insert(segment, ids_of(&members).map(i64::cast_unsigned).collect());
    }
    Ok(found)
}

/// Read by member, in the order of the index: a group a segment would have to be sorted first.
async fn belonging_of(db: &impl ConnectionTrait, members: &[MemberId]) -> Result<HashMap<i64, RoaringTreemap>, Fault> {
    let mut found: HashMap<i64, RoaringTreemap> = HashMap::new();
    for (member, segments) in together(db, "member_id", "segment_id", members.iter().map(|id| id.0)).await? {
        for segment in ids_of(&segments) {
            found.entry(segment).or_default().insert(member.cast_unsigned());
        }
    }
    Ok(found)
}

/// Memberships of what one column names, with those of the other column in one text: a row each would take several times
/// as long to carry.
async fn together(
    db: &impl ConnectionTrait,
    of: &str,
    listed: &str,
    ids: impl Iterator<Item = i64>,
) -> Result<Vec<(i64, String)>, Fault> {
    let list = List::ids(ids);
    let text = format!(
        "SELECT {of}, {} FROM segment_member WHERE {of} IN (SELECT id FROM {}) GROUP BY {of}",
        concatenated(db, listed),
        list.table(db, 1)
    );
    let rows = db.query_all_raw(sql(db, text, [list.value(db)?])).await?;
    let pair = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    Ok(rows.iter().map(pair).collect::<Result<_, DbErr>>()?)
}

async fn pins(db: &impl ConnectionTrait, column: &str, ids: &[SegmentId]) -> Result<HashMap<i64, Pins>, Fault> {
    let mut found: HashMap<i64, Pins> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let list = List::ids(ids.iter().map(|id| id.0));
    let text = format!(
        "SELECT segment_id, pinned_in, {} FROM segment_pin WHERE {column} IN (SELECT id FROM {})
        GROUP BY segment_id, pinned_in",
        concatenated(db, "member_id"),
        list.table(db, 1)
    );
    for row in db.query_all_raw(sql(db, text, [list.value(db)?])).await? {
        let pins = found.entry(row.try_get_by_index(0)?).or_default();
        let side = if row.try_get_by_index::<bool>(1)? { &mut pins.inside } else { &mut pins.outside };
        *side = ids_of(&row.try_get_by_index::<String>(2)?).map(i64::cast_unsigned).collect();
    }
    Ok(found)
}
