//! Fields that may be absent, null, or there.

use async_graphql::MaybeUndefined;

use crate::patch::Patch;

/// Absent keeps, null empties.
pub(super) fn patch<T>(field: MaybeUndefined<T>) -> Patch<T> {
    match field {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value),
    }
}
