//! The user of an outside issuer's person: made at first sight, without a password, by the issuer's own name for the person
//! and never by an address, which another issuer, or the person, may choose.

use engine::text::fold;
use entity::user;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::IntoActiveModel;

use super::token::OutsidePerson;
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::auth::store;
use crate::config::Oidc;
use crate::db::{self, Txn, raced};
use crate::error::{Fault, Stop};

/// What the log calls it when a person is made, or has another role, by a token.
const ACTION: &str = "tokenOfIssuer";

/// The user of a person, with the role that the token gives; none where it was switched off here.
pub(super) async fn user(app: &App, oidc: &Oidc, person: &OutsidePerson) -> Result<Option<user::Model>, Fault> {
    let known = store::user_by_subject(app.db.reader(), &oidc.issuer, &person.subject).await?;
    let user = match known {
        Some(user) if !user.active || user.role == person.role => user,
        _ => match db::retry(|| seen(app, oidc, person)).await {
            Ok(user) => user,
            Err(Stop::Fault(fault)) => return Err(fault),
            Err(Stop::Refused(_)) => return Ok(None),
        },
    };
    Ok(Some(user).filter(|user| user.active))
}

/// Makes the user, or gives them the role of the token.
async fn seen(app: &App, oidc: &Oidc, person: &OutsidePerson) -> Result<user::Model, Stop> {
    let txn = app.db.begin().await?;
    let (user, changes) = match store::user_by_subject(&txn, &oidc.issuer, &person.subject).await? {
        None => made(app, &txn, oidc, person).await?,
        Some(known) => {
            let known = store::lock_user(&txn, known.id).await?.ok_or_else(|| raced("a user went"))?;
            if !known.active || known.role == person.role {
                return Ok(known);
            }
            let changes = Changes::none().field("role", known.role, person.role);
            let changed = user::ActiveModel { role: Set(person.role), ..known.into_active_model() };
            (store::update_user(&txn, changed).await?, changes)
        }
    };
    let object = Object::one("User", user.id.0, user.email.as_str());
    let by = By::caller(&user.email, None);
    audit::write(app, &txn, by, Entry { action: ACTION, object, changes }).await?;
    txn.commit().await?;
    app.sessions.forget();
    Ok(user)
}

async fn made(app: &App, txn: &Txn, oidc: &Oidc, person: &OutsidePerson) -> Result<(user::Model, Changes), Fault> {
    let email = free_name(txn, oidc, person).await?;
    let name = person.name.clone().unwrap_or_else(|| email.clone());
    let row = user::ActiveModel {
        id: NotSet,
        email_folded: Set(fold(&email)),
        email: Set(email),
        name: Set(name),
        role: Set(person.role),
        // No password has it.
        password_hash: Set(String::new()),
        active: Set(true),
        created_at: Set(app.clock.real_millis()),
        last_sign_in_at: Set(None),
        issuer: Set(Some(oidc.issuer.clone())),
        subject: Set(Some(person.subject.clone())),
    };
    let user = store::insert_user(txn, row).await.map_err(|error| {
        let taken = [("user_subject_unique", "user.subject"), ("user_email_unique", "user.email_folded")];
        // Another request of the same person was first.
        if taken.into_iter().any(|one| db::violated(&error, one)) { raced("a user was made") } else { error.into() }
    })?;
    let changes = Changes::none()
        .new_field("email", &user.email)
        .new_field("name", &user.name)
        .new_field("role", user.role)
        .new_field("active", user.active)
        .new_field("issuer", &user.issuer)
        .new_field("subject", &user.subject);
    Ok((user, changes))
}

/// Under which name the person stands in the log: the address, or the issuer's name for the person where the address is
/// another user's. Who has an address here is not let in by it.
async fn free_name(txn: &Txn, oidc: &Oidc, person: &OutsidePerson) -> Result<String, Fault> {
    if let Some(email) = &person.email
        && store::user_by_email(txn, &fold(email)).await?.is_none()
    {
        return Ok(email.clone());
    }
    let host = oidc.issuer.split("://").last().unwrap_or_default().trim_end_matches('/');
    Ok(format!("{}@{host}", person.subject))
}
