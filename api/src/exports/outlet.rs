//! Where chunks go out: a short queue between the one who writes them and the client, so that neither runs ahead.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use crate::error::Fault;

/// The writing end.
#[derive(Clone, Debug)]
pub(super) struct Outlet(Sender<Result<Bytes, Fault>>);

/// Why nothing more goes out.
#[derive(Debug)]
pub(super) enum Ended {
    /// The client went away.
    Gone,
    /// The client stays and takes nothing.
    Stalled,
    /// We could not go on.
    Broken(Fault),
}

/// How many chunks wait.
const WAITING: usize = 4;
/// How long a chunk waits for a client that takes nothing: it holds a place and a moment of the database all the while.
const PATIENCE: Duration = Duration::from_secs(60);

/// A queue: its writing end, and what the client takes from.
pub(super) fn outlet() -> (Outlet, Receiver<Result<Bytes, Fault>>) {
    let (sender, receiver) = channel(WAITING);
    (Outlet(sender), receiver)
}

impl Outlet {
    /// Hands a chunk on as soon as there is room.
    pub(super) async fn send(&self, chunk: Bytes) -> Result<(), Ended> {
        match timeout(PATIENCE, self.0.send(Ok(chunk))).await {
            Ok(sent) => sent.map_err(|_| Ended::Gone),
            Err(_elapsed) => Err(Ended::Stalled),
        }
    }

    /// Whether the client went away.
    pub(super) fn is_gone(&self) -> bool {
        self.0.is_closed()
    }

    /// Waits until the client goes away.
    pub(super) async fn gone(&self) {
        self.0.closed().await;
    }

    /// Ends the file: as it should, or so that the client sees that something is missing.
    pub(super) async fn end(self, outcome: Result<i64, Ended>) {
        match outcome {
            Ok(rows) => tracing::info!(rows, "a download was finished"),
            Err(Ended::Gone) => tracing::info!("the client of a download went away"),
            Err(Ended::Stalled) => {
                tracing::info!("the client of a download took nothing for too long and was cut off");
                self.cut("the client took nothing for too long").await;
            }
            Err(Ended::Broken(fault)) => {
                tracing::error!(?fault, "a download failed in the middle");
                self.cut("the download failed in the middle").await;
            }
        }
    }

    /// Tells whoever sends the chunks to close the connection without the last one.
    async fn cut(self, why: &str) {
        // The queue may be full. The fault comes in its turn, or the queue is dropped with whoever does not take it.
        let fault = Fault::new(why);
        tokio::spawn(async move {
            let _ = self.0.send(Err(fault)).await;
        });
    }
}

impl<F: Into<Fault>> From<F> for Ended {
    fn from(fault: F) -> Self {
        Self::Broken(fault.into())
    }
}
