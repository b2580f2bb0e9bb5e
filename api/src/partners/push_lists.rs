//! The two lists of a push, and what is done with them.

use std::collections::HashSet;

use entity::ids::{MemberId, PartnerId};
use entity::kinds::MembershipReason;
use entity::segment;

use super::names::{Problem, ProblemCode, Sorted, sorted};
use super::push::Push;
use super::{PartnerCaller, sync_store};
use crate::db::Txn;
use crate::error::Fault;
use crate::figures::Reckoning;
use crate::membership::{self, Log, Pushed, PushedName, Who};

/// Both lists, as far as their members are known.
pub(super) struct Lists {
    join: Sorted,
    leave: Sorted,
}

pub(super) struct Outcome {
    pub(super) joined: usize,
    pub(super) left: usize,
    pub(super) unchanged: usize,
    pub(super) pending: usize,
    pub(super) problems: Vec<Problem>,
}

impl Lists {
    pub(super) async fn read(txn: &Txn, partner: PartnerId, push: &Push) -> Result<Self, Fault> {
        let join = sorted(txn, partner, "join", &push.join).await?;
        Ok(Self { join, leave: sorted(txn, partner, "leave", &push.leave).await? })
    }

    pub(super) fn any_names(&self) -> bool {
        !self.join.names.is_empty() || !self.leave.names.is_empty()
    }

    pub(super) async fn apply(
        self,
        txn: &Txn,
        reckoning: &Reckoning,
        caller: &PartnerCaller,
        segment: &segment::Model,
        push: &Push,
    ) -> Result<Outcome, Fault> {
        let emitted_at = push.emitted_at.unwrap_or(reckoning.now);
        let spoken = sync_store::last_begin(txn, segment.id).await?;
        let mut said = Said::new(push, spoken.is_some_and(|at| at > emitted_at));
        said.problems.extend(self.join.problems.into_iter().chain(self.leave.problems));
        // Who stands in both lists stands in neither.
        let both: HashSet<MemberId> = shared(&self.join.known, &self.leave.known);
        let both_names: HashSet<PushedName> = shared(&self.join.names, &self.leave.names);
        let mut all: Vec<MemberId> = self.join.known.iter().chain(&self.leave.known).map(|(id, _)| *id).collect();
        all.sort_unstable();
        all.dedup();
        // From now on nobody else says anything of these members.
        let mut log = Log::open(txn, reckoning, &Who::Members(&all), Some(&caller.actor)).await?;
        let newer = membership::newer(txn, segment.id, &all, emitted_at).await?;
        let [join, leave] = [("join", self.join.known), ("leave", self.leave.known)].map(|(list, known)| {
            let mut known = said.left_over(list, known, |id| both.contains(id), |id| newer.contains(id));
            known.sort_unstable();
            known
        });
        let names: Vec<PushedName> =
            self.join.names.iter().chain(&self.leave.names).map(|(name, _)| name.clone()).collect();
        let newer = membership::newer_names(txn, segment.id, &names, emitted_at).await?;
        let waiting = membership::waiting(txn, segment.id, &names).await?;
        let is = |set: &HashSet<(String, String)>, name: &PushedName| {
            set.contains(&(name.kind.to_owned(), name.name.clone()))
        };
        let is_unheard_of = |name: &PushedName| !is(&waiting, name);
        let places = self.leave.names.clone();
        let [come, go] = [("join", self.join.names), ("leave", self.leave.names)].map(|(list, names)| {
            said.left_over(list, names, |name| both_names.contains(name), |name| is(&newer, name))
        });
        let unheard: HashSet<&PushedName> = go.iter().filter(|name| is_unheard_of(name)).collect();
        for (_, place) in places.iter().filter(|(name, _)| unheard.contains(name)) {
            said.problem("leave", *place, ProblemCode::UnknownMember);
        }
        let withdrawn = go.len() - unheard.len();
        let pushed = Pushed {
            segment,
            emitted_at,
            on: reckoning.zone.day_of(reckoning.now),
            reason: MembershipReason::PartnerPush,
        };
        let moved = membership::push(&mut log, &pushed, &join, &leave).await?;
        log.apply().await?;
        membership::push_names(txn, &pushed, &come, &go).await?;
        let unchanged = join.len() + leave.len() - moved.joined - moved.left + withdrawn;
        let problems = said.problems;
        Ok(Outcome { joined: moved.joined, left: moved.left, unchanged, pending: come.len(), problems })
    }
}

fn shared<T: Eq + std::hash::Hash + Clone>(one: &[(T, usize)], other: &[(T, usize)]) -> HashSet<T> {
    let one: HashSet<&T> = one.iter().map(|(name, _)| name).collect();
    other.iter().filter(|(name, _)| one.contains(name)).map(|(name, _)| name.clone()).collect()
}

/// What is said of those who are left out.
struct Said<'a> {
    push: &'a Push,
    /// A full list of a later instant has spoken of everybody.
    all_stale: bool,
    problems: Vec<Problem>,
}

impl<'a> Said<'a> {
    fn new(push: &'a Push, all_stale: bool) -> Self {
        Self { push, all_stale, problems: Vec::new() }
    }

    /// Those of a list to whom it applies.
    fn left_over<T>(
        &mut self,
        list: &str,
        named: Vec<(T, usize)>,
        in_both: impl Fn(&T) -> bool,
        is_newer: impl Fn(&T) -> bool,
    ) -> Vec<T> {
        let mut left_over = Vec::with_capacity(named.len());
        for (one, place) in named {
            if in_both(&one) {
                // Told once.
                if list == "leave" {
                    self.problem(list, place, ProblemCode::InBothLists);
                }
            } else if self.all_stale || is_newer(&one) {
                self.problem(list, place, ProblemCode::Stale);
            } else {
                left_over.push(one);
            }
        }
        left_over
    }

    fn problem(&mut self, list: &str, place: usize, code: ProblemCode) {
        let members = if list == "join" { &self.push.join } else { &self.push.leave };
        if let Some(member) = members.get(place) {
            self.problems.push(Problem::new(list, place, member, code));
        }
    }
}
