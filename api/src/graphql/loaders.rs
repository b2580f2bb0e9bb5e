//! What hangs below the rows of a page: one statement a kind for the whole page. The loaders live as long as their
//! request, so that they never mix callers.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::{Context, Error, Request};
use entity::ids::{MemberId, SegmentId, TransactionId};
use entity::{points_entry, transaction, transaction_item};

use super::loading::Loading;
use crate::app::App;
use crate::db::page::{PageArguments, Slice};
use crate::error::Fault;
use crate::members::{self, LabelInput, MemberRow};
use crate::segments::{self, Belonging, SegmentMemberList, SegmentRow};
use crate::{points, transactions};

/// Reads for the loaders.
pub(super) struct Reader(pub(super) Arc<App>);

/// The same part of a list below each of several parents: `arguments` tell which part.
#[derive(Clone, Debug)]
pub(super) struct Part<P, A> {
    /// Whose list.
    pub(super) parent: P,
    /// Which part of it; keys with the same text are read together.
    arguments: Arc<A>,
    text: Arc<str>,
}

/// The arguments of `Member.segments`.
#[derive(Clone, Debug)]
pub(super) struct SegmentsOf {
    pub(super) active: Option<bool>,
    pub(super) page: PageArguments,
}

/// The arguments of `Segment.members`.
#[derive(Clone, Debug)]
pub(super) struct MembersOf {
    pub(super) list: SegmentMemberList,
    pub(super) page: PageArguments,
}

/// The arguments of `Member.transactions`.
#[derive(Clone, Debug)]
pub(super) struct TransactionsOf(pub(super) PageArguments);

/// The arguments of `Member.pointsEntries`.
#[derive(Clone, Debug)]
pub(super) struct PointsOf(pub(super) PageArguments);

/// The labels of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LabelsOf(pub(super) MemberId);

/// The tags of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TagsOf(pub(super) SegmentId);

impl<P, A: Debug> Part<P, A> {
    pub(super) fn new(parent: P, arguments: A) -> Self {
        let text = format!("{arguments:?}").into();
        Self { parent, arguments: Arc::new(arguments), text }
    }
}

impl<P: PartialEq, A> PartialEq for Part<P, A> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.text == other.text
    }
}

impl<P: Eq, A> Eq for Part<P, A> {}

impl<P: Hash, A> Hash for Part<P, A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
        self.text.hash(state);
    }
}

/// Adds the loaders to a request.
pub(super) fn add(request: Request, app: &Arc<App>) -> (Request, Loading) {
    let (begin, loading) = Loading::new();
    // A request that is gone has nobody who waits.
    let spawner = move |reading| drop(begin.unbounded_send(reading));
    let loader = DataLoader::new(Reader(app.clone()), spawner).delay(Duration::ZERO);
    (request.data(loader), loading)
}

