//! A list is whole, and replaces the membership; or it is given up.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use entity::ids::{MemberId, SegmentSyncId};
use entity::kinds::MembershipReason;
use entity::{segment, segment_sync};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{LASTS, lock, store, trace, unless_over};
use crate::app::App;
use crate::audit::{self, Changes, Entry, Object};
use crate::db::{self, Lock, Txn, raced};
use crate::erased::{self, Name};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::membership::{self, Log, Pushed, PushedName, Who};
use crate::partners::PartnerCaller;
use crate::partners::caller::not_found;
use crate::partners::names::EMAIL;
use crate::partners::push::{count, unless_inactive};
use crate::segments::SegmentRef;

/// Which list is whole now.
#[derive(Clone, Copy, Debug)]
pub struct Commit {
    /// The list.
    pub sync: SegmentSyncId,
    /// How many distinct members it has.
    pub expected_count: Option<i64>,
}

/// Lets the list be the segment's membership, in one instant. It speaks for the instant of its begin: what was pushed of a
/// later one stands. A guard that fails leaves everything as it was. A second commit answers as the first.
pub async fn commit(app: &App, caller: &PartnerCaller, commit: Commit) -> Result<segment_sync::Model, Stop> {
    let alone = AtomicBool::new(false);
    db::retry(|| async {
        let _line = if alone.load(Ordering::Relaxed) { Some(app.partners.alone().await) } else { None };
        let txn = app.db.begin().await?;
        if alone.load(Ordering::Relaxed) {
            db::lock(&txn, Lock::RuleSet).await?;
        }
        let reckoning = figures::reckon(app, &txn).await?;
        let segment = match store::by_id(&txn, commit.sync).await? {
            Some(row) if row.partner_id == caller.partner && row.committed_at.is_some() => return Ok(row),
            Some(row) if row.partner_id == caller.partner => row.segment_id,
            _ => return Err(not_found(&["input", "sync"], "list")),
        };
        // The segment before the list, as when a list begins.
        let segment = caller.owner().lock(&txn, &SegmentRef::Id(segment)).await?;
        let row = lock(&txn, caller, commit.sync).await?;
        if row.committed_at.is_some() {
            return Ok(row);
        }
        unless_over(app, &row)?;
        unless_inactive(&segment)?;
        let (known, names) = store::listed(&txn, row.id).await?;
        let distinct = count(known.len() + names.len());
        if let Some(expected) = commit.expected_count.filter(|expected| *expected != distinct) {
            let message = format!("{distinct} distinct members were received, not {expected}");
            return Err(Refusal::new(RefusalCode::GuardExceeded, message, &["input", "expectedCount"]).into());
        }
        if !names.is_empty() && !alone.swap(true, Ordering::Relaxed) {
            return Err(raced("members were made that a partner may speak of").into());
        }
        let names = unless_erased(&txn, names).await?;
        let row = replace(&txn, &reckoning, caller, &segment, &row, &known, &names).await?;
        let changes = Changes::none().new_field("joined", row.joiners).new_field("left", row.leavers);
        let object = Object::one("Segment", segment.id.0, segment.name.as_str());
        let changes = changes.new_field("pending", row.pending);
        audit::write(app, &txn, caller.by(), Entry { action: "commitSegmentSync", object, changes }).await?;
        txn.commit().await?;
        Ok(row)
    })
    .await
}

/// Lets a list be, and changes nothing. A second abort answers as the first.
pub async fn abort(app: &App, caller: &PartnerCaller, sync: SegmentSyncId) -> Result<segment_sync::Model, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let row = lock(&txn, caller, sync).await?;
        if row.committed_at.is_some() {
            let message = "the list was committed before";
            return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "sync"]).into());
        }
        if row.aborted_at.is_some() {
            return Ok(row);
        }
        let row = store::abort(&txn, row.id, app.clock.now(app.program().zone)).await?;
        let changes = Changes::none().field("aborted", false, true);
        audit::write(app, &txn, caller.by(), trace("abortSegmentSync", &row, changes)).await?;
        txn.commit().await?;
        Ok(row)
    })
    .await
}

