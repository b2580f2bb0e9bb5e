//! Where a row stands in an ordered list, as callers hand it back: opaque, and good for that list and order alone.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{DbErr, QueryResult};
use serde::{Deserialize, Serialize};

use super::page::{KeyKind, Order};
use crate::error::{Fault, FaultKind};

/// The column of a page's sort key.
pub(super) const KEY: &str = "page_key";
/// The column of the id that breaks ties.
pub(super) const ID: &str = "page_id";

/// Where a row stands in an order; the text that callers see is made where one asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The order's tag.
    o: Arc<str>,
    /// The key; a float by its bits, so that it comes back exactly.
    pub(super) k: Key,
    /// The id.
    pub(super) i: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    Int(i64),
    Text(String),
    Null(()),
}

impl Cursor {
    pub(super) fn of(row: &QueryResult, order: &Order) -> Result<Self, DbErr> {
        let key = match order.kind {
            KeyKind::Int => row.try_get::<Option<i64>>("", KEY)?.map(Key::Int),
            KeyKind::Text => row.try_get::<Option<String>>("", KEY)?.map(Key::Text),
            KeyKind::Real => row.try_get::<Option<f64>>("", KEY)?.map(|real| Key::Int(real.to_bits().cast_signed())),
        };
        Ok(Self { o: order.tag.clone(), k: key.unwrap_or(Key::Null(())), i: row.try_get("", ID)? })
    }

    /// The cursor of a row of a list that is sorted by a number, where the row was read in another way.
    pub fn of_number(order: &Order, key: i64, id: i64) -> Self {
        Self { o: order.tag.clone(), k: Key::Int(key), i: id }
    }

    /// The id of the row.
    pub fn id(&self) -> i64 {
        self.i
    }

    /// The opaque text.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The cursor that a caller hands back, if it belongs to the list in this order.
    pub fn read(text: &str, order: &Order) -> Result<Self, Fault> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor: Cursor = bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| refused("this is not a cursor of this API"))?;
        let fits = match &cursor.k {
            Key::Int(_) => order.kind != KeyKind::Text,
            // PostgreSQL takes no NUL in a text, and no key of ours holds one.
            Key::Text(text) => order.kind == KeyKind::Text && !text.contains('\0'),
            Key::Null(()) => order.nullable,
        };
        if cursor.o != order.tag || !fits {
            return Err(refused("this cursor belongs to another list, or to one in another order"));
        }
        Ok(cursor)
    }
}

fn refused(sentence: &str) -> Fault {
    Fault::of(FaultKind::BadInput, sentence)
}
