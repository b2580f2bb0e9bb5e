//! The end of the process: SIGTERM and SIGINT (Ctrl-C) ask it to finish what is under way and stop.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long what is under way may take after the signal; with it, the process ends within 15 seconds.
pub const GRACE: Duration = Duration::from_secs(12);

/// A token that the first signal cancels. A second signal ends the process at once, as an impatient person expects.
///
/// Call it before anything worth finishing begins: from then on the signals no longer end the process by themselves.
pub fn on_signal() -> io::Result<CancellationToken> {
    let mut signals =
        Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? };
    let token = CancellationToken::new();
    let stopping = token.clone();
    tokio::spawn(async move {
        let name = signals.next().await;
        tracing::info!(signal = name, "stopping: requests under way may finish");
        stopping.cancel();
        signals.next().await;
        std::process::exit(1);
    });
    Ok(token)
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
