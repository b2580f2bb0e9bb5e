//! From a bearer token to the person it speaks for.

use std::net::IpAddr;

use entity::ids::{SessionId, UserId};
use entity::kinds::Role;

use super::store;
use crate::app::App;
use crate::audit::By;
use crate::error::Fault;

/// The signed-in person behind a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub user: UserId,
    /// The person's e-mail, the name under which changes are kept.
    pub email: String,
    /// What the person may do, as it is now, not as it was when the token was made.
    pub role: Role,
    /// The session of the token.
    pub session: SessionId,
    /// From where; none for what runs on the server's own machine.
    pub address: Option<IpAddr>,
}

impl Caller {
    /// As the audit log names the caller.
    pub fn by(&self) -> By<'_> {
        By::caller(&self.email, self.address)
    }
}

/// The caller of a token; none where the token is not ours or too old, its session has ended, or its user is switched
/// off.
pub async fn authenticate(app: &App, bearer: &str, address: IpAddr) -> Result<Option<Caller>, Fault> {
    let now = app.clock.real();
    let Some(claims) = app.tokens.read(bearer, now) else { return Ok(None) };
    let Some((session, user)) = store::session_of(app.db.reader(), &claims.sid, now.timestamp_millis()).await? else {
        return Ok(None);
    };
    if user.id.0.to_string() != claims.sub {
        return Ok(None);
    }
    Ok(Some(Caller { user: user.id, email: user.email, role: user.role, session: session.id, address: Some(address) }))
}
