//! Makes segments.

use engine::text::{fold, search_words, slug};
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, SegmentKind};
use entity::segment;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::DbErr;

use super::assign::{MOST_MEMBERS, move_by_hand};
use super::{SegmentRow, input, store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::db::{self, Txn, raced};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures;
use crate::members::{self, MemberRef};

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
    /// Who belongs from the start.
    pub members: Vec<MemberRef>,
}

/// Makes a MANUAL segment, with members if some are named; one that is not known makes nothing.
pub async fn create(app: &App, caller: &Caller, new: NewSegment) -> Result<SegmentRow, Stop> {
    let checked = Checked::new(&new)?;
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
        let reckoning = figures::reckon(app, &txn).await?;
        let row = insert(&txn, caller, &checked, new.active, reckoning.now).await?;
        store::write_tags(&txn, row.id, &checked.tags).await?;
        figures::make_segment(&txn, row.id, &reckoning).await?;
        if !new.members.is_empty() {
            let members = known(&txn, &new.members).await?;
            move_by_hand(&txn, &reckoning, &row, &members, MembershipEventKind::Joined, caller.by()).await?;
        }
        let members = Some(new.members.len()).filter(|members| *members > 0);
        let changes = checked.made(&row.key).new_field("active", new.active).new_field("members", members);
        audit::write(app, &txn, caller.by(), trace("createSegment", &row, changes)).await?;
        let made = read(&txn, row.id).await?;
        txn.commit().await?;
        Ok(made)
    })
    .await
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
    fn new(new: &NewSegment) -> Result<Self, Stop> {
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

/// Writes a new MANUAL segment, with a key made from its name where none is given.
pub(super) async fn insert(
    txn: &Txn,
    caller: &Caller,
    checked: &Checked,
    active: bool,
    now: i64,
) -> Result<segment::Model, Stop> {
    let row = |key: String| segment::ActiveModel {
        id: NotSet,
        key: Set(key),
        name_folded: Set(fold(&checked.name)),
        search_words: Set(search_words([checked.name.as_str()])),
        name: Set(checked.name.clone()),
        description_folded: Set(checked.description.as_deref().map(fold)),
        description: Set(checked.description.clone()),
        kind: Set(SegmentKind::Manual),
        active: Set(active),
        frozen_at: Set(Some(now).filter(|_| !active)),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(Some(caller.email.clone())),
        updated_at: Set(now),
        rule: Set(None),
    };
    loop {
        let key = match &checked.key {
            Some(key) => key.clone(),
            None => free_key(txn, &checked.name).await?,
        };
        match store::insert(txn, row(key)).await {
            Ok(Some(made)) => return Ok(made),
            Ok(None) if checked.key.is_some() => return Err(taken("key").into()),
            // Another caller took the key that we had found free, and by now it is seen: look for the next.
            Ok(None) => {}
            Err(error) => {
                return Err(name_taken(&error).map_or_else(|| Stop::Fault(Fault::from(error)), Stop::from));
            }
        }
    }
}

fn taken(what: &str) -> Refusal {
    Refusal::new(RefusalCode::Taken, format!("another segment has this {what}"), &["input", what])
}

/// The refusal that a violated constraint means; none for any other error.
pub(super) fn name_taken(error: &DbErr) -> Option<Refusal> {
    db::violated(error, ("segment_name_unique", "segment.name_folded")).then(|| taken("name"))
}

/// The key made from a name, with -2, -3 … where it is taken.
async fn free_key(txn: &Txn, name: &str) -> Result<String, Stop> {
    let slug = Some(slug(name)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "segment".to_owned());
    let taken = store::keys_like(txn, &slug).await?;
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
