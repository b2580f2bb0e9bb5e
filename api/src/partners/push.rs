//! A partner says who comes to one of its segments, and who leaves it.

use std::sync::atomic::{AtomicBool, Ordering};

use engine::calendar::Millis;
use entity::{push, segment};
use sea_orm::ActiveValue::{NotSet, Set};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::names::{self, Problem};
use super::push_lists::Lists;
use super::{PartnerCaller, push_store as store};
use crate::app::App;
use crate::audit::{self, Changes, Entry, Object};
use crate::db::{self, Lock, raced};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures;
use crate::members::MemberRef;
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
    /// The first of those who were left out.
    pub problems: Vec<Problem>,
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
        let _line = if alone.load(Ordering::Relaxed) { Some(app.partners.alone().await) } else { None };
        let txn = app.db.begin().await?;
        if alone.load(Ordering::Relaxed) {
            db::lock(&txn, Lock::RuleSet).await?;
        }
        let reckoning = figures::reckon(app, &txn).await?;
        if let Some(earlier) = store::by_key(&txn, caller.partner, &key).await? {
            return replayed(earlier, &hash, push);
        }
        let segment = caller.owner().lock(&txn, &push.segment).await?;
        // Who had the same key for the same segment at this moment is done by now.
        if let Some(earlier) = store::by_key(&txn, caller.partner, &key).await? {
            return replayed(earlier, &hash, push);
        }
        unless_inactive(&segment)?;
        let lists = Lists::read(&txn, caller.partner, push).await?;
        if lists.any_names() && !alone.swap(true, Ordering::Relaxed) {
            return Err(raced("members were made that a partner may speak of").into());
        }
        let mut outcome = lists.apply(&txn, &reckoning, caller, &segment, push).await?;
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
        outcome.problems.truncate(names::MOST);
        Ok(Receipt { push: row, problems: outcome.problems, replayed: false })
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

fn replayed(earlier: push::Model, hash: &str, push: &Push) -> Result<Receipt, Stop> {
    if earlier.body_hash == hash {
        let problems = names::problems_again(&earlier.problems, &[("join", &push.join), ("leave", &push.leave)])?;
        return Ok(Receipt { push: earlier, problems, replayed: true });
    }
    let message = "the key was used with another body";
    Err(Refusal::new(RefusalCode::IdempotencyMismatch, message, &["input", "idempotencyKey"]).into())
}

/// Refuses what an inactive segment does not take.
pub(super) fn unless_inactive(segment: &segment::Model) -> Result<(), Stop> {
    if segment.active { Ok(()) } else { Err(inactive(&["input", "segment"])) }
}

/// The refusal of what an inactive segment does not take.
pub(super) fn inactive(path: &[&str]) -> Stop {
    Refusal::new(RefusalCode::NotAllowed, "the segment is inactive: its membership stands still", path).into()
}

pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
