//! Ledgers of points: every other member earns, most of them redeem, and what is old expires.

use anyhow::Result;
use fastrand::Rng;

use super::people::Member;
use super::{DAY, LAUNCHED, NOW, Size};
use crate::fill::{Cell, Filler, Rows};

/// What was moved of a member's points.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Points {
    pub(super) earned: i64,
    pub(super) redeemed: i64,
    pub(super) expired: i64,
}

const COLUMNS: [&str; 7] = ["id", "member_id", "document", "kind", "points", "at", "origin"];
const ORIGINS: [&str; 4] = ["PURCHASE", "PURCHASE", "REFERRAL", "PROMOTION"];
/// What a reward costs.
const REWARD: i64 = 500;
/// Entries of a ledger: the least and the most.
const ENTRIES: std::ops::RangeInclusive<usize> = 2..=12;

impl Points {
    pub(super) fn balance(&self) -> i64 {
        self.earned - self.redeemed - self.expired
    }
}

/// Writes the ledgers, and adds them to what is kept of the members. Chances of their own leave the rest of the shop as it is.
pub(super) fn write(size: &Size, members: &mut [Member], filler: &mut dyn Filler) -> Result<()> {
    let mut chance = Rng::with_seed(size.seed ^ 500);
    filler.table("points_entry", &COLUMNS, &mut |rows| {
        let mut id = 0;
        for (index, member) in members.iter_mut().enumerate().step_by(2) {
            write_ledger(index, &mut member.points, &mut id, &mut chance, rows)?;
        }
        Ok(())
    })
}

/// Writes a ledger in the order of time.
fn write_ledger(
    index: usize,
    points: &mut Points,
    id: &mut usize,
    chance: &mut Rng,
    rows: &mut dyn Rows,
) -> Result<()> {
    let entries = chance.usize(ENTRIES);
    // Some spend what they have as soon as they can, some never.
    let spends = chance.u8(0..100);
    let mut at = LAUNCHED + chance.i64(0..300 * DAY);
    for entry in 0..entries {
        let origin = ORIGINS[chance.usize(..ORIGINS.len())];
        let (kind, moved, origin) = if points.balance() >= REWARD && chance.u8(0..100) < spends {
            points.redeemed += REWARD;
            ("REDEEMED", REWARD, None)
        } else if points.balance() > 0 && chance.u8(0..100) < 5 {
            let lapsed = points.balance().min(100);
            points.expired += lapsed;
            ("EXPIRED", lapsed, None)
        } else {
            let earned = chance.i64(2..40) * 10;
            points.earned += earned;
            ("EARNED", earned, Some(origin))
        };
        *id += 1;
        let document = format!("P{entry}");
        rows.row(&[
            Cell::id(*id),
            Cell::id(index + 1),
            Cell::Text(&document),
            Cell::Text(kind),
            Cell::Int(moved),
            Cell::Int(at),
            origin.map_or(Cell::Null, Cell::Text),
        ])?;
        at = (at + chance.i64(DAY / 4..60 * DAY)).min(NOW);
    }
    Ok(())
}