/// What a key names; none where there is nothing.
pub(super) async fn load<K>(ctx: &Context<'_>, key: K) -> Result<Option<<Reader as Loader<K>>::Value>, Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Reader: Loader<K, Error = Arc<Fault>>,
{
    let loader = ctx.data_unchecked::<DataLoader<Reader>>();
    loader.load_one(key).await.map_err(|fault| Fault::of(fault.kind, fault.description()).into())
}

/// What several keys name, in their order; those that name nothing are left out.
pub(super) async fn load_each<K>(ctx: &Context<'_>, keys: Vec<K>) -> Result<Vec<<Reader as Loader<K>>::Value>, Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Reader: Loader<K, Error = Arc<Fault>>,
{
    let loader = ctx.data_unchecked::<DataLoader<Reader>>();
    let found = loader.load_many(keys.clone()).await;
    let mut found = found.map_err(|fault| Error::from(Fault::of(fault.kind, fault.description())))?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

/// Reads each group of keys with the same arguments.
pub(super) async fn each_part<P, A, T, F, R>(
    keys: &[Part<P, A>],
    read: R,
) -> Result<HashMap<Part<P, A>, Arc<T>>, Arc<Fault>>
where
    P: Copy + Eq + Hash,
    A: Debug,
    R: Fn(Vec<P>, Arc<A>) -> F,
    F: Future<Output = Result<HashMap<P, T>, Fault>>,
{
    let mut groups: HashMap<Arc<str>, Vec<&Part<P, A>>> = HashMap::new();
    for key in keys {
        groups.entry(key.text.clone()).or_default().push(key);
    }
    let mut found = HashMap::with_capacity(keys.len());
    for group in groups.into_values() {
        let arguments = group[0].arguments.clone();
        let mut values = read(group.iter().map(|key| key.parent).collect(), arguments).await.map_err(Arc::new)?;
        for key in group {
            if let Some(value) = values.remove(&key.parent) {
                let key = Part { parent: key.parent, arguments: key.arguments.clone(), text: key.text.clone() };
                found.insert(key, Arc::new(value));
            }
        }
    }
    Ok(found)
}

impl Loader<Part<MemberId, SegmentsOf>> for Reader {
    type Value = Arc<Slice<SegmentRow>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<MemberId, SegmentsOf>],
    ) -> Result<HashMap<Part<MemberId, SegmentsOf>, Self::Value>, Self::Error> {
        let read = async |members: Vec<MemberId>, which: Arc<SegmentsOf>| {
            segments::of_members(&self.0, &members, which.active, &which.page).await
        };
        each_part(keys, read).await
    }
}

impl Loader<Part<SegmentId, MembersOf>> for Reader {
    type Value = Arc<Slice<Belonging>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, MembersOf>],
    ) -> Result<HashMap<Part<SegmentId, MembersOf>, Self::Value>, Self::Error> {
        let read = async |parents: Vec<SegmentId>, which: Arc<MembersOf>| {
            segments::members(&self.0, &parents, &which.list, &which.page).await
        };
        each_part(keys, read).await
    }
}

impl Loader<Part<MemberId, TransactionsOf>> for Reader {
    type Value = Arc<Slice<transaction::Model>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<MemberId, TransactionsOf>],
    ) -> Result<HashMap<Part<MemberId, TransactionsOf>, Self::Value>, Self::Error> {
        let read = async |members: Vec<MemberId>, which: Arc<TransactionsOf>| {
            transactions::list::of_members(&self.0, &members, &which.0).await
        };
        each_part(keys, read).await
    }
}

impl Loader<Part<MemberId, PointsOf>> for Reader {
    type Value = Arc<Slice<points_entry::Model>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<MemberId, PointsOf>],
    ) -> Result<HashMap<Part<MemberId, PointsOf>, Self::Value>, Self::Error> {
        let read = async |members: Vec<MemberId>, which: Arc<PointsOf>| {
            points::list::of_members(&self.0, &members, &which.0).await
        };
        each_part(keys, read).await
    }
}

impl Loader<SegmentId> for Reader {
    type Value = Arc<SegmentRow>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[SegmentId]) -> Result<HashMap<SegmentId, Self::Value>, Self::Error> {
        let rows = segments::by_ids(&self.0, keys.to_vec()).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|row| (row.segment.id, Arc::new(row))).collect())
    }
}

impl Loader<MemberId> for Reader {
    type Value = Arc<MemberRow>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[MemberId]) -> Result<HashMap<MemberId, Self::Value>, Self::Error> {
        let rows = members::list::by_ids(&self.0, keys.to_vec()).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|row| (row.member.id, Arc::new(row))).collect())
    }
}

impl Loader<LabelsOf> for Reader {
    type Value = Vec<LabelInput>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[LabelsOf]) -> Result<HashMap<LabelsOf, Self::Value>, Self::Error> {
        let ids: Vec<MemberId> = keys.iter().map(|key| key.0).collect();
        let labels = members::list::labels(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(labels.into_iter().map(|(member, labels)| (LabelsOf(member), labels)).collect())
    }
}

impl Loader<TagsOf> for Reader {
    type Value = Vec<String>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[TagsOf]) -> Result<HashMap<TagsOf, Self::Value>, Self::Error> {
        let ids: Vec<SegmentId> = keys.iter().map(|key| key.0).collect();
        let tags = segments::tags_of(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(tags.into_iter().map(|(segment, tags)| (TagsOf(segment), tags)).collect())
    }
}

impl Loader<TransactionId> for Reader {
    type Value = Vec<transaction_item::Model>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[TransactionId]) -> Result<HashMap<TransactionId, Self::Value>, Self::Error> {
        transactions::list::items(&self.0, keys).await.map_err(Arc::new)
    }
}
