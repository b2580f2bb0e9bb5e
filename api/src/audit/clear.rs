//! Takes out of the log what it says of a person; who changed what, and when, stays.

use engine::calendar::Millis;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value};

use super::store::{self, ClearedRow};
use crate::db::Txn;
use crate::error::Fault;

/// What stands in the place of a value that was cleared.
const CLEARED: &str = "•••";

/// Clears the values of all entries about an object, and gives it another name there. The names of the fields that were
/// changed stay, and where a field was empty before or after.
pub async fn clear(txn: &Txn, kind: &str, id: i64, name: &str) -> Result<(), Fault> {
    let entries = store::lock_of(txn, kind, id).await?;
    let cleared = |(id, changes): (i64, String)| Ok(ClearedRow { id, changes: without_values(&changes)? });
    let cleared: Vec<ClearedRow> = entries.into_iter().map(cleared).collect::<Result<_, Fault>>()?;
    if cleared.is_empty() { Ok(()) } else { store::write_cleared(txn, name, &cleared).await }
}

/// Removes entries that are older than an instant.
pub async fn forget(db: &impl ConnectionTrait, before: Millis) -> Result<(), Fault> {
    store::forget(db, before).await
}

fn without_values(changes: &str) -> Result<String, Fault> {
    let mut fields: Map<String, Value> = serde_json::from_str(changes)?;
    for values in fields.values_mut() {
        match values {
            Value::Object(values) => values.values_mut().filter(|value| !value.is_null()).for_each(hide),
            other => hide(other),
        }
    }
    Ok(Value::Object(fields).to_string())
}

fn hide(value: &mut Value) {
    *value = CLEARED.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stay_and_values_go() {
        let before = r#"{"email":{"new":"a@b","old":null},"labels":{"new":[],"old":[{"key":"k","value":"v"}]}}"#;
        let after = r#"{"email":{"new":"•••","old":null},"labels":{"new":"•••","old":"•••"}}"#;
        assert_eq!(without_values(before).unwrap(), after);
        assert!(without_values("not an object").is_err());
    }
}
