//! Members as the schema shows them.

mod input;
mod list;
mod metrics;
mod mutation;
mod plain;
mod privacy;
mod types;

pub(super) use input::{LabelFilter, LabelInput, MemberFilter, search};
pub(super) use list::{MemberConnection, MemberQuery};
pub(super) use mutation::MemberMutation;
pub(super) use privacy::PrivacyMutation;
pub(super) use types::{Label, Member};
