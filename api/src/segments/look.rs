//! A rule is looked at: its names are found as for a change, and nothing is changed.

use std::collections::HashMap;

use engine::rules::{Rule, SegmentName};
use entity::ids::SegmentId;
use entity::kinds::SegmentKind;
use sea_orm::ConnectionTrait;

use super::{SegmentRef, campaign_store, definition, store};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::membership;

/// A rule with its names found, and the segment whose rule it would replace.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The rule.
    pub rule: Rule<i64>,
    /// What the segments that it names are called.
    pub names: HashMap<SegmentId, String>,
    /// What the campaigns that it names are called.
    pub campaigns: HashMap<i64, String>,
    /// The segment.
    pub replacing: Option<SegmentId>,
}

/// Finds the segments that a rule names, as for a new segment or for one that it would replace, and refuses what would be
/// refused there. Paths begin at `rule` and at `replacing`.
pub async fn look(
    db: &impl ConnectionTrait,
    rule: &Rule<SegmentName>,
    replacing: Option<&SegmentRef>,
) -> Result<Looked, Stop> {
    let mut refusals = Vec::new();
    let replaced = match replacing {
        Some(reference) => reference.row(db).await?,
        None => None,
    };
    if replacing.is_some() && replaced.is_none() {
        refusals.push(Refusal::new(RefusalCode::NotFound, "there is no such segment", &["replacing"]));
    }
    // A list made by hand has no rule that could come back to it.
    let own = replaced.as_ref().filter(|row| row.kind == SegmentKind::Dynamic).map(|row| row.id);
    let before = replaced.as_ref().and_then(|row| row.rule.as_deref()).map(membership::told).transpose()?;
    let named_before = before.as_ref().map(definition::names).unwrap_or_default();
    let states = store::states(db, &definition::references(rule)).await?;
    match definition::found(db, &states, own, &named_before, rule).await {
        Ok(rule) if refusals.is_empty() => {
            let names = names_of(db, &definition::names(&rule)).await?;
            let campaigns = campaign_store::called(db, [&rule]).await?;
            Ok(Looked { rule, names, campaigns, replacing: replaced.map(|row| row.id) })
        }
        Ok(_) => Err(Stop::Refused(refusals)),
        Err(Stop::Refused(others)) => {
            refusals.extend(others);
            Err(Stop::Refused(refusals))
        }
        Err(fault) => Err(fault),
    }
}

/// What segments are called.
pub async fn names_of(db: &impl ConnectionTrait, ids: &[SegmentId]) -> Result<HashMap<SegmentId, String>, Fault> {
    let found = store::keys_and_names(db, ids).await?;
    Ok(found.into_iter().map(|(id, (_, name))| (id, name)).collect())
}
