//! A new or changed rule is evaluated in full, for everybody, and lands in one transaction.
//!
//! The long part looks at everybody's facts as they were at one place of the log of changes, and locks nothing. The
//! transaction that applies the difference then keeps all others from touching facts for a moment, and decides anew, from
//! rows, every member who was touched since.

use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::evaluate::{Known, Moment, Program};
use engine::facts::{Dictionary, Facts};
use entity::ids::SegmentId;
use entity::kinds::MembershipReason;
use entity::{segment, segment_evaluation};
use roaring::RoaringTreemap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::decide::moment;
use super::evaluation_store::{self as store, Landing};
use super::landing::{self, Found, Seen};
use super::rule_set::{RuleSet, told};
use super::rule_set_store;
use crate::app::App;
use crate::db::{self, Lock, Txn};
use crate::error::{Fault, Stop};
use crate::facts::{self, Freshness};
use crate::figures::{self, Reckoning};
use crate::jobs::{Held, NewJob, Setback};

/// The kind of job that evaluates a segment's rule.
pub const EVALUATION_JOB: &str = "EVALUATION";

/// How often an evaluation begins anew because something it stands on was changed meanwhile.
const MOST_ROUNDS: usize = 20;

/// What a job is about.
#[derive(Deserialize, Serialize)]
pub(super) struct Arguments {
    pub(super) segment: SegmentId,
    actor: String,
}

/// The job that evaluates the rule of a segment.
pub fn evaluation_job(segment: SegmentId, actor: &str) -> NewJob {
    let arguments = Arguments { segment, actor: actor.to_owned() };
    NewJob { kind: EVALUATION_JOB, arguments: json!(arguments) }
}

/// Evaluates the rule that a segment has by now, and those of the segments that name it. Nothing is left to do where it
/// is gone, inactive, or evaluated already.
pub async fn evaluate(app: &Arc<App>, held: &Held) -> Result<(), Setback> {
    let arguments: Arguments = held.arguments()?;
    let mut freshness = Freshness::AsTheyStand;
    for _ in 0..MOST_ROUNDS {
        held.step(0, Some(1)).await?;
        match round(app, held, &arguments, freshness).await {
            Ok(Round::Done) => {
                let _ = held.step(1, Some(1)).await;
                return Ok(());
            }
            // Everybody's facts in memory may be those of before.
            Ok(Round::Overtaken) => freshness = Freshness::LoadedAndCaughtUp,
            Err(Ended::Stopped(setback)) => return Err(setback),
            Err(Ended::Stop(stop)) => {
                let setback = Setback::of(stop);
                if let Setback::Retry(why) | Setback::Fail(why) = &setback {
                    store::failed(app.db.writer(), arguments.segment, why).await?;
                }
                return Err(setback);
            }
        }
    }
    Err(Setback::Retry("Other rules were changed time and again meanwhile.".to_owned()))
}

enum Round {
    Done,
    /// Something that it stands on was changed meanwhile.
    Overtaken,
}

enum Ended {
    Stopped(Setback),
    Stop(Stop),
}

impl<E: Into<Stop>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

async fn round(app: &Arc<App>, held: &Held, arguments: &Arguments, freshness: Freshness) -> Result<Round, Ended> {
    let begun = Instant::now();
    let Some(plan) = Plan::read(app, arguments.segment).await? else { return Ok(Round::Done) };
    let found = plan.look_at_everybody(app, freshness).await?;
    let landed = db::retry(|| async {
        let txn = app.db.begin().await?;
        // Whoever touches facts, or decides, has ended before, or begins after.
        db::lock(&txn, Lock::RuleSet).await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let Some(sets) = plan.as_of_now(&txn, &reckoning, &found).await? else { return Ok(None) };
        let landing = plan.land(&txn, &reckoning, &sets, arguments, begun).await?;
        Ok::<_, Stop>(Some((txn, landing)))
    })
    .await?;
    let Some((txn, landing)) = landed else { return Ok(Round::Overtaken) };
    held.fence(&txn).await.map_err(Ended::Stopped)?;
    txn.commit().await.map_err(|error| Ended::Stop(Fault::from(error).into()))?;
    let (segment, Landing { version, joiners, leavers, .. }) = (arguments.segment.0, landing);
    tracing::info!(segment, version, joiners, leavers, "a rule was evaluated");
    Ok(Round::Done)
}

/// What is evaluated, and what it stands on.
struct Plan {
    segment: segment::Model,
    /// The rule of the segment, and those that name it, as they decide.
    rules: RuleSet,
    known: Arc<Known>,
    today: NaiveDate,
    zone: Zone,
    digits: u32,
    gross_margin: Decimal,
    /// The last coming or going before anything was read.
    last_event: i64,
}

