//! PostgreSQL's side: binary COPY, each on a connection of its own, so that several can be read side by side.

use sqlx::{Connection, Executor};

use super::copied::Copied;
use super::patience::Patience;
use super::scan::{Scan, Tables};
use crate::db::{self, Db};
use crate::error::Fault;

/// The server. Used outside the runtime's own threads.
pub(super) struct Server<'d> {
    pub(super) db: &'d Db,
    pub(super) patience: Patience,
}

/// Tables are read in the order of their ids, which is mostly that of the disk, and never sorted.
const SETTINGS: &str = "SET statement_timeout = 0; SET jit = off; SET max_parallel_workers_per_gather = 0;
    SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off";

impl Tables for Server<'_> {
    fn scan(&self, text: &str, read: &mut dyn FnMut(&mut dyn Scan) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut connection = self.patience.wait(db::postgres_aside(self.db, "tessera lens"))??;
        self.patience.wait(connection.execute(SETTINGS))?.map_err(db::sqlx_fault)?;
        let copy = format!("COPY ({text}) TO STDOUT (FORMAT binary)");
        let stream = self.patience.wait(connection.copy_out_raw(&copy))?.map_err(db::sqlx_fault)?;
        let mut copied = Copied::new(stream, self.patience.clone());
        read(&mut copied)?;
        drop(copied);
        // A goodbye that does not come through is none that anybody waits for.
        drop(self.patience.wait(connection.close())?);
        Ok(())
    }
}
