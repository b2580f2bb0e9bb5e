//! What is read beside the facts, in the same moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use engine::calendar::Zone;
use engine::facts::{Builder, Dictionary, Facts, MemberRow, TransactionRow};
use engine::insights::{Among, UnnamedSales};
use entity::ids::SegmentId;
use roaring::RoaringTreemap;
use sea_orm::ConnectionTrait;

use super::unnamed_store as store;
use crate::changes::Beat;
use crate::db::Txn;
use crate::error::Fault;
use crate::membership;

/// The sales of customers who are not known, as they were when they were last asked for: to add them up takes as long as a
/// figure, and most questions come without a change in between.
#[derive(Debug, Default)]
pub(super) struct Unnamed(Mutex<Option<Kept>>);

#[derive(Clone, Debug)]
pub(super) struct Kept {
    beat: Beat,
    zone: Zone,
    sales: Arc<UnnamedSales>,
}

impl Unnamed {
    /// What is kept. To be looked at before a moment begins, so that it never comes from a later one.
    pub(super) fn kept(&self) -> Option<Kept> {
        self.0.lock().ok()?.clone()
    }

    /// Those of the moment that a transaction sees, by the days of a zone.
    pub(super) async fn at(&self, txn: &Txn, zone: Zone, kept: Option<Kept>) -> Result<Arc<UnnamedSales>, Fault> {
        let kept = kept.filter(|kept| kept.zone == zone);
        let (beat, sales) = kept.map(|kept| (kept.beat, kept.sales)).unzip();
        let beat = match (beat.unwrap_or_default().later(txn).await?, sales) {
            (None, Some(sales)) => return Ok(sales),
            (later, _) => later.unwrap_or_default(),
        };
        let sales = Arc::new(store::sales(txn, zone).await?);
        if let Ok(mut slot) = self.0.lock() {
            *slot = Some(Kept { beat, zone, sales: Arc::clone(&sales) });
        }
        Ok(sales)
    }
}

/// The facts of persons who were erased: their purchases, under the ids of their empty rows, which are in no other facts.
pub(super) async fn erased(db: &impl ConnectionTrait, zone: Zone) -> Result<(Facts, Dictionary), Fault> {
    let purchases = store::erased_purchases(db).await?;
    let mut dictionary = Dictionary::default();
    let mut builder = Builder::new(&mut dictionary);
    for of_one in purchases.chunk_by(|one, other| one.person == other.person) {
        builder.member(&MemberRow::bare(of_one[0].person));
        for purchase in of_one {
            builder.transaction(&TransactionRow::bare(zone.day_of(purchase.at), 0, true));
        }
    }
    let facts = builder.finish();
    Ok((facts, dictionary))
}

/// Who belongs to segments, each with the last coming or going that is in it, as long as somebody keeps them.
pub(super) type Memberships = moka::sync::Cache<SegmentId, (i64, Arc<RoaringTreemap>)>;

/// Beyond so many comings and goings of anybody to read who belongs is as fast as to follow.
const MOST_FOLLOWED: i64 = 20_000;

/// Who belongs to segments at the moment that a transaction sees, in their order.
pub(super) async fn members(txn: &Txn, kept: &Memberships, segments: &[SegmentId]) -> Result<Vec<Among>, Fault> {
    let last = membership::last_moves(txn, segments).await?;
    let (mut found, mut behind, mut unread) = (HashMap::with_capacity(segments.len()), HashMap::new(), Vec::new());
    for segment in segments.iter().copied() {
        let last = last.get(&segment).copied().unwrap_or(0);
        match kept.get(&segment) {
            Some((upto, members)) if upto == last => drop(found.insert(segment, members)),
            Some((upto, members)) if upto < last && last - upto <= MOST_FOLLOWED => {
                behind.insert(segment, (upto, RoaringTreemap::clone(&members)));
            }
            _ => unread.push(segment),
        }
    }
    follow(txn, &mut behind).await?;
    let mut known = membership::known_members(txn, &unread, &[]).await?;
    let anew = unread.into_iter().map(|segment| (segment, known.members.remove(&segment.0).unwrap_or_default()));
    for (segment, members) in behind.into_iter().map(|(segment, (_, members))| (segment, members)).chain(anew) {
        let members = Arc::new(members);
        kept.insert(segment, (last.get(&segment).copied().unwrap_or(0), Arc::clone(&members)));
        found.insert(segment, members);
    }
    Ok(segments.iter().map(|segment| Among::Members(found.remove(segment).unwrap_or_default())).collect())
}

/// Lets who belonged to segments up to places in the log follow it. Of persons who were erased meanwhile the log may say
/// nothing any more: they are in no facts.
async fn follow(txn: &Txn, behind: &mut HashMap<SegmentId, (i64, RoaringTreemap)>) -> Result<(), Fault> {
    let Some(first) = behind.values().map(|(upto, _)| *upto).min() else { return Ok(()) };
    let segments: Vec<SegmentId> = behind.keys().copied().collect();
    for (place, segment, member, came) in membership::moves_after(txn, first, &segments).await? {
        match behind.get_mut(&segment) {
            Some((upto, members)) if *upto < place => match came {
                true => members.insert(member.0.cast_unsigned()),
                false => members.remove(member.0.cast_unsigned()),
            },
            _ => continue,
        };
    }
    Ok(())
}
