//! Changes what a segment is called, what is said of it, and its rule.

use engine::rules::{Rule, SegmentName};
use engine::text::{fold, search_words};
use entity::ids::SegmentId;
use entity::kinds::{SegmentKind, WebhookEvent};
use entity::{job, segment};
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;

use super::create::{Changed, read, unwritten};
use super::external::{expiry, name_owned};
use super::{SegmentRef, definition, input, row_store, tag_store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::db::{self, Lock, Txn};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::patch::Patch;
use crate::{jobs, membership, webhooks};

/// What is to change.
#[derive(Clone, Debug)]
pub struct SegmentPatch {
    /// The segment.
    pub segment: SegmentRef,
    /// The version that the caller saw: where it is not the segment's any more, nothing changes.
    pub expected_version: Option<i64>,
    /// Unique, ignoring case; it cannot be emptied.
    pub name: Patch<String>,
    /// What it is for.
    pub description: Patch<String>,
    /// For finding it.
    pub tags: Patch<Vec<String>>,
    /// Who belongs follows from it; of a DYNAMIC segment alone, and it cannot be emptied.
    pub rule: Patch<Rule<SegmentName>>,
    /// After how many days a membership lapses that is not pushed again; of an EXTERNAL segment alone.
    pub expires_after_days: Patch<i64>,
}

/// Changes a segment. Its version grows where something is different afterwards; an edit that says what is so already
/// changes nothing. A new rule keeps the membership as it is until its evaluation has landed.
pub async fn update(app: &App, caller: &Caller, patch: &SegmentPatch) -> Result<Changed, Stop> {
    let checked = Checked::new(patch)?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        if !matches!(patch.rule, Patch::Keep) {
            db::lock(&txn, Lock::RuleSet).await?;
        }
        let reckoning = figures::reckon(app, &txn).await?;
        let row = patch.segment.lock(&txn, patch.expected_version).await?;
        if !matches!(patch.expires_after_days, Patch::Keep) && row.kind != SegmentKind::External {
            let message = "only the memberships of an EXTERNAL segment lapse";
            let path = ["input", "expiresAfterDays"];
            return Err(Refusal::new(RefusalCode::NotAllowed, message, &path).into());
        }
        let tags = tag_store::of(&txn, &[row.id]).await?.remove(&row.id).unwrap_or_default();
        let rule = new_rule(&txn, &row, &patch.rule).await?;
        let mut changes = checked.changes(&row, &tags);
        if let Some(rule) = &rule {
            let old = row.rule.as_deref().map(membership::told).transpose()?;
            let [old, new] = [old.as_ref(), Some(rule)].map(|rule| definition::shown(&txn, rule));
            changes = changes.field("rule", old.await?, new.await?);
        }
        // A rule whose evaluation has failed or was cancelled may be given once more.
        let waits = matches!(patch.rule, Patch::Set(_)) && row.active && !membership::is_landed(&txn, &row).await?;
        let mut job = None;
        if !changes.is_empty() {
            let written = write(&txn, &reckoning, &row, &checked, rule.as_ref()).await?;
            match &rule {
                Some(rule) => job = redefine(app, &txn, caller, &row, rule).await?,
                None => membership::followed(&txn, row.id, row.version).await?,
            }
            if written.active && written.expires_after_days != row.expires_after_days {
                membership::lapse(&txn, &reckoning, &written).await?;
            }
            if let Some(new) = checked.tags.as_ref().filter(|new| **new != tags) {
                tag_store::remove(&txn, row.id).await?;
                tag_store::write(&txn, row.id, new).await?;
            }
            audit::write(app, &txn, caller.by(), trace("updateSegment", &row, changes)).await?;
        }
        if waits && job.is_none() {
            job = Some(ask(app, &txn, caller, row.id).await?);
        }
        let segment = read(&txn, row.id).await?;
        txn.commit().await?;
        jobs::wake(app);
        Ok(Changed { segment, job })
    })
    .await
}

/// The rule that is to stand there, where it is another one.
async fn new_rule(
    txn: &Txn,
    row: &segment::Model,
    patch: &Patch<Rule<SegmentName>>,
) -> Result<Option<Rule<i64>>, Stop> {
    let refused = |message: &str| Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "rule"]).into());
    let is_dynamic = row.kind == SegmentKind::Dynamic;
    match patch {
        Patch::Keep => Ok(None),
        Patch::Clear if is_dynamic => refused("a DYNAMIC segment always has a rule"),
        Patch::Clear => Ok(None),
        Patch::Set(_) if !is_dynamic => refused("only a DYNAMIC segment has a rule"),
        Patch::Set(rule) => {
            let old = row.rule.as_deref().map(membership::told).transpose()?;
            let named = old.as_ref().map(definition::names).unwrap_or_default();
            let new = definition::resolved(txn, Some(row.id), &named, rule).await?;
            Ok(Some(new).filter(|new| Some(membership::stored(new)) != row.rule))
        }
    }
}

