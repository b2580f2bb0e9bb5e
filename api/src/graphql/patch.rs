//! Fields that change something: absent is not null.

use async_graphql::MaybeUndefined;

use crate::error::{Refusal, RefusalCode};
use crate::patch::Patch;

/// A field that null empties.
pub(super) fn patch<T>(field: MaybeUndefined<T>) -> Patch<T> {
    match field {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value),
    }
}

/// Reads the fields of an input, and gathers the mistakes.
#[derive(Default)]
pub(super) struct Fields {
    /// The mistakes so far, each with its path within the input.
    pub(super) refusals: Vec<Refusal>,
}

impl Fields {
    /// A field that may be left out, but is never empty.
    pub(super) fn never_null<T>(&mut self, name: &str, field: MaybeUndefined<T>) -> Option<T> {
        match field {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Value(value) => Some(value),
            MaybeUndefined::Null => {
                let message = "must not be null: leave it out to keep it as it is";
                self.refusals.push(Refusal::new(RefusalCode::Blank, message, &[name]));
                None
            }
        }
    }
}

/// A field that null brings back to what holds when nothing is set.
pub(super) fn or_unset<T>(field: MaybeUndefined<T>, unset: T) -> Option<T> {
    match field {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(unset),
        MaybeUndefined::Value(value) => Some(value),
    }
}
