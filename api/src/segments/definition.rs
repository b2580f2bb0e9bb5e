//! The rule of a DYNAMIC segment: its names found, its circles refused.

use std::collections::{HashMap, HashSet};

use engine::rules::{self, Rule, SegmentName};
use entity::ids::{CampaignId, SegmentId};
use entity::kinds::CampaignStatus;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{SegmentRef, campaign_store, store};
use crate::db::Txn;
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::membership;

/// Finds the segments that a rule names, and refuses the rule where one is not known, is inactive and was not named
/// before, or comes back to the segment itself. The transaction holds the rule set alone, so that no other edit comes in
/// between.
pub(super) async fn resolved(
    txn: &Txn,
    own: Option<SegmentId>,
    named_before: &[SegmentId],
    rule: &Rule<SegmentName>,
) -> Result<Rule<i64>, Stop> {
    let states = store::named_states(txn, &references(rule)).await?;
    found(txn, &states, own, named_before, rule).await.map_err(|stop| stop.under(&["input"]))
}

/// A rule with its names found among the states of segments; paths begin at `rule`.
pub(super) async fn found(
    db: &impl ConnectionTrait,
    states: &[store::State],
    own: Option<SegmentId>,
    named_before: &[SegmentId],
    rule: &Rule<SegmentName>,
) -> Result<Rule<i64>, Stop> {
    let named = rule.segments_at();
    let others = match own {
        Some(_) if !named.is_empty() => membership::named_by(db).await?,
        _ => HashMap::new(),
    };
    let mut ids: HashMap<SegmentName, i64> = HashMap::new();
    let mut refusals = Vec::new();
    for (path, name) in &named {
        let path: Vec<&str> = std::iter::once("rule").chain(path.iter().map(String::as_str)).collect();
        let reference = reference(name);
        let segment = states.iter().find(|segment| match &reference {
            SegmentRef::Id(id) => segment.id == *id,
            SegmentRef::Key(key) => segment.key == *key,
            SegmentRef::Unreadable => false,
        });
        match segment {
            None => refusals.push(Refusal::new(RefusalCode::NotFound, "there is no such segment", &path)),
            Some(segment) if !segment.active && !named_before.contains(&segment.id) => {
                let message = format!("the segment {} is inactive: it cannot be named by a rule", segment.key);
                refusals.push(Refusal::new(RefusalCode::NotAllowed, message, &path));
            }
            Some(segment) => {
                ids.insert((*name).clone(), segment.id.0);
                if let Some(way) = own.and_then(|own| circle(&others, own, segment.id)) {
                    let keys = store::keys(db, &way).await?;
                    let key = |id: &SegmentId| keys.get(id).cloned().unwrap_or_default();
                    let way: Vec<String> = way.iter().map(key).collect();
                    let message = format!("the rule comes back to its own segment: {}", way.join(" → "));
                    refusals.push(Refusal::new(RefusalCode::Cycle, message, &path));
                }
            }
        }
    }
    let campaigns = campaign_store::known(db, rule.campaigns().into_iter().filter_map(|id| campaign(id))).await?;
    for (path, id) in rule.campaigns_at() {
        if !campaign(id).is_some_and(|id| campaigns.contains(&id)) {
            let path: Vec<&str> = std::iter::once("rule").chain(path.iter().map(String::as_str)).collect();
            refusals.push(Refusal::new(RefusalCode::NotFound, "there is no such campaign", &path));
        }
    }
    if !refusals.is_empty() {
        return Err(Stop::Refused(refusals));
    }
    let lost = || Fault::new("a segment or campaign was lost on its way");
    let mut segment = |name: &SegmentName| ids.get(name).copied().ok_or_else(lost);
    Ok(rule.try_map(&mut segment, &mut |id| campaign(id).map(|id| id.0).ok_or_else(lost))?)
}

/// The segments that a rule names.
pub(super) fn names(rule: &Rule<i64>) -> Vec<SegmentId> {
    rule.segments().into_iter().copied().map(SegmentId).collect()
}

/// A rule as it is shown and can be sent back: segments by the keys that they have now.
pub(super) async fn shown(db: &impl ConnectionTrait, rule: Option<&Rule<i64>>) -> Result<Option<Value>, Fault> {
    let Some(rule) = rule else { return Ok(None) };
    let keys = store::keys(db, &names(rule)).await?;
    Ok(Some(rules::shape(rule, &|segment: &i64| json!({"key": keys.get(&SegmentId(*segment))}), &campaign_id)))
}

/// A campaign as a rule that is shown names it.
pub(super) fn campaign_id(campaign: &i64) -> String {
    GlobalId::Campaign(CampaignId(*campaign)).text()
}

/// The campaign of an id; none where it is that of something else.
fn campaign(id: &str) -> Option<CampaignId> {
    match GlobalId::read(id) {
        Some(GlobalId::Campaign(id)) => Some(id),
        _ => None,
    }
}

/// The segments that a rule names, as a caller names them.
pub(super) fn references(rule: &Rule<SegmentName>) -> Vec<SegmentRef> {
    rule.segments().into_iter().map(reference).collect()
}

fn reference(name: &SegmentName) -> SegmentRef {
    match name {
        SegmentName::Key(key) => SegmentRef::Key(key.clone()),
        SegmentName::Id(id) => match GlobalId::read(id) {
            Some(GlobalId::Segment(segment)) => SegmentRef::Id(segment),
            _ => SegmentRef::Unreadable,
        },
    }
}

/// The way from a segment back to it by way of one that its rule is to name; none where there is no way. `others` says
/// which segments the rules of each name.
fn circle(others: &HashMap<SegmentId, Vec<SegmentId>>, own: SegmentId, named: SegmentId) -> Option<Vec<SegmentId>> {
    let (mut seen, mut ways) = (HashSet::new(), vec![vec![own, named]]);
    while let Some(way) = ways.pop() {
        let last = *way.last()?;
        if last == own {
            return Some(way);
        }
        if seen.insert(last) {
            let next = others.get(&last).into_iter().flatten();
            ways.extend(next.map(|next| way.iter().copied().chain([*next]).collect::<Vec<_>>()));
        }
    }
    None
}

/// The refusal of a change that the campaigns for the segment's members do not allow, in one of some states.
pub(super) async fn unless_in_campaign(
    txn: &Txn,
    segment: SegmentId,
    states: &[CampaignStatus],
    what: &str,
) -> Result<(), Stop> {
    let names = campaign_store::of_segment(txn, segment, states).await?;
    if names.is_empty() {
        return Ok(());
    }
    let message =
        format!("it cannot be {what} before these campaigns for its members have ended: {}", names.join(", "));
    Err(Refusal::new(RefusalCode::InUse, message, &["input", "segment"]).into())
}

/// The refusal of a change that the segment's rules and those that name it do not allow.
pub(super) async fn unless_named(txn: &Txn, segment: SegmentId, what: &str) -> Result<(), Stop> {
    let naming = membership::naming(txn, segment).await?;
    if naming.is_empty() {
        return Ok(());
    }
    let keys = store::keys(txn, &naming).await?;
    let mut keys: Vec<String> = keys.into_values().collect();
    keys.sort_unstable();
    let message = format!("it cannot be {what} while rules name it: those of {}", keys.join(", "));
    Err(Refusal::new(RefusalCode::InUse, message, &["input", "segment"]).into())
}
