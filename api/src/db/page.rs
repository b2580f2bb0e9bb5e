//! Pages by key, never by offset: a row whose order and match do not change appears exactly once while others move.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order as Direction, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use serde::{Deserialize, Serialize};

/// The largest page that may be asked for.
pub const MAX: u64 = 250;
/// How large a page is when nothing is asked for.
pub const DEFAULT: u64 = 50;

/// What to sort by. Nulls come last in both directions; ties are broken by id.
#[derive(Clone, Debug)]
pub struct Order {
    /// Tells cursors of one order from those of another, for example NAME:ASC.
    pub tag: String,
    /// What the rows are sorted by.
    pub key: Expr,
    /// The type of the key.
    pub kind: KeyKind,
    /// Whether the key may be null.
    pub nullable: bool,
    /// Whether the largest comes first.
    pub descending: bool,
    /// The id that breaks ties.
    pub id: Expr,
}

/// The type of a sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A whole number or an instant.
    Int,
    /// A folded text.
    Text,
    /// A float.
    Real,
}

/// Which part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    limit: u64,
    backward: bool,
    cursor: Option<Cursor>,
}

/// Why a page cannot be given, as a sentence for the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError(pub String);

/// The arguments of a connection.
#[derive(Clone, Debug, Default)]
pub struct PageArguments {
    /// How many from the start.
    pub first: Option<i32>,
    /// Behind this cursor.
    pub after: Option<String>,
    /// How many from the end.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

/// A part of a list: rows with their cursors, and whether there is more on either side.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// The rows in the list's order, each with its cursor.
    pub rows: Vec<(String, T)>,
    /// More rows follow.
    pub has_next: bool,
    /// Rows stand before.
    pub has_previous: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Cursor {
    /// The order's tag.
    o: String,
    /// The key; a float by its bits, so that it comes back exactly.
    k: Key,
    /// The id.
    i: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Int(i64),
    Text(String),
    Null(()),
}

impl Page {
    /// The page that the arguments of a connection ask for, in an order.
    pub fn new(arguments: &PageArguments, order: &Order) -> Result<Self, PageError> {
        let PageArguments { first, after, last, before } = arguments;
        if last.is_some() && first.is_some() {
            return Err(PageError("give either first or last, not both".to_owned()));
        }
        if after.is_some() && before.is_some() {
            return Err(PageError("give either after or before, not both".to_owned()));
        }
        if (last.is_some() && after.is_some()) || (first.is_some() && before.is_some()) {
            return Err(PageError("first goes with after, last goes with before".to_owned()));
        }
        let backward = last.is_some() || before.is_some();
        let (name, asked) = if backward { ("last", last) } else { ("first", first) };
        let limit = match asked {
            None => DEFAULT,
            Some(asked) => u64::try_from(*asked)
                .ok()
                .filter(|asked| *asked <= MAX)
                .ok_or_else(|| PageError(format!("{name} must be between 0 and {MAX}")))?,
        };
        let cursor = match (if backward { before } else { after }).as_deref() {
            None => None,
            Some(text) => Some(Cursor::read(text, order)?),
        };
        Ok(Self { limit, backward, cursor })
    }

    /// Reads the page of a statement that selects the rows' columns, unordered.
    pub async fn read<T: FromQueryResult>(
        &self,
        db: &impl ConnectionTrait,
        mut select: SelectStatement,
        order: &Order,
    ) -> Result<Slice<T>, DbErr> {
        if self.limit == 0 {
            return Ok(Slice { rows: Vec::new(), has_next: false, has_previous: false });
        }
        if let Some(cursor) = &self.cursor {
            select.cond_where(self.behind(cursor, order));
        }
        let direction = if order.descending == self.backward { Direction::Asc } else { Direction::Desc };
        if order.nullable {
            let nulls = if self.backward { Direction::Desc } else { Direction::Asc };
            select.order_by_expr(order.key.clone().is_null(), nulls);
        }
        select.order_by_expr(order.key.clone(), direction.clone()).order_by_expr(order.id.clone(), direction);
        select.expr_as(order.key.clone(), KEY).expr_as(order.id.clone(), ID);
        let mut statement = db.get_database_backend().build(&select);
        // A bound LIMIT can fall to a generic plan that reads everything.
        statement.sql.push_str(&format!(" LIMIT {}", self.limit + 1));
        let mut found = db.query_all_raw(statement).await?;
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        if self.backward {
            found.reverse();
        }
        let rows = found.iter().map(|row| Ok((Cursor::of(row, order)?.text(), T::from_query_result(row, "")?)));
        Ok(Slice {
            rows: rows.collect::<Result<_, DbErr>>()?,
            has_next: if self.backward { self.cursor.is_some() } else { more },
            has_previous: if self.backward { more } else { self.cursor.is_some() },
        })
    }

    /// The condition of rows that follow the cursor in the direction of reading.
    fn behind(&self, cursor: &Cursor, order: &Order) -> Condition {
        let ascending = order.descending == self.backward;
        let beyond = |left: Expr, right: Expr| if ascending { left.gt(right) } else { left.lt(right) };
        let (key, id) = (|| order.key.clone(), || order.id.clone());
        let value: Expr = match &cursor.k {
            Key::Int(number) if order.kind == KeyKind::Real => Expr::val(f64::from_bits(number.cast_unsigned())),
            Key::Int(number) => Expr::val(*number),
            Key::Text(text) => Expr::val(text.clone()),
            Key::Null(()) => {
                let ties = key().is_null().and(beyond(id(), Expr::val(cursor.i)));
                let rest = Condition::any().add(ties);
                return if self.backward { rest.add(key().is_not_null()) } else { rest };
            }
        };
        let rows = beyond(Expr::tuple([key(), id()]), Expr::tuple([value, Expr::val(cursor.i)]));
        let rest = Condition::any().add(rows);
        if order.nullable && !self.backward { rest.add(key().is_null()) } else { rest }
    }
}

const KEY: &str = "page_key";
const ID: &str = "page_id";

impl Cursor {
    fn of(row: &QueryResult, order: &Order) -> Result<Self, DbErr> {
        let key = match order.kind {
            KeyKind::Int => row.try_get::<Option<i64>>("", KEY)?.map(Key::Int),
            KeyKind::Text => row.try_get::<Option<String>>("", KEY)?.map(Key::Text),
            KeyKind::Real => row.try_get::<Option<f64>>("", KEY)?.map(|real| Key::Int(real.to_bits().cast_signed())),
        };
        Ok(Self { o: order.tag.clone(), k: key.unwrap_or(Key::Null(())), i: row.try_get("", ID)? })
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn read(text: &str, order: &Order) -> Result<Self, PageError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor: Cursor = bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| PageError("this is not a cursor of this API".to_owned()))?;
        let fits = match &cursor.k {
            Key::Int(_) => order.kind != KeyKind::Text,
            // PostgreSQL takes no NUL in a text, and no key of ours holds one.
            Key::Text(text) => order.kind == KeyKind::Text && !text.contains('\0'),
            Key::Null(()) => order.nullable,
        };
        if cursor.o != order.tag || !fits {
            return Err(PageError("this cursor belongs to a list in another order".to_owned()));
        }
        Ok(cursor)
    }
}

/// Counts the rows of a statement that selects anything.
pub async fn count(db: &impl ConnectionTrait, mut select: SelectStatement) -> Result<i64, DbErr> {
    let select = select.clear_selects().expr_as(Expr::cust("COUNT(*)"), "rows").to_owned();
    let row = db.query_one(&select).await?;
    row.map_or(Ok(0), |row| row.try_get("", "rows"))
}
