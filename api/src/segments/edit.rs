//! Changes what a segment is called and what is said of it.

use engine::text::{fold, search_words};
use entity::segment;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;

use super::create::{name_taken, read};
use super::{SegmentRef, SegmentRow, input, store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, Stop};
use crate::patch::Patch;

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
}

/// Changes a segment. Its version grows where something is different afterwards; an edit that says what is so already
/// changes nothing.
pub async fn update(app: &App, caller: &Caller, patch: &SegmentPatch) -> Result<SegmentRow, Stop> {
    let checked = Checked::new(patch)?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let row = patch.segment.lock(&txn, patch.expected_version).await?;
        let tags = store::tags_of(&txn, &[row.id]).await?.remove(&row.id).unwrap_or_default();
        let changes = checked.changes(&row, &tags);
        if !changes.is_empty() {
            write(app, &txn, &row, &checked).await?;
            if let Some(new) = checked.tags.as_ref().filter(|new| **new != tags) {
                store::remove_tags(&txn, row.id).await?;
                store::write_tags(&txn, row.id, new).await?;
            }
            audit::write(app, &txn, caller.by(), trace("updateSegment", &row, changes)).await?;
        }
        let row = read(&txn, row.id).await?;
        txn.commit().await?;
        Ok(row)
    })
    .await
}

/// What is to stand there afterwards; none where nothing is said.
struct Checked {
    name: Option<String>,
    description: Option<Option<String>>,
    tags: Option<Vec<String>>,
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
        match (name, description, tags) {
            (Ok(name), Ok(description), Ok(tags)) => Ok(Self { name, description, tags }),
            (name, description, tags) => {
                let mistakes: [Option<Refusal>; 3] = [name.err(), description.err(), tags.err()];
                Err(Stop::Refused(mistakes.into_iter().flatten().collect()))
            }
        }
    }

    fn changes(&self, row: &segment::Model, tags: &[String]) -> Changes {
        let Self { name, description, tags: new_tags } = self;
        Changes::none()
            .field("name", &row.name, name.as_ref().unwrap_or(&row.name))
            .field("description", &row.description, description.as_ref().unwrap_or(&row.description))
            .field("tags", tags, new_tags.as_deref().unwrap_or(tags))
    }
}

async fn write(app: &App, txn: &Txn, row: &segment::Model, checked: &Checked) -> Result<(), Stop> {
    let mut changed = row.clone().into_active_model();
    if let Some(name) = &checked.name {
        changed.name_folded = Set(fold(name));
        changed.search_words = Set(search_words([name.as_str()]));
        changed.name = Set(name.clone());
    }
    if let Some(description) = &checked.description {
        changed.description_folded = Set(description.as_deref().map(fold));
        changed.description = Set(description.clone());
    }
    changed.version = Set(row.version + 1);
    changed.updated_at = Set(app.clock.now(app.program().zone));
    match store::update(txn, changed).await {
        Ok(_) => Ok(()),
        Err(error) => Err(name_taken(&error).map_or_else(|| Stop::Fault(Fault::from(error)), Stop::from)),
    }
}
