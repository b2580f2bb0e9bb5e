//! People change their own password.

use std::net::IpAddr;

use engine::text::fold;
use entity::user;
use sea_orm::ActiveValue::Set;

use super::entry;
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::{Caller, password, store};
use crate::error::{Refusal, RefusalCode, Stop};

/// Changes the caller's password and ends the caller's other sessions.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    address: IpAddr,
    current: String,
    new: String,
) -> Result<user::Model, Stop> {
    password::acceptable(&new, &["newPassword"])?;
    // Guessing the current password through a stolen session is slowed like guessing it at the door.
    app.rates.check(address, &fold(&caller.email))?;
    let refused = || Refusal::new(RefusalCode::Invalid, "is not the current password", &["currentPassword"]);
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
    let changes = Changes::none().secret("password");
    audit::write(app, &txn, caller.by(), entry(caller.by().action("changePassword"), &user, changes)).await?;
    txn.commit().await?;
    app.sessions.forget();
    Ok(user)
}
