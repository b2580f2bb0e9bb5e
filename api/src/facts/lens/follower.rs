//! Everybody's facts, and how far in the log of changes they are right.

use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;
use engine::calendar::{Millis, Zone};
use engine::facts::{Dictionary, Facts};
use entity::ids::MemberId;
use tokio_util::sync::CancellationToken;

use super::chunks::MEMBERS;
use super::view::LensView;
use crate::app::App;
use crate::changes::{self, CHANGES, Horizon, Position};
use crate::error::Fault;
use crate::facts::load::{load, load_campaign, load_values};
use crate::facts::{Needs, Whose, read};

/// What the views are made of.
pub(super) struct Follower {
    chunks: Vec<Arc<Facts>>,
    dictionary: Dictionary,
    /// The dictionary of the last view, and how many spellings it has.
    shown: (Arc<Dictionary>, usize),
    /// What of the log is there.
    horizon: Horizon,
    zone: Zone,
    loaded_at: Millis,
    /// How many spellings there were then.
    loaded_spellings: usize,
    /// When it was last compared with the log, by the real clock.
    compared_at: Millis,
}

/// Who has not followed for so long begins anew: the log is kept for a day.
pub(super) const LONGEST_GAP: TimeDelta = TimeDelta::hours(12);
/// So many spellings may come whatever there was at the load.
const ROOM: usize = 100_000;
/// How many are read at once; each has up to 5,000 members.
const READ: usize = 100;
/// How many members are read anew at once.
const ANEW: usize = 4_096;

impl Follower {
    /// Loads everybody's facts.
    pub(super) async fn load(app: &App, stop: &CancellationToken) -> Result<Self, Fault> {
        let (begun, zone, compared_at) = (Instant::now(), app.program().zone, app.clock.real_millis());
        let horizon = changes::horizon(app.db.reader()).await?;
        let (chunks, mut dictionary) = load(&app.db, zone, MEMBERS, stop).await?;
        let shown = (Arc::new(dictionary.snapshot()), dictionary.spellings());
        let loaded_at = app.clock.real_millis();
        let loaded_spellings = shown.1;
        let follower = Self { chunks, dictionary, shown, horizon, zone, loaded_at, loaded_spellings, compared_at };
        let view = follower.view(app.clock.now(zone));
        let (members, transactions, bytes) = (view.members(), view.transactions(), view.bytes().1);
        let seconds = begun.elapsed().as_secs_f64();
        tracing::info!(members, transactions, bytes, seconds, "everybody's facts are in memory");
        Ok(follower)
    }

    /// Whether they can be kept right by following: days are still those of the same zone, the log reaches back, and not
    /// most of the texts are those of values that are gone.
    pub(super) fn can_follow(&self, app: &App) -> bool {
        self.zone == app.program().zone
            && app.clock.real_millis() - self.compared_at < LONGEST_GAP.num_milliseconds()
            && self.dictionary.spellings() < 2 * self.loaded_spellings.max(ROOM)
    }

    /// Takes in all changes that are committed, and shows the result. False where everything must be loaded anew.
    pub(super) async fn look(&mut self, app: &App, stop: &CancellationToken) -> Result<bool, Fault> {
        let (as_of, compared_at) = (app.clock.now(self.zone), app.clock.real_millis());
        let (mut from, mut settled) = (self.horizon.position, true);
        loop {
            let committed = changes::committed_after(app.db.reader(), from, CHANGES).await?;
            let places = committed.iter().map(|one| one.position);
            let unseen: Vec<Position> = places.filter(|place| !self.horizon.ahead.contains(place)).collect();
            for unseen in unseen.chunks(READ) {
                let touched = changes::touched_by(app.db.reader(), unseen).await?;
                if touched.everybody {
                    return Ok(false);
                }
                for members in touched.members.chunks(ANEW) {
                    self.read_anew(app, members).await?;
                }
                if touched.values {
                    self.chunks = load_values(&app.db, self.chunks.clone(), stop).await?;
                }
                for campaign in touched.campaigns {
                    self.chunks = load_campaign(&app.db, self.chunks.clone(), campaign, stop).await?;
                }
            }
            for one in &committed {
                settled &= one.settled;
                if settled {
                    self.horizon.position = one.position;
                } else if !self.horizon.ahead.contains(&one.position) {
                    Arc::make_mut(&mut self.horizon.ahead).insert(one.position);
                }
            }
            match committed.last() {
                Some(last) if committed.len() == CHANGES => from = last.position,
                _ => break,
            }
        }
        let Horizon { position, ahead } = &mut self.horizon;
        if ahead.iter().any(|place| place <= position) {
            Arc::make_mut(ahead).retain(|place| place > position);
        }
        self.compared_at = compared_at;
        app.lens.view.store(Some(Arc::new(self.view(as_of))));
        Ok(true)
    }

    async fn read_anew(&mut self, app: &App, members: &[MemberId]) -> Result<(), Fault> {
        let whose = Whose::Members(members);
        let by = read(app.db.reader(), whose, Needs::ALL, self.zone, &mut self.dictionary).await?;
        let (chunks, members) = (self.chunks.clone(), members.to_vec());
        let made = tokio::task::spawn_blocking(move || LensView::replaced(&chunks, &by, &members)).await;
        self.chunks = made.map_err(|error| Fault::new(format!("facts could not be replaced: {error}")))?;
        if self.dictionary.spellings() != self.shown.1 {
            self.shown = (Arc::new(self.dictionary.snapshot()), self.dictionary.spellings());
        }
        Ok(())
    }

    fn view(&self, as_of: Millis) -> LensView {
        LensView {
            chunks: self.chunks.clone(),
            dictionary: Arc::clone(&self.shown.0),
            horizon: self.horizon.clone(),
            as_of,
            compared_at: self.compared_at,
            zone: self.zone,
            loaded_at: self.loaded_at,
        }
    }
}
