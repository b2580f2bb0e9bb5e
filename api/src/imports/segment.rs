//! Rows of a member list, and the segment that they go into.

use entity::ids::SegmentId;
use entity::import;

use super::mapping::{Mapping, Mistake};
use super::row::{Column, Row, Wrong};
use super::unit::Body;
use crate::app::App;
use crate::audit::{By, Changes, Entry, Object};
use crate::db::Txn;
use crate::error::{Fault, FaultKind, RefusalCode, Stop};
use crate::figures::Reckoning;
use crate::ingest::Ingested;
use crate::members::MemberRef;
use crate::segments::{self, SegmentRef};

/// The segment that a file goes into.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Which.
    pub(super) id: SegmentId,
    key: String,
    name: String,
}

impl Target {
    /// The segment of a key, if members may come to it.
    pub(super) async fn open(app: &App, key: &str) -> anyhow::Result<Self> {
        let Some(row) = segments::by_ref(app, &SegmentRef::Key(key.to_owned())).await? else {
            anyhow::bail!("there is no segment with the key {key:?}");
        };
        if !row.segment.active {
            anyhow::bail!("the segment {key} is inactive, so that its membership stands still: activate it first");
        }
        Ok(Self { id: row.segment.id, key: row.segment.key, name: row.segment.name })
    }

    /// Adds the members of a chunk. Who is named twice, or belongs already, is known.
    pub(super) async fn take(
        &self,
        txn: &Txn,
        reckoning: &Reckoning,
        members: &[(usize, MemberRef)],
        by: By<'_>,
    ) -> Result<Ingested, Stop> {
        let (places, references): (Vec<usize>, Vec<MemberRef>) = members.iter().cloned().unzip();
        let added = segments::import_in(txn, reckoning, self.id, &references, by).await;
        let (created, unresolved) = added.map_err(|stop| self.stopped(stop))?;
        let duplicates = references.len().saturating_sub(created + unresolved.len());
        let mut done = Ingested { created, duplicates, ..Ingested::default() };
        for (at, why) in unresolved {
            done.refuse(places.get(at).copied().unwrap_or_default(), why.refusal(&[NUMBER]));
        }
        Ok(done)
    }

    /// What the log keeps of a list. Who they were stands in the log of memberships.
    pub(super) fn entry(&self, action: &'static str, done: &import::Model) -> Entry {
        let changes = Changes::none()
            .new_field("joined", done.created)
            .new_field("duplicates", done.duplicates)
            .new_field("rejected", done.rejected);
        Entry { action, object: Object::one("Segment", self.id.0, self.name.as_str()), changes }
    }

    /// The segment was switched off or removed while the file was read: a sentence for the operator.
    fn stopped(&self, stop: Stop) -> Stop {
        let Stop::Refused(refusals) = &stop else { return stop };
        let gone = refusals.iter().any(|refusal| refusal.code == RefusalCode::NotFound);
        let what = if gone { "removed" } else { "switched off" };
        let sentence = format!("the segment {} was {what} meanwhile; what was taken up before stays", self.key);
        Fault::of(FaultKind::BadInput, sentence).into()
    }
}

const NUMBER: &str = "number";

/// The one column of a member list.
#[derive(Clone, Debug)]
pub(super) struct List {
    number: Column,
}

/// The names of the fields.
pub(super) fn names() -> Vec<String> {
    vec![NUMBER.to_owned()]
}

impl List {
    pub(super) fn new(mapping: &Mapping) -> Result<Self, Mistake> {
        Ok(Self { number: mapping.needed(NUMBER)? })
    }

    /// Whom a row names.
    pub(super) fn read(&self, row: &Row<'_>) -> Result<Body, Wrong> {
        Ok(Body::Belongs(MemberRef::Number(row.needed(&self.number)?.to_owned())))
    }
}
