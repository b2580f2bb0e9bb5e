//! The programme's gross margin is part of every average lifetime value.

use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;

use super::{kept_store, margin_store, reckon, set_segments};
use crate::app::App;
use crate::db::Txn;
use crate::error::Fault;

/// Works out the averages of all segments anew, from their sums and the margin that the programme's row has by now, in
/// the transaction that changed it and has locked it.
pub async fn margin_changed(app: &App, txn: &Txn) -> Result<(), Fault> {
    let reckoning = reckon(app, txn).await?;
    let sums = margin_store::lock_all(txn).await?;
    set_segments(txn, &reckoning, &sums).await
}

/// The margin by which rules decide. After a change of the programme's it is the one before, until everybody was decided
/// by the new one.
pub async fn deciding_margin(db: &impl ConnectionTrait) -> Result<Decimal, Fault> {
    Ok(kept_store::read_kept(db, "").await?.deciding_margin)
}
