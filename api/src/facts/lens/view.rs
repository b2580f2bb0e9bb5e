//! Everybody's facts at one moment.

use std::sync::Arc;

use engine::calendar::{Millis, Zone};
use engine::facts::{Dictionary, Facts};
use entity::ids::MemberId;

use super::chunks;
use super::follower::LONGEST_GAP;
use crate::changes::Horizon;

/// What the lens shows. It stays as it is; a newer one takes its place.
#[derive(Clone, Debug)]
pub struct LensView {
    /// Members by rising id, some thousand a chunk.
    pub chunks: Vec<Arc<Facts>>,
    /// The texts of all chunks.
    pub dictionary: Arc<Dictionary>,
    /// What of the log of changes it holds: whoever was touched since is to be looked at once more where it must be right.
    pub horizon: Horizon,
    /// When, by the programme's clock, it was compared with the database.
    pub as_of: Millis,
    /// The same by the real clock.
    pub(super) compared_at: Millis,
    /// The zone of the days.
    pub zone: Zone,
    /// When everything was loaded, by the real clock.
    pub loaded_at: Millis,
}

impl LensView {
    /// How many members there are.
    pub fn members(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    /// How many transactions they have.
    pub fn transactions(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.transactions()).sum()
    }

    /// What transactions take without their lines, and what everything takes, in bytes.
    pub fn bytes(&self) -> (usize, usize) {
        let chunks = self.chunks.iter().map(|chunk| chunk.bytes());
        let (transactions, all) = chunks.fold((0, 0), |sums, one| (sums.0 + one.0, sums.1 + one.1));
        (transactions, all + self.dictionary.bytes())
    }

    /// Whether the log of changes still holds everything that was changed since.
    pub(in crate::facts) fn is_followed(&self, now: Millis) -> bool {
        now - self.compared_at < LONGEST_GAP.num_milliseconds()
    }

    /// Chunks with some members as they are told here, and without those of them that are gone. The facts number their texts
    /// as the chunks do; the members rise.
    pub(in crate::facts) fn replaced(chunks: &[Arc<Facts>], by: &Facts, members: &[MemberId]) -> Vec<Arc<Facts>> {
        let ids = members.iter().map(|member| member.0);
        let gone: Vec<i64> = ids.filter(|member| by.row(*member).is_none()).collect();
        chunks::replaced(chunks, by, &gone)
    }

    /// The chunk of a member, and its row there.
    pub fn find(&self, member: i64) -> Option<(&Facts, usize)> {
        let place = self.chunks.partition_point(|chunk| chunk.members().last().is_some_and(|last| *last < member));
        let chunk = self.chunks.get(place)?;
        chunk.row(member).map(|row| (&**chunk, row))
    }
}
