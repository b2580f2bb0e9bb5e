//! Everything that a request needs, composed once.

use std::sync::Arc;

use migration::{Migrator, MigratorTrait};

use crate::auth::{SignInRates, Tokens};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{self, Db};
use crate::program::{self, Program};
use crate::telemetry::Metrics;

/// The running application.
pub struct App {
    /// What the operator asked for.
    pub settings: Settings,
    /// The truth.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The programme.
    pub program: Program,
    /// Signs and reads access tokens.
    pub tokens: Tokens,
    /// How often sign-in may be tried.
    pub rates: SignInRates,
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
        let tokens = Tokens::open(&settings).map_err(|error| anyhow::anyhow!(error.0))?;
        let rates = SignInRates::default();
        Ok(Arc::new(Self { settings, db, clock, program, tokens, rates, metrics: Metrics::default() }))
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
