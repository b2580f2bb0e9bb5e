//! What one process tells the others at once, where the database can carry it: PostgreSQL's LISTEN and NOTIFY. Whoever
//! listens looks by itself from time to time as well, because nothing is told while a connection is down, nor on SQLite.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};
use sqlx::postgres::PgListener;

use super::{Txn, sql};
use crate::error::Fault;

/// How long to wait before the connection is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// Tells all who listen on a channel, as soon as the transaction is committed.
pub async fn notify(txn: &Txn, channel: &str) -> Result<(), Fault> {
    if txn.get_database_backend() == DbBackend::Postgres {
        txn.query_one_raw(sql(txn, "SELECT pg_notify($1, '')", [channel.into()])).await?;
    }
    Ok(())
}

/// Listens on channels of the database at a URL, and says on which one something was told; also at the beginning and
/// after each break, on every channel, because something may have been told meanwhile. Ends only where the database
/// cannot tell anything.
pub async fn listen(url: &str, channels: &[&str], mut told: impl FnMut(&str)) {
    if url.starts_with("sqlite:") {
        return;
    }
    loop {
        if let Err(error) = listen_once(url, channels, &mut told).await {
            // The error may hold the URL, and the URL a password.
            let error = error.to_string().replace(url, "postgres://…");
            tracing::debug!(%error, "nothing is told by the database at this moment; the next try follows");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn listen_once(url: &str, channels: &[&str], told: &mut impl FnMut(&str)) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen_all(channels.iter().copied()).await?;
    channels.iter().for_each(|channel| told(channel));
    // None where the connection broke: what was told since is lost.
    while let Some(notification) = listener.try_recv().await? {
        told(notification.channel());
    }
    Ok(())
}
