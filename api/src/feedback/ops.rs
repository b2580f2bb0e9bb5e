//! Answers to surveys come in.

use std::collections::BTreeSet;

use entity::ids::MemberId;

use super::FeedbackInput;
use super::input::Checked;
use super::store::{self, ResponseRow};
use crate::app::App;
use crate::audit::{self, By};
use crate::db::{self, Txn, raced};
use crate::error::{Fault, Stop};
use crate::figures;
use crate::ingest::{self, Ingested};
use crate::members::{self, MemberRef};
use crate::membership::{self, Touched};

/// Records answers. Bad rows are named, good ones kept, known ones counted as duplicates.
pub async fn record(app: &App, by: By<'_>, rows: Vec<FeedbackInput>) -> Result<Ingested, Stop> {
    let now = app.clock.now(app.program().zone);
    let (good, problems) = ingest::part(rows, |row| row.check(now));
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let (done, touched) = record_in(&txn, &good).await?;
        membership::settle(&txn, &reckoning, touched).await?;
        if let Some(entry) = audit::ingested(by.action("recordFeedback"), "Feedback", &done) {
            audit::write(app, &txn, by, entry).await?;
        }
        txn.commit().await?;
        Ok(done.and(&problems))
    })
    .await
}

/// The same within a transaction, for answers with their places in the batch. What was touched is to be settled at the
/// transaction's end.
pub async fn record_in(txn: &Txn, rows: &[(usize, Checked)]) -> Result<(Ingested, Touched), Fault> {
    let mut done = Ingested::default();
    let references: Vec<MemberRef> = rows.iter().map(|(_, Checked(row))| row.member.clone()).collect();
    let members = members::resolve(txn, &references).await?;
    let mut named = Vec::with_capacity(rows.len());
    for ((place, Checked(row)), member) in rows.iter().zip(members) {
        match member {
            Ok(member) => named.push((*place, ResponseRow::new(member, row))),
            Err(why) => done.refuse(*place, why.refusal(&["member"])),
        }
    }
    let known = store::known(txn, named.iter().map(|(_, row)| row)).await?;
    let new = ingest::unknown(known, named, &mut done);
    done.created = new.len();
    done.problems.sort_by_key(|problem| problem.row);
    if new.is_empty() {
        return Ok((done, Touched::default()));
    }
    // Whose answers change here, in the order of their ids. Their rows are locked before anything is written, so that
    // whatever is decided of them in this transaction is decided by one operation at a time.
    let touched: Vec<MemberId> = new.iter().map(|row| row.member_id).collect::<BTreeSet<_>>().into_iter().collect();
    figures::lock_members(txn, &touched).await?;
    if store::insert(txn, &new).await? != new.len() {
        return Err(raced("an answer was recorded"));
    }
    Ok((done, Touched::new(touched, Vec::new())))
}
