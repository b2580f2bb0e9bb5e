//! From a bearer token to the partner system that it speaks for.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::calendar::Millis;
use entity::ids::{PartnerId, PartnerTokenId};
use entity::kinds::Scope;
use lru::LruCache;
use sea_orm::ConnectionTrait;

use super::{token_store as store, tokens};
use crate::app::App;
use crate::audit::By;
use crate::db::{STATEMENTS, StatementCount};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::segments::Owner;

/// The partner system behind a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerCaller {
    /// Who.
    pub partner: PartnerId,
    /// Its key, before those of its segments.
    pub key: String,
    /// As the audit log and the log of memberships name it.
    pub actor: String,
    /// By which of its tokens.
    pub token: PartnerTokenId,
    /// What the token may be used for.
    pub scopes: Vec<Scope>,
    /// From where.
    pub address: Option<IpAddr>,
    /// When the token ends.
    pub expires_at: Option<Millis>,
}

impl PartnerCaller {
    /// As the audit log names the caller.
    pub fn by(&self) -> By<'_> {
        By::caller(&self.actor, self.address)
    }

    /// Whose segments the caller sees.
    pub fn owner(&self) -> Owner<'_> {
        Owner { id: self.partner, key: &self.key }
    }

    /// Whether the token may be used for something.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// How long a token is believed after it was looked up. What this process changes of tokens and partners holds at once;
/// what another process changes holds after this time at the latest.
const BELIEVED: Millis = 1_000;
/// How often it is noted that a token is in use.
const NOTED: Millis = 60_000;
/// How long a call waits for that.
const PATIENCE: Duration = Duration::from_millis(250);
const MOST: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();

/// Tokens looked up a moment ago.
pub struct RecentPartners {
    kept: Mutex<Kept>,
    alone: tokio::sync::Mutex<()>,
}

struct Kept {
    /// Grows when everything is forgotten: what was read before then is not kept after.
    reading: u64,
    callers: LruCache<PartnerTokenId, (PartnerCaller, Millis)>,
}

impl Default for RecentPartners {
    fn default() -> Self {
        let kept = Mutex::new(Kept { reading: 0, callers: LruCache::new(MOST) });
        Self { kept, alone: tokio::sync::Mutex::default() }
    }
}

impl RecentPartners {
    fn get(&self, token: PartnerTokenId, now: Millis) -> Result<PartnerCaller, u64> {
        let mut kept = self.lock();
        let reading = kept.reading;
        let found = kept.callers.get(&token).filter(|(_, seen)| (0..BELIEVED).contains(&(now - seen)));
        found.map(|(caller, _)| caller.clone()).ok_or(reading)
    }

    fn keep(&self, reading: u64, caller: PartnerCaller, now: Millis) {
        let mut kept = self.lock();
        if kept.reading == reading {
            kept.callers.put(caller.token, (caller, now));
        }
    }

    /// The turn of a call that holds the rule set alone: one at a time waits for it, so that whoever shares it does not wait
    /// behind many.
    pub(super) async fn alone(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.alone.lock().await
    }

    /// Forgets everything, after a change of partners or tokens was committed.
    pub(super) fn forget(&self) {
        let mut kept = self.lock();
        kept.reading += 1;
        kept.callers.clear();
    }

    /// What is kept is whole at every moment, so that a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The partner of a token; none where the token is no partner's, was revoked or has ended, or its partner is switched off.
pub async fn authenticate(app: &App, bearer: &str, address: IpAddr) -> Result<Option<PartnerCaller>, Fault> {
    let Some((partner, token)) = tokens::read(app, bearer) else { return Ok(None) };
    let now = app.clock.real_millis();
    let caller = match app.partners.get(token, now) {
        Ok(caller) => caller,
        Err(reading) => {
            // Not among the statements that the request is told of: whether it runs is chance.
            let looked = STATEMENTS.scope(StatementCount::default(), store::usable(app.db.reader(), token, now));
            let Some((row, of)) = looked.await? else { return Ok(None) };
            if row.last_used_at.is_none_or(|at| now - at > NOTED) {
                note_use(app, token, now).await;
            }
            let caller = PartnerCaller {
                partner: of.id,
                actor: actor(&of.key),
                key: of.key,
                token,
                scopes: tokens::scopes(&row.scopes),
                address: None,
                expires_at: row.expires_at,
            };
            app.partners.keep(reading, caller.clone(), now);
            caller
        }
    };
    let in_time = caller.expires_at.is_none_or(|until| until > now);
    Ok(Some(PartnerCaller { address: Some(address), ..caller }).filter(|caller| in_time && caller.partner == partner))
}

/// Notes that a token is in use, where the database has time for it: a call does not wait behind a long change, nor fail
/// where the disk is full, for the sake of a note. The next call tries again.
async fn note_use(app: &App, token: PartnerTokenId, now: Millis) {
    let noted = STATEMENTS.scope(StatementCount::default(), store::note_use(app.db.writer(), token, now));
    match tokio::time::timeout(PATIENCE, noted).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(fault)) => tracing::warn!(?fault, "the use of a partner's token could not be noted"),
    }
}

/// What the audit log calls a partner whose token is for downloads, while it works.
pub async fn exporter(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    token: PartnerTokenId,
    now: Millis,
) -> Result<Option<String>, Fault> {
    let usable = store::usable(db, token, now).await?;
    let may = usable.filter(|(row, of)| of.id == partner && tokens::scopes(&row.scopes).contains(&Scope::Export));
    Ok(may.map(|(_, of)| actor(&of.key)))
}

/// What the logs call a partner.
fn actor(key: &str) -> String {
    format!("partner {key}")
}

/// The refusal of an object that is none of the caller's.
pub(super) fn not_found(path: &[&str], what: &str) -> Stop {
    Refusal::new(RefusalCode::NotFound, format!("there is no such {what}"), path).into()
}
