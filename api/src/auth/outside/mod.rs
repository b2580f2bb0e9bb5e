//! Tokens of an outside issuer: people who sign in elsewhere.
//!
//! A token is believed by the issuer's keys, for our audience, and gives the role that the issuer says. The person becomes a
//! user here at first sight, so that the log can name them and an owner can switch them off.

mod keys;
mod known;
mod person;
mod token;

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::ids::SessionId;

use super::Caller;
use crate::app::App;
use crate::config::{Oidc, Settings};
use crate::error::Fault;

use known::Known;
pub use token::OutsidePerson;

/// An outside issuer.
pub struct Outside {
    oidc: Arc<Oidc>,
    known: Arc<Known>,
}

/// There is no session of ours behind a token of an outside issuer, and no row of one has this number.
pub const NO_SESSION: SessionId = SessionId(0);

impl Outside {
    /// The issuer of the settings; none where they name none. The error is a sentence for the operator.
    pub fn open(settings: &Settings) -> anyhow::Result<Option<Self>> {
        let Some(oidc) = &settings.oidc else { return Ok(None) };
        if oidc.issuer == settings.issuer {
            anyhow::bail!("oidc_issuer is {}, which is the issuer of our own tokens: they must differ", oidc.issuer);
        }
        let known = Known::new(oidc).map_err(|error| anyhow::anyhow!(error))?;
        Ok(Some(Self { oidc: Arc::new(oidc.clone()), known: Arc::new(known) }))
    }

    /// Whom a token speaks for; none where it is not one of the issuer's for us, or not its time.
    pub async fn read(&self, token: &str, now: DateTime<Utc>) -> Option<OutsidePerson> {
        let asked = token::asked(token)?;
        let key = self.known.key(&self.oidc, &asked.key).await?;
        token::read(&self.oidc, token, &asked, &key, now)
    }

    /// The caller of a token of the issuer's.
    pub(super) async fn caller(&self, app: &App, token: &str, address: IpAddr) -> Result<Option<Caller>, Fault> {
        let now = app.clock.real();
        let Some(person) = self.read(token, now).await else { return Ok(None) };
        let millis = now.timestamp_millis();
        // No family of ours has a blank in it.
        let kept = format!("{} {} {}", self.oidc.issuer, person.role.word(), person.subject);
        let reading = match app.sessions.get(&kept, millis) {
            Ok(caller) => return Ok(Some(Caller { address: Some(address), ..caller })),
            Err(reading) => reading,
        };
        let Some(user) = person::user(app, &self.oidc, &person).await? else { return Ok(None) };
        let caller =
            Caller { user: user.id, email: user.email, role: person.role, session: NO_SESSION, address: Some(address) };
        app.sessions.keep(reading, kept, caller.clone(), millis);
        Ok(Some(caller))
    }
}
