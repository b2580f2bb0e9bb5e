//! The log of changed facts: every transaction that touches what rules look at writes down whose facts it touched, so that
//! a copy in memory can follow, and a long evaluation can learn whom to look at once more.

mod pulse;
mod store;

use std::collections::HashSet;
use std::sync::Arc;

use engine::calendar::Millis;
use entity::ids::{CampaignId, MemberId};
use sea_orm::ConnectionTrait;

pub use pulse::{Beat, Pulse};

use crate::db::{self, Txn};
use crate::error::Fault;

/// The channel on which PostgreSQL tells all processes of changes.
pub const CHANNEL: &str = "tessera_change";

/// A place in the log. Whoever has read up to it has missed nothing before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// PostgreSQL's number of the transaction; 0 on SQLite, whose writers come one after the other.
    pub(crate) xid: i64,
    pub(crate) id: i64,
}

/// How far somebody has seen into the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Horizon {
    /// Everything up to here.
    pub position: Position,
    /// What else of that behind it: it was committed while a transaction was under way that may still take a place before it.
    pub(crate) ahead: Arc<HashSet<Position>>,
}

/// Where a change stands that is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The place.
    pub position: Position,
    /// Nothing can come before it any more; before others a transaction under way may still take its place.
    pub settled: bool,
}

/// Whose facts some changes touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Anybody's, of any kind.
    pub everybody: bool,
    /// What the nightly analyses keep of anybody; nothing else of whoever is not among the members.
    pub values: bool,
    /// Anybody's parts in these campaigns, each once; nothing else of whoever is not among the members.
    pub campaigns: Vec<CampaignId>,
    /// These members', each once, in order.
    pub members: Vec<MemberId>,
}

/// Notes that facts of members are changed by this transaction; nobody's writes nothing.
pub async fn note(txn: &Txn, members: &[MemberId], at: Millis) -> Result<(), Fault> {
    if members.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = members.iter().map(|member| member.0).collect();
    store::write(txn, Some(serde_json::to_string(&ids)?), at).await?;
    db::notify(txn, CHANNEL).await
}

/// Notes that this transaction touches sales of nobody who is known: nobody's facts change, but figures over all sales do.
pub async fn note_unnamed(txn: &Txn, at: Millis) -> Result<(), Fault> {
    store::write(txn, Some("[]".to_owned()), at).await?;
    db::notify(txn, CHANNEL).await
}

/// Notes that anybody's facts may be changed by this transaction.
pub async fn note_everybody(txn: &Txn, at: Millis) -> Result<(), Fault> {
    store::write(txn, None, at).await?;
    db::notify(txn, CHANNEL).await
}

/// Notes that what the nightly analyses keep of anybody may be changed by this transaction, and nothing else.
pub async fn note_values(txn: &Txn, at: Millis) -> Result<(), Fault> {
    store::write(txn, Some(store::VALUES.to_owned()), at).await?;
    db::notify(txn, CHANNEL).await
}

/// Notes that anybody's part in a campaign may be changed by this transaction, and nothing else.
pub async fn note_campaign(txn: &Txn, campaign: CampaignId, at: Millis) -> Result<(), Fault> {
    store::write(txn, Some(serde_json::to_string(&store::Parts { campaign })?), at).await?;
    db::notify(txn, CHANNEL).await
}

/// The place of the latest change that is committed. An earlier place may still be taken by a transaction under way.
pub async fn latest(db: &impl ConnectionTrait) -> Result<Position, Fault> {
    store::latest(db).await
}

/// How many changes are looked at at once.
pub const CHANGES: usize = 10_000;

/// All that is committed by now: whatever is read from here on holds it.
pub async fn horizon(db: &impl ConnectionTrait) -> Result<Horizon, Fault> {
    let position = store::settled(db).await?;
    let (mut ahead, mut from) = (HashSet::new(), position);
    loop {
        let committed = committed_after(db, from, CHANGES).await?;
        ahead.extend(committed.iter().map(|one| one.position));
        match committed.last() {
            Some(last) if committed.len() == CHANGES => from = last.position,
            _ => return Ok(Horizon { position, ahead: Arc::new(ahead) }),
        }
    }
}

/// Where all changes after a place stand that are committed, in order, so many at most.
pub async fn committed_after(db: &impl ConnectionTrait, after: Position, most: usize) -> Result<Vec<Committed>, Fault> {
    store::committed_after(db, after, most).await
}

/// Whose facts some changes touched.
pub async fn touched_by(db: &impl ConnectionTrait, at: &[Position]) -> Result<Touched, Fault> {
    store::touched_by(db, at).await
}

/// Whose facts the changes touched that are committed and were not seen. For a transaction that keeps all others from
/// changing facts, or that sees one moment.
pub async fn touched_after(txn: &Txn, seen: &Horizon) -> Result<Touched, Fault> {
    store::touched_after(txn, seen).await
}

impl Touched {
    /// These members', if nobody else's; none: anybody's, of some kind.
    pub fn members_alone(self) -> Option<Vec<MemberId>> {
        Some(self.members).filter(|_| !self.everybody && !self.values && self.campaigns.is_empty())
    }
}

/// Removes what is older than an instant.
pub async fn forget(db: &impl ConnectionTrait, before: Millis) -> Result<(), Fault> {
    store::forget(db, before).await
}
