//! A partner says who comes to one of its segments, and who leaves it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::calendar::Millis;
use entity::ids::MemberId;
use entity::kinds::MembershipReason;
use entity::{push, segment};
use sea_orm::ActiveValue::{NotSet, Set};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::names::{self, Problem, ProblemCode, Sorted, sorted};
use super::{PartnerCaller, push_store as store, sync_store};
use crate::app::App;
use crate::audit::{self, Changes, Entry, Object};
use crate::db::{self, Lock, Txn, raced};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::members::MemberRef;
use crate::membership::{self, Log, Pushed, PushedName, Who};
use crate::segments::{MOST_MEMBERS, SegmentRef};
use crate::text_input::required;

/// How long an idempotency key may be.
const KEY: usize = 128;
/// How far ahead of ours a partner's clock may be.
const AHEAD: Millis = 5 * 60_000;

/// What a partner says.
#[derive(Clone, Debug)]
pub struct Push {
    /// One of its segments.
    pub segment: SegmentRef,
    /// The same call with the same key is done once.
    pub idempotency_key: String,
    /// Of when it holds; of when it comes where there is none.
    pub emitted_at: Option<Millis>,
    /// Who is to come.
    pub join: Vec<MemberRef>,
    /// Who is to leave.
    pub leave: Vec<MemberRef>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// What came of it.
    pub push: push::Model,
    /// Whether an earlier call with the same key has done it.
    pub replayed: bool,
}

/// Lets members come and go as a partner says. The same key with the same body answers what the first call did, also where
/// both come at once; a call that was refused is judged anew.
pub async fn push(app: &App, caller: &PartnerCaller, push: &Push) -> Result<Receipt, Stop> {
    let key = check(app, push)?;
    let hash = hash(push)?;
    // Names that nobody has yet are kept while nobody else makes members, who might be the ones.
    let alone = AtomicBool::new(false);
    db::retry(|| async {
        let txn = app.db.begin().await?;
        if alone.load(Ordering::Relaxed) {
            db::lock(&txn, Lock::RuleSet).await?;
        }
        let reckoning = figures::reckon(app, &txn).await?;
        if let Some(earlier) = store::by_key(&txn, caller.partner, &key).await? {
            return replayed(earlier, &hash);
        }
        let segment = caller.owner().lock(&txn, &push.segment).await?;
        // Who had the same key for the same segment at this moment is done by now.
        if let Some(earlier) = store::by_key(&txn, caller.partner, &key).await? {
            return replayed(earlier, &hash);
        }
        unless_inactive(&segment)?;
        let lists = Lists::read(&txn, push).await?;
        if lists.any_names() && !alone.swap(true, Ordering::Relaxed) {
            return Err(raced("members were made that a partner may speak of").into());
        }
        let outcome = lists.apply(&txn, &reckoning, caller, &segment, push).await?;
        let row = push::ActiveModel {
            id: NotSet,
            partner_id: Set(caller.partner),
            segment_id: Set(segment.id),
            idempotency_key: Set(key.clone()),
            body_hash: Set(hash.clone()),
            emitted_at: Set(push.emitted_at),
            received_at: Set(reckoning.now),
            joiners: Set(count(outcome.joined)),
            leavers: Set(count(outcome.left)),
            unchanged: Set(count(outcome.unchanged)),
            pending: Set(count(outcome.pending)),
            problem_count: Set(count(outcome.problems.len())),
            problems: Set(names::kept(&outcome.problems)?),
        };
        let row = store::insert(&txn, row).await?.ok_or_else(|| raced("a key was used for another segment"))?;
        if outcome.joined + outcome.left + outcome.pending > 0 {
            let changes = Changes::none()
                .new_field("joined", outcome.joined)
                .new_field("left", outcome.left)
                .new_field("pending", outcome.pending);
            let object = Object::one("Segment", segment.id.0, segment.name.as_str());
            audit::write(app, &txn, caller.by(), Entry { action: "pushSegmentMembers", object, changes }).await?;
        }
        txn.commit().await?;
        Ok(Receipt { push: row, replayed: false })
    })
    .await
}

