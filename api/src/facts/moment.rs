//! Everybody's facts as they are at one moment of the database, beside whatever else is read at that moment.
//!
//! Facts in memory are a little behind, or show some of what comes next already. For a figure that goes over sales of
//! customers who are not known as well, that is not enough: a person who is erased in between would be counted twice, or not
//! at all. So a transaction is opened that sees one moment. Whoever was touched after the place up to which the facts in
//! memory are right is read anew in it, and takes their place for this one figure; everything else is read in it anyway.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use engine::calendar::{Millis, Zone};
use engine::facts::{CampaignPart, Dictionary, Facts};
use engine::insights::Figure;
use entity::ids::{CampaignId, MemberId};
use rayon::prelude::*;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::everybody_store as store;
use super::lens::{LensView, caught_up};
use super::rows_store::campaign_parts;
use super::{Needs, Whose, read};
use crate::app::App;
use crate::changes::{self, Touched};
use crate::db::Txn;
use crate::error::Fault;

/// Whose turn it is to go over everybody for a figure: each keeps all cores busy and a connection open, so that more of them
/// at once would only take longer, and leave the others none.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

/// How many have their turn at once.
const AT_WORK: usize = 2;

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_WORK)))
    }
}

/// A moment of the database at which everybody's facts can be asked for.
pub struct Moment {
    _turn: OwnedSemaphorePermit,
    txn: Txn,
    needs: Needs,
    zone: Zone,
    /// The facts in memory, and what was touched since; none where they are not there.
    view: Option<(Arc<LensView>, Touched)>,
    /// Everything that was committed by then is seen.
    as_of: Millis,
}

/// How many members are read from rows at once.
const AT_ONCE: usize = 4_096;
/// How long a figure waits for everybody's facts that are being loaded: a request has 10 seconds.
const LOADING: Duration = Duration::from_secs(6);

impl Moment {
    /// Now: everything that was committed before the call is seen. Days are those of the zone.
    pub async fn begin(app: &App, zone: Zone, needs: Needs) -> Result<Self, Fault> {
        let turn = Arc::clone(&app.turns.0).acquire_owned().await;
        let turn = turn.map_err(|_| Fault::new("no figures are worked out any more"))?;
        // Before the moment, so that it holds nothing that comes later.
        let usable = |view: &Arc<LensView>| view.zone == zone && view.is_followed(app.clock.real_millis());
        let mut view = caught_up(app).await.filter(usable);
        if view.is_none() {
            // It is being loaded, and from rows a large shop takes longer than that; where it is off nobody waits.
            view = app.lens.loaded(zone, || app.clock.real_millis(), LOADING).await;
        }
        let as_of = app.clock.now(zone);
        let txn = app.db.begin_reading().await?;
        let view = match view {
            Some(view) => {
                let touched = changes::touched_after(&txn, &view.horizon).await?;
                let anybody = touched.everybody || touched.values && needs.values;
                (!anybody).then_some((view, touched))
            }
            None => None,
        };
        Ok(Self { _turn: turn, txn, needs, zone, view, as_of })
    }

    /// Sees this moment, whatever is read through it.
    pub fn txn(&self) -> &Txn {
        &self.txn
    }

    /// What a figure says, and as of when.
    pub async fn ask<F>(self, figure: F) -> Result<(F::Answer, Millis), Fault>
    where
        F: Figure + Send + Sync + 'static,
        F::Part: 'static,
        F::Answer: Send + 'static,
    {
        let Self { _turn, txn, needs, zone, view, as_of } = self;
        let answer = match view {
            Some((view, touched)) => {
                let mut dictionary = Dictionary::clone(&view.dictionary);
                let anew = Anew::read(&txn, &touched, needs, zone, &mut dictionary).await?;
                txn.commit().await?;
                spawn_blocking(move || in_memory(&figure, &view, &anew, &dictionary))
                    .await
                    .map_err(|error| broke(&error))?
            }
            None => from_rows(&txn, needs, zone, figure).await?,
        };
        Ok((answer, as_of))
    }
}

/// What is read anew of those facts in memory that were touched since.
#[derive(Default)]
struct Anew {
    members: Vec<(Vec<MemberId>, Facts)>,
    /// Everybody's parts in campaigns.
    campaigns: Vec<(CampaignId, Vec<CampaignPart>)>,
}

impl Anew {
    async fn read(
        txn: &Txn,
        touched: &Touched,
        needs: Needs,
        zone: Zone,
        dictionary: &mut Dictionary,
    ) -> Result<Self, Fault> {
        let mut anew = Self::default();
        for campaign in touched.campaigns.iter().filter(|_| needs.campaigns) {
            anew.campaigns.push((*campaign, campaign_parts(txn, *campaign).await?));
        }
        for members in touched.members.chunks(AT_ONCE) {
            let facts = read(txn, Whose::Members(members), needs, zone, dictionary).await?;
            anew.members.push((members.to_vec(), facts));
        }
        Ok(anew)
    }

    /// The chunks with its members.
    fn with_members(&self, chunks: &[Arc<Facts>]) -> Vec<Arc<Facts>> {
        let mut chunks = chunks.to_vec();
        for (members, facts) in &self.members {
            chunks = LensView::replaced(&chunks, facts, members);
        }
        chunks
    }

    /// A chunk with its parts in campaigns: made when it is its turn, so that there are only as many as there are threads.
    fn with_campaigns<'c>(&self, chunk: &'c Facts) -> Cow<'c, Facts> {
        let with = |chunk: Cow<'c, Facts>, (campaign, parts): &(CampaignId, Vec<CampaignPart>)| {
            Cow::Owned(chunk.with_campaign(campaign.0, parts))
        };
        self.campaigns.iter().fold(Cow::Borrowed(chunk), with)
    }
}

fn in_memory<F>(figure: &F, view: &LensView, anew: &Anew, dictionary: &Dictionary) -> F::Answer
where
    F: Figure + Sync,
{
    let chunks = anew.with_members(&view.chunks);
    // Added up as they come, so that no more parts are kept than there are threads, or a few times as many.
    let taken = |mut whole: F::Part, facts: &Arc<Facts>| {
        figure.merge(&mut whole, figure.part(&anew.with_campaigns(facts), dictionary));
        whole
    };
    let both = |mut whole: F::Part, part| {
        figure.merge(&mut whole, part);
        whole
    };
    figure.answer(chunks.par_iter().fold(F::Part::default, taken).reduce(F::Part::default, both))
}

async fn from_rows<F>(txn: &Txn, needs: Needs, zone: Zone, figure: F) -> Result<F::Answer, Fault>
where
    F: Figure + Send + Sync + 'static,
    F::Part: 'static,
    F::Answer: Send + 'static,
{
    let (mut whole, figure) = (F::Part::default(), Arc::new(figure));
    let (mut after, most) = (i64::MIN, i64::try_from(AT_ONCE).unwrap_or(i64::MAX));
    while let Some(last) = store::last_of(txn, after, most).await? {
        // Of their own for each part: texts of people who came before need not stay.
        let mut dictionary = Dictionary::default();
        let facts = read(txn, Whose::Between(after, last), needs, zone, &mut dictionary).await?;
        let asked = Arc::clone(&figure);
        let part = spawn_blocking(move || asked.part(&facts, &dictionary)).await;
        figure.merge(&mut whole, part.map_err(|error| broke(&error))?);
        after = last;
    }
    spawn_blocking(move || figure.answer(whole)).await.map_err(|error| broke(&error))
}

fn broke(error: &tokio::task::JoinError) -> Fault {
    Fault::new(format!("a figure broke: {error}"))
}
