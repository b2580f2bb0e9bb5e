//! Goes over everybody's facts.

use std::sync::Arc;

use engine::facts::{Dictionary, Facts};
use sea_orm::ConnectionTrait;

use super::{Needs, Whose, read};
use crate::app::App;
use crate::changes::{self, Position};
use crate::db::sql;
use crate::error::Fault;

/// What was made of everybody's facts.
#[derive(Debug)]
pub struct Everybody<T> {
    /// In the order of the members.
    pub parts: Vec<T>,
    /// Whoever was touched after it may be different by now.
    pub position: Position,
}

/// Goes over everybody, some thousand members at a time.
pub async fn everybody<T: Send + 'static>(
    app: &Arc<App>,
    needs: Needs,
    each: impl Fn(&Facts, &Dictionary) -> T + Send + Sync + 'static,
) -> Result<Everybody<T>, Fault> {
    let reader = app.db.reader();
    let position = changes::settled(reader).await?;
    let row = reader.query_one_raw(sql(reader, "SELECT COALESCE(MAX(id), 0) AS id FROM member", [])).await?;
    let last: i64 = row.map(|row| row.try_get("", "id")).transpose()?.unwrap_or_default();
    let (mut after, mut parts) = (0, Vec::new());
    while after < last {
        let mut dictionary = Dictionary::default();
        let whose = Whose::Between(after, after + 4_096);
        let facts = read(reader, whose, needs, app.program().zone, &mut dictionary).await?;
        parts.push(each(&facts, &dictionary));
        after += 4_096;
    }
    Ok(Everybody { parts, position })
}
