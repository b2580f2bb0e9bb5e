//! The SQL of the names of erased persons.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;

use crate::db::{List, Txn, sql};
use crate::error::Fault;

/// By which key the names are kept; none while nobody was erased.
pub(super) async fn fingerprint(db: &impl ConnectionTrait) -> Result<Option<String>, Fault> {
    let row = db.query_one_raw(sql(db, "SELECT fingerprint FROM erasure_key WHERE id = 1", [])).await?;
    Ok(row.map(|row| row.try_get("", "fingerprint")).transpose()?)
}

/// Says by which key the names are kept, unless that is said already; answers what is said.
pub(super) async fn keep_fingerprint(txn: &Txn, fingerprint: &str) -> Result<String, Fault> {
    let text = "INSERT INTO erasure_key (id, fingerprint) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
    txn.execute_raw(sql(txn, text, [fingerprint.into()])).await?;
    self::fingerprint(txn).await?.ok_or_else(|| Fault::new("the row of the key of erased persons is gone"))
}

/// Which of some hashes are kept.
pub(super) async fn known(db: &impl ConnectionTrait, hashes: Vec<String>) -> Result<HashSet<String>, Fault> {
    let hashes = List::texts(hashes);
    let text = format!("SELECT e.hash FROM {} JOIN erased_name AS e ON e.hash = list.it", hashes.table(db, 1));
    let rows = db.query_all_raw(sql(db, text, [hashes.value(db)?])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "hash")).collect::<Result<_, _>>()?)
}

/// Keeps hashes.
pub(super) async fn keep(txn: &Txn, hashes: Vec<String>) -> Result<(), Fault> {
    let hashes = List::texts(hashes);
    let text = format!(
        "INSERT INTO erased_name (hash) SELECT it FROM {} WHERE TRUE ON CONFLICT (hash) DO NOTHING",
        hashes.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [hashes.value(txn)?])).await?;
    Ok(())
}

/// Forgets all hashes and their key, and answers how many there were.
pub(super) async fn forget(txn: &Txn) -> Result<u64, Fault> {
    txn.execute_raw(sql(txn, "DELETE FROM erasure_key", [])).await?;
    Ok(txn.execute_raw(sql(txn, "DELETE FROM erased_name", [])).await?.rows_affected())
}
