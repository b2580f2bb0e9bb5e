//! The names of operations come from clients, so that only so many of them become time series.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

/// How many names are told apart.
const LIMIT: usize = 200;
/// The longest name that is kept.
const LONGEST: usize = 64;
/// What an operation without a name is called.
const UNNAMED: &str = "unnamed";
/// What all the others are called.
const OTHER: &str = "other";

/// The names that are told apart: the first that worked.
#[derive(Debug, Default)]
pub(super) struct Names(RwLock<HashSet<String>>);

impl Names {
    /// The name to count an operation under. Only one that `worked` takes a place, so that nobody fills them with nonsense.
    pub(super) fn label<'a>(&self, name: Option<&'a str>, worked: bool) -> &'a str {
        let Some(name) = name else { return UNNAMED };
        if name.len() > LONGEST {
            return OTHER;
        }
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).contains(name);
        if known || (worked && self.keep(name)) { name } else { OTHER }
    }

    fn keep(&self, name: &str) -> bool {
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if names.len() < LIMIT {
            names.insert(name.to_owned());
        }
        names.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_two_hundred_that_worked() {
        let names = Names::default();
        assert_eq!(names.label(None, true), UNNAMED);
        assert_eq!(names.label(Some("Broken"), false), OTHER);
        for number in 0..LIMIT {
            let name = format!("Query{number}");
            assert_eq!(names.label(Some(&name), true), name);
        }
        assert_eq!(names.label(Some("OneMore"), true), OTHER);
        assert_eq!(names.label(Some("Query7"), false), "Query7");
        assert_eq!(names.label(Some(&"x".repeat(65)), true), OTHER);
    }
}
