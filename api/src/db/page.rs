//! Pages by key, never by offset: a row whose order and match do not change appears exactly once while others move.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::sea_query::{Asterisk, Condition, Expr, ExprTrait, Order as Direction, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, Statement, Value};

pub use super::count::{count, count_each};
pub use super::cursor::Cursor;
use super::cursor::{ID, KEY, Key};
use crate::error::{Fault, FaultKind};

/// The largest page that may be asked for.
pub const MAX: u64 = 250;
/// How large a page is when nothing is asked for.
pub const DEFAULT: u64 = 50;

/// What to sort by. Nulls come last in both directions; ties are broken by id.
#[derive(Clone, Debug)]
pub struct Order {
    /// Tells cursors of one list and order from those of another, for example segment.name_folded:asc.
    pub tag: Arc<str>,
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
    pub rows: Vec<(Cursor, T)>,
    /// More rows follow.
    pub has_next: bool,
    /// Rows stand before.
    pub has_previous: bool,
}

/// How many rows are asked for by an argument, where that can be had.
pub fn length(name: &str, asked: i32) -> Result<u64, Fault> {
    let length = u64::try_from(asked).ok().filter(|asked| (1..=MAX).contains(asked));
    length.ok_or_else(|| refused(format!("{name} must be between 1 and {MAX}")))
}

