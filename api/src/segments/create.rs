//! Makes segments.

use engine::rules::{Rule, SegmentName};
use engine::text::{fold, search_words, slug};
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason, SegmentKind, WebhookEvent};
use entity::{job, segment};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::DbErr;

use super::assign::{ByHand, MOST_MEMBERS, move_by_hand};
use super::{SegmentRow, definition, input, row_store, store, tag_store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::db::{self, Lock, Txn, raced};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::members::{self, MemberRef};
use crate::{jobs, membership, webhooks};

/// A segment to be made.
#[derive(Clone, Debug)]
pub struct NewSegment {
    /// Unique, ignoring case.
    pub name: String,
    /// Made from the name where absent.
    pub key: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// For finding it.
    pub tags: Vec<String>,
    /// Inactive: without members, frozen from the start.
    pub active: bool,
    /// Who belongs from the start; of a MANUAL segment alone.
    pub members: Vec<MemberRef>,
    /// Who belongs follows from it: a DYNAMIC segment.
    pub rule: Option<Rule<SegmentName>>,
}

/// A segment after a change, with the evaluation that the change began.
#[derive(Clone, Debug)]
pub struct Changed {
    /// As it is now.
    pub segment: SegmentRow,
    /// The job; none where nothing is to be evaluated.
    pub job: Option<job::Model>,
}

/// Makes a segment: DYNAMIC with a rule, whose evaluation follows, else MANUAL, with members if some are named; one that
/// is not known makes nothing.
pub async fn create(app: &App, caller: &Caller, new: NewSegment) -> Result<Changed, Stop> {
    let checked = Checked::new(&new)?;
    if new.rule.is_some() && !new.members.is_empty() {
        let message = "who belongs follows from the rule; assignMembers pins members in";
        return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "members"]).into());
    }
    if new.members.len() > MOST_MEMBERS {
        let message = format!("must name at most {MOST_MEMBERS} members");
        return Err(Refusal::new(RefusalCode::TooMany, message, &["input", "members"]).into());
    }
    if !new.active && !new.members.is_empty() {
        let message = "an inactive segment begins without members";
        return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "members"]).into());
    }
    db::retry(|| async {
        let txn = app.db.begin().await?;
        if new.rule.is_some() {
            db::lock(&txn, Lock::RuleSet).await?;
        }
        let reckoning = figures::reckon(app, &txn).await?;
        let made = make(app, &txn, &reckoning, caller, &new, &checked, "createSegment").await?;
        txn.commit().await?;
        jobs::wake(app);
        Ok(made)
    })
    .await
}

/// The same within a transaction, which holds the rule set alone where there is a rule. `action` is what the log calls it.
pub(super) async fn make(
    app: &App,
    txn: &Txn,
    reckoning: &Reckoning,
    caller: &Caller,
    new: &NewSegment,
    checked: &Checked,
    action: &'static str,
) -> Result<Changed, Stop> {
    let rule = match &new.rule {
        Some(rule) => Some(definition::resolved(txn, None, &[], rule).await?),
        None => None,
    };
    let made = Made { active: new.active, rule: rule.as_ref(), now: reckoning.now };
    let row = insert(txn, caller, checked, &made).await?;
    tag_store::write(txn, row.id, &checked.tags).await?;
    figures::make_segment(txn, row.id, reckoning).await?;
    webhooks::segment_event(txn, WebhookEvent::SegmentCreated, &row, reckoning.now).await?;
    if !new.members.is_empty() {
        let members = known(txn, &new.members).await?;
        let by_hand = ByHand { kind: MembershipEventKind::Joined, reason: MembershipReason::Assigned, note: None };
        move_by_hand(txn, reckoning, &row, &members, &by_hand, caller.by()).await?;
    }
    let job = match &rule {
        Some(rule) => define(app, txn, caller, &row, rule, reckoning.now).await?,
        None => None,
    };
    let members = Some(new.members.len()).filter(|members| *members > 0);
    let changes = checked.made(&row.key).new_field("active", new.active).new_field("members", members);
    let changes = changes.new_field("rule", definition::shown(txn, rule.as_ref()).await?);
    audit::write(app, txn, caller.by(), trace(action, &row, changes)).await?;
    Ok(Changed { segment: read(txn, row.id).await?, job })
}

/// Notes what the rule of a new segment names, and asks for its evaluation where the segment is active.
pub(super) async fn define(
    app: &App,
    txn: &Txn,
    caller: &Caller,
    row: &segment::Model,
    rule: &Rule<i64>,
    now: i64,
) -> Result<Option<job::Model>, Fault> {
    membership::open_evaluation(txn, row.id, now).await?;
    membership::write_references(txn, row.id, &definition::names(rule)).await?;
    if !row.active {
        return Ok(None);
    }
    let job = membership::evaluation_job(row.id, &caller.email);
    Ok(Some(jobs::enqueue(app, txn, caller.by(), job).await?))
}

/// A segment with its figures, as the transaction leaves it: right after it, somebody else may remove it.
pub(super) async fn read(txn: &Txn, id: SegmentId) -> Result<SegmentRow, Stop> {
    let found = store::rows_of(txn, vec![id]).await?.into_iter().next();
    Ok(found.ok_or_else(|| raced("a segment was read back"))?)
}

