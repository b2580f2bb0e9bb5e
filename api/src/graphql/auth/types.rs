//! People and who is signed in.

use async_graphql::{Context, Enum, Error, ID, Object, SimpleObject};
use entity::user;

use crate::auth;
use crate::global_id::GlobalId;
use crate::graphql::access::{ANYONE_OR_PARTNER, caller, partner_of};
use crate::graphql::app;
use crate::graphql::loaders::load;
use crate::graphql::partners::{Partner, Scope};
use crate::graphql::scalars::DateTime;

/// Each role can do all that the ones after it can.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::Role")]
pub(crate) enum Role {
    /// Everything, users and the programme too.
    Owner,
    /// Everything on segments, members and data.
    Admin,
    /// Every query but users.
    Analyst,
}

/// A person who signs in.
#[derive(Clone)]
pub(crate) struct User(user::Model);

impl User {
    pub(crate) fn new(row: user::Model) -> Self {
        Self(row)
    }
}

/// A person who signs in.
#[Object]
impl User {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::User(self.0.id).text().into()
    }

    async fn email(&self) -> &str {
        &self.0.email
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn role(&self) -> Role {
        self.0.role.into()
    }

    async fn active(&self) -> bool {
        self.0.active
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    async fn last_sign_in_at(&self) -> Option<DateTime> {
        self.0.last_sign_in_at.map(DateTime)
    }
}

/// Who is signed in.
#[derive(SimpleObject)]
pub(crate) struct Viewer {
    /// Null for a partner system.
    user: Option<User>,
    /// The partner system; null for a person.
    partner: Option<Partner>,
    role: Option<Role>,
    /// What the token of a partner system may be used for; empty for a person.
    scopes: Vec<Scope>,
}

#[derive(Default)]
pub(crate) struct AuthQuery;

#[Object]
impl AuthQuery {
    #[graphql(guard = "ANYONE_OR_PARTNER")]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, Error> {
        if let Some(caller) = partner_of(ctx) {
            let partner = load(ctx, caller.partner).await?.map(Partner::new);
            let scopes = caller.scopes.iter().map(|scope| (*scope).into()).collect();
            return Ok(Viewer { user: None, partner, role: None, scopes });
        }
        let user = auth::ops::viewer(app(ctx), caller(ctx)?).await?;
        let role = user.as_ref().map(|user| user.role.into());
        Ok(Viewer { user: user.map(User::new), partner: None, role, scopes: Vec::new() })
    }
}
