//! Writes the demo: one thread makes it up while the database takes in what was made before.

use engine::calendar::Millis;
use tokio::sync::mpsc;

use super::plan::Shop;
use super::store;
use crate::app::App;
use crate::error::{Refusal, RefusalCode, Stop};
use crate::ingest::Ingested;
use crate::membership::{self, Touched};
use crate::{db, feedback, figures, members, points, transactions};

/// How many rows one transaction writes, lines and labels not counted.
const ROWS: usize = 5_000;
/// How many chunks lie ready at most.
const AHEAD: usize = 2;

/// Some units, every field checked.
struct Chunk {
    from: u32,
    until: u32,
    rows: usize,
    members: Vec<members::Checked>,
    transactions: Vec<(usize, transactions::Checked)>,
    points: Vec<(usize, points::Checked)>,
    feedback: Vec<(usize, feedback::Checked)>,
}

/// Writes the units from a place on, each chunk in a transaction together with how far it is.
pub(super) async fn write(
    app: &App,
    shop: std::sync::Arc<Shop>,
    from: u32,
    progress: &(dyn Fn(u32) + Sync),
) -> anyhow::Result<()> {
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let now = app.clock.now(app.program().zone);
    let maker = tokio::task::spawn_blocking(move || make(&shop, from, now, &sender));
    while let Some(chunk) = receiver.recv().await {
        write_chunk(app, &chunk).await?;
        progress(chunk.until);
    }
    maker.await?.map_err(Stop::from)?;
    Ok(())
}

/// Makes chunks until all are made, or nobody takes them any more.
fn make(shop: &Shop, from: u32, now: Millis, sender: &mpsc::Sender<Chunk>) -> Result<(), Refusal> {
    let mut chunk = Chunk::at(from);
    for place in from..shop.units() {
        let unit = shop.unit(place);
        let full = chunk.rows > 0 && chunk.rows + unit.rows() > ROWS;
        if full && sender.blocking_send(std::mem::replace(&mut chunk, Chunk::at(place))).is_err() {
            return Ok(());
        }
        chunk.until = place + 1;
        chunk.rows += unit.rows();
        chunk.members.extend(unit.member.map(|member| member.check(now)).transpose()?);
        for document in unit.transactions {
            chunk.transactions.push((chunk.transactions.len(), document.check(shop.currency, now)?));
        }
        for entry in unit.points {
            chunk.points.push((chunk.points.len(), entry.check(now)?));
        }
        for response in unit.feedback {
            chunk.feedback.push((chunk.feedback.len(), response.check(now)?));
        }
    }
    // Who left does not matter here: the chunk that could not be written says why.
    let _ = sender.blocking_send(chunk);
    Ok(())
}

async fn write_chunk(app: &App, chunk: &Chunk) -> Result<(), Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        if !store::advance(&txn, chunk.from, chunk.until, chunk.rows).await? {
            let message = "another command is making the demo, or taking it away, at the same time";
            return Err(Refusal::new(RefusalCode::Conflict, message, &[]).into());
        }
        let reckoning = figures::reckon(app, &txn).await?;
        let touched = all_taken(members::ops::upsert_in(&txn, &reckoning, &chunk.members).await?)?
            .and(all_taken(transactions::record_in(&txn, &reckoning, &chunk.transactions).await?)?)
            .and(all_taken(points::ops::record_in(&txn, &chunk.points).await?)?)
            .and(all_taken(feedback::ops::record_in(&txn, &chunk.feedback).await?)?);
        membership::settle(&txn, &reckoning, touched).await?;
        txn.commit().await?;
        Ok(())
    })
    .await
}

fn all_taken((done, touched): (Ingested, Touched)) -> Result<Touched, Stop> {
    match done.problems.into_iter().next() {
        Some(problem) => Err(problem.refusal.into()),
        None => Ok(touched),
    }
}

impl Chunk {
    fn at(place: u32) -> Self {
        Self {
            from: place,
            until: place,
            rows: 0,
            members: Vec::new(),
            transactions: Vec::new(),
            points: Vec::new(),
            feedback: Vec::new(),
        }
    }
}
