//! The people who may sign in.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::ids::UserId;
use entity::user;

use super::mutation::UserPayload;
use super::types::{Role, User};
use crate::auth::ops::{self, NewUser, UserPatch};
use crate::db::page::{Cursor, Slice};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::graphql::access::{OWNER, caller};
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, forward, int};
use crate::graphql::errors::refused_input;
use crate::graphql::patch::Fields;

/// Somebody who may sign in from now on.
#[derive(InputObject)]
pub(crate) struct CreateUserInput {
    email: String,
    name: String,
    role: Role,
    /// 10 to 200 characters.
    #[graphql(secret)]
    password: String,
}

/// Absent fields stay as they are; none of them can be null.
#[derive(InputObject)]
pub(crate) struct UpdateUserInput {
    id: ID,
    name: MaybeUndefined<String>,
    /// Holds at once, also in sessions that are open. The last active OWNER stays one.
    role: MaybeUndefined<Role>,
    /// False ends every session of the user. The last active OWNER stays active.
    active: MaybeUndefined<bool>,
    /// 10 to 200 characters. Ends every session of the user.
    #[graphql(secret)]
    password: MaybeUndefined<String>,
}

impl UpdateUserInput {
    fn into_patch(self) -> Result<(UserId, UserPatch), Stop> {
        let mut fields = Fields::default();
        let patch = UserPatch {
            name: fields.never_null("name", self.name),
            role: fields.never_null("role", self.role).map(Into::into),
            active: fields.never_null("active", self.active),
            password: fields.never_null("password", self.password),
        };
        if !fields.refusals.is_empty() {
            return Err(Stop::Refused(fields.refusals));
        }
        match GlobalId::read(&self.id) {
            Some(GlobalId::User(id)) => Ok((id, patch)),
            _ => Err(Refusal::new(RefusalCode::NotFound, "there is no such user", &["id"]).into()),
        }
    }
}

/// Users by e-mail.
pub(crate) struct UserConnection(Slice<user::Model>);

/// A user and where it stands.
#[derive(SimpleObject)]
pub(crate) struct UserEdge {
    cursor: String,
    node: User,
}

/// Users by e-mail.
#[Object]
impl UserConnection {
    async fn edges(&self) -> Vec<UserEdge> {
        let edge =
            |(cursor, row): &(Cursor, user::Model)| UserEdge { cursor: cursor.text(), node: User::new(row.clone()) };
        self.0.rows.iter().map(edge).collect()
    }

    async fn nodes(&self) -> Vec<User> {
        self.0.rows.iter().map(|(_, row)| User::new(row.clone())).collect()
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.0)
    }

    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(ops::count(app(ctx)).await?))
    }
}

#[derive(Default)]
pub(crate) struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Everybody who may sign in or once could, by e-mail. OWNER only.
    #[graphql(guard = "OWNER")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<UserConnection, Error> {
        Ok(UserConnection(ops::page(app(ctx), &forward(first, after)).await?))
    }
}

#[derive(Default)]
pub(crate) struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// OWNER only.
    #[graphql(guard = "OWNER")]
    async fn create_user(&self, ctx: &Context<'_>, input: CreateUserInput) -> Result<UserPayload, Error> {
        let CreateUserInput { email, name, role, password } = input;
        let new = NewUser { email, name, role: role.into(), password };
        let (user, user_errors) = refused_input(ops::add_user(app(ctx), caller(ctx)?.by(), new).await)?;
        Ok(UserPayload { user: user.map(User::new), user_errors })
    }

    /// OWNER only.
    #[graphql(guard = "OWNER")]
    async fn update_user(&self, ctx: &Context<'_>, input: UpdateUserInput) -> Result<UserPayload, Error> {
        let outcome = match input.into_patch() {
            Ok((id, patch)) => ops::update_user(app(ctx), caller(ctx)?.by(), id, patch).await,
            Err(stop) => Err(stop),
        };
        let (user, user_errors) = refused_input(outcome)?;
        Ok(UserPayload { user: user.map(User::new), user_errors })
    }
}
