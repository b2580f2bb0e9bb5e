//! PostgreSQL's side: binary COPY, each on a connection of its own, so that several can be read side by side.

use sqlx::{Connection, Executor};
use tokio::runtime::Handle;

use super::copied::Copied;
use super::scan::{Scan, Tables};
use crate::db::{self, Db};
use crate::error::Fault;

/// The server. Used outside the runtime's own threads.
pub(super) struct Server<'d> {
    pub(super) db: &'d Db,
    pub(super) runtime: Handle,
}

/// Tables are read in the order of their ids, which is mostly that of the disk, and never sorted.
const SETTINGS: &str = "SET statement_timeout = 0; SET jit = off; SET max_parallel_workers_per_gather = 0;
    SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off";

impl Tables for Server<'_> {
    fn scan(&self, text: &str, read: &mut dyn FnMut(&mut dyn Scan) -> Result<(), Fault>) -> Result<(), Fault> {
        let connect = db::postgres_aside(self.db, "tessera lens");
        let mut connection = self.runtime.block_on(connect)?;
        self.runtime.block_on(connection.execute(SETTINGS)).map_err(db::sqlx_fault)?;
        let copy = format!("COPY ({text}) TO STDOUT (FORMAT binary)");
        let stream = self.runtime.block_on(connection.copy_out_raw(&copy)).map_err(db::sqlx_fault)?;
        let mut copied = Copied::new(stream, self.runtime.clone());
        read(&mut copied)?;
        drop(copied);
        // Where it was not read to its end the connection goes hard: a goodbye would wait for the rest of the rows.
        let _ = self.runtime.block_on(connection.close());
        Ok(())
    }
}
