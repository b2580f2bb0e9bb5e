//! Signing in and out.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use engine::calendar::{Millis, utc_datetime};
use engine::text::fold;
use entity::{session, user};
use sea_orm::ActiveValue::{NotSet, Set};

use super::entry;
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::auth::{Caller, NO_SESSION, password, store, token};
use crate::db::Txn;
use crate::error::{Refusal, RefusalCode, Stop};

/// A new pair of tokens.
#[derive(Debug)]
pub struct Session {
    /// For the Authorization header.
    pub access_token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// For the next pair; works once.
    pub refresh_token: String,
    /// Who signed in.
    pub user: user::Model,
}

/// Signs in with e-mail and password. Unknown e-mail, wrong password and a switched-off user get the same answer in the
/// same time.
pub async fn sign_in(app: &App, address: IpAddr, email: &str, password: String) -> Result<Session, Stop> {
    let account = fold(email.trim());
    app.rates.check(address, &account)?;
    // PostgreSQL takes no NUL in a text; nobody's e-mail has one.
    let known = if account.contains('\0') { None } else { store::user_by_email(app.db.reader(), &account).await? };
    let right = password::matches(password, known.as_ref().map(|user| user.password_hash.clone())).await?;
    let refused = || Refusal::new(RefusalCode::Invalid, "E-mail or password is wrong.", &[]);
    let user = known.filter(|user| right && user.active).ok_or_else(refused)?;
    let now = app.clock.real();
    let txn = app.db.begin().await?;
    let seen = Some(now.timestamp_millis());
    let noted = user::ActiveModel { last_sign_in_at: Set(seen), ..Default::default() };
    // The password may have been changed while it was worked out; no session may outlive it.
    if !store::update_checked(&txn, &user, noted).await? {
        return Err(refused().into());
    }
    let changes = Changes::none().field("lastSignInAt", user.last_sign_in_at.map(shown), seen.map(shown));
    let by = By::caller(&user.email, Some(address));
    audit::write(app, &txn, by, entry(by.action("signIn"), &user, changes)).await?;
    let user = user::Model { last_sign_in_at: seen, ..user };
    let session = begin(app, &txn, user, now, token::ACCESS).await?;
    txn.commit().await?;
    Ok(session)
}

/// Exchanges a refresh token for a new pair. A token that was used before ends the session: one of the two who hold it
/// is a thief.
pub async fn refresh(app: &App, address: IpAddr, refresh_token: &str) -> Result<Session, Stop> {
    let refused = || Refusal::new(RefusalCode::Invalid, "This refresh token does not work.", &["refreshToken"]);
    let (family, secret) = refresh_token.split_once('.').ok_or_else(refused)?;
    let now = app.clock.real();
    let txn = app.db.begin().await?;
    let found = store::session_of(&txn, family, now.timestamp_millis()).await?;
    let (old, user) = found.ok_or_else(refused)?;
    let by = By::caller(&user.email, Some(address));
    let next = token::random();
    let until = (now + token::REFRESH).timestamp_millis();
    let rotated = session::ActiveModel {
        refresh_hash: Set(token::hash(&next)),
        refreshed_at: Set(now.timestamp_millis()),
        expires_at: Set(until),
        ..Default::default()
    };
    if !store::rotate(&txn, old.id, &token::hash(secret), rotated).await? {
        // The call is refused, and yet it changes something that whoever looks for a thief wants to know.
        let ended = store::end(&txn, old.id, now.timestamp_millis()).await?;
        if ended > 0 {
            let changes = Changes::none().new_field("endedSessions", ended);
            audit::write(app, &txn, by, entry(by.action("refreshSession"), &user, changes)).await?;
        }
        txn.commit().await?;
        app.sessions.forget();
        return Err(refused().into());
    }
    let changes = Changes::none().field("sessionExpiresAt", shown(old.expires_at), shown(until));
    audit::write(app, &txn, by, entry(by.action("refreshSession"), &user, changes)).await?;
    let (access_token, expires_at) = app.tokens.sign(&user.id.0.to_string(), family, now, token::ACCESS)?;
    txn.commit().await?;
    Ok(Session { access_token, expires_at, refresh_token: format!("{family}.{next}"), user })
}

/// Ends the caller's session, or every session of the caller.
pub async fn sign_out(app: &App, caller: &Caller, everywhere: bool) -> Result<(), Stop> {
    if caller.session == NO_SESSION {
        let message = "this token is an outside issuer's: sign out there";
        return Err(Refusal::new(RefusalCode::NotAllowed, message, &[]).into());
    }
    let now = app.clock.real_millis();
    let txn = app.db.begin().await?;
    let ended = if everywhere {
        store::end_all(&txn, caller.user, None, now).await?
    } else {
        store::end(&txn, caller.session, now).await?
    };
    if ended > 0
        && let Some(user) = store::user(&txn, caller.user).await?
    {
        let changes = Changes::none().new_field("endedSessions", ended);
        audit::write(app, &txn, caller.by(), entry(caller.by().action("signOut"), &user, changes)).await?;
    }
    txn.commit().await?;
    app.sessions.forget();
    Ok(())
}

/// Begins a session of a user.
pub(super) async fn begin(
    app: &App,
    txn: &Txn,
    user: user::Model,
    now: DateTime<Utc>,
    life: TimeDelta,
) -> Result<Session, Stop> {
    let (family, secret) = (token::random(), token::random());
    let (access_token, expires_at) = app.tokens.sign(&user.id.0.to_string(), &family, now, life)?;
    let row = session::ActiveModel {
        id: NotSet,
        refresh_hash: Set(token::hash(&secret)),
        user_id: Set(user.id),
        created_at: Set(now.timestamp_millis()),
        refreshed_at: Set(now.timestamp_millis()),
        expires_at: Set((now + token::REFRESH.max(life)).timestamp_millis()),
        ended_at: Set(None),
        family: Set(family.clone()),
    };
    store::insert_session(txn, row, now.timestamp_millis()).await?;
    Ok(Session { access_token, expires_at, refresh_token: format!("{family}.{secret}"), user })
}

/// An instant as the log shows it.
fn shown(at: Millis) -> String {
    utc_datetime(at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
