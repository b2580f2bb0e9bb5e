//! What an operator does on the server's own machine, where people are named by their e-mail.

use chrono::TimeDelta;
use engine::text::fold;
use entity::kinds::Role;
use entity::user;

use super::entry;
use super::people::{self, NewUser, UserPatch, add_user};
use super::session::{Session, begin};
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::auth::{password, store};
use crate::db::{self, Txn};
use crate::error::{Refusal, RefusalCode, Stop};

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
    let owner =
        NewUser { email: email.clone(), name: "Owner".to_owned(), role: Role::Owner, password: password.clone() };
    match add_user(app, By::command("tessera serve"), owner).await {
        Ok(_) => Ok(Some(FirstOwner { email, password: Some(password).filter(|_| given.is_none()) })),
        // Another process on the same database was first.
        Err(Stop::Refused(refusals)) if refusals.iter().all(|one| one.code == RefusalCode::Taken) => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// Sets a user's password, made up where none is given, and ends the user's sessions. Answers the password.
pub async fn set_password(app: &App, email: &str, password: Option<String>) -> Result<String, Stop> {
    let password = password.unwrap_or_else(password::random);
    let patch = UserPatch { password: Some(password.clone()), ..UserPatch::default() };
    update(app, email, patch).await?;
    Ok(password)
}

/// Switches a user on or off; switching off ends the user's sessions.
pub async fn set_active(app: &App, email: &str, active: bool) -> Result<user::Model, Stop> {
    update(app, email, UserPatch { active: Some(active), ..UserPatch::default() }).await
}

/// A new session of a user without a password, for scripts on the server's own machine.
pub async fn issue_for(app: &App, email: &str, life: TimeDelta) -> Result<Session, Stop> {
    let txn = app.db.begin().await?;
    let user = known(&txn, email).await?;
    if !user.active {
        return Err(Refusal::new(RefusalCode::NotAllowed, "this user is switched off", &["email"]).into());
    }
    let by = By::command("tessera token");
    let changes = Changes::none().new_field("minutes", life.num_minutes());
    audit::write(app, &txn, by, entry("tessera token", &user, changes)).await?;
    let session = begin(app, &txn, user, app.clock.real(), life).await?;
    txn.commit().await?;
    Ok(session)
}

async fn update(app: &App, email: &str, patch: UserPatch) -> Result<user::Model, Stop> {
    let (patch, hash) = people::checked(patch).await?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let owners = people::owners_if_needed(&txn, &patch).await?;
        let user = known(&txn, email).await?;
        let by = By::command("tessera user");
        let user = people::change(app, &txn, by, user, &patch, hash.clone(), &owners).await?;
        txn.commit().await?;
        app.sessions.forget();
        Ok(user)
    })
    .await
}

/// The user of an e-mail, locked.
async fn known(txn: &Txn, email: &str) -> Result<user::Model, Stop> {
    let unknown = || Refusal::new(RefusalCode::NotFound, "no user has this e-mail", &["email"]);
    let user = store::user_by_email(txn, &fold(email.trim())).await?.ok_or_else(unknown)?;
    Ok(store::lock_user(txn, user.id).await?.ok_or_else(unknown)?)
}
