//! Signing in and out.

use async_graphql::{Context, Error, InputObject, Object, SimpleObject};

use super::types::User;
use crate::auth::{self, ops::Session};
use crate::graphql::access::{ANYONE, caller};
use crate::graphql::errors::{UserError, refused_input};
use crate::graphql::scalars::DateTime;
use crate::graphql::{RequestScope, app};

/// Who signs in.
#[derive(InputObject)]
pub(crate) struct SignInInput {
    email: String,
    #[graphql(secret)]
    password: String,
}

/// What to exchange.
#[derive(InputObject)]
pub(crate) struct RefreshSessionInput {
    #[graphql(secret)]
    refresh_token: String,
}

/// A new pair of tokens; all null where there are userErrors.
#[derive(SimpleObject, Default)]
pub(crate) struct SignInPayload {
    /// For the header `Authorization: Bearer …`; works for 15 minutes.
    access_token: Option<String>,
    /// When the access token ends.
    expires_at: Option<DateTime>,
    /// For refreshSession; works once, within 30 days.
    refresh_token: Option<String>,
    user: Option<User>,
    user_errors: Vec<UserError>,
}

/// Which sessions to end.
#[derive(InputObject)]
pub(crate) struct SignOutInput {
    /// End every session of this user.
    #[graphql(default = false)]
    everywhere: bool,
}

/// The session has ended.
#[derive(SimpleObject)]
pub(crate) struct SignOutPayload {
    user_errors: Vec<UserError>,
}

/// The password now and the one to come, of 10 characters at least. Other sessions of the user end.
#[derive(InputObject)]
pub(crate) struct ChangePasswordInput {
    #[graphql(secret)]
    current_password: String,
    #[graphql(secret)]
    new_password: String,
}

/// A user after a change.
#[derive(SimpleObject)]
pub(crate) struct UserPayload {
    pub(super) user: Option<User>,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct AuthMutation;

#[Object]
impl AuthMutation {
    /// Begins a session. Needs no token. 60 tries an hour per address and 10 in 15 minutes per account.
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInInput) -> Result<SignInPayload, Error> {
        let address = ctx.data_unchecked::<RequestScope>().address;
        payload(auth::ops::sign_in(app(ctx), address, &input.email, input.password).await)
    }

    /// Exchanges a refresh token for a new pair; a refresh token works once, and using it twice ends the session.
    async fn refresh_session(&self, ctx: &Context<'_>, input: RefreshSessionInput) -> Result<SignInPayload, Error> {
        let address = ctx.data_unchecked::<RequestScope>().address;
        payload(auth::ops::refresh(app(ctx), address, &input.refresh_token).await)
    }

    #[graphql(guard = "ANYONE")]
    async fn sign_out(&self, ctx: &Context<'_>, input: SignOutInput) -> Result<SignOutPayload, Error> {
        let done = auth::ops::sign_out(app(ctx), caller(ctx)?, input.everywhere).await;
        let (_, user_errors) = refused_input(done)?;
        Ok(SignOutPayload { user_errors })
    }

    #[graphql(guard = "ANYONE")]
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Result<UserPayload, Error> {
        let address = ctx.data_unchecked::<RequestScope>().address;
        let ChangePasswordInput { current_password, new_password } = input;
        let done = auth::ops::change_password(app(ctx), caller(ctx)?, address, current_password, new_password).await;
        let (user, user_errors) = refused_input(done)?;
        Ok(UserPayload { user: user.map(User::new), user_errors })
    }
}

fn payload(outcome: Result<Session, crate::error::Stop>) -> Result<SignInPayload, Error> {
    let (session, user_errors) = refused_input(outcome)?;
    Ok(match session {
        None => SignInPayload { user_errors, ..SignInPayload::default() },
        Some(session) => SignInPayload {
            access_token: Some(session.access_token),
            expires_at: Some(DateTime(session.expires_at.timestamp_millis())),
            refresh_token: Some(session.refresh_token),
            user: Some(User::new(session.user)),
            user_errors,
        },
    })
}