impl Page {
    /// The page that the arguments of a connection ask for, in an order.
    pub fn new(arguments: &PageArguments, order: &Order) -> Result<Self, Fault> {
        let PageArguments { first, after, last, before } = arguments;
        if last.is_some() && first.is_some() {
            return Err(refused("give either first or last, not both"));
        }
        if after.is_some() && before.is_some() {
            return Err(refused("give either after or before, not both"));
        }
        if (last.is_some() && after.is_some()) || (first.is_some() && before.is_some()) {
            return Err(refused("first goes with after, last goes with before"));
        }
        let backward = last.is_some() || before.is_some();
        let (name, asked) = if backward { ("last", last) } else { ("first", first) };
        let limit = match asked {
            None => DEFAULT,
            Some(asked) => length(name, *asked)?,
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
        self.arrange(&mut select, order);
        let mut statement = written(db.get_database_backend().build(&select));
        // A bound LIMIT can fall to a generic plan that reads everything.
        statement.sql.push_str(&format!(" LIMIT {}", self.limit + 1));
        self.slice(db.query_all_raw(statement).await?.iter().collect(), order)
    }

    /// Reads the same page of several lists, such as the members of each segment of a page, in one statement.
    pub async fn read_each<T: FromQueryResult>(
        &self,
        db: &impl ConnectionTrait,
        selects: Vec<(i64, SelectStatement)>,
        order: &Order,
    ) -> Result<HashMap<i64, Slice<T>>, DbErr> {
        if let [(list, select)] = selects.as_slice() {
            // One list alone takes the plain statement, whose text does not name the list.
            return Ok(HashMap::from([(*list, self.read(db, select.clone(), order).await?)]));
        }
        let mut slices: HashMap<i64, Slice<T>> = selects.iter().map(|(list, _)| (*list, Slice::empty())).collect();
        for selects in selects.chunks(LISTS) {
            let mut branches = selects.iter().map(|(list, select)| self.branch(*list, select.clone(), order));
            let Some(mut all) = branches.next() else { break };
            all.unions(branches.map(|branch| (UnionType::All, branch)));
            let found = db.query_all(&all).await?;
            for (list, _) in selects {
                let rows = found.iter().filter(|row| row.try_get::<i64>("", LIST).is_ok_and(|of| of == *list));
                let mut rows: Vec<(Cursor, &QueryResult)> =
                    rows.map(|row| Ok((Cursor::of(row, order)?, row))).collect::<Result<_, DbErr>>()?;
                // A union keeps no order.
                rows.sort_by(|(one, _), (other, _)| self.compare(one, other, order));
                slices.insert(*list, self.slice(rows.into_iter().map(|(_, row)| row).collect(), order)?);
            }
        }
        Ok(slices)
    }

    fn branch(&self, list: i64, mut select: SelectStatement, order: &Order) -> SelectStatement {
        self.arrange(&mut select, order);
        select.expr_as(Expr::cust(format!("CAST({list} AS BIGINT)")), LIST).limit(self.limit + 1);
        Query::select().column(Asterisk).from_subquery(select, "branch").to_owned()
    }

    /// A statement cut down to the page, for others to be joined to it: no planner then prepares for joining them to
    /// every row. Select from it under the name of the table that the order speaks of.
    pub fn cut(&self, mut select: SelectStatement, order: &Order) -> SelectStatement {
        self.sort(self.follow(&mut select, order), order);
        select.limit(self.limit + 1).to_owned()
    }

    /// Adds condition, order, key and id to a statement.
    fn arrange(&self, select: &mut SelectStatement, order: &Order) {
        self.sort(self.follow(select, order), order);
        select.expr_as(order.key.clone(), KEY).expr_as(order.id.clone(), ID);
    }

    fn follow<'s>(&self, select: &'s mut SelectStatement, order: &Order) -> &'s mut SelectStatement {
        match &self.cursor {
            Some(cursor) => select.cond_where(self.behind(cursor, order)),
            None => select,
        }
    }

    fn sort(&self, select: &mut SelectStatement, order: &Order) {
        let direction = if order.descending == self.backward { Direction::Asc } else { Direction::Desc };
        if order.nullable {
            let nulls = if self.backward { Direction::Desc } else { Direction::Asc };
            select.order_by_expr(order.key.clone().is_null(), nulls);
        }
        select.order_by_expr(order.key.clone(), direction.clone()).order_by_expr(order.id.clone(), direction);
    }

    /// The rows as they were read, one more than asked for where there is more.
    fn slice<T: FromQueryResult>(&self, mut found: Vec<&QueryResult>, order: &Order) -> Result<Slice<T>, DbErr> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        if self.backward {
            found.reverse();
        }
        let rows = found.into_iter().map(|row| Ok((Cursor::of(row, order)?, T::from_query_result(row, "")?)));
        Ok(Slice {
            rows: rows.collect::<Result<_, DbErr>>()?,
            has_next: if self.backward { self.cursor.is_some() } else { more },
            has_previous: if self.backward { more } else { self.cursor.is_some() },
        })
    }

    /// The order in which rows are read.
    fn compare(&self, one: &Cursor, other: &Cursor, order: &Order) -> Ordering {
        let real = |bits: i64| f64::from_bits(bits.cast_unsigned());
        let keys = match (&one.k, &other.k) {
            (Key::Int(one), Key::Int(other)) if order.kind == KeyKind::Real => real(*one).total_cmp(&real(*other)),
            (Key::Int(one), Key::Int(other)) => one.cmp(other),
            (Key::Text(one), Key::Text(other)) => one.cmp(other),
            (Key::Null(()), Key::Null(())) => Ordering::Equal,
            // Nulls come last whatever the direction, and first when the list is read from its end.
            (Key::Null(()), _) => return if self.backward { Ordering::Less } else { Ordering::Greater },
            (_, _) => return if self.backward { Ordering::Greater } else { Ordering::Less },
        };
        let ascending = keys.then(one.i.cmp(&other.i));
        if order.descending == self.backward { ascending } else { ascending.reverse() }
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

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T> Slice<T> {
    /// Nothing.
    pub fn empty() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }
}

fn refused(sentence: impl Into<String>) -> Fault {
    Fault::of(FaultKind::BadInput, sentence)
}

/// How many lists one statement reads: those below a whole page. SQLite joins at most 500 parts.
pub(super) const LISTS: usize = 250;

/// The column of the list that a row is of, where one statement reads several.
pub(super) const LIST: &str = "page_list";

/// A statement whose last value is the limit of a cut, with that limit written out.
fn written(mut statement: Statement) -> Statement {
    if let Some(values) = &mut statement.values
        && let Some(Value::BigUnsigned(Some(limit))) = values.0.last()
        && let Some(at) = statement.sql.rfind(" LIMIT ")
    {
        let rest = &statement.sql[at + " LIMIT ".len()..];
        let after = rest.find(|sign: char| !matches!(sign, '$' | '?' | '0'..='9')).unwrap_or(rest.len());
        statement.sql = format!("{} LIMIT {limit}{}", &statement.sql[..at], &rest[after..]);
        values.0.pop();
    }
    statement
}
