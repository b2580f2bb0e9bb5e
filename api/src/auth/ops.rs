//! Signing in and out.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use engine::text::fold;
use entity::kinds::Role;
use entity::{session, user};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ConnectionTrait, IntoActiveModel};

use super::{Caller, password, store, token};
use crate::app::App;
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::text_input::{self, length};

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
    let refused = || Refusal::new(RefusalCode::Invalid, "E-mail or password is wrong.", &["input"]);
    let mut user = known.filter(|user| right && user.active).ok_or_else(refused)?;
    let now = app.clock.real();
    let txn = app.db.begin().await?;
    let seen = Some(now.timestamp_millis());
    let noted = user::ActiveModel { last_sign_in_at: Set(seen), ..Default::default() };
    // The password may have been changed while it was worked out; no session may outlive it.
    if !store::update_checked(&txn, &user, noted).await? {
        return Err(refused().into());
    }
    user.last_sign_in_at = seen;
    let session = begin(app, &txn, user, now, token::ACCESS).await?;
    txn.commit().await?;
    Ok(session)
}

/// Exchanges a refresh token for a new pair. A token that was used before ends the session: one of the two who hold it
/// is a thief.
pub async fn refresh(app: &App, refresh_token: &str) -> Result<Session, Stop> {
    let refused =
        || Refusal::new(RefusalCode::Invalid, "This refresh token does not work.", &["input", "refreshToken"]);
    let (family, secret) = refresh_token.split_once('.').ok_or_else(refused)?;
    let now = app.clock.real();
    let txn = app.db.begin().await?;
    let found = store::session_of(&txn, family, now.timestamp_millis()).await?;
    let (old, user) = found.ok_or_else(refused)?;
    let next = token::random();
    let rotated = session::ActiveModel {
        refresh_hash: Set(token::hash(&next)),
        refreshed_at: Set(now.timestamp_millis()),
        expires_at: Set((now + token::REFRESH).timestamp_millis()),
        ..Default::default()
    };
    if !store::rotate(&txn, old.id, &token::hash(secret), rotated).await? {
        store::end(&txn, old.id, now.timestamp_millis()).await?;
        txn.commit().await?;
        return Err(refused().into());
    }
    let (access_token, expires_at) = app.tokens.sign(&user.id.0.to_string(), family, now, token::ACCESS)?;
    txn.commit().await?;
    Ok(Session { access_token, expires_at, refresh_token: format!("{family}.{next}"), user })
}

/// Ends the caller's session, or every session of the caller.
pub async fn sign_out(app: &App, caller: &Caller, everywhere: bool) -> Result<(), Stop> {
    let now = app.clock.real_millis();
    let txn = app.db.begin().await?;
    if everywhere {
        store::end_all(&txn, caller.user, None, now).await?;
    } else {
        store::end(&txn, caller.session, now).await?;
    }
    txn.commit().await?;
    Ok(())
}

/// Changes the caller's password and ends the caller's other sessions.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    address: IpAddr,
    current: String,
    new: String,
) -> Result<user::Model, Stop> {
    password::acceptable(&new, &["input", "newPassword"])?;
    // Guessing the current password through a stolen session is slowed like guessing it at the door.
    app.rates.check(address, &fold(&caller.email))?;
    let refused = || Refusal::new(RefusalCode::Invalid, "is not the current password", &["input", "currentPassword"]);
    let user = store::user(app.db.reader(), caller.user).await?;
    let right = password::matches(current, user.as_ref().map(|user| user.password_hash.clone())).await?;
    let mut user = user.filter(|_| right).ok_or_else(refused)?;
    let hash = password::hash(new).await?;
    let txn = app.db.begin().await?;
    let changed = user::ActiveModel { password_hash: Set(hash.clone()), ..Default::default() };
    // Whoever set another password in the meantime, such as an operator who shuts a thief out, has the last word.
    if !store::update_checked(&txn, &user, changed).await? {
        return Err(refused().into());
    }
    user.password_hash = hash;
    store::end_all(&txn, caller.user, Some(caller.session), app.clock.real_millis()).await?;
    txn.commit().await?;
    Ok(user)
}

/// The caller's own row.
pub async fn viewer(app: &App, caller: &Caller) -> Result<Option<user::Model>, Stop> {
    Ok(store::user(app.db.reader(), caller.user).await?)
}

/// A user by id, for `node`.
pub async fn user(app: &App, id: entity::ids::UserId) -> Result<Option<user::Model>, Stop> {
    Ok(store::user(app.db.reader(), id).await?)
}

/// A user who may still come in, for what was promised before.
pub async fn active_user(db: &impl ConnectionTrait, id: entity::ids::UserId) -> Result<Option<user::Model>, Fault> {
    Ok(store::user(db, id).await?.filter(|user| user.active))
}