impl Plan {
    /// None where there is nothing to evaluate.
    async fn read(app: &App, id: SegmentId) -> Result<Option<Self>, Fault> {
        let reader = app.db.reader();
        let last_event = store::last_event(reader).await?;
        let Some((segment, rules)) = due(reader, id).await? else { return Ok(None) };
        let program = app.program();
        let known = rules.known(reader, program.zone).await?;
        let (zone, digits, gross_margin) =
            (program.zone, program.currency.digits(), figures::deciding_margin(reader).await?);
        let today = app.clock.today(zone);
        Ok(Some(Self { segment, rules, known: Arc::new(known), today, zone, digits, gross_margin, last_event }))
    }

    async fn look_at_everybody(&self, app: &Arc<App>, freshness: Freshness) -> Result<Found, Fault> {
        let (rules, known) = (self.rules.clone(), Arc::clone(&self.known));
        let moment = Moment { today: self.today, digits: self.digits, gross_margin: self.gross_margin };
        let prepare = move |dictionary: &Dictionary| Program::compile(&rules.listed(), &moment, dictionary);
        let each = move |program: &Program, facts: &Facts, _: &Dictionary| members_of(program, facts, &known);
        let needs = self.rules.needs();
        let found = facts::everybody_prepared(app, needs, freshness, prepare, each).await?;
        Ok(Found { sets: landing::together(self.rules.rules().len(), found.parts), horizon: found.horizon })
    }

    /// What was found, brought up to this moment; none where it stands on something that was changed. Nobody else touches
    /// facts until the transaction ends.
    async fn as_of_now(
        &self,
        txn: &Txn,
        reckoning: &Reckoning,
        found: &Found,
    ) -> Result<Option<Vec<RoaringTreemap>>, Fault> {
        let moment = moment(reckoning);
        // An edit of the name alone, which takes no other lock, waits or was seen.
        store::hold(txn, self.segment.id).await?;
        let still = due(txn, self.segment.id).await?;
        let same = still.is_some_and(|(segment, rules)| {
            segment.version == self.segment.version && segment.rule == self.segment.rule && rules == self.rules
        });
        if !same
            || moment.today != self.today
            || moment.gross_margin != self.gross_margin
            || reckoning.zone != self.zone
        {
            return Ok(None);
        }
        landing::as_of_now(txn, &self.rules, &moment, reckoning.zone, &self.seen(), found).await
    }

    fn seen(&self) -> Seen<'_> {
        Seen { known: &self.known, last_event: self.last_event }
    }

    /// Why members come to the segment or leave it.
    fn reason(&self, before: Option<segment_evaluation::Model>) -> MembershipReason {
        match before {
            Some(row) if !row.decides && row.applied_rule.is_some() => MembershipReason::Activated,
            Some(row) if row.outdated && row.applied_rule == self.segment.rule => MembershipReason::DataChanged,
            _ => MembershipReason::RuleChanged,
        }
    }

    /// Writes the difference, and that the rule decides from now on.
    async fn land(
        &self,
        txn: &Txn,
        reckoning: &Reckoning,
        sets: &[RoaringTreemap],
        arguments: &Arguments,
        begun: Instant,
    ) -> Result<Landing, Fault> {
        let ids = self.rules.segments();
        let own = self.reason(store::evaluation(txn, self.segment.id).await?);
        let reason = |id: SegmentId| if id == self.segment.id { own } else { MembershipReason::SegmentChanged };
        // Whom a campaign brings is nobody's doing.
        let actor = Some(arguments.actor.as_str()).filter(|_| own != MembershipReason::DataChanged);
        let counts = landing::write_differences(txn, reckoning, &ids, sets, actor, reason).await?;
        let (joiners, leavers) = counts.get(&self.segment.id).copied().unwrap_or_default();
        let landing = Landing {
            version: self.segment.version,
            rule: self.segment.rule.clone().unwrap_or_default(),
            finished_at: reckoning.now,
            duration_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            joiners,
            leavers,
        };
        store::landed(txn, self.segment.id, &landing).await?;
        let names: Vec<SegmentId> = told(&landing.rule)?.segments().into_iter().copied().map(SegmentId).collect();
        rule_set_store::write_references(txn, self.segment.id, &names).await?;
        Ok(landing)
    }
}

/// A segment whose rule is not evaluated yet, with that rule and those that name it.
async fn due(db: &impl sea_orm::ConnectionTrait, id: SegmentId) -> Result<Option<(segment::Model, RuleSet)>, Fault> {
    let Some(segment) = store::segments(db, &[id]).await?.pop() else { return Ok(None) };
    let Some(text) = segment.rule.as_deref().filter(|_| segment.active) else { return Ok(None) };
    if store::is_landed(db, &segment).await? {
        return Ok(None);
    }
    let rules = RuleSet::deciding(db).await?.with(id, told(text)?).of_and_naming(id);
    Ok(Some((segment, rules)))
}

/// Who belongs by each rule of a program.
pub(super) fn members_of(program: &Program, facts: &Facts, known: &Known) -> Vec<RoaringTreemap> {
    let mut sets = vec![RoaringTreemap::new(); program.len()];
    program.run(facts, known, |_, member, belongs| {
        for (set, _) in sets.iter_mut().zip(belongs).filter(|(_, belongs)| **belongs) {
            set.insert(member.cast_unsigned());
        }
    });
    sets
}
