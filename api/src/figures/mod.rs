//! The sums that are kept of members and of segments, moved by differences in the transaction of the change that causes
//! them, never recounted on reading.

mod day_store;
mod kept_store;
mod lock_store;
mod margin;
mod margin_store;
mod predicted_store;
pub mod roll;
mod roll_store;
mod store;

use std::collections::{BTreeMap, HashMap};

use engine::calendar::{Millis, Span, Zone};
use engine::figures::Sums;
use entity::ids::{MemberId, SegmentId};
use roaring::RoaringTreemap;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::app::App;
use crate::db::{self, Lock, Txn};
use crate::error::Fault;

use day_store as day;
pub use lock_store::{lock_members, lock_members_there, share_everybody, share_members};
pub use margin::{deciding_margin, margin_changed};
pub use predicted_store::{add_up as add_up_predicted, move_with as move_predicted, take as take_predicted};
pub use store::make_members;

/// Makes the empty sums of a new segment, with which its first day begins.
pub async fn make_segment(txn: &Txn, id: SegmentId, reckoning: &Reckoning) -> Result<(), Fault> {
    let none = SegmentMove { segment_id: id, sums: Sums::default(), joiners: 0, leavers: 0 };
    store::insert_segment(txn, id, reckoning).await?;
    set_segments(txn, reckoning, &[none]).await
}

/// What the figures of one transaction are reckoned with.
#[derive(Clone, Copy, Debug)]
pub struct Reckoning {
    /// The programme's time of the change.
    pub now: Millis,
    /// The span whose spending counts in 12-month figures, as of the day they were last rolled to.
    pub last_12_months: Span,
    /// The programme's gross margin.
    pub gross_margin: Decimal,
    /// The margin by which rules decide: for a moment after a change still the one before.
    pub deciding_margin: Decimal,
    /// The programme's zone.
    pub zone: Zone,
    /// Digits behind the point of the programme's currency.
    pub digits: u32,
}

/// How one segment's sums move.
#[derive(Clone, Copy, Debug)]
pub struct SegmentMove {
    /// Whose.
    pub segment_id: SegmentId,
    /// By how much.
    pub sums: Sums,
    /// How many members came.
    pub joiners: i64,
    /// How many members left.
    pub leavers: i64,
}

/// How one member's sums move.
#[derive(Clone, Debug, Serialize)]
pub struct MemberMove {
    /// Whose.
    pub member_id: MemberId,
    /// Purchases gained, or lost by a return.
    pub transactions: i64,
    /// Net spending, in minor units.
    pub spending: i64,
    /// Net spending within the last 12 months.
    pub spending_12m: i64,
    /// The earliest of the purchases gained.
    pub first_purchase_at: Option<Millis>,
    /// The latest of the purchases gained.
    pub last_purchase_at: Option<Millis>,
    /// Points earned, redeemed, expired, adjusted.
    pub points_earned: i64,
    /// See `points_earned`.
    pub points_redeemed: i64,
    /// See `points_earned`.
    pub points_expired: i64,
    /// See `points_earned`.
    pub points_adjusted: i64,
    /// What the balance moves by.
    pub points_balance: i64,
}

impl MemberMove {
    /// No move yet.
    pub fn none(member_id: MemberId) -> Self {
        Self {
            member_id,
            transactions: 0,
            spending: 0,
            spending_12m: 0,
            first_purchase_at: None,
            last_purchase_at: None,
            points_earned: 0,
            points_redeemed: 0,
            points_expired: 0,
            points_adjusted: 0,
            points_balance: 0,
        }
    }

    /// Counts one more purchase.
    pub fn purchase(&mut self, at: Millis) {
        self.transactions += 1;
        self.first_purchase_at = Some(self.first_purchase_at.map_or(at, |first| first.min(at)));
        self.last_purchase_at = Some(self.last_purchase_at.map_or(at, |last| last.max(at)));
    }

    /// Adds net spending on its own day.
    pub fn spend(&mut self, net: i64, at: Millis, reckoning: &Reckoning) {
        self.spending += net;
        if reckoning.last_12_months.contains(at) {
            self.spending_12m += net;
        }
    }
}

/// What the figures of a transaction are reckoned with; keeps the day from being rolled, and another rule from being
/// applied, until the transaction ends. Every transaction that touches what rules look at begins with it.
pub async fn reckon(app: &App, txn: &Txn) -> Result<Reckoning, Fault> {
    db::lock_shared(txn, Lock::RuleSet).await?;
    let kept = kept_store::kept(txn).await?;
    Ok(Reckoning {
        now: app.clock.now(kept.zone),
        last_12_months: kept.figures_zone.last_12_months(kept.figures_on),
        gross_margin: kept.gross_margin,
        deciding_margin: kept.deciding_margin,
        zone: kept.zone,
        digits: kept.currency.digits(),
    })
}

