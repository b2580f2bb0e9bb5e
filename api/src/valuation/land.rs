//! An analysis lands: what differs is written, and rules follow, in one transaction.

use std::sync::Arc;
use std::time::Instant;

use entity::ids::MemberId;

use super::member::Kept;
use super::member_store::{self, WRITTEN};
use super::passes::{Fitted, Grouped};
use super::plan::{Plan, Said};
use super::store::{self, ModelRow};
use super::work::{STEPS, unless_missed};
use crate::app::App;
use crate::db::{self, Lock, Txn};
use crate::error::{Fault, Stop};
use crate::jobs::{Held, Setback};
use crate::{changes, figures};

/// So many members one row of the log of changes names; beyond, it says that it may be anybody.
const NAMED: usize = 5_000;

/// What is kept of members, and what is to be.
struct Difference {
    changed: Vec<Kept>,
    gone: Vec<MemberId>,
    /// The analysis by which it was kept.
    latest: Option<i64>,
}

/// Writes what was found, where it differs from what is kept, and lets who belongs follow. False where something that it
/// stands on was changed meanwhile.
pub(super) async fn land(
    app: &Arc<App>,
    held: &Held,
    plan: &Plan,
    fitted: &Fitted,
    grouped: Grouped,
    begun: Instant,
) -> Result<bool, Setback> {
    // Nobody else writes them but who erases a person, as long as no other analysis lands.
    let before = member_store::all(app.db.reader()).await?;
    let difference = Difference::between(&before, &grouped.members, plan.latest);
    drop(before);
    held.step(4, Some(STEPS)).await?;
    let row = ModelRow::new(plan, fitted, &grouped)?;
    let landed = db::retry(|| async {
        let txn = app.db.begin().await?;
        let is_landed = difference.write(app, &txn, plan, &grouped, &row, begun).await?;
        Ok::<_, Stop>(is_landed.then_some(txn))
    });
    let Some(txn) = landed.await.map_err(Setback::of)? else { return Ok(false) };
    // All of it is done from then on, so that nobody joins it who asks for a model; up to then somebody may have.
    if !held.advance(&txn, STEPS, STEPS).await? {
        return Err(Setback::Stopped);
    }
    unless_missed(held, &txn, fitted).await?;
    txn.commit().await?;
    held.advanced();
    app.lens.wake();
    let (members, customers) = (difference.changed.len(), fitted.model.as_ref().map_or(0, |model| model.customers));
    tracing::info!(members, customers, "what members are worth was worked out anew");
    Ok(true)
}

impl Difference {
    /// Both sides rise by member.
    fn between(before: &[Kept], after: &[Kept], latest: Option<i64>) -> Self {
        let mut left = before.iter().peekable();
        let (mut changed, mut gone) = (Vec::new(), Vec::new());
        for kept in after {
            while let Some(old) = left.next_if(|old| old.member < kept.member) {
                gone.push(MemberId(old.member));
            }
            let same = left.next_if(|old| old.member == kept.member).is_some_and(|old| old == kept);
            changed.extend((!same).then_some(*kept));
        }
        gone.extend(left.map(|old| MemberId(old.member)));
        Self { changed, gone, latest }
    }

    /// False where something that it stands on was changed.
    async fn write(
        &self,
        app: &App,
        txn: &Txn,
        plan: &Plan,
        grouped: &Grouped,
        row: &ModelRow,
        begun: Instant,
    ) -> Result<bool, Fault> {
        // Who is to be erased waits, or was before: an erasure takes its locks in this order too.
        db::lock(txn, Lock::MemberValues).await?;
        if store::latest_id(txn).await? != self.latest {
            return Ok(false);
        }
        // Others go on meanwhile; whoever they touch is in the log of changes, and is decided once more below.
        for members in self.changed.chunks(WRITTEN) {
            member_store::write(txn, members).await?;
        }
        member_store::remove(txn, &self.gone).await?;
        member_store::remove_unknown(txn).await?;
        let Some(reckoning) = plan.rules.hold(app, txn).await? else { return Ok(false) };
        if Said::now(txn).await?.0 != plan.said {
            return Ok(false);
        }
        if !plan.rules.land(txn, &reckoning, &grouped.evaluated).await? {
            return Ok(false);
        }
        figures::add_up_predicted(txn).await?;
        store::insert(txn, row, reckoning.now, begun.elapsed()).await?;
        let touched = || self.changed.iter().map(|kept| MemberId(kept.member)).chain(self.gone.iter().copied());
        match touched().count() {
            0..=NAMED => changes::note(txn, &touched().collect::<Vec<_>>(), reckoning.now).await?,
            _ => changes::note_values(txn, reckoning.now).await?,
        }
        Ok(true)
    }
}
