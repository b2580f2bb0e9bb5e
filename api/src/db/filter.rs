//! Conditions that filters are made of. Inside a filter every condition is true or false, never unknown, so that `not`
//! means what it says.

use sea_orm::sea_query::{BinOper, Condition, Expr, ExprTrait, Func};

/// What a folded text must be. Every field given must hold; none given holds for every text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextFilter {
    /// This text, folded.
    pub eq: Option<String>,
    /// One of these texts, folded.
    pub within: Option<Vec<String>>,
    /// A part, folded.
    pub contains: Option<String>,
    /// The beginning, folded.
    pub starts_with: Option<String>,
}

/// What a number must be. Every field given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range<N> {
    /// This number.
    pub eq: Option<N>,
    /// More than this.
    pub gt: Option<N>,
    /// This or more.
    pub gte: Option<N>,
    /// Less than this.
    pub lt: Option<N>,
    /// This or less.
    pub lte: Option<N>,
}

impl TextFilter {
    /// The condition on a folded column.
    pub fn condition(&self, column: &Expr) -> Condition {
        let column = || column.clone();
        let like = |pattern: String| like(column(), pattern);
        Condition::all()
            .add_option(self.eq.as_ref().map(|text| column().eq(text.as_str())))
            .add_option(self.within.as_ref().map(|texts| column().is_in(texts.iter().map(String::as_str))))
            .add_option(self.contains.as_ref().map(|part| like(format!("%{}%", escaped(part)))))
            .add_option(self.starts_with.as_ref().map(|start| like(format!("{}%", escaped(start)))))
    }
}

impl<N: Copy + Into<sea_orm::Value>> Range<N> {
    /// The condition on a column.
    pub fn condition(&self, column: &Expr) -> Condition {
        let column = || column.clone();
        Condition::all()
            .add_option(self.eq.map(|number| column().eq(Expr::val(number))))
            .add_option(self.gt.map(|number| column().gt(Expr::val(number))))
            .add_option(self.gte.map(|number| column().gte(Expr::val(number))))
            .add_option(self.lt.map(|number| column().lt(Expr::val(number))))
            .add_option(self.lte.map(|number| column().lte(Expr::val(number))))
    }
}

/// The condition that every word begins a word of a column of search words; none without a word.
pub fn search(column: &Expr, text: &str) -> Condition {
    let words = engine::text::words(text);
    words.iter().fold(Condition::all(), |all, word| all.add(like(column.clone(), format!("% {}%", escaped(word)))))
}

/// The opposite of a condition, also where a null makes it unknown.
pub fn not(condition: Condition) -> Expr {
    if condition.is_empty() {
        return Expr::val(false);
    }
    Expr::from(Func::coalesce([Expr::from(condition), Expr::val(false)])).not()
}

/// All of some conditions; true where there are none.
pub fn all(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    conditions.into_iter().fold(Condition::all(), Condition::add)
}

/// Any of some conditions; false where there are none.
pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    let conditions: Vec<Condition> = conditions.into_iter().collect();
    if conditions.iter().any(Condition::is_empty) {
        return Condition::all();
    }
    if conditions.is_empty() {
        return Condition::all().add(Expr::val(false));
    }
    conditions.into_iter().fold(Condition::any(), Condition::add)
}

/// The pattern is an expression, not a bare value: SQLite would otherwise prepare the statement anew for each value, in
/// the hope that an index helps with it.
fn like(column: Expr, pattern: String) -> Expr {
    let pattern = Expr::val(pattern).binary(BinOper::Custom("||"), Expr::cust("''"));
    column.binary(BinOper::Like, pattern.binary(BinOper::Escape, Expr::Constant('\\'.into())))
}

/// A text with the signs that LIKE reads as patterns made plain.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
