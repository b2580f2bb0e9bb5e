//! The people who may sign in: who they are, and what they may do.

use engine::text::fold;
use entity::ids::UserId;
use entity::kinds::Role;
use entity::user;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, IntoActiveModel};

use super::entry;
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::auth::{Caller, password, store};
use crate::db::page::{self, KeyKind, Order, Page, PageArguments, Slice};
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::text_input::{self, length};

/// A person to be added.
#[derive(Clone)]
pub struct NewUser {
    /// To sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// At least 10 characters.
    pub password: String,
}

/// What is to be different; what is none stays as it is.
#[derive(Clone, Default)]
pub struct UserPatch {
    /// The person's name.
    pub name: Option<String>,
    /// What the person may do.
    pub role: Option<Role>,
    /// Whether the person may sign in.
    pub active: Option<bool>,
    /// At least 10 characters.
    pub password: Option<String>,
}

/// Adds a user.
pub async fn add_user(app: &App, by: By<'_>, new: NewUser) -> Result<user::Model, Stop> {
    let NewUser { email, name, role, password } = new;
    let email = text_input::required(&email, length::NAME, &["email"])?;
    if !email.contains('@') || email.contains(char::is_whitespace) {
        return Err(Refusal::new(RefusalCode::Invalid, "is not an e-mail address", &["email"]).into());
    }
    let name = text_input::required(&name, length::NAME, &["name"])?;
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
        issuer: Set(None),
        subject: Set(None),
    };
    let txn = app.db.begin().await?;
    match store::insert_user(&txn, row).await {
        Ok(user) => {
            let changes = Changes::none()
                .new_field("email", &user.email)
                .new_field("name", &user.name)
                .new_field("role", user.role)
                .new_field("active", user.active)
                .secret("password");
            audit::write(app, &txn, by, entry(by.action("createUser"), &user, changes)).await?;
            txn.commit().await?;
            Ok(user)
        }
        Err(error) if db::violated(&error, ("user_email_unique", "user.email_folded")) => {
            Err(Refusal::new(RefusalCode::Taken, "another user has this e-mail", &["email"]).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Changes a user. A role holds at once; another password, or being switched off, ends all the user's sessions.
pub async fn update_user(app: &App, by: By<'_>, id: UserId, patch: UserPatch) -> Result<user::Model, Stop> {
    let (patch, hash) = checked(patch).await?;
    let unknown = || Refusal::new(RefusalCode::NotFound, "there is no such user", &["id"]);
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let owners = owners_if_needed(&txn, &patch).await?;
        let user = store::lock_user(&txn, id).await?.ok_or_else(unknown)?;
        let user = change(app, &txn, by, user, &patch, hash.clone(), &owners).await?;
        txn.commit().await?;
        app.sessions.forget();
        Ok(user)
    })
    .await
}

/// The patch as the row is to have it, and the hash of the new password.
pub(super) async fn checked(mut patch: UserPatch) -> Result<(UserPatch, Option<String>), Stop> {
    if let Some(name) = &patch.name {
        patch.name = Some(text_input::required(name, length::NAME, &["name"])?);
    }
    let hash = match patch.password.take() {
        None => None,
        Some(password) => {
            password::acceptable(&password, &["password"])?;
            Some(password::hash(password).await?)
        }
    };
    Ok((patch, hash))
}

/// The active owners, locked before the user whom the patch changes, so that two owners cannot lower each other at once.
pub(super) async fn owners_if_needed(txn: &Txn, patch: &UserPatch) -> Result<Vec<UserId>, Fault> {
    if patch.role.is_none() && patch.active.is_none() {
        return Ok(Vec::new());
    }
    Ok(store::lock_owners(txn).await?)
}

/// Changes a user who is locked, and writes what changed into the log; the same user where nothing does.
pub(super) async fn change(
    app: &App,
    txn: &Txn,
    by: By<'_>,
    before: user::Model,
    patch: &UserPatch,
    hash: Option<String>,
    owners: &[UserId],
) -> Result<user::Model, Stop> {
    // Role and password of who signs in elsewhere are given there.
    for (given, field) in [(patch.role.is_some_and(|role| role != before.role), "role"), (hash.is_some(), "password")] {
        if given && before.issuer.is_some() {
            let message = "this user signs in with an outside issuer, which decides on it";
            return Err(Refusal::new(RefusalCode::NotAllowed, message, &[field]).into());
        }
    }
    let mut after = before.clone();
    after.name = patch.name.clone().unwrap_or(after.name);
    after.role = patch.role.unwrap_or(after.role);
    after.active = patch.active.unwrap_or(after.active);
    after.password_hash = hash.clone().unwrap_or(after.password_hash);
    let last = before.active && before.role == Role::Owner && !owners.iter().any(|owner| *owner != before.id);
    if last && after.role != Role::Owner {
        return Err(Refusal::new(RefusalCode::NotAllowed, "the last active OWNER cannot be lowered", &["role"]).into());
    }
    if last && !after.active {
        let message = "the last active OWNER cannot be switched off";
        return Err(Refusal::new(RefusalCode::NotAllowed, message, &["active"]).into());
    }
    let mut changes = Changes::none()
        .field("name", &before.name, &after.name)
        .field("role", before.role, after.role)
        .field("active", before.active, after.active);
    if hash.is_some() {
        changes = changes.secret("password");
    }
    if changes.is_empty() {
        return Ok(before);
    }
    let row = user::ActiveModel {
        name: Set(after.name),
        role: Set(after.role),
        active: Set(after.active),
        password_hash: Set(after.password_hash),
        ..before.into_active_model()
    };
    let user = store::update_user(txn, row).await?;
    // Only now, when nobody can sign in any more with what was.
    if hash.is_some() || !user.active {
        store::end_all(txn, user.id, None, app.clock.real_millis()).await?;
    }
    audit::write(app, txn, by, entry(by.action("updateUser"), &user, changes)).await?;
    Ok(user)
}

/// The caller's own row.
pub async fn viewer(app: &App, caller: &Caller) -> Result<Option<user::Model>, Stop> {
    Ok(store::user(app.db.reader(), caller.user).await?)
}

/// A user who may still come in, for what was promised before.
pub async fn active_user(db: &impl ConnectionTrait, id: UserId) -> Result<Option<user::Model>, Fault> {
    Ok(store::user(db, id).await?.filter(|user| user.active))
}

/// A user by id, for `node`.
pub async fn user(app: &App, id: UserId) -> Result<Option<user::Model>, Stop> {
    Ok(store::user(app.db.reader(), id).await?)
}

/// All users, by e-mail.
pub async fn users(app: &App) -> Result<Vec<user::Model>, Stop> {
    Ok(store::users(app.db.reader()).await?)
}

/// A part of the users, by e-mail.
pub async fn page(app: &App, arguments: &PageArguments) -> Result<Slice<user::Model>, Fault> {
    let order = Order {
        tag: "user.email_folded:asc".into(),
        key: Expr::col(user::Column::EmailFolded.as_column_ref()),
        kind: KeyKind::Text,
        nullable: false,
        descending: false,
        id: Expr::col(user::Column::Id.as_column_ref()),
    };
    let page = Page::new(arguments, &order)?;
    Ok(page.read(app.db.reader(), store::select(), &order).await?)
}

/// How many users there are.
pub async fn count(app: &App) -> Result<i64, Fault> {
    Ok(page::count(app.db.reader(), store::select()).await?)
}