/// Notes what another rule names, beside what the one names that decides until it has landed, and asks for its evaluation
/// where the segment is active.
async fn redefine(
    app: &App,
    txn: &Txn,
    caller: &Caller,
    row: &segment::Model,
    rule: &Rule<i64>,
) -> Result<Option<job::Model>, Stop> {
    let deciding = membership::RuleSet::deciding(txn).await?;
    let applied = deciding.rules().iter().find(|one| one.segment == row.id);
    let mut names = definition::names(rule);
    names.extend(applied.map(|one| definition::names(&one.rule)).unwrap_or_default());
    membership::write_references(txn, row.id, &names).await?;
    if !row.active {
        return Ok(None);
    }
    ask(app, txn, caller, row.id).await.map(Some)
}

/// Asks for the evaluation of a segment's rule.
async fn ask(app: &App, txn: &Txn, caller: &Caller, segment: SegmentId) -> Result<job::Model, Stop> {
    membership::begin_evaluation(txn, segment, app.clock.now(app.program().zone)).await?;
    let job = membership::evaluation_job(segment, &caller.email);
    Ok(jobs::enqueue(app, txn, caller.by(), job).await?)
}

/// What is to stand there afterwards; none where nothing is said.
struct Checked {
    name: Option<String>,
    description: Option<Option<String>>,
    tags: Option<Vec<String>>,
    expires_after_days: Option<Option<i64>>,
}

impl Checked {
    /// Every mistake at once.
    fn new(patch: &SegmentPatch) -> Result<Self, Stop> {
        let name = match &patch.name {
            Patch::Keep => Ok(None),
            Patch::Clear => input::name("").map(Some),
            Patch::Set(name) => input::name(name).map(Some),
        };
        let description = match &patch.description {
            Patch::Keep => Ok(None),
            Patch::Clear => Ok(Some(None)),
            Patch::Set(text) => input::description(Some(text)).map(Some),
        };
        let tags = match &patch.tags {
            Patch::Keep => Ok(None),
            Patch::Clear => Ok(Some(Vec::new())),
            Patch::Set(tags) => input::tags(tags).map(Some),
        };
        let days = match &patch.expires_after_days {
            Patch::Keep => Ok(None),
            Patch::Clear => Ok(Some(None)),
            Patch::Set(days) => expiry(*days).map(|days| Some(Some(days))),
        };
        match (name, description, tags, days) {
            (Ok(name), Ok(description), Ok(tags), Ok(expires_after_days)) => {
                Ok(Self { name, description, tags, expires_after_days })
            }
            (name, description, tags, days) => {
                let mistakes: [Option<Refusal>; 4] = [name.err(), description.err(), tags.err(), days.err()];
                Err(Stop::Refused(mistakes.into_iter().flatten().collect()))
            }
        }
    }

    fn changes(&self, row: &segment::Model, tags: &[String]) -> Changes {
        let Self { name, description, tags: new_tags, expires_after_days: days } = self;
        Changes::none()
            .field("name", &row.name, name.as_ref().unwrap_or(&row.name))
            .field("description", &row.description, description.as_ref().unwrap_or(&row.description))
            .field("tags", tags, new_tags.as_deref().unwrap_or(tags))
            .field("expiresAfterDays", row.expires_after_days, days.unwrap_or(row.expires_after_days))
    }
}

async fn write(
    txn: &Txn,
    reckoning: &Reckoning,
    row: &segment::Model,
    checked: &Checked,
    rule: Option<&Rule<i64>>,
) -> Result<segment::Model, Stop> {
    let mut changed = row.clone().into_active_model();
    if let Some(rule) = rule {
        changed.rule = Set(Some(membership::stored(rule)));
    }
    if let Some(name) = &checked.name {
        changed.name_folded = Set(fold(name));
        changed.name_owned = Set(name_owned(row.partner_id, name));
        changed.search_words = Set(search_words([name.as_str()]));
        changed.name = Set(name.clone());
    }
    if let Some(description) = &checked.description {
        changed.description_folded = Set(description.as_deref().map(fold));
        changed.description = Set(description.clone());
    }
    if let Some(days) = checked.expires_after_days {
        changed.expires_after_days = Set(days);
    }
    changed.version = Set(row.version + 1);
    changed.updated_at = Set(reckoning.now);
    let written = row_store::update(txn, changed).await.map_err(unwritten)?;
    webhooks::segment_event(txn, WebhookEvent::SegmentUpdated, &written, reckoning.now).await?;
    Ok(written)
}