/// Moves the sums of members, and answers what they add by that to the sums of the segments they belong to.
///
/// `lost` names members of whom a purchase stopped being one: their first and last purchase are looked up anew.
pub async fn move_members(txn: &Txn, moves: &[MemberMove], lost: &[MemberId]) -> Result<Vec<Share>, Fault> {
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MemberId> = moves.iter().map(|one| one.member_id).collect();
    lock_members(txn, &ids).await?;
    store::move_metrics(txn, moves).await?;
    store::find_purchases_anew(txn, lost).await?;
    Ok(moves.iter().map(Share::of).filter(|share| share.sums != Sums::default()).collect())
}

/// How the sums of segments move with what their members add to them.
pub async fn shared(txn: &Txn, shares: &[Share]) -> Result<Vec<SegmentMove>, Fault> {
    if shares.is_empty() { Ok(Vec::new()) } else { store::by_segment(txn, shares).await }
}

/// The same for those who are known to belong: members by their segments.
pub fn shared_among(shares: &[Share], belonging: &HashMap<i64, RoaringTreemap>) -> Vec<SegmentMove> {
    let mut sums: HashMap<u64, Sums> = HashMap::with_capacity(shares.len());
    for share in shares {
        let of_member = sums.entry(share.member_id.0.cast_unsigned()).or_default();
        *of_member = of_member.moved(&share.sums);
    }
    let of_segment = |(segment, members): (&i64, &RoaringTreemap)| {
        let mut shared = members.iter().filter_map(|member| sums.get(&member)).peekable();
        shared.peek()?;
        let sums = shared.fold(Sums::default(), |sum, one| sum.moved(one));
        Some(SegmentMove { segment_id: SegmentId(*segment), sums, joiners: 0, leavers: 0 })
    };
    belonging.iter().filter_map(of_segment).collect()
}

/// The moves of each segment as one, in the order of the segments' ids.
pub fn merged(moves: Vec<SegmentMove>) -> Vec<SegmentMove> {
    let mut merged: BTreeMap<SegmentId, SegmentMove> = BTreeMap::new();
    for one in moves {
        let of_segment = merged.entry(one.segment_id);
        let of_segment = of_segment.or_insert(SegmentMove { sums: Sums::default(), joiners: 0, leavers: 0, ..one });
        of_segment.sums = of_segment.sums.moved(&one.sums);
        of_segment.joiners += one.joiners;
        of_segment.leavers += one.leavers;
    }
    merged.into_values().collect()
}

/// Moves the sums of segments, works out their averages, and keeps how the day stands.
pub async fn move_segments(txn: &Txn, reckoning: &Reckoning, moves: &[SegmentMove]) -> Result<(), Fault> {
    if moves.is_empty() {
        return Ok(());
    }
    let ids: Vec<SegmentId> = moves.iter().map(|one| one.segment_id).collect();
    let mut kept = store::lock_segments(txn, &ids).await?;
    // A segment that was removed a moment ago has no sums to move.
    let moved = moves.iter().filter_map(|one| {
        let sums = kept.remove(&one.segment_id)?.moved(&one.sums);
        Some(SegmentMove { sums, ..*one })
    });
    set_segments(txn, reckoning, &moved.collect::<Vec<_>>()).await
}

/// Writes the sums of segments, works out their averages, and keeps how the day stands.
async fn set_segments(txn: &Txn, reckoning: &Reckoning, sums: &[SegmentMove]) -> Result<(), Fault> {
    let rows: Vec<_> = sums.iter().map(|one| store::StatsRow::new(one, reckoning)).collect();
    store::write_segments(txn, &rows).await?;
    day::write(txn, &rows, &reckoning.zone.day_of(reckoning.now).to_string()).await
}

/// What a member adds to the sums of each segment it belongs to, or the difference of that.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Whose.
    pub member_id: MemberId,
    /// How much; `members` stays 0 while nobody comes or goes.
    pub sums: Sums,
}

impl Share {
    fn of(one: &MemberMove) -> Self {
        let sums = Sums {
            members: 0,
            reachable: 0,
            transactions: one.transactions,
            spending: one.spending,
            spending_12m: one.spending_12m,
        };
        Self { member_id: one.member_id, sums }
    }
}