/// Aborts the lists that were not finished within a day.
pub async fn abort_old(app: &App) -> Result<(), Stop> {
    let now = app.clock.now(app.program().zone);
    for old in store::open_before(app.db.reader(), now - LASTS).await? {
        let txn = app.db.begin().await?;
        if store::lock(&txn, old).await?.is_some_and(|row| row.committed_at.is_none() && row.aborted_at.is_none()) {
            store::abort(&txn, old, now).await?;
        }
        txn.commit().await?;
    }
    Ok(())
}

async fn replace(
    txn: &Txn,
    reckoning: &Reckoning,
    caller: &PartnerCaller,
    segment: &segment::Model,
    row: &segment_sync::Model,
    known: &[MemberId],
    names: &[PushedName],
) -> Result<segment_sync::Model, Stop> {
    let belonging = store::belonging(txn, segment.id).await?;
    let listed: HashSet<MemberId> = known.iter().copied().collect();
    let others: Vec<MemberId> = belonging.iter().filter(|member| !listed.contains(member)).copied().collect();
    let mut all = [known, &others].concat();
    all.sort_unstable();
    // From now on nobody else says anything of these members.
    let mut log = Log::open(txn, reckoning, &Who::Members(&all), Some(&caller.actor)).await?;
    let newer = membership::newer(txn, segment.id, &all, row.started_at).await?;
    let standing = |members: &[MemberId]| -> Vec<MemberId> {
        members.iter().filter(|member| !newer.contains(member)).copied().collect()
    };
    let (join, leave) = (standing(known), standing(&others));
    unless_too_many_leave(row, leave.len(), belonging.len())?;
    let pushed = Pushed {
        segment,
        emitted_at: row.started_at,
        on: reckoning.zone.day_of(reckoning.now),
        reason: MembershipReason::PartnerSync,
    };
    let moved = membership::push(&mut log, &pushed, &join, &leave).await?;
    log.apply().await?;
    let newer = membership::newer_names(txn, segment.id, names, row.started_at).await?;
    let is_newer = |name: &PushedName| newer.contains(&(name.kind.to_owned(), name.name.clone()));
    let come: Vec<PushedName> = names.iter().filter(|name| !is_newer(name)).cloned().collect();
    store::forget_older_names(txn, segment.id, row.started_at).await?;
    membership::push_names(txn, &pushed, &come, &[]).await?;
    let row = segment_sync::ActiveModel {
        id: Set(row.id),
        committed_at: Set(Some(reckoning.now)),
        joiners: Set(Some(count(moved.joined))),
        leavers: Set(Some(count(moved.left))),
        pending: Set(Some(count(come.len()))),
        ..Default::default()
    };
    Ok(store::finish(txn, row).await?)
}

/// Names of which nobody was erased since they were listed.
async fn unless_erased(txn: &Txn, names: Vec<PushedName>) -> Result<Vec<PushedName>, Fault> {
    let asked: Vec<Name<'_>> = names
        .iter()
        .map(|PushedName { kind, name }| if *kind == EMAIL { Name::Email(name) } else { Name::Number(name) })
        .collect();
    let erased = erased::are_erased(txn, &asked).await?;
    Ok(names.into_iter().zip(erased).filter(|(_, erased)| !erased).map(|(name, _)| name).collect())
}

fn unless_too_many_leave(row: &segment_sync::Model, leave: usize, members: usize) -> Result<(), Stop> {
    let most = row.max_leave_percent.as_deref().and_then(|percent| percent.parse::<Decimal>().ok());
    let Some(most) = most else { return Ok(()) };
    if Decimal::from(leave) * Decimal::ONE_HUNDRED <= most * Decimal::from(members) {
        return Ok(());
    }
    let message = format!("{leave} of {members} members would leave, which is more than {most} percent");
    Err(Refusal::new(RefusalCode::GuardExceeded, message, &["input", "sync"]).into())
}
