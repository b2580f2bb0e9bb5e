//! Points entries come in.

use std::collections::HashMap;

use engine::ledger::PointsMove;
use entity::ids::MemberId;
use entity::kinds::PointsKind;

use super::PointsInput;
use super::input::Checked;
use super::store::{self, EntryRow};
use crate::app::App;
use crate::audit::{self, By};
use crate::db::{self, Txn, raced};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures::{self, MemberMove};
use crate::ingest::{self, Ingested};
use crate::members::{self, MemberRef};
use crate::membership::{self, Touched};

/// Records entries. Bad rows are named, good ones kept, known ones counted as duplicates.
pub async fn record(app: &App, by: By<'_>, rows: Vec<PointsInput>) -> Result<Ingested, Stop> {
    let now = app.clock.now(app.program().zone);
    let (good, problems) = ingest::part(rows, |row| row.check(now));
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let (done, touched) = record_in(&txn, &good).await?;
        membership::settle(&txn, &reckoning, touched).await?;
        if let Some(entry) = audit::ingested(by.action("recordPoints"), "PointsEntry", &done) {
            audit::write(app, &txn, by, entry).await?;
        }
        txn.commit().await?;
        Ok(done.and(&problems))
    })
    .await
}

/// The same within a transaction, for entries with their places in the batch. What was touched is to be settled at the
/// transaction's end.
pub async fn record_in(txn: &Txn, rows: &[(usize, Checked)]) -> Result<(Ingested, Touched), Fault> {
    let mut done = Ingested::default();
    let references: Vec<MemberRef> = rows.iter().map(|(_, Checked(row))| row.member.clone()).collect();
    let members = members::resolve(txn, &references).await?;
    let mut named = Vec::with_capacity(rows.len());
    for ((place, Checked(row)), member) in rows.iter().zip(members) {
        match member {
            Ok(member) => named.push((*place, EntryRow::new(member, row))),
            Err(why) => done.refuse(*place, why.refusal(&["member"])),
        }
    }
    let mut known: HashMap<(i64, String), EntryRow> = HashMap::new();
    for row in store::known(txn, named.iter().map(|(_, row)| row)).await? {
        known.insert((row.member_id, row.document.clone()), row);
    }
    let mut new: Vec<EntryRow> = Vec::with_capacity(named.len());
    for (place, row) in named {
        match known.get(&(row.member_id, row.document.clone())) {
            Some(recorded) if *recorded == row => done.duplicates += 1,
            Some(_) => {
                let message = "this document is recorded with another body; book an ADJUSTED entry";
                done.refuse(place, Refusal::new(RefusalCode::Conflict, message, &["document"]));
            }
            None => {
                known.insert((row.member_id, row.document.clone()), row.clone());
                new.push(row);
            }
        }
    }
    done.created = new.len();
    done.problems.sort_by_key(|problem| problem.row);
    new.sort_by(|one, other| (one.member_id, &one.document).cmp(&(other.member_id, &other.document)));
    if store::insert(txn, &new).await? != new.len() {
        return Err(raced("a points entry was recorded"));
    }
    let moves = moves(&new);
    let shares = figures::move_members(txn, &moves, &[]).await?;
    let members = moves.iter().map(|one| one.member_id).collect();
    Ok((done, Touched::new(members, shares)))
}

fn moves(new: &[EntryRow]) -> Vec<MemberMove> {
    let mut moves: HashMap<i64, MemberMove> = HashMap::new();
    for row in new {
        let moved = moves.entry(row.member_id).or_insert_with(|| MemberMove::none(MemberId(row.member_id)));
        let (sum, kind) = match row.kind {
            PointsKind::Earned => (&mut moved.points_earned, PointsMove::Earned),
            PointsKind::Redeemed => (&mut moved.points_redeemed, PointsMove::Redeemed),
            PointsKind::Expired => (&mut moved.points_expired, PointsMove::Expired),
            PointsKind::Adjusted => (&mut moved.points_adjusted, PointsMove::Adjusted),
        };
        *sum += row.points;
        moved.points_balance += kind.balance(row.points);
    }
    moves.into_values().collect()
}
