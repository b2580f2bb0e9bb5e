//! Everybody's facts as they are at one moment of the database, beside whatever else is read at that moment.
//!
//! Facts in memory are a little behind, or show some of what comes next already. For a figure that goes over sales of
//! customers who are not known as well, that is not enough: a person who is erased in between would be counted twice, or not
//! at all. So a transaction is opened that sees one moment. Whoever was touched after the place up to which the facts in
//! memory are right is read anew in it, and takes their place for this one figure; everything else is read in it anyway.

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::{Millis, Zone};
use engine::facts::{CampaignPart, Dictionary, Facts};
use engine::insights::Figure;
use entity::ids::{CampaignId, MemberId};
use rayon::prelude::*;
use tokio::task::spawn_blocking;

use super::everybody_store as store;
use super::lens::{LensView, caught_up};
use super::rows_store::campaign_parts;
use super::{Needs, Whose, read};
use crate::app::App;
use crate::changes::{self, Touched};
use crate::db::Txn;
use crate::error::Fault;

/// A moment of the database at which everybody's facts can be asked for.
pub struct Moment {
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
        Ok(Self { txn, needs, zone, view, as_of })
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
        let Self { txn, needs, zone, view, as_of } = self;
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

    /// The chunks as they are with it.
    fn applied(&self, mut chunks: Vec<Arc<Facts>>) -> Vec<Arc<Facts>> {
        for (campaign, parts) in &self.campaigns {
            chunks = chunks.par_iter().map(|chunk| Arc::new(chunk.with_campaign(campaign.0, parts))).collect();
        }
        for (members, facts) in &self.members {
            chunks = LensView::replaced(&chunks, facts, members);
        }
        chunks
    }
}

fn in_memory<F>(figure: &F, view: &LensView, anew: &Anew, dictionary: &Dictionary) -> F::Answer
where
    F: Figure + Sync,
{
    let chunks = anew.applied(view.chunks.clone());
    // Added up as they come, so that no more parts are kept than there are threads, or a few times as many.
    let taken = |mut whole: F::Part, facts: &Arc<Facts>| {
        figure.merge(&mut whole, figure.part(facts, dictionary));
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
