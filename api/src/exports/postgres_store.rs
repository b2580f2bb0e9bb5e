//! PostgreSQL's side: one transaction that sees one moment, on a connection of its own, and a binary COPY.
//!
//! Binary, because numbers then need no text on their way and texts no escaping; PostgreSQL reads and sends while we write.

use futures::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Row};

use super::columns::Field;
use super::exported::Of;
use super::outlet::{Ended, Outlet};
use super::sheet::Sheet;
use super::store::{heading, members};
use super::tuples::Tuples;
use crate::db::{self, Db};
use crate::error::Fault;

/// A moment of the database, kept for as long as the transaction is open.
pub(super) struct Moment(PgConnection);

/// Begins; answers the name of what is asked for and how many members it has, or none where it is not there any more.
pub(super) async fn begin(db: &Db, of: Of) -> Result<Option<(Moment, String, i64)>, Fault> {
    let mut connection = db::postgres_aside(db, "tessera download").await?;
    // Not every system can do this; without it a query ends when it next sends something.
    if let Err(error) = connection.execute("SET client_connection_check_interval = '1s'").await {
        tracing::debug!(%error, "PostgreSQL cannot look after its clients");
    }
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL jit = off";
    connection.execute(begin).await.map_err(db::sqlx_fault)?;
    let row = sqlx::query(heading(of)).bind(of.id()).fetch_optional(&mut connection).await.map_err(db::sqlx_fault)?;
    let Some(row) = row else {
        connection.close().await.map_err(db::sqlx_fault)?;
        return Ok(None);
    };
    let (name, count) = (row.try_get(0).map_err(db::sqlx_fault)?, row.try_get(1).map_err(db::sqlx_fault)?);
    Ok(Some((Moment(connection), name, count)))
}

/// Reads everybody into the outlet. A client that goes away takes the connection with it, which ends the query.
pub(super) async fn read(moment: Moment, of: Of, mut sheet: Sheet, outlet: Outlet, expected: i64) {
    let Moment(mut connection) = moment;
    let fields: Vec<Field> = sheet.sources().to_vec();
    let text = format!("COPY ({}) TO STDOUT (FORMAT binary)", members(of, &fields));
    let outcome = tokio::select! {
        () = outlet.gone() => Err(Ended::Gone),
        outcome = copy(&mut connection, &text, &mut sheet, &outlet, expected) => outcome,
    };
    match &outcome {
        // The transaction has written nothing: it ends with its connection.
        Ok(_) => drop(connection.close().await),
        // Hard: a goodbye would wait for the rest of the rows.
        Err(_) => drop(connection),
    }
    outlet.end(outcome).await;
}

async fn copy(
    connection: &mut PgConnection,
    text: &str,
    sheet: &mut Sheet,
    outlet: &Outlet,
    expected: i64,
) -> Result<i64, Ended> {
    let mut tuples = Tuples::new(sheet);
    let mut arriving = connection.copy_out_raw(text).await.map_err(db::sqlx_fault)?;
    while let Some(arrived) = arriving.try_next().await.map_err(db::sqlx_fault)? {
        tuples.take(&arrived, sheet)?;
        if sheet.is_full() {
            outlet.send(sheet.take()).await?;
        }
    }
    if !tuples.is_complete() || tuples.rows != expected {
        return Err(Fault::new(format!("{} rows came where {expected} were counted", tuples.rows)).into());
    }
    outlet.send(sheet.take()).await?;
    Ok(tuples.rows)
}
