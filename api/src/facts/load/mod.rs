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
use engine::facts::{Dictionary, Facts, Gathering, Pile};
use rayon::prelude::*;
use sea_orm::DbBackend;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use self::patience::Patience;
use self::postgres_store::Server;
use self::progress::Progress;
use self::sqlite_store::File;
use self::tables_store::Gatherer;
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
