//! The keys that this process has, each found by what the database says of it.
//!
//! Members are named in every room, where there is a connection and no application: so the ring belongs to the process.
//! A process of several applications, as in tests, has a key for each.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use super::key::Key;
use crate::error::Fault;

static RING: LazyLock<RwLock<HashMap<String, Key>>> = LazyLock::new(RwLock::default);

/// Adds a key.
pub(super) fn add(key: &Key) {
    RING.write().unwrap_or_else(PoisonError::into_inner).insert(key.fingerprint(), key.clone());
}

/// The key of a fingerprint.
pub(super) fn of_database(fingerprint: &str) -> Result<Key, Fault> {
    let ring = RING.read().unwrap_or_else(PoisonError::into_inner);
    ring.get(fingerprint).cloned().ok_or_else(another_key)
}

/// This process began before anybody was erased, and another one with another key has erased the first.
pub(super) fn another_key() -> Fault {
    Fault::new(
        "this process has another key of erased persons than the one by which the first was erased, so that it cannot \
         tell who was erased: give every process of the database the same key and start this one anew",
    )
}
