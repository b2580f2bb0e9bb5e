//! Rules decide members from their rows, in the transaction of whoever has changed something.

use std::collections::HashMap;

use chrono::NaiveDate;
use engine::evaluate::{Known, Moment, Program};
use engine::facts::{Dictionary, Facts};
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};

use super::campaign_store::days_of_campaigns;
use super::log::Log;
use super::log_store::MoveRow;
use super::rule_set::{DecidingRule, RuleSet};
use super::rule_set_store as store;
use crate::db::Txn;
use crate::error::Fault;
use crate::facts::{self, Whose};
use crate::figures::Reckoning;

/// How many members are read at once.
pub(super) const AT_ONCE: usize = 5_000;

/// Why members are decided anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Something that rules look at was changed.
    Data,
    /// Another day has begun.
    Time,
    /// Another segment has changed.
    Segment,
    /// Pins of this segment were taken away.
    Unpinned(SegmentId),
}

/// Decides members by some rules and answers who is to come and to go. Nobody else changes what the rules look at, nor the
/// members' memberships, until the transaction ends: the caller has locked the members.
pub(super) async fn decide(
    txn: &Txn,
    reckoning: &Reckoning,
    rules: &RuleSet,
    members: &[MemberId],
    cause: Cause,
) -> Result<Vec<MoveRow>, Fault> {
    decide_seeing(txn, reckoning, rules, members, cause, |_| ()).await
}

/// The same, and shows whom it found belonging, some of the members at a time.
pub(super) async fn decide_seeing(
    txn: &Txn,
    reckoning: &Reckoning,
    rules: &RuleSet,
    members: &[MemberId],
    cause: Cause,
    mut see: impl FnMut(&Known),
) -> Result<Vec<MoveRow>, Fault> {
    let mut moves = Vec::new();
    if rules.is_empty() {
        return Ok(moves);
    }
    let moment = moment(reckoning);
    let campaigns = days_of_campaigns(txn, rules.plain(), reckoning.zone).await?;
    for members in members.chunks(AT_ONCE) {
        let mut dictionary = Dictionary::default();
        let facts = facts::read(txn, Whose::Members(members), rules.needs(), reckoning.zone, &mut dictionary).await?;
        let known = Known { campaigns: campaigns.clone(), ..store::known_of(txn, members).await? };
        let deciding = Deciding { rules, facts: &facts, known: &known, dictionary: &dictionary };
        moves.extend(deciding.moves(&moment, cause));
        see(&known);
    }
    moves.sort_unstable();
    Ok(moves)
}

/// Lets the segments whose rules name one that has just changed follow it, for the members who have moved.
pub async fn spread(log: &mut Log<'_>, segment: SegmentId, members: &[MemberId]) -> Result<(), Fault> {
    let rules = RuleSet::deciding(log.txn()).await?.naming(&[segment]);
    if rules.is_empty() {
        return Ok(());
    }
    log.follow().await?;
    let decided = decide(log.txn(), log.deciding(), &rules, members, Cause::Segment).await?;
    if decided.is_empty() { Ok(()) } else { log.write_decided(&decided).await }
}

/// What rules are evaluated with.
pub(super) fn moment(reckoning: &Reckoning) -> Moment {
    Moment {
        today: reckoning.zone.day_of(reckoning.now),
        digits: reckoning.digits,
        gross_margin: reckoning.deciding_margin,
    }
}

struct Deciding<'a> {
    rules: &'a RuleSet,
    facts: &'a Facts,
    /// Who belonged and was pinned before, to all segments.
    known: &'a Known,
    dictionary: &'a Dictionary,
}

/// A member and the place of a rule.
type Place = (i64, usize);

impl Deciding<'_> {
    fn moves(&self, moment: &Moment, cause: Cause) -> Vec<MoveRow> {
        let program = Program::compile(&self.rules.listed(), moment, self.dictionary);
        let mut moved: Vec<(Place, bool)> = Vec::new();
        let before: Vec<_> = self.rules.rules().iter().map(|one| self.known.members.get(&one.segment.0)).collect();
        program.run(self.facts, self.known, |_, member, belongs| {
            for (place, (before, belongs)) in before.iter().zip(belongs).enumerate() {
                if *belongs != before.is_some_and(|set| set.contains(member.cast_unsigned())) {
                    moved.push(((member, place), *belongs));
                }
            }
        });
        if moved.is_empty() {
            return Vec::new();
        }
        let unless = self.otherwise(moment, cause, &moved);
        let row = |((member, place), belongs): &(Place, bool)| {
            let segment = self.rules.rules()[*place].segment;
            let kind = if *belongs { MembershipEventKind::Joined } else { MembershipEventKind::Left };
            let reason = match cause {
                Cause::Unpinned(unpinned) if unpinned == segment => MembershipReason::Unpinned,
                Cause::Unpinned(_) | Cause::Segment => MembershipReason::SegmentChanged,
                Cause::Time => unless.get(&(*member, *place)).copied().unwrap_or(MembershipReason::TimePassed),
                Cause::Data => unless.get(&(*member, *place)).copied().unwrap_or(MembershipReason::DataChanged),
            };
            MoveRow { segment_id: segment.0, member_id: *member, kind: kind.word(), reason: reason.word() }
        };
        moved.iter().map(row).collect()
    }

    /// Other reasons than the cause, for moves that the cause alone would not have made: a rule that would have decided
    /// as before, had the segments that it names not moved; one that would have decided as before on the day for which
    /// everybody was last decided.
    fn otherwise(&self, moment: &Moment, cause: Cause, moved: &[(Place, bool)]) -> HashMap<Place, MembershipReason> {
        let mut reasons = HashMap::new();
        if !matches!(cause, Cause::Data | Cause::Time) {
            return reasons;
        }
        let before = self.rules.decided_on.filter(|day| cause == Cause::Data && *day != moment.today);
        let by_place = |place: usize| moved.iter().filter(move |((_, of), _)| *of == place);
        for (place, one) in self.rules.rules().iter().enumerate() {
            if by_place(place).next().is_none() {
                continue;
            }
            if let Some(day) = before.filter(|_| one.rule.is_timed()) {
                self.unmoved(one, place, moment, day, by_place(place), MembershipReason::TimePassed, &mut reasons);
            }
            if !one.rule.segments().is_empty() {
                let reason = MembershipReason::SegmentChanged;
                self.unmoved(one, place, moment, moment.today, by_place(place), reason, &mut reasons);
            }
        }
        reasons
    }

    /// Notes a reason for the moves that a rule would not have made by itself on a day: by it alone, the segments that it
    /// names as they were.
    #[allow(clippy::too_many_arguments, reason = "a step of one caller's loop")]
    fn unmoved<'m>(
        &self,
        one: &DecidingRule,
        place: usize,
        moment: &Moment,
        day: NaiveDate,
        moved: impl Iterator<Item = &'m (Place, bool)>,
        reason: MembershipReason,
        reasons: &mut HashMap<Place, MembershipReason>,
    ) {
        let moment = Moment { today: day, ..*moment };
        let alone = Program::compile(&[(one.segment.0, &one.rule)], &moment, self.dictionary);
        let mut decided: HashMap<i64, bool> = HashMap::new();
        alone.run(self.facts, self.known, |_, member, belongs| {
            decided.insert(member, belongs.first().copied().unwrap_or_default());
        });
        for ((member, _), belongs) in moved {
            if decided.get(member) == Some(&!belongs) {
                reasons.insert((*member, place), reason);
            }
        }
    }
}
