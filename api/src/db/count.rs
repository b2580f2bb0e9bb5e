//! How many rows there are, of one list or of several in one statement.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbErr};

use super::page::{LIST, LISTS};

/// Counts the rows of each of several statements in one.
pub async fn count_each(
    db: &impl ConnectionTrait,
    selects: Vec<(i64, SelectStatement)>,
) -> Result<HashMap<i64, i64>, DbErr> {
    let mut counts = HashMap::with_capacity(selects.len());
    for selects in selects.chunks(LISTS) {
        let mut branches = selects.iter().map(|(list, select)| {
            let mut select = select.clone();
            select.clear_selects().expr_as(Expr::cust("COUNT(*)"), "rows");
            select.expr_as(Expr::cust(format!("CAST({list} AS BIGINT)")), LIST).to_owned()
        });
        let Some(mut all) = branches.next() else { break };
        all.unions(branches.map(|branch| (UnionType::All, branch)));
        for row in db.query_all(&all).await? {
            counts.insert(row.try_get("", LIST)?, row.try_get("", "rows")?);
        }
    }
    Ok(counts)
}

/// Counts the rows of a statement that selects anything.
pub async fn count(db: &impl ConnectionTrait, mut select: SelectStatement) -> Result<i64, DbErr> {
    let select = select.clear_selects().expr_as(Expr::cust("COUNT(*)"), "rows").to_owned();
    let row = db.query_one(&select).await?;
    row.map_or(Ok(0), |row| row.try_get("", "rows"))
}
