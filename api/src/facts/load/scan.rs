//! A database, as the loading sees it: statements whose rows come one after the other.

use crate::error::Fault;

/// Where statements run, each with whatever it needs for itself: several may be read side by side.
pub(super) trait Tables {
    /// Runs a statement that reads whole tables, and hands over its rows.
    fn scan(&self, text: &str, read: &mut dyn FnMut(&mut dyn Scan) -> Result<(), Fault>) -> Result<(), Fault>;
}

/// The rows of a statement, of which one is looked at. Columns go by their place.
pub(super) trait Scan {
    /// Goes on to the next row; false behind the last.
    fn advance(&mut self) -> Result<bool, Fault>;

    /// A number, where there is one.
    fn maybe_int(&self, place: usize) -> Result<Option<i64>, Fault>;

    /// A text, where there is one.
    fn maybe_text(&self, place: usize) -> Result<Option<&str>, Fault>;

    /// True or false.
    fn flag(&self, place: usize) -> Result<bool, Fault>;

    /// A number.
    fn int(&self, place: usize) -> Result<i64, Fault> {
        self.maybe_int(place)?.ok_or_else(|| missing(place))
    }

    /// A text.
    fn text(&self, place: usize) -> Result<&str, Fault> {
        self.maybe_text(place)?.ok_or_else(|| missing(place))
    }
}

fn missing(place: usize) -> Fault {
    Fault::new(format!("column {place} of facts is null"))
}
