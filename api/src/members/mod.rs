//! Members: who they are, how they are named by callers, and how they are found.

mod changes;
mod input;
pub mod list;
pub mod ops;
mod query;
mod reference;
mod returning;
mod row;
mod store;

pub use input::{Checked, LabelInput, MemberInput, TEXTS, check_labels, shell};
pub use query::{LabelFilter, MemberFilter, MemberOrder, MemberOrderField, condition, order};
pub use reference::{MemberRef, Unresolved, resolve, resolve_one};
pub use row::{MEMBER_COLUMNS, MemberRow, columns};
