//! Loads everybody's facts, each table read once from its beginning to its end.

mod copied;
mod patience;
mod postgres_store;
mod progress;
mod scan;
mod sqlite_store;
mod tables_store;

use std::sync::Arc;

use engine::calendar::Zone;
use engine::facts::{Dictionary, Facts, Gathering, Pile, Valuation};
use entity::ids::CampaignId;
use rayon::prelude::*;
use sea_orm::DbBackend;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use self::patience::Patience;
use self::postgres_store::Server;
use self::progress::Progress;
use self::scan::Tables;
use self::sqlite_store::File;
use self::tables_store::{Gatherer, read_parts, read_values};
use super::rows::DayOf;
use crate::db::Db;
use crate::error::Fault;

/// Everybody's facts, so many members a chunk. What is recorded meanwhile may be missing or be there by halves: whoever
/// was changed since the beginning is to be read once more.
pub(super) async fn load(
    db: &Db,
    zone: Zone,
    size: usize,
    stop: &CancellationToken,
) -> Result<(Vec<Arc<Facts>>, Dictionary), Fault> {
    let (db, patience) = (db.clone(), Patience { runtime: Handle::current(), stop: stop.clone() });
    let loaded = tokio::task::spawn_blocking(move || {
        let (mut gathering, mut progress) = (Gathering::new(size), Progress::new(patience.clone()));
        let mut gatherer = Gatherer { gathering: &mut gathering, days: DayOf::new(zone), progress: &mut progress };
        match db.backend() {
            DbBackend::Postgres => gatherer.read(&Server { db: &db, patience })?,
            _ => gatherer.read(&File::open(&db)?)?,
        }
        let (piles, dictionary) = gathering.finish();
        Ok((piles.into_par_iter().map(Pile::finish).map(Arc::new).collect(), dictionary))
    });
    loaded.await.map_err(|error| Fault::new(format!("the loading of facts broke: {error}")))?
}

/// The same members with what the nightly analyses keep of each of them by now.
pub(super) async fn load_values(
    db: &Db,
    chunks: Vec<Arc<Facts>>,
    stop: &CancellationToken,
) -> Result<Vec<Arc<Facts>>, Fault> {
    loaded_anew(db, chunks, stop, read_values, revalued).await
}

/// The same members with their parts in a campaign as they are by now.
pub(super) async fn load_campaign(
    db: &Db,
    chunks: Vec<Arc<Facts>>,
    campaign: CampaignId,
    stop: &CancellationToken,
) -> Result<Vec<Arc<Facts>>, Fault> {
    let read = move |tables: &dyn Tables, progress: &mut Progress| read_parts(tables, campaign, progress);
    loaded_anew(db, chunks, stop, read, move |chunk, parts| chunk.with_campaign(campaign.0, parts)).await
}

/// The same members with one kind of what is known of them as it is by now.
async fn loaded_anew<T: Send + Sync + 'static>(
    db: &Db,
    chunks: Vec<Arc<Facts>>,
    stop: &CancellationToken,
    read: impl FnOnce(&dyn Tables, &mut Progress) -> Result<Vec<T>, Fault> + Send + 'static,
    changed: impl Fn(&Facts, &[T]) -> Facts + Send + Sync + 'static,
) -> Result<Vec<Arc<Facts>>, Fault> {
    let (db, patience) = (db.clone(), Patience { runtime: Handle::current(), stop: stop.clone() });
    let loaded = tokio::task::spawn_blocking(move || {
        let mut progress = Progress::new(patience.clone());
        let rows = match db.backend() {
            DbBackend::Postgres => read(&Server { db: &db, patience }, &mut progress)?,
            _ => read(&File::open(&db)?, &mut progress)?,
        };
        Ok(chunks.par_iter().map(|chunk| Arc::new(changed(chunk, &rows))).collect())
    });
    loaded.await.map_err(|error| Fault::new(format!("the loading of facts broke: {error}")))?
}

/// Both sides rise by member.
fn revalued(chunk: &Facts, values: &[(i64, Valuation)]) -> Facts {
    let begin = chunk.members().first().map_or(0, |first| values.partition_point(|(member, _)| member < first));
    let mut left = values[begin..].iter().peekable();
    let value = |member: &i64| {
        while left.next_if(|(of, _)| of < member).is_some() {}
        left.next_if(|(of, _)| of == member).map(|(_, value)| *value).unwrap_or_default()
    };
    chunk.revalued(chunk.members().iter().map(value))
}
