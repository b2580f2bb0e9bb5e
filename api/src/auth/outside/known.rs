//! The keys that are known of an issuer: asked for when they grow old or when a token names another one, and believed for
//! a while when the issuer does not answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::keys::{self, OutsideKey};
use crate::config::{Jwks, Oidc};

/// How many bytes a set may have.
const LARGEST: usize = 1_048_576;

/// The keys that are known.
pub(super) struct Known {
    shown: ArcSwapOption<Shown>,
    /// When the issuer was last asked. Whoever holds it asks.
    asked: Mutex<Option<Instant>>,
    renewing: AtomicBool,
    client: reqwest::Client,
}

struct Shown {
    at: Instant,
    keys: HashMap<String, Arc<OutsideKey>>,
}

impl Known {
    pub(super) fn new(oidc: &Oidc) -> Result<Self, String> {
        // Whom the address sends elsewhere is not the issuer, and the settings alone say how it is reached.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(oidc.pace.answer)
            .build()
            .map_err(|error| format!("the client for the issuer's keys cannot be made: {error}"))?;
        let (shown, asked, renewing) = (ArcSwapOption::empty(), Mutex::default(), AtomicBool::new(false));
        Ok(Self { shown, asked, renewing, client })
    }

    /// The key of a name. A name that nobody knows is asked for, at most once in a while; keys that have grown old are asked
    /// for beside.
    pub(super) async fn key(self: &Arc<Self>, oidc: &Arc<Oidc>, id: &str) -> Option<Arc<OutsideKey>> {
        if let Some(key) = self.believed(oidc, id) {
            if self.is_old(oidc) && !self.renewing.swap(true, Ordering::AcqRel) {
                let (me, oidc) = (Arc::clone(self), Arc::clone(oidc));
                tokio::spawn(async move {
                    me.ask(&oidc, |me| !me.is_old(&oidc)).await;
                    me.renewing.store(false, Ordering::Release);
                });
            }
            return Some(key);
        }
        self.ask(oidc, |me| me.believed(oidc, id).is_some()).await;
        self.believed(oidc, id)
    }

    /// Asks for the keys, unless somebody else did meanwhile and it is enough, or did a moment ago.
    async fn ask(&self, oidc: &Oidc, enough: impl Fn(&Self) -> bool) {
        let mut asked = self.asked.lock().await;
        if enough(self) || asked.is_some_and(|at| at.elapsed() < oidc.pace.again) {
            return;
        }
        *asked = Some(Instant::now());
        match self.read(oidc).await {
            Ok(keys) => {
                let keys = keys.into_iter().map(|(id, key)| (id, Arc::new(key))).collect();
                self.shown.store(Some(Arc::new(Shown { at: Instant::now(), keys })));
            }
            Err(why) => tracing::warn!(issuer = oidc.issuer, why, "the keys of the outside issuer could not be read"),
        }
    }

    async fn read(&self, oidc: &Oidc) -> Result<HashMap<String, OutsideKey>, String> {
        let set = match &oidc.jwks {
            Jwks::Url(url) => self.fetch(url).await?,
            Jwks::File(file) => tokio::fs::read(file).await.map_err(|error| error.to_string())?,
        };
        keys::read(&set, &oidc.algorithms).ok_or_else(|| "what is there is no JWK set".to_owned())
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, String> {
        let told = |error: reqwest::Error| error.without_url().to_string();
        let mut response = self.client.get(url).send().await.map_err(told)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(format!("the status is {}", response.status()));
        }
        let mut set = Vec::new();
        while let Some(part) = response.chunk().await.map_err(told)? {
            set.extend_from_slice(&part);
            if set.len() > LARGEST {
                return Err(format!("there are more than {LARGEST} bytes"));
            }
        }
        Ok(set)
    }

    fn believed(&self, oidc: &Oidc, id: &str) -> Option<Arc<OutsideKey>> {
        let shown = self.shown.load();
        let shown = shown.as_ref().filter(|shown| shown.at.elapsed() < oidc.pace.longest)?;
        shown.keys.get(id).cloned()
    }

    fn is_old(&self, oidc: &Oidc) -> bool {
        self.shown.load().as_ref().is_none_or(|shown| shown.at.elapsed() >= oidc.pace.fresh)
    }
}
