//! Every day, rules whose outcome may turn by time alone are run over everybody; those who differ are decided anew from
//! their rows.

use std::sync::Arc;
use std::time::Duration;

use engine::evaluate::{Moment, Program};
use engine::facts::{Dictionary, Facts};
use entity::ids::MemberId;
use roaring::RoaringTreemap;
use tokio::time::sleep;

use super::decide::{AT_ONCE, Cause, decide};
use super::evaluation::members_of;
use super::log::Log;
use super::midnight_store::{self as store, Decided};
use super::pushed;
use super::rule_set::RuleSet;
use super::rule_set_store;
use crate::app::App;
use crate::db;
use crate::error::{Fault, Stop};
use crate::facts::{self, Freshness};
use crate::{changes, figures};

/// How long it waits before it looks once more.
const PAUSE: Duration = Duration::from_secs(1);

/// Decides everybody for the current day of the programme's zone, once the figures are rolled to it. True where that was
/// still to be done. A day that was missed is not made up for: who differs moves today. Each member moves once, in the
/// transaction of its chunk; ended in the middle, it begins anew and finds the rest.
pub async fn to_today(app: &Arc<App>) -> Result<bool, Stop> {
    let Decided { day, zone, figures_on, figures_zone, time_zone } = store::decided(app.db.reader()).await?;
    let program = app.program();
    let today = app.clock.today(program.zone);
    let is_rolled = figures_on == today.to_string() && figures_zone == time_zone && time_zone == program.zone.name();
    if (day == figures_on && zone == figures_zone) || !is_rolled {
        return Ok(false);
    }
    pushed::lapse_all(app).await?;
    let rules = RuleSet::deciding(app.db.reader()).await?;
    // In another zone every document may lie on another day.
    let rules = if zone == figures_zone { rules.timed() } else { rules };
    let differing = loop {
        if rules.is_empty() {
            break Vec::new();
        }
        if let Some(differing) = differing(app, &rules).await? {
            break differing;
        }
        // Everybody may have been touched meanwhile; that is rare, and over as soon as the facts in memory are loaded anew.
        sleep(PAUSE).await;
    };
    for members in differing.chunks(AT_ONCE) {
        db::retry(|| decide_anew(app, members)).await?;
    }
    store::note(app.db.writer(), &figures_on, &figures_zone).await?;
    tracing::info!(from = day, to = figures_on, members = differing.len(), "everybody was decided for another day");
    Ok(true)
}

/// Who belongs by the rules and does not by the rows, or the other way round, and who was touched meanwhile; none where
/// that may be everybody.
async fn differing(app: &Arc<App>, rules: &RuleSet) -> Result<Option<Vec<MemberId>>, Fault> {
    let reader = app.db.reader();
    let ids = rules.segments();
    let program = app.program();
    let known = Arc::new(rules.known(reader, program.zone).await?);
    let moment = Moment {
        today: app.clock.today(program.zone),
        digits: program.currency.digits(),
        gross_margin: figures::deciding_margin(reader).await?,
    };
    let (needs, of, rules) = (rules.needs(), Arc::clone(&known), rules.clone());
    let prepare = move |dictionary: &Dictionary| Program::compile(&rules.listed(), &moment, dictionary);
    let each = move |program: &Program, facts: &Facts, _: &Dictionary| members_of(program, facts, &of);
    let found = facts::everybody_prepared(app, needs, Freshness::AsTheyStand, prepare, each).await?;
    // Who was touched since then may have been decided for the day before: whoever decides for this one waited for the
    // figures to be rolled to it, and those for the day before have ended by then.
    let txn = app.db.begin_reading().await?;
    let touched = changes::touched_after(&txn, &found.horizon).await?.members_alone();
    txn.commit().await?;
    let before = rule_set_store::known_members(reader, &ids, &[]).await?.members;
    let mut after = vec![RoaringTreemap::new(); ids.len()];
    for part in found.parts {
        after.iter_mut().zip(part).for_each(|(set, part)| *set |= part);
    }
    let nobody = RoaringTreemap::new();
    let mut differing = RoaringTreemap::new();
    for (id, after) in ids.iter().zip(&after) {
        differing |= before.get(&id.0).unwrap_or(&nobody) ^ after;
    }
    match touched {
        Some(touched) => differing.extend(touched.iter().map(|member| member.0.cast_unsigned())),
        None => return Ok(None),
    }
    Ok(Some(differing.iter().map(|member| MemberId(member.cast_signed())).collect()))
}

async fn decide_anew(app: &App, members: &[MemberId]) -> Result<(), Stop> {
    let txn = app.db.begin().await?;
    let reckoning = figures::reckon(app, &txn).await?;
    figures::lock_members_there(&txn, members).await?;
    let rules = RuleSet::deciding(&txn).await?;
    let decided = decide(&txn, &reckoning, &rules, members, Cause::Time).await?;
    if !decided.is_empty() {
        let log = Log::open_alone(&txn, &reckoning, None).await?;
        log.write_decided(&decided).await?;
        log.apply().await?;
    }
    txn.commit().await?;
    Ok(())
}
