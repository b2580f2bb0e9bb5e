//! Which kind of job is done how.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::{erasure_sweep, evaluation, import, program_zone, value_model};
use crate::app::App;
use crate::jobs::{Held, Setback};
use crate::{imports, membership, privacy, program, valuation};

type Handler = Arc<dyn Fn(Arc<App>, Held) -> BoxFuture<'static, Result<(), Setback>> + Send + Sync>;

/// A handler for each kind of job. A handler takes ids and reads anew; it may be ended at any moment and begun anew, also
/// by another process, so that it leaves either nothing behind or what a second run finds done.
#[derive(Clone, Default)]
pub struct Handlers {
    by_kind: BTreeMap<&'static str, Handler>,
    kinds: Vec<&'static str>,
}

impl Handlers {
    /// All that the product knows.
    pub fn product() -> Self {
        Self::default()
            .with(program::ZONE_JOB, program_zone::run)
            .with(membership::EVALUATION_JOB, evaluation::run)
            .with(privacy::SWEEP_JOB, erasure_sweep::run)
            .with(imports::upload::JOB, import::run)
            .with(valuation::JOB, value_model::run)
    }

    /// The same with one more.
    #[must_use]
    pub fn with<F>(mut self, kind: &'static str, handler: impl Fn(Arc<App>, Held) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Setback>> + Send + 'static,
    {
        self.by_kind.insert(kind, Arc::new(move |app, held| Box::pin(handler(app, held))));
        self.kinds = self.by_kind.keys().copied().collect();
        self
    }

    pub(super) fn kinds(&self) -> &[&'static str] {
        &self.kinds
    }

    pub(super) fn of(&self, kind: &str) -> Option<&Handler> {
        self.by_kind.get(kind)
    }
}