/// The key, where nothing is wrong with it and the rest.
fn check(app: &App, push: &Push) -> Result<String, Stop> {
    let path = ["input", "idempotencyKey"];
    let key = required(&push.idempotency_key, KEY, &path);
    let now = app.clock.now(app.program().zone);
    let ahead = push.emitted_at.filter(|at| *at > now + AHEAD).map(|_| {
        let message = "lies more than 5 minutes ahead";
        Refusal::new(RefusalCode::Invalid, message, &["input", "emittedAt"])
    });
    let many = (push.join.len() + push.leave.len() > MOST_MEMBERS).then(|| {
        let message = format!("must name at most {MOST_MEMBERS} members in both lists");
        Refusal::new(RefusalCode::TooMany, message, &["input", "join"])
    });
    match (key, ahead, many) {
        (Ok(key), None, None) => Ok(key),
        (key, ahead, many) => Err(Stop::Refused([key.err(), ahead, many].into_iter().flatten().collect())),
    }
}

fn hash(push: &Push) -> Result<String, Fault> {
    #[derive(Serialize)]
    struct Body<'a> {
        segment: String,
        emitted_at: Option<Millis>,
        join: &'a [String],
        leave: &'a [String],
    }
    let texts = |list: &[MemberRef]| list.iter().map(|member| format!("{member:?}")).collect::<Vec<_>>();
    let (join, leave) = (texts(&push.join), texts(&push.leave));
    let body = Body { segment: format!("{:?}", push.segment), emitted_at: push.emitted_at, join: &join, leave: &leave };
    Ok(hex(&serde_json::to_vec(&body)?))
}

/// The hash under which a body is kept.
pub(super) fn hex(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn replayed(earlier: push::Model, hash: &str) -> Result<Receipt, Stop> {
    if earlier.body_hash == hash {
        return Ok(Receipt { push: earlier, replayed: true });
    }
    let message = "the key was used with another body";
    Err(Refusal::new(RefusalCode::IdempotencyMismatch, message, &["input", "idempotencyKey"]).into())
}

/// Refuses what an inactive segment does not take.
pub(super) fn unless_inactive(segment: &segment::Model) -> Result<(), Stop> {
    if segment.active {
        return Ok(());
    }
    let message = "the segment is inactive: its membership stands still";
    Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "segment"]).into())
}

pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Both lists, as far as their members are known.
struct Lists {
    join: Sorted,
    leave: Sorted,
}

struct Outcome {
    joined: usize,
    left: usize,
    unchanged: usize,
    pending: usize,
    problems: Vec<Problem>,
}

impl Lists {
    async fn read(txn: &Txn, push: &Push) -> Result<Self, Fault> {
        let join = sorted(txn, "join", &push.join).await?;
        Ok(Self { join, leave: sorted(txn, "leave", &push.leave).await? })
    }

    fn any_names(&self) -> bool {
        !self.join.names.is_empty() || !self.leave.names.is_empty()
    }

    async fn apply(
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
        let all: Vec<MemberId> = self.join.known.iter().chain(&self.leave.known).map(|(id, _)| *id).collect();
        let newer = membership::newer(txn, segment.id, &all, emitted_at).await?;
        let [join, leave] = [("join", self.join.known), ("leave", self.leave.known)].map(|(list, known)| {
            let mut known = said.left_over(list, known, |id| both.contains(id), |id| newer.contains(id));
            known.sort_unstable();
            known
        });
        let all: Vec<PushedName> =
            self.join.names.iter().chain(&self.leave.names).map(|(name, _)| name.clone()).collect();
        let newer = membership::newer_names(txn, segment.id, &all, emitted_at).await?;
        let waiting = membership::waiting(txn, segment.id, &all).await?;
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
        let all = [join.as_slice(), leave.as_slice()].concat();
        let mut log = Log::open(txn, reckoning, &Who::Members(&all), Some(&caller.actor)).await?;
        let moved = membership::push(&mut log, &pushed, &join, &leave).await?;
        log.apply().await?;
        membership::push_names(txn, &pushed, &come, &go).await?;
        let unchanged = all.len() - moved.joined - moved.left + withdrawn;
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
