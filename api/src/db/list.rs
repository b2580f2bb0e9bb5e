//! A list of ids or texts in one statement, whose text stays the same whatever their number.

use sea_orm::{ConnectionTrait, DbBackend, Value};

/// Ids or texts for one statement.
#[derive(Clone, Debug)]
pub enum List {
    /// Ids.
    Ids(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

impl List {
    /// Ids in their order, each once.
    pub fn ids(ids: impl IntoIterator<Item = i64>) -> Self {
        let mut ids: Vec<i64> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self::Ids(ids)
    }

    /// Texts in their order, each once.
    pub fn texts(mut texts: Vec<String>) -> Self {
        texts.sort_unstable();
        texts.dedup();
        Self::Texts(texts)
    }

    /// A table expression named `list` over the ids, with the column `id`, or the texts, with the column `it`, to stand
    /// after FROM; `placeholder` is the number of the value.
    pub fn table(&self, db: &impl ConnectionTrait, placeholder: usize) -> String {
        let postgres = db.get_database_backend() == DbBackend::Postgres;
        match (self, postgres) {
            (Self::Ids(_), true) => format!("unnest(${placeholder}::bigint[]) AS list(id)"),
            (Self::Texts(_), true) => format!("unnest(${placeholder}::text[] COLLATE \"C\") AS list(it)"),
            (Self::Ids(_), false) => format!("(SELECT value AS id FROM json_each(${placeholder})) AS list"),
            (Self::Texts(_), false) => format!("(SELECT value AS it FROM json_each(${placeholder})) AS list"),
        }
    }

    /// The list as the one value of the placeholder.
    pub fn value(self, db: &impl ConnectionTrait) -> Result<Value, serde_json::Error> {
        let postgres = db.get_database_backend() == DbBackend::Postgres;
        Ok(match self {
            Self::Ids(ids) if postgres => ids.into(),
            Self::Texts(texts) if postgres => texts.into(),
            Self::Ids(ids) => serde_json::to_string(&ids)?.into(),
            Self::Texts(texts) => serde_json::to_string(&texts)?.into(),
        })
    }
}
