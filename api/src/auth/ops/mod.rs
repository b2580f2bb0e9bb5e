//! What people and operators do: signing in and out, and looking after who may.
//!
//! The command line and the API use the same functions. The path of a refusal begins at the field; the API puts its
//! `input` in front.

mod operator;
mod password;
mod people;
mod session;

pub use operator::{FirstOwner, ensure_owner, issue_for, set_active, set_password};
pub use password::change_password;
pub use people::{NewUser, UserPatch, active_user, add_user, count, page, update_user, user, users, viewer};
pub use session::{Session, refresh, sign_in, sign_out};

use entity::user;

use crate::audit::{Changes, Entry, Object};

/// The entry of something that was done to a user.
fn entry(action: &'static str, user: &user::Model, changes: Changes) -> Entry {
    Entry { action, object: Object::one("User", user.id.0, user.email.as_str()), changes }
}
