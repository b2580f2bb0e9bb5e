//! Everything that a request needs, composed once.

use std::sync::Arc;

use arc_swap::ArcSwap;
use migration::{Migrator, MigratorTrait};
use tokio::sync::{Mutex, Notify};

use crate::auth::{Outside, RecentSessions, RequestRates, SignInRates, Tokens};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{self, Db};
use crate::erased;
use crate::error::Fault;
use crate::exports::Slots;
use crate::facts::{Lens, Turns};
use crate::insights::Answers;
use crate::partners::RecentPartners;
use crate::program::{self, Program};
use crate::telemetry::Metrics;
use crate::watch::Watch;

/// The running application.
pub struct App {
    /// What the operator asked for.
    pub settings: Settings,
    /// The truth.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    program: ArcSwap<Program>,
    looking: Mutex<()>,
    /// Wakes the worker of this process: there is a new job.
    pub work: Notify,
    /// Signs and reads access tokens.
    pub tokens: Tokens,
    /// Reads the tokens of an outside issuer, where the settings name one.
    pub outside: Option<Outside>,
    /// Sessions looked up a moment ago.
    pub sessions: RecentSessions,
    /// Partners' tokens looked up a moment ago.
    pub partners: RecentPartners,
    /// How often sign-in may be tried.
    pub rates: SignInRates,
    /// How much callers have asked for.
    pub requests: RequestRates,
    /// How many downloads may run.
    pub downloads: Slots,
    /// Everybody's facts, where they are kept in memory.
    pub lens: Lens,
    /// Whose turn it is to go over them for a figure.
    pub turns: Turns,
    /// Figures that were worked out, until something changes.
    pub answers: Answers,
    /// What those who watch are told.
    pub watch: Watch,
    /// Tells who was erased.
    pub erasure_key: erased::Key,
    /// What is counted.
    pub metrics: Metrics,
}

impl App {
    /// Opens the database, brings it up to date, and reads or makes the programme and the signing key. Every error is a
    /// sentence for the operator.
    pub async fn open(settings: Settings) -> anyhow::Result<Arc<Self>> {
        let db = db::connect(&settings.database_url).await.map_err(|error| anyhow::anyhow!(error.0))?;
        migrate(&db).await?;
        let clock = Clock::new(settings.today);
        let program = program::ops::open(&db, &settings, clock).await?;
        let erasure_key = erased::open(&db, &settings).await?;
        let tokens = Tokens::open(&settings).map_err(|error| anyhow::anyhow!(error.0))?;
        let outside = Outside::open(&settings)?;
        let (rates, requests) = (SignInRates::default(), RequestRates::new(&settings.limits));
        let program = ArcSwap::from_pointee(program);
        let (looking, work, metrics) = (Mutex::default(), Notify::new(), Metrics::default());
        let (downloads, sessions, lens) = (Slots::default(), RecentSessions::default(), Lens::default());
        let partners = RecentPartners::default();
        let (watch, answers, turns) = (Watch::default(), Answers::default(), Turns::default());
        Ok(Arc::new(Self {
            settings,
            db,
            clock,
            program,
            looking,
            work,
            tokens,
            outside,
            sessions,
            partners,
            rates,
            requests,
            downloads,
            lens,
            turns,
            answers,
            watch,
            erasure_key,
            metrics,
        }))
    }

    /// The programme, as it was last seen here: another process may have changed it a moment ago.
    pub fn program(&self) -> Arc<Program> {
        self.program.load_full()
    }

    /// Reads the programme anew.
    pub async fn look_at_program(&self) -> Result<Arc<Program>, Fault> {
        // One after the other, so that what was read earlier never takes the place of what was read later.
        let _alone = self.looking.lock().await;
        let program = Arc::new(program::ops::read(&self.db).await?);
        self.program.store(program.clone());
        Ok(program)
    }
}

/// Applies the migrations that are missing, and says how many there were.
pub async fn migrate(db: &Db) -> anyhow::Result<usize> {
    let alone = db::alone(db).await?;
    let pending = Migrator::get_pending_migrations(db.writer()).await?.len();
    Migrator::up(db.writer(), None).await?;
    if let Some(alone) = alone {
        alone.commit().await?;
    }
    Ok(pending)
}
