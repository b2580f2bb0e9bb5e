//! Who may: a guard on every root field. The table in `tests/it/access.rs` names each field's role.

use async_graphql::{Context, Error, ErrorExtensions, Guard};
use entity::kinds::Role;

use super::RequestScope;
use crate::auth::Caller;

/// Lets callers pass who have the role, or one that can do more.
pub(super) struct Needs(pub(super) Role);

impl Guard for Needs {
    async fn check(&self, ctx: &Context<'_>) -> Result<(), Error> {
        let caller = caller(ctx)?;
        if may(ctx, self.0)? {
            return Ok(());
        }
        let field = ctx.field().name().to_owned();
        let message = format!("{field} needs the role {}, and you have {}.", self.0.word(), caller.role.word());
        Err(Error::new(message).extend_with(|_, more| more.set("code", "FORBIDDEN")))
    }
}

/// Every role may.
pub(super) const ANYONE: Needs = Needs(Role::Analyst);
/// Administrators and owners may.
pub(super) const ADMIN: Needs = Needs(Role::Admin);

/// Owners alone may.
pub(super) const OWNER: Needs = Needs(Role::Owner);

/// The signed-in caller.
pub(super) fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller, Error> {
    let scope = ctx.data_unchecked::<RequestScope>();
    scope.caller.as_ref().ok_or_else(|| {
        Error::new("Sign in first: send `Authorization: Bearer` with an access token.")
            .extend_with(|_, more| more.set("code", "UNAUTHENTICATED"))
    })
}

/// Whether the caller has the role, or one that can do more.
pub(super) fn may(ctx: &Context<'_>, role: Role) -> Result<bool, Error> {
    Ok(rank(caller(ctx)?.role) >= rank(role))
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Owner => 3,
        Role::Admin => 2,
        Role::Analyst => 1,
    }
}
