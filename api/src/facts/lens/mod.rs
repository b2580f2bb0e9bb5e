//! Everybody's facts in memory: a cache, never the truth. It is loaded at the start and follows the log of changes.

mod chunks;
mod follow;
mod follower;
mod view;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use engine::calendar::{Millis, Zone};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

pub use follow::follow;
pub use view::LensView;

use crate::app::App;
use crate::telemetry::LensFigures;

/// What is in memory, and who waits for it.
#[derive(Debug)]
pub struct Lens {
    view: ArcSwapOption<LensView>,
    /// Somebody loads and follows.
    works: AtomicBool,
    /// There may be something to follow.
    changed: Notify,
    /// Somebody waits for it to be followed.
    wanted: Notify,
    /// How many have waited so far.
    asked: AtomicU64,
    /// Up to which of them everything is there that was committed when they asked.
    answered: watch::Sender<u64>,
    loads: AtomicU64,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensState {
    /// Nobody loads it: facts are read from rows.
    Off,
    /// It is being loaded.
    Loading,
    /// It follows.
    Ready,
}

impl LensState {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Loading => "loading",
            Self::Ready => "ok",
        }
    }
}

/// How long somebody waits who wants to see what was written last.
const PATIENCE: Duration = Duration::from_secs(2);

impl Default for Lens {
    fn default() -> Self {
        Self {
            view: ArcSwapOption::empty(),
            works: AtomicBool::new(false),
            changed: Notify::new(),
            wanted: Notify::new(),
            asked: AtomicU64::new(0),
            answered: watch::Sender::new(0),
            loads: AtomicU64::new(0),
        }
    }
}

impl Lens {
    /// Everybody's facts as they are there, where they are.
    pub fn current(&self) -> Option<Arc<LensView>> {
        self.view.load_full()
    }

    /// Tells that something was committed, where the database may not tell it.
    pub fn wake(&self) {
        self.changed.notify_one();
    }

    /// How far it is.
    pub fn state(&self) -> LensState {
        match (self.works.load(Ordering::Relaxed), self.view.load().is_some()) {
            (false, _) => LensState::Off,
            (true, false) => LensState::Loading,
            (true, true) => LensState::Ready,
        }
    }

    /// How it is by numbers, at a moment of the real clock.
    pub fn figures(&self, now: Millis) -> LensFigures {
        let loads = self.loads.load(Ordering::Relaxed);
        let Some(view) = self.current() else { return LensFigures { loads, ..LensFigures::default() } };
        let behind = u32::try_from((now - view.compared_at).max(0)).unwrap_or(u32::MAX);
        LensFigures {
            bytes: view.bytes().1,
            members: view.members(),
            transactions: view.transactions(),
            lag: f64::from(behind) / 1_000.0,
            loads,
        }
    }

    /// Waits until it shows everything that is committed by now, but not for long, and then answers with what is there.
    async fn caught_up(&self) -> Option<Arc<LensView>> {
        if self.state() == LensState::Off {
            return None;
        }
        let mut answered = self.answered.subscribe();
        let ticket = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        self.wanted.notify_one();
        let _ = timeout(PATIENCE, answered.wait_for(|answered| *answered >= ticket)).await;
        self.current()
    }

    /// Everybody's facts by the days of a zone, where they are there or will soon be.
    pub(super) async fn loaded(
        &self,
        zone: Zone,
        now: impl Fn() -> Millis,
        patience: Duration,
    ) -> Option<Arc<LensView>> {
        // One that has not been compared for so long may miss what the log has forgotten since.
        let right = || self.current().filter(|view| view.zone == zone && view.is_followed(now()));
        let mut answered = self.answered.subscribe();
        let waiting =
            async { while right().is_none() && self.state() != LensState::Off && answered.changed().await.is_ok() {} };
        let _ = timeout(patience, waiting).await;
        right()
    }
}

/// Everybody's facts with everything that was committed before the call. Waits up to 2 seconds for it, then answers with
/// what is there, and that says how old it is; none where facts are not kept in memory, or not yet.
pub async fn caught_up(app: &App) -> Option<Arc<LensView>> {
    let zone = app.program().zone;
    app.lens.caught_up().await.filter(|view| view.zone == zone)
}
