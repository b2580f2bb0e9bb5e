//! Who asks for a file: a person, or a partner for one of its own segments.

use entity::ids::{PartnerId, PartnerTokenId, UserId};
use sea_orm::ConnectionTrait;

use super::ops::Refused;
use crate::app::App;
use crate::auth;
use crate::partners;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A person who is signed in.
    User(UserId),
    /// A partner by one of its tokens.
    Partner(PartnerId, PartnerTokenId),
}

impl Asker {
    /// As a link names it.
    pub(super) fn text(self) -> String {
        match self {
            Self::User(user) => user.0.to_string(),
            Self::Partner(partner, token) => format!("partner:{}:{}", partner.0, token.0),
        }
    }

    /// Whom a link names.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.strip_prefix("partner:") {
            None => Some(Self::User(UserId(text.parse().ok()?))),
            Some(rest) => {
                let (partner, token) = rest.split_once(':')?;
                Some(Self::Partner(PartnerId(partner.parse().ok()?), PartnerTokenId(token.parse().ok()?)))
            }
        }
    }

    /// What the audit log calls it, if it may still have the file.
    pub(super) async fn actor(self, app: &App, db: &impl ConnectionTrait) -> Result<String, Refused> {
        let actor = match self {
            Self::User(user) => auth::ops::active_user(db, user).await?.map(|user| user.email),
            Self::Partner(partner, token) => partners::exporter(db, partner, token, app.clock.real_millis()).await?,
        };
        actor.ok_or(Refused::NotAllowed)
    }
}
