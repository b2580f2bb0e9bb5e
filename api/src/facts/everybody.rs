//! Goes over everybody's facts, in memory where they are there, else from rows.

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Millis;
use engine::facts::{Dictionary, Facts};
use rayon::prelude::*;
use tokio::task::spawn_blocking;

use super::everybody_store as store;
use super::lens::{LensView, caught_up};
use super::{Needs, Whose, read};
use crate::app::App;
use crate::changes::{self, Horizon};
use crate::error::Fault;

/// What was made of everybody's facts.
#[derive(Debug)]
pub struct Everybody<T> {
    /// In the order of the members, some thousand of them each.
    pub parts: Vec<T>,
    /// What of the log of changes was seen. Whoever was touched since may be different by now: where it must be right, they
    /// are looked at once more.
    pub horizon: Horizon,
    /// When that was, by the programme's clock.
    pub as_of: Millis,
}

/// How new the facts must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As they stand; the caller looks once more at whoever is touched since.
    AsTheyStand,
    /// With everything that was committed before the call, as far as that comes within 2 seconds.
    CaughtUp,
    /// The same for work that rather waits while everybody's facts are being loaded than reads them from rows.
    LoadedAndCaughtUp,
}

/// How many members are read from rows at once.
const AT_ONCE: i64 = 4_096;
/// How long to wait while everybody's facts are being loaded: from rows it takes longer.
const LOADING: Duration = Duration::from_secs(120);

/// Goes over everybody, some thousand members at a time.
pub async fn everybody<T: Send + 'static>(
    app: &Arc<App>,
    needs: Needs,
    each: impl Fn(&Facts, &Dictionary) -> T + Send + Sync + 'static,
) -> Result<Everybody<T>, Fault> {
    let each = move |_: &(), facts: &Facts, dictionary: &Dictionary| each(facts, dictionary);
    everybody_prepared(app, needs, Freshness::AsTheyStand, |_| (), each).await
}

/// The same with something that is worked out once a dictionary, such as compiled rules.
pub async fn everybody_prepared<P, T>(
    app: &Arc<App>,
    needs: Needs,
    freshness: Freshness,
    prepare: impl Fn(&Dictionary) -> P + Send + Sync + 'static,
    each: impl Fn(&P, &Facts, &Dictionary) -> T + Send + Sync + 'static,
) -> Result<Everybody<T>, Fault>
where
    P: Send + Sync + 'static,
    T: Send + 'static,
{
    let mut parts = Vec::new();
    let take = |_: &Arc<Dictionary>, part| parts.push(part);
    let (horizon, as_of) = sweep(app, needs, freshness, prepare, each, take).await?;
    Ok(Everybody { parts, horizon, as_of })
}

/// The same, each part handed over together with the dictionary that numbers its texts. Parts of the same dictionary come
/// one after the other.
pub(super) async fn sweep<P, T>(
    app: &Arc<App>,
    needs: Needs,
    freshness: Freshness,
    prepare: impl Fn(&Dictionary) -> P + Send + Sync + 'static,
    each: impl Fn(&P, &Facts, &Dictionary) -> T + Send + Sync + 'static,
    take: impl FnMut(&Arc<Dictionary>, T) + Send,
) -> Result<(Horizon, Millis), Fault>
where
    P: Send + Sync + 'static,
    T: Send + 'static,
{
    let loaded = || app.lens.loaded(app.program().zone, || app.clock.real_millis(), LOADING);
    let view = match freshness {
        Freshness::AsTheyStand => loaded().await,
        Freshness::CaughtUp => caught_up(app).await,
        Freshness::LoadedAndCaughtUp => match loaded().await {
            Some(_) => caught_up(app).await,
            None => None,
        },
    };
    match view {
        Some(view) => in_memory(view, prepare, each, take).await,
        None => from_rows(app, needs, prepare, each, take).await,
    }
}

async fn in_memory<P, T>(
    view: Arc<LensView>,
    prepare: impl Fn(&Dictionary) -> P + Send + 'static,
    each: impl Fn(&P, &Facts, &Dictionary) -> T + Send + Sync + 'static,
    mut take: impl FnMut(&Arc<Dictionary>, T) + Send,
) -> Result<(Horizon, Millis), Fault>
where
    P: Sync,
    T: Send + 'static,
{
    let (horizon, as_of, dictionary) = (view.horizon.clone(), view.as_of, Arc::clone(&view.dictionary));
    let made = spawn_blocking(move || {
        let prepared = prepare(&view.dictionary);
        view.chunks.par_iter().map(|facts| each(&prepared, facts, &view.dictionary)).collect::<Vec<T>>()
    });
    made.await.map_err(|error| broke(&error))?.into_iter().for_each(|part| take(&dictionary, part));
    Ok((horizon, as_of))
}

async fn from_rows<P, T>(
    app: &App,
    needs: Needs,
    prepare: impl Fn(&Dictionary) -> P + Send + Sync + 'static,
    each: impl Fn(&P, &Facts, &Dictionary) -> T + Send + Sync + 'static,
    mut take: impl FnMut(&Arc<Dictionary>, T) + Send,
) -> Result<(Horizon, Millis), Fault>
where
    T: Send + 'static,
{
    let (reader, zone) = (app.db.reader(), app.program().zone);
    let as_of = app.clock.now(zone);
    let horizon = changes::horizon(reader).await?;
    let work = Arc::new((prepare, each));
    let mut after = i64::MIN;
    while let Some(last) = store::last_of(reader, after, AT_ONCE).await? {
        // Of their own for each part: texts of people who came before need not stay.
        let mut dictionary = Dictionary::default();
        let facts = read(reader, Whose::Between(after, last), needs, zone, &mut dictionary).await?;
        let (work, dictionary) = (Arc::clone(&work), Arc::new(dictionary));
        let of = Arc::clone(&dictionary);
        let made = spawn_blocking(move || (work.1)(&(work.0)(&of), &facts, &of));
        take(&dictionary, made.await.map_err(|error| broke(&error))?);
        after = last;
    }
    Ok((horizon, as_of))
}

fn broke(error: &tokio::task::JoinError) -> Fault {
    Fault::new(format!("going over everybody broke: {error}"))
}
