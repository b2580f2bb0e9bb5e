//! What a look at everybody found becomes what is so: brought up to the moment at which nobody else touches facts, and
//! written as one difference.

use std::collections::HashMap;

use engine::calendar::Zone;
use engine::evaluate::{Known, Moment, Program};
use engine::facts::Dictionary;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};
use roaring::RoaringTreemap;

use super::campaign_store::days_of_campaigns;
use super::decide::AT_ONCE;
use super::evaluation::members_of;
use super::evaluation_store as store;
use super::log::{Log, Who};
use super::rule_set::RuleSet;
use super::rule_set_store;
use crate::changes::{self, Horizon};
use crate::db::Txn;
use crate::error::Fault;
use crate::facts::{self, Whose};
use crate::figures::Reckoning;

/// Who belongs by each rule, as of what was seen of the log of changes.
pub(super) struct Found {
    pub(super) sets: Vec<RoaringTreemap>,
    pub(super) horizon: Horizon,
}

/// What was known when the look began.
pub(super) struct Seen<'a> {
    pub(super) known: &'a Known,
    /// The last coming or going before anything was read.
    pub(super) last_event: i64,
}

/// Who belongs by each of so many rules, from what was found in parts.
pub(super) fn together(rules: usize, parts: Vec<Vec<RoaringTreemap>>) -> Vec<RoaringTreemap> {
    let mut sets = vec![RoaringTreemap::new(); rules];
    for part in parts {
        sets.iter_mut().zip(part).for_each(|(set, part)| *set |= part);
    }
    sets
}

/// What was found, with whoever was touched since decided anew from rows; none where that may be everybody, as it is where
/// a campaign has ended since on another day than was said. Nobody else touches facts until the transaction ends.
pub(super) async fn as_of_now(
    txn: &Txn,
    rules: &RuleSet,
    moment: &Moment,
    zone: Zone,
    seen: &Seen<'_>,
    found: &Found,
) -> Result<Option<Vec<RoaringTreemap>>, Fault> {
    let Some(mut anew) = changes::touched_after(txn, &found.horizon).await?.members_alone() else { return Ok(None) };
    anew.extend(store::moved_after(txn, seen.last_event, &rules.named()).await?);
    let known = rule_set_store::known_members(txn, &[], &rules.segments()).await?;
    anew.extend(repinned(seen.known, &known));
    anew.sort_unstable();
    anew.dedup();
    let campaigns = days_of_campaigns(txn, rules.plain(), zone).await?;
    if campaigns != seen.known.campaigns {
        return Ok(None);
    }
    let mut sets = found.sets.clone();
    for members in anew.chunks(AT_ONCE) {
        let mut dictionary = Dictionary::default();
        let facts = facts::read(txn, Whose::Members(members), rules.needs(), zone, &mut dictionary).await?;
        let known = Known { campaigns: campaigns.clone(), ..rule_set_store::known_of(txn, members).await? };
        let program = Program::compile(&rules.listed(), moment, &dictionary);
        let decided = members_of(&program, &facts, &known);
        let gone: RoaringTreemap = members.iter().map(|member| member.0.cast_unsigned()).collect();
        sets.iter_mut().zip(decided).for_each(|(set, decided)| {
            *set -= &gone;
            *set |= decided;
        });
    }
    Ok(Some(sets))
}

/// Writes who comes to segments and who leaves them, so that they belong who should; answers how many did of each.
pub(super) async fn write_differences(
    txn: &Txn,
    reckoning: &Reckoning,
    ids: &[SegmentId],
    sets: &[RoaringTreemap],
    actor: Option<&str>,
    reason: impl Fn(SegmentId) -> MembershipReason,
) -> Result<HashMap<SegmentId, (usize, usize)>, Fault> {
    let before = rule_set_store::known_members(txn, ids, &[]).await?.members;
    let nobody = RoaringTreemap::new();
    let difference = |(id, after): (&SegmentId, &RoaringTreemap)| {
        let before = before.get(&id.0).unwrap_or(&nobody);
        (*id, members(&(after - before)), members(&(before - after)))
    };
    let differences: Vec<(SegmentId, Vec<MemberId>, Vec<MemberId>)> = ids.iter().zip(sets).map(difference).collect();
    let mut all: Vec<MemberId> =
        differences.iter().flat_map(|(_, joiners, leavers)| joiners.iter().chain(leavers)).copied().collect();
    all.sort_unstable();
    all.dedup();
    let mut counts: HashMap<SegmentId, (usize, usize)> = HashMap::new();
    if all.is_empty() {
        return Ok(counts);
    }
    let segments = store::segments(txn, ids).await?;
    let log = Log::open(txn, reckoning, &Who::Members(&all), actor).await?;
    for (id, joiners, leavers) in &differences {
        let Some(segment) = segments.iter().find(|segment| segment.id == *id) else { continue };
        let (come, go) = (MembershipEventKind::Joined, MembershipEventKind::Left);
        let joined = log.write(segment, &Who::Members(joiners), come, reason(*id)).await?;
        let left = log.write(segment, &Who::Members(leavers), go, reason(*id)).await?;
        counts.insert(*id, (joined, left));
    }
    log.apply().await?;
    Ok(counts)
}

/// Members who were pinned, or whose pins were turned or taken away, between two looks.
fn repinned(before: &Known, after: &Known) -> Vec<MemberId> {
    let (mut changed, nobody) = (RoaringTreemap::new(), engine::evaluate::Pins::default());
    for segment in before.pins.keys().chain(after.pins.keys()) {
        let [before, after] = [before, after].map(|known| known.pins.get(segment).unwrap_or(&nobody));
        changed |= (&before.inside ^ &after.inside) | (&before.outside ^ &after.outside);
    }
    members(&changed)
}

fn members(set: &RoaringTreemap) -> Vec<MemberId> {
    set.iter().map(|member| MemberId(member.cast_signed())).collect()
}