/// The texts of a new segment, checked.
pub(super) struct Checked {
    name: String,
    key: Option<String>,
    description: Option<String>,
    pub(super) tags: Vec<String>,
}

impl Checked {
    /// The texts of a segment made out of another: the name alone is new.
    pub(super) fn duplicate(name: &str, description: Option<String>, tags: Vec<String>) -> Result<Self, Stop> {
        Ok(Self { name: input::name(name)?, key: None, description, tags })
    }

    /// The texts for the audit log.
    pub(super) fn made(&self, key: &str) -> Changes {
        let tags = Some(&self.tags).filter(|tags| !tags.is_empty());
        Changes::none()
            .new_field("key", key)
            .new_field("name", &self.name)
            .new_field("description", &self.description)
            .new_field("tags", tags)
    }

    /// Every mistake at once.
    pub(super) fn new(new: &NewSegment) -> Result<Self, Stop> {
        let name = input::name(&new.name);
        let key = new.key.as_deref().map(input::key).transpose();
        let description = input::description(new.description.as_deref());
        let tags = input::tags(&new.tags);
        match (name, key, description, tags) {
            (Ok(name), Ok(key), Ok(description), Ok(tags)) => Ok(Self { name, key, description, tags }),
            (name, key, description, tags) => {
                let mistakes = [name.err(), key.err(), description.err(), tags.err()];
                Err(Stop::Refused(mistakes.into_iter().flatten().collect()))
            }
        }
    }
}

/// What a new segment is besides its texts.
pub(super) struct Made<'a> {
    pub(super) active: bool,
    /// DYNAMIC with one, else MANUAL.
    pub(super) rule: Option<&'a Rule<i64>>,
    pub(super) now: i64,
}

/// Writes a new segment, with a key made from its name where none is given.
pub(super) async fn insert(
    txn: &Txn,
    caller: &Caller,
    checked: &Checked,
    made: &Made<'_>,
) -> Result<segment::Model, Stop> {
    let Made { active, rule, now } = *made;
    let row = |key: String| segment::ActiveModel {
        id: NotSet,
        key: Set(key),
        name_folded: Set(fold(&checked.name)),
        name_owned: Set(fold(&checked.name)),
        search_words: Set(search_words([checked.name.as_str()])),
        name: Set(checked.name.clone()),
        description_folded: Set(checked.description.as_deref().map(fold)),
        description: Set(checked.description.clone()),
        kind: Set(if rule.is_some() { SegmentKind::Dynamic } else { SegmentKind::Manual }),
        active: Set(active),
        frozen_at: Set(Some(now).filter(|_| !active)),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(Some(caller.email.clone())),
        updated_at: Set(now),
        rule: Set(rule.map(membership::stored)),
        partner_id: Set(None),
        external_url: Set(None),
        expires_after_days: Set(None),
    };
    loop {
        let key = match &checked.key {
            Some(key) => key.clone(),
            None => free_key(txn, &checked.name).await?,
        };
        match row_store::insert(txn, row(key)).await {
            Ok(Some(made)) => return Ok(made),
            Ok(None) if checked.key.is_some() => return Err(taken("key").into()),
            // Another caller took the key that we had found free, and by now it is seen: look for the next.
            Ok(None) => {}
            Err(error) => return Err(unwritten(error)),
        }
    }
}

fn taken(what: &str) -> Refusal {
    Refusal::new(RefusalCode::Taken, format!("another segment has this {what}"), &["input", what])
}

/// Why a segment could not be written: its name is taken, or a fault.
pub(super) fn unwritten(error: DbErr) -> Stop {
    if db::violated(&error, ("segment_name_unique", "segment.name_owned")) {
        return taken("name").into();
    }
    Stop::Fault(Fault::from(error))
}

/// The key made from a name, with -2, -3 … where it is taken.
async fn free_key(txn: &Txn, name: &str) -> Result<String, Stop> {
    let slug = Some(slug(name)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "segment".to_owned());
    let taken = row_store::keys_like(txn, &slug).await?;
    let numbered = |number: usize| {
        let suffix = format!("-{number}");
        format!("{}{suffix}", &slug[..slug.len().min(64 - suffix.len())])
    };
    let mut candidates = std::iter::once(slug.clone()).chain((2..).map(numbered));
    Ok(candidates.find(|key| !taken.contains(key)).unwrap_or(slug.clone()))
}

async fn known(txn: &Txn, references: &[MemberRef]) -> Result<Vec<MemberId>, Stop> {
    let (mut known, mut mistakes) = (Vec::with_capacity(references.len()), Vec::new());
    for (place, found) in members::resolve(txn, references).await?.into_iter().enumerate() {
        match found {
            Ok(id) => known.push(id),
            Err(why) => mistakes.push(why.refusal(&["input", "members", &place.to_string()])),
        }
    }
    mistakes.truncate(1_000);
    if mistakes.is_empty() { Ok(known) } else { Err(Stop::Refused(mistakes)) }
}