/// The owner that the first start made, with the password if it was made up here.
#[derive(Debug)]
pub struct FirstOwner {
    /// The owner's e-mail.
    pub email: String,
    /// Shown this once; none where it was given.
    pub password: Option<String>,
}

/// Makes the owner where there is no user yet.
pub async fn ensure_owner(app: &App) -> Result<Option<FirstOwner>, Stop> {
    if !store::nobody(app.db.reader()).await? {
        return Ok(None);
    }
    let email = app.settings.owner_email.clone();
    let given = app.settings.owner_password.as_ref().map(|password| password.to_string());
    let password = given.clone().unwrap_or_else(password::random);
    match add_user(app, &email, "Owner", Role::Owner, password.clone()).await {
        Ok(_) => Ok(Some(FirstOwner { email, password: Some(password).filter(|_| given.is_none()) })),
        // Another process on the same database was first.
        Err(Stop::Refused(refusals)) if refusals.iter().all(|one| one.code == RefusalCode::Taken) => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// Adds a user.
pub async fn add_user(app: &App, email: &str, name: &str, role: Role, password: String) -> Result<user::Model, Stop> {
    let email = text_input::required(email, length::NAME, &["email"])?;
    if !email.contains('@') || email.contains(char::is_whitespace) {
        return Err(Refusal::new(RefusalCode::Invalid, "is not an e-mail address", &["email"]).into());
    }
    let name = text_input::required(name, length::NAME, &["name"])?;
    password::acceptable(&password, &["password"])?;
    let row = user::ActiveModel {
        id: NotSet,
        email_folded: Set(fold(&email)),
        email: Set(email),
        name: Set(name),
        role: Set(role),
        password_hash: Set(password::hash(password).await?),
        active: Set(true),
        created_at: Set(app.clock.real_millis()),
        last_sign_in_at: Set(None),
    };
    let txn = app.db.begin().await?;
    match store::insert_user(&txn, row).await {
        Ok(user) => {
            txn.commit().await?;
            Ok(user)
        }
        Err(error) if db::violated(&error, ("user_email_unique", "user.email_folded")) => {
            Err(Refusal::new(RefusalCode::Taken, "another user has this e-mail", &["email"]).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Sets a user's password, made up where none is given, and ends the user's sessions. Answers the password.
pub async fn set_password(app: &App, email: &str, password: Option<String>) -> Result<String, Stop> {
    let password = password.unwrap_or_else(password::random);
    password::acceptable(&password, &["password"])?;
    let hash = password::hash(password.clone()).await?;
    let txn = app.db.begin().await?;
    let user = known(&txn, email).await?;
    let id = user.id;
    store::update_user(&txn, user::ActiveModel { password_hash: Set(hash), ..unchanged(&user) }).await?;
    store::end_all(&txn, id, None, app.clock.real_millis()).await?;
    txn.commit().await?;
    Ok(password)
}

/// Switches a user on or off; switching off ends the user's sessions.
pub async fn set_active(app: &App, email: &str, active: bool) -> Result<user::Model, Stop> {
    let txn = app.db.begin().await?;
    let user = known(&txn, email).await?;
    if !active && user.role == Role::Owner && !store::lock_owners(&txn).await?.iter().any(|id| *id != user.id) {
        return Err(
            Refusal::new(RefusalCode::NotAllowed, "the last active OWNER cannot be switched off", &["email"]).into()
        );
    }
    let user = store::update_user(&txn, user::ActiveModel { active: Set(active), ..unchanged(&user) }).await?;
    // Only now, when nobody can sign in any more.
    if !active {
        store::end_all(&txn, user.id, None, app.clock.real_millis()).await?;
    }
    txn.commit().await?;
    Ok(user)
}

/// All users, by e-mail.
pub async fn users(app: &App) -> Result<Vec<user::Model>, Stop> {
    Ok(store::users(app.db.reader()).await?)
}

/// A new session of a user without a password, for scripts on the server's own machine.
pub async fn issue_for(app: &App, email: &str, life: TimeDelta) -> Result<Session, Stop> {
    let txn = app.db.begin().await?;
    let user = known(&txn, email).await?;
    if !user.active {
        return Err(Refusal::new(RefusalCode::NotAllowed, "this user is switched off", &["email"]).into());
    }
    let session = begin(app, &txn, user, app.clock.real(), life).await?;
    txn.commit().await?;
    Ok(session)
}

async fn known(txn: &Txn, email: &str) -> Result<user::Model, Stop> {
    let user = store::user_by_email(txn, &fold(email.trim())).await?;
    Ok(user.ok_or_else(|| Refusal::new(RefusalCode::NotFound, "no user has this e-mail", &["email"]))?)
}

async fn begin(app: &App, txn: &Txn, user: user::Model, now: DateTime<Utc>, life: TimeDelta) -> Result<Session, Stop> {
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

/// The user's row with nothing to write.
fn unchanged(user: &user::Model) -> user::ActiveModel {
    user.clone().into_active_model()
}
