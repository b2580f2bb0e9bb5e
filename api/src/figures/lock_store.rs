//! Keeps members' sums still while something is made of them.

use entity::ids::MemberId;
use sea_orm::{ConnectionTrait, DbBackend};

use crate::db::{self, List, Lock, Txn, for_share, for_update, sql};
use crate::error::Fault;

/// Locks members in the order of their ids, for a change of their sums.
pub async fn lock_members(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    lock_members_there(txn, members).await?;
    none_erased(txn, members).await
}

/// The same for members whom nobody has named, and of whom some may have been erased meanwhile.
pub async fn lock_members_there(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    db::lock_shared(txn, Lock::Figures).await?;
    lock(txn, members, for_update(txn)).await
}

/// So many members are kept by locking their rows; beyond, locking each costs more than keeping everybody's sums still
/// for a moment: on PostgreSQL a row that is locked is a page that is written.
const FEW: usize = 1_000;

/// Keeps the sums of members from changing, in the order of their ids, while they come to or leave a segment.
pub async fn share_members(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    if members.len() > FEW {
        share_everybody(txn).await?;
        return none_erased(txn, members).await;
    }
    lock(txn, members, for_share(txn)).await?;
    none_erased(txn, members).await
}

/// Keeps the sums of all members from changing.
pub async fn share_everybody(txn: &Txn) -> Result<(), Fault> {
    Ok(db::lock(txn, Lock::Figures).await?)
}

async fn lock(txn: &Txn, members: &[MemberId], clause: &str) -> Result<(), Fault> {
    if clause.is_empty() || members.is_empty() {
        return Ok(());
    }
    let ids = List::ids(members.iter().map(|id| id.0));
    let text = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM member_metrics WHERE member_id IN (SELECT id FROM {}) ORDER BY member_id{clause}) AS locked",
        ids.table(txn, 1)
    );
    txn.query_one_raw(sql(txn, text, [ids.value(txn)?])).await?;
    Ok(())
}

/// Who was named a moment ago may have been erased until the lock: then the operation is tried again, and learns it. On
/// SQLite nobody can come between.
async fn none_erased(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    if txn.get_database_backend() != DbBackend::Postgres || members.is_empty() {
        return Ok(());
    }
    let ids = List::ids(members.iter().map(|id| id.0));
    let text = format!(
        "SELECT 1 AS erased FROM member WHERE erased_at IS NOT NULL AND id IN (SELECT id FROM {}) LIMIT 1",
        ids.table(txn, 1)
    );
    match txn.query_one_raw(sql(txn, text, [ids.value(txn)?])).await? {
        None => Ok(()),
        Some(_) => Err(db::raced("a member was erased")),
    }
}
