//! From a bearer token to the person it speaks for.

use std::net::IpAddr;

use entity::ids::{SessionId, UserId};
use entity::kinds::Role;
use entity::user::Model;

use super::store;
use super::token::Claims;
use crate::app::App;
use crate::audit::By;
use crate::db::{STATEMENTS, StatementCount};
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
    /// The session of the token; [`super::NO_SESSION`] behind one of an outside issuer.
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

/// The caller of a token; none where the token is neither ours nor the outside issuer's, or too old, its session has ended, or its user is switched
/// off.
pub async fn authenticate(app: &App, bearer: &str, address: IpAddr) -> Result<Option<Caller>, Fault> {
    let now = app.clock.real();
    let Some(Claims { sid, sub, .. }) = app.tokens.read(bearer, now) else {
        let Some(outside) = &app.outside else { return Ok(None) };
        return STATEMENTS.scope(StatementCount::default(), outside.caller(app, bearer, address)).await;
    };
    let millis = now.timestamp_millis();
    let caller = match app.sessions.get(&sid, millis) {
        Ok(caller) => Caller { address: Some(address), ..caller },
        Err(reading) => {
            // Not among the statements that the request is told of: whether it runs is chance.
            let looked = store::session_of(app.db.reader(), &sid, millis);
            let Some((session, user)) = STATEMENTS.scope(StatementCount::default(), looked).await? else {
                return Ok(None);
            };
            let Model { id, email, role, .. } = user;
            let caller = Caller { user: id, email, role, session: session.id, address: Some(address) };
            app.sessions.keep(reading, sid, caller.clone(), millis);
            caller
        }
    };
    Ok(Some(caller).filter(|caller| caller.user.0.to_string() == sub))
}
