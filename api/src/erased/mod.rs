//! Who was erased stays erased: a keyed hash of number and e-mail tells the person again when somebody names or makes
//! them, and tells nobody anything without the key, which is not in the database.

mod key;
mod ring;
mod store;

use sea_orm::ConnectionTrait;

use crate::config::Settings;
use crate::db::{Db, Txn};
use crate::error::Fault;

pub use key::Key;
use ring::of_database;

/// The kind of job that sweeps after an erasure, also for whoever removes later what may have held something of the person.
pub const SWEEP_JOB: &str = "ERASURE_SWEEP";

/// What a person is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Name<'a> {
    /// The shop's number.
    Number(&'a str),
    /// The e-mail, folded.
    Email(&'a str),
}

/// Reads the key or makes it at the first start, and sees that it is the one by which the database's persons were erased.
/// The error is a sentence for the operator.
pub async fn open(db: &Db, settings: &Settings) -> anyhow::Result<Key> {
    let (key, made) = key::read_or_make(settings)?;
    let kept = store::fingerprint(db.reader()).await?;
    match kept {
        Some(kept) if kept != key.fingerprint() => anyhow::bail!(key::another(settings, made)),
        _ => ring::add(&key),
    }
    Ok(key)
}

/// Lets a key take the place of one that is lost, and answers how many hashes nobody can read any more.
pub async fn begin_anew(db: &Db, settings: &Settings) -> anyhow::Result<u64> {
    let (key, _) = key::read_or_make(settings)?;
    let txn = db.begin().await?;
    let same = store::fingerprint(&txn).await?.is_none_or(|kept| kept == key.fingerprint());
    let forgotten = if same { 0 } else { store::forget(&txn).await? };
    txn.commit().await?;
    Ok(forgotten)
}

/// Whether each of some names is that of a person who was erased. Whoever makes members asks this after having locked
/// those that are known: who is erased at this moment is then seen by the one way or the other.
pub async fn are_erased(db: &impl ConnectionTrait, names: &[Name<'_>]) -> Result<Vec<bool>, Fault> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    // Mostly nobody was ever erased.
    let Some(fingerprint) = store::fingerprint(db).await? else { return Ok(vec![false; names.len()]) };
    let key = of_database(&fingerprint)?;
    let hashes: Vec<String> = names.iter().map(|name| key.hash(*name)).collect();
    let known = store::known(db, hashes.clone()).await?;
    Ok(hashes.iter().map(|hash| known.contains(hash)).collect())
}

/// Keeps the names of a person who is being erased.
pub async fn remember(txn: &Txn, key: &Key, names: &[Name<'_>]) -> Result<(), Fault> {
    if store::keep_fingerprint(txn, &key.fingerprint()).await? != key.fingerprint() {
        return Err(ring::another_key());
    }
    store::keep(txn, names.iter().map(|name| key.hash(*name)).collect()).await
}
