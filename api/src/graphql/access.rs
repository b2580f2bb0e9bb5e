//! Who may: a guard on every root field. The table in `tests/it/access.rs` names each field's role.

use async_graphql::{Context, Error, ErrorExtensions, Guard};
use entity::kinds::{Role, Scope};

use super::RequestScope;
use crate::audit::By;
use crate::auth::Caller;
use crate::partners::PartnerCaller;

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
        Err(forbidden(message))
    }
}

/// Every role may.
pub(super) const ANYONE: Needs = Needs(Role::Analyst);
/// Administrators and owners may.
pub(super) const ADMIN: Needs = Needs(Role::Admin);

/// Partners may whose tokens are for pushing, and nobody else: what they push is theirs.
pub(super) const PARTNER_PUSH: PartnerNeeds = PartnerNeeds(Scope::SegmentsPush);
/// Everybody may, and partners whose tokens are for reading.
pub(super) const ANYONE_OR_READER: OrPartner = OrPartner(ANYONE, Some(Scope::SegmentsRead));
/// Everybody may, and partners.
pub(super) const ANYONE_OR_PARTNER: OrPartner = OrPartner(ANYONE, None);
/// Everybody may, and partners whose tokens are for downloads.
pub(super) const ANYONE_OR_EXPORT: OrPartner = OrPartner(ANYONE, Some(Scope::Export));
/// Administrators and owners may, and partners whose tokens are for members.
pub(super) const ADMIN_OR_MEMBERS: OrPartner = OrPartner(ADMIN, Some(Scope::MembersWrite));
/// Administrators and owners may, and partners whose tokens are for transactions.
pub(super) const ADMIN_OR_TRANSACTIONS: OrPartner = OrPartner(ADMIN, Some(Scope::TransactionsWrite));

/// Lets partners pass whose tokens have the scope.
pub(super) struct PartnerNeeds(Scope);

impl Guard for PartnerNeeds {
    async fn check(&self, ctx: &Context<'_>) -> Result<(), Error> {
        if partner(ctx)?.may(self.0) {
            return Ok(());
        }
        let field = ctx.field().name().to_owned();
        Err(forbidden(format!("{field} needs a token with the scope {}.", self.0.word())))
    }
}

/// Lets callers pass who have the role, and partners whose tokens have the scope.
pub(super) struct OrPartner(Needs, Option<Scope>);

impl Guard for OrPartner {
    async fn check(&self, ctx: &Context<'_>) -> Result<(), Error> {
        match (partner_of(ctx), self.1) {
            (None, _) => self.0.check(ctx).await,
            (Some(_), None) => Ok(()),
            (Some(_), Some(scope)) => PartnerNeeds(scope).check(ctx).await,
        }
    }
}

/// The partner that calls; none where somebody else does.
pub(super) fn partner_of<'a>(ctx: &Context<'a>) -> Option<&'a PartnerCaller> {
    ctx.data_unchecked::<RequestScope>().partner.as_ref()
}

/// The partner that calls.
pub(super) fn partner<'a>(ctx: &Context<'a>) -> Result<&'a PartnerCaller, Error> {
    partner_of(ctx).ok_or_else(|| forbidden("This is for partner systems: call with the token of one.".to_owned()))
}

/// Whoever calls, as the audit log names them.
pub(super) fn by<'a>(ctx: &Context<'a>) -> Result<By<'a>, Error> {
    match partner_of(ctx) {
        Some(partner) => Ok(partner.by()),
        None => Ok(caller(ctx)?.by()),
    }
}

fn forbidden(message: String) -> Error {
    Error::new(message).extend_with(|_, more| more.set("code", "FORBIDDEN"))
}

/// Owners alone may.
pub(super) const OWNER: Needs = Needs(Role::Owner);

/// The signed-in caller.
pub(super) fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller, Error> {
    let scope = ctx.data_unchecked::<RequestScope>();
    if scope.partner.is_some() {
        return Err(forbidden("This is not for partner systems.".to_owned()));
    }
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
