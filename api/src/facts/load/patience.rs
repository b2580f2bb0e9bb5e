//! Waiting on a thread that may wait, for as long as the process goes on.

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::error::{Fault, FaultKind};

/// Waits outside the runtime's own threads.
#[derive(Clone)]
pub(super) struct Patience {
    pub(super) runtime: Handle,
    pub(super) stop: CancellationToken,
}

impl Patience {
    /// The outcome; a fault where the process ends before it.
    pub(super) fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, Fault> {
        self.runtime.block_on(self.stop.run_until_cancelled(future)).ok_or_else(ends)
    }

    /// A fault where the process ends.
    pub(super) fn goes_on(&self) -> Result<(), Fault> {
        if self.stop.is_cancelled() { Err(ends()) } else { Ok(()) }
    }
}

fn ends() -> Fault {
    Fault::of(FaultKind::Unavailable, "the process ends")
}
