//! Rows whose columns are read by their places: by name, a page of fifty members spends more on finding its columns than
//! on reading them.

/// Structs over some columns of a table, with what selects them and what reads them from a place on.
macro_rules! row_by_place {
    ($($(#[$doc:meta])* pub struct $name:ident of $columns:path { $($field:ident: $type:ty = $column:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub struct $name { $(pub $field: $type,)* }

        impl $name {
            /// The columns in the order in which they are read.
            pub(crate) const COLUMNS: &'static [$columns] = {
                use $columns as Columns;
                &[$(Columns::$column,)*]
            };

            /// Adds the columns to a statement.
            pub(crate) fn select(select: &mut sea_orm::sea_query::SelectStatement) {
                use sea_orm::{ColumnTrait, IdenStatic};
                for column in Self::COLUMNS {
                    // Two tables may have columns of the same name, and a part of a union needs one for each.
                    let name = format!("{}_{}", stringify!($name), column.as_str());
                    select.expr_as(sea_orm::sea_query::Expr::col(column.as_column_ref()), name);
                }
            }

            /// Reads the row whose columns begin at a place.
            pub(crate) fn at(row: &sea_orm::QueryResult, place: usize) -> Result<Self, sea_orm::DbErr> {
                let mut place = place..;
                let mut next = || place.next().unwrap_or_default();
                Ok(Self { $($field: row.try_get_by_index(next())?,)* })
            }
        }
    )*};
}

pub(crate) use row_by_place;
