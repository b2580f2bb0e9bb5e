//! Members come in: new ones are made, known ones changed where something is new.

use std::collections::HashMap;

use engine::figures::Sums;
use entity::ids::MemberId;
use entity::member;

use super::input::Checked;
use super::returning::returning;
use super::row::merged;
use super::{LabelInput, MemberInput, changes, store};
use crate::app::App;
use crate::audit::{self, By, Entry};
use crate::db::{self, Txn, raced};
use crate::error::{Fault, Stop};
use crate::figures::{self, Reckoning, Share};
use crate::ingest::{self, Ingested};
use crate::membership::{self, Touched};

/// Makes or changes members by number. Bad rows are named, good ones kept. The log keeps the call, and the old and new
/// values of every member that was known before.
pub async fn upsert(app: &App, by: By<'_>, rows: Vec<MemberInput>) -> Result<Ingested, Stop> {
    let now = app.clock.now(app.program().zone);
    let (good, problems) = ingest::part(rows, |row| row.check(now));
    let (places, good): (Vec<usize>, Vec<Checked>) = good.into_iter().unzip();
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let (mut done, touched, mut entries) = taken(&txn, &reckoning, &good, Some(by.action("upsertMembers"))).await?;
        membership::settle(&txn, &reckoning, touched).await?;
        entries.extend(audit::ingested(by.action("upsertMembers"), "Member", &done));
        audit::write_all(app, &txn, by, entries).await?;
        txn.commit().await?;
        done.problems.iter_mut().for_each(|problem| problem.row = places[problem.row]);
        Ok(done.and(&problems))
    })
    .await
}

/// A member as it stands in the batch: the row as it was, and as it is to be.
struct Standing<'a> {
    before: Option<member::Model>,
    after: member::Model,
    labels: Option<&'a [LabelInput]>,
    changed: bool,
}

/// The same within a transaction, without a word to the log. A number that stands in several rows is changed by each in
/// turn; one that would bring an erased person back is a problem, by its place among the rows. What was touched is to be settled at the transaction's end.
pub async fn upsert_in(txn: &Txn, reckoning: &Reckoning, rows: &[Checked]) -> Result<(Ingested, Touched), Fault> {
    let (done, touched, _) = taken(txn, reckoning, rows, None).await?;
    Ok((done, touched))
}

/// What became of the rows, whom they touched, and the log's entries of the members that were known before where they are asked for under
/// the name of an action.
async fn taken(
    txn: &Txn,
    reckoning: &Reckoning,
    rows: &[Checked],
    action: Option<&'static str>,
) -> Result<(Ingested, Touched, Vec<Entry>), Fault> {
    let mut done = Ingested::default();
    let numbers: Vec<String> = rows.iter().map(|row| row.number().to_owned()).collect();
    let known = store::lock_by_number(txn, numbers).await?;
    let returning = returning(txn, rows, &known).await?;
    let labels = store::labels_of(txn, &known.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let mut standing: HashMap<String, Standing<'_>> = HashMap::with_capacity(rows.len());
    let mut order: Vec<&str> = Vec::new();
    for row in known {
        let after = row.clone();
        standing.insert(row.number.clone(), Standing { before: Some(row), after, labels: None, changed: false });
    }
    for (place, Checked(input)) in rows.iter().enumerate() {
        if let Some(refusal) = returning.get(&place) {
            done.refuse(place, refusal.clone());
            continue;
        }
        let number = input.number.as_str();
        let known = standing.get(number);
        let after = merged(known.map(|known| &known.after), input, reckoning.now);
        let new_labels = input.labels_to_write();
        match standing.get_mut(number) {
            None => {
                done.created += 1;
                order.push(number);
                standing.insert(number.to_owned(), Standing { before: None, after, labels: new_labels, changed: true });
            }
            Some(known) => {
                let current = known.labels.map(<[_]>::to_vec);
                let current = current.or_else(|| labels.get(&known.after.id).cloned()).unwrap_or_default();
                let relabelled = new_labels.is_some_and(|new| new != current);
                if after == known.after && !relabelled {
                    done.duplicates += 1;
                    continue;
                }
                done.updated += 1;
                if !known.changed {
                    known.changed = true;
                    order.push(number);
                }
                known.after = member::Model { updated_at: reckoning.now, ..after };
                known.labels = new_labels.or(known.labels);
            }
        }
    }
    let changes: Vec<&Standing<'_>> = order.iter().filter_map(|number| standing.get(*number)).collect();
    let touched = write(txn, &changes).await?;
    let told = action.map(|action| changes.iter().filter_map(|change| told(change, &labels, action)).collect());
    Ok((done, touched, told.unwrap_or_default()))
}

/// The log's entry of a member that was known before, and is not now what it was.
fn told(change: &Standing<'_>, labels: &HashMap<MemberId, Vec<LabelInput>>, action: &'static str) -> Option<Entry> {
    let before = change.before.as_ref()?;
    let old = labels.get(&before.id).map(Vec::as_slice).unwrap_or_default();
    let entry = changes::entry(action, before, &change.after, change.labels.map(|new| (old, new)));
    (!entry.changes.is_empty()).then_some(entry)
}

async fn write(txn: &Txn, changes: &[&Standing<'_>]) -> Result<Touched, Fault> {
    let (new, old): (Vec<&Standing<'_>>, Vec<&Standing<'_>>) =
        changes.iter().partition(|change| change.before.is_none());
    let made = store::insert(txn, &new.iter().map(|change| &change.after).collect::<Vec<_>>()).await?;
    if made.len() != new.len() {
        return Err(raced("a member was made"));
    }
    figures::make_members(txn, &made.values().copied().collect::<Vec<_>>()).await?;
    // Whoever assigns one of them at this moment counts it either before or after this change, not in between; and whoever
    // decides one of them sees either all of it or nothing.
    let known: Vec<MemberId> = old.iter().map(|change| change.after.id).collect();
    figures::lock_members(txn, &known).await?;
    store::update(txn, &old.iter().map(|change| &change.after).collect::<Vec<_>>()).await?;
    let id_of = |change: &Standing<'_>| made.get(&change.after.number).copied().unwrap_or(change.after.id);
    let labels: Vec<(MemberId, &[LabelInput])> =
        changes.iter().filter_map(|change| Some((id_of(change), change.labels?))).collect();
    store::write_labels(txn, &labels).await?;
    let shares: Vec<Share> = old.iter().filter_map(|change| consent_moved(change)).collect();
    Ok(Touched::new(made.into_values().chain(known).collect(), shares))
}

fn consent_moved(change: &Standing<'_>) -> Option<Share> {
    let before = change.before.as_ref()?.marketing_consent;
    let reachable = i64::from(change.after.marketing_consent) - i64::from(before);
    let sums = Sums { reachable, ..Sums::default() };
    (reachable != 0).then_some(Share { member_id: change.after.id, sums })
}
