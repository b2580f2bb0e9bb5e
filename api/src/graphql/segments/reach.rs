//! How far a caller reaches: partner systems know members by number alone, and segments by their own keys.

use async_graphql::{Context, Error, ErrorExtensions};
use entity::ids::MemberId;

use crate::error::{Fault, FaultKind};
use crate::graphql::access::partner_of;
use crate::graphql::app;
use crate::graphql::refs::MemberRef;
use crate::members;

/// Nobody has this id.
const NOBODY: MemberId = MemberId(0);

/// A segment's key as the caller knows it.
pub(super) fn own_key<'k>(ctx: &Context<'_>, key: &'k str) -> &'k str {
    match (partner_of(ctx), key.split_once('/')) {
        (Some(_), Some((_, own))) => own,
        _ => key,
    }
}

/// Refuses partners what would tell them more of members than their numbers.
pub(super) fn unless_partner(ctx: &Context<'_>, is_asked: bool, what: &str) -> Result<(), Error> {
    if is_asked && partner_of(ctx).is_some() {
        let message = format!("{what} of members is not for partner systems.");
        return Err(Error::new(message).extend_with(|_, more| more.set("code", "FORBIDDEN")));
    }
    Ok(())
}

/// The member that a reference names. Partners name members by number, and are not told whether somebody has it.
pub(super) async fn named(ctx: &Context<'_>, reference: MemberRef) -> Result<MemberId, Error> {
    let reference: members::MemberRef = reference.into();
    unless_partner(ctx, !matches!(reference, members::MemberRef::Number(_)), "An e-mail or id")?;
    let found = members::resolve_one(app(ctx).db.reader(), &reference).await?;
    match found {
        Ok(member) => Ok(member),
        Err(_) if partner_of(ctx).is_some() => Ok(NOBODY),
        Err(why) => Err(Fault::of(FaultKind::BadInput, why.refusal(&[]).message).into()),
    }
}
