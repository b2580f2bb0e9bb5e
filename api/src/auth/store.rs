//! Users and sessions.

use entity::ids::{SessionId, UserId};
use entity::{session, user};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

/// The user of an e-mail, whatever its case.
pub(super) async fn user_by_email(db: &impl ConnectionTrait, email_folded: &str) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find().filter(user::Column::EmailFolded.eq(email_folded)).one(db).await
}

/// The user whom an issuer names so.
pub(super) async fn user_by_subject(
    db: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<user::Model>, DbErr> {
    let named = user::Entity::find().filter(user::Column::Issuer.eq(issuer)).filter(user::Column::Subject.eq(subject));
    named.one(db).await
}

/// The user of an id.
pub(super) async fn user(db: &impl ConnectionTrait, id: UserId) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).one(db).await
}

/// The user of an id, whom no other operation can change until this one is over.
pub(super) async fn lock_user(db: &impl ConnectionTrait, id: UserId) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).lock_exclusive().one(db).await
}

/// A statement over all users, with their columns.
pub(super) fn select() -> SelectStatement {
    let mut select = Query::select().from(user::Entity).to_owned();
    for column in user::Column::iter() {
        select.expr_as(Expr::col(column.as_column_ref()), column.as_str());
    }
    select
}

/// All users, by e-mail.
pub(super) async fn users(db: &impl ConnectionTrait) -> Result<Vec<user::Model>, DbErr> {
    user::Entity::find().order_by_asc(user::Column::EmailFolded).all(db).await
}

/// Whether there is no user yet.
pub(super) async fn nobody(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(user::Entity::find().count(db).await? == 0)
}

/// The active owners with a password of ours, none of whom can be changed by another operation until this one is over.
pub(super) async fn lock_owners(db: &impl ConnectionTrait) -> Result<Vec<UserId>, DbErr> {
    let owners = user::Entity::find()
        .filter(user::Column::Role.eq(entity::kinds::Role::Owner))
        .filter(user::Column::Active.eq(true))
        // Who is an owner by the word of an outside issuer may be none tomorrow.
        .filter(user::Column::Issuer.is_null())
        .order_by_asc(user::Column::Id)
        .lock_exclusive();
    Ok(owners.all(db).await?.into_iter().map(|owner| owner.id).collect())
}

/// Writes a new user.
pub(super) async fn insert_user(db: &impl ConnectionTrait, new: user::ActiveModel) -> Result<user::Model, DbErr> {
    user::Entity::insert(new).exec_with_returning(db).await
}

/// Writes what is set of a user.
pub(super) async fn update_user(db: &impl ConnectionTrait, changed: user::ActiveModel) -> Result<user::Model, DbErr> {
    user::Entity::update(changed).exec(db).await
}

/// Writes what is set of a user who is still active and whose password is still the one that was checked; false where
/// someone changed that in the meantime.
pub(super) async fn update_checked(
    db: &impl ConnectionTrait,
    checked: &user::Model,
    changed: user::ActiveModel,
) -> Result<bool, DbErr> {
    let done = user::Entity::update_many()
        .set(changed)
        .filter(user::Column::Id.eq(checked.id))
        .filter(user::Column::PasswordHash.eq(checked.password_hash.as_str()))
        .filter(user::Column::Active.eq(true))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Writes a new session; sessions long over go with it, so that the table does not grow for ever.
pub(super) async fn insert_session(
    db: &impl ConnectionTrait,
    new: session::ActiveModel,
    now: i64,
) -> Result<session::Model, DbErr> {
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(now)).exec(db).await?;
    session::Entity::insert(new).exec_with_returning(db).await
}

/// The session of a family with its user, while neither has ended.
pub(super) async fn session_of(
    db: &impl ConnectionTrait,
    family: &str,
    now: i64,
) -> Result<Option<(session::Model, user::Model)>, DbErr> {
    // PostgreSQL takes no NUL in a text; no session's name has one.
    if family.contains('\0') {
        return Ok(None);
    }
    let found = session::Entity::find()
        .find_also_related(user::Entity)
        .filter(session::Column::Family.eq(family))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(user::Column::Active.eq(true))
        .one(db)
        .await?;
    Ok(found.and_then(|(session, user)| Some((session, user?))))
}

/// Puts a new refresh token in the place of the one with the old hash; false where that is not the one that works.
pub(super) async fn rotate(
    db: &impl ConnectionTrait,
    id: SessionId,
    old: &str,
    new: session::ActiveModel,
) -> Result<bool, DbErr> {
    let done = session::Entity::update_many()
        .set(new)
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RefreshHash.eq(old))
        .filter(session::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends one session; answers how many did.
pub(super) async fn end(db: &impl ConnectionTrait, id: SessionId, now: i64) -> Result<u64, DbErr> {
    end_where(db, session::Column::Id.eq(id), now).await
}

/// Ends the sessions of a user, but for one if it is named; answers how many did.
pub(super) async fn end_all(
    db: &impl ConnectionTrait,
    user: UserId,
    but: Option<SessionId>,
    now: i64,
) -> Result<u64, DbErr> {
    let mut which = session::Column::UserId.eq(user);
    if let Some(but) = but {
        which = sea_orm::sea_query::ExprTrait::and(which, session::Column::Id.ne(but));
    }
    end_where(db, which, now).await
}

async fn end_where(db: &impl ConnectionTrait, which: Expr, now: i64) -> Result<u64, DbErr> {
    let ended = session::ActiveModel { ended_at: ActiveValue::Set(Some(now)), ..Default::default() };
    let open = session::Column::EndedAt.is_null();
    let done = session::Entity::update_many().set(ended).filter(open).filter(which).exec(db).await?;
    Ok(done.rows_affected)
}
