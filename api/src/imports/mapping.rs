//! Which column of a file fills which field.

use std::fmt;

use super::row::Column;

/// A mistake in the command, as a sentence for the operator; nothing was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(pub String);

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}

/// What stands in the place of a column where the line's number is meant.
pub(super) const LINE: &str = "@line";

/// Whether sentences name the columns of a file. What stands there may be a person, in a file that has no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// For whoever has the file: nobody else reads it.
    Named,
    /// For a job, which is kept, and seen by others.
    Counted,
}

/// Fields with their columns.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    fields: Vec<(String, Option<usize>)>,
    places: Vec<usize>,
    /// For sentences.
    what: &'static str,
    header: Vec<String>,
    naming: Naming,
}

impl Mapping {
    /// The mapping that the pairs of `--map` ask for; without any, each column that bears a field's name fills it.
    ///
    /// `allowed` are the names of the fields; one that ends in `.KEY` stands for any key there.
    pub(super) fn new(
        pairs: &[(String, String)],
        header: Vec<String>,
        naming: Naming,
        allowed: &[String],
        what: &'static str,
    ) -> Result<Self, Mistake> {
        let by_name: Vec<(String, String)>;
        let pairs = if pairs.is_empty() {
            by_name =
                header.iter().filter(|name| fits(name, allowed)).map(|name| (name.clone(), name.clone())).collect();
            &by_name
        } else {
            pairs
        };
        let mut mapping = Self { fields: Vec::new(), places: Vec::new(), what, header, naming };
        for (field, column) in pairs {
            mapping.add(field.trim(), column.trim(), allowed)?;
        }
        Ok(mapping)
    }

    /// Where in the file's rows the cell of each slot stands.
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    /// The column of a field; none where the field has none.
    pub(super) fn column(&self, field: &str) -> Option<Column> {
        let slot = self.fields.iter().find(|(name, _)| name == field)?.1?;
        Some(Column { field: field.to_owned(), slot })
    }

    /// The column of a field that must have one.
    pub(super) fn needed(&self, field: &str) -> Result<Column, Mistake> {
        self.column(field).ok_or_else(|| {
            Mistake(format!(
                "{} need the field {field}: give --map {field}=COLUMN. {}",
                self.what,
                self.columns("The file's")
            ))
        })
    }

    /// Whether the number of the line fills a field.
    pub(super) fn is_line(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, slot)| name == field && slot.is_none())
    }

    /// The columns of the keys behind a prefix such as `label.`.
    pub(super) fn keys(&self, prefix: &str) -> Vec<(String, Column)> {
        let of = |(name, slot): &(String, Option<usize>)| {
            let key = name.strip_prefix(prefix)?.trim().to_owned();
            Some((key, Column { field: name.clone(), slot: (*slot)? }))
        };
        self.fields.iter().filter_map(of).collect()
    }

    fn add(&mut self, field: &str, column: &str, allowed: &[String]) -> Result<(), Mistake> {
        if !fits(field, allowed) {
            return Err(Mistake(format!("{} have no field {field:?}. The fields are {}.", self.what, list(allowed))));
        }
        if self.fields.iter().any(|(name, _)| name == field) {
            return Err(Mistake(format!("The field {field} is filled from two columns: name one.")));
        }
        if column == LINE {
            if field != "document" {
                return Err(Mistake(format!(
                    "{LINE} is the number of the line and can fill only document, not {field}."
                )));
            }
            self.fields.push((field.to_owned(), None));
            return Ok(());
        }
        let mut places = self.header.iter().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
        let place = places.next().ok_or_else(|| {
            Mistake(format!("The file has no column {column:?}. {}{}", self.columns("Its"), self.hint()))
        })?;
        if places.next().is_some() {
            let which = match self.naming {
                Naming::Named => format!("{column:?}"),
                Naming::Counted => "of one name".to_owned(),
            };
            return Err(Mistake(format!("The file has more than one column {which}: give them different names.")));
        }
        self.fields.push((field.to_owned(), Some(self.places.len())));
        self.places.push(place);
        Ok(())
    }

    /// A sentence about what the file has.
    fn columns(&self, whose: &str) -> String {
        match (self.naming, self.header.len()) {
            (Naming::Named, _) => format!("{whose} columns are {}.", list(&self.header)),
            (Naming::Counted, 1) => "There is one.".to_owned(),
            (Naming::Counted, count) => format!("There are {count} columns."),
        }
    }

    fn hint(&self) -> &'static str {
        match self.header.as_slice() {
            [one] if one.contains([';', '\t', '|']) => " Columns must be parted by commas.",
            _ => "",
        }
    }
}

fn fits(field: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|name| match name.strip_suffix("KEY") {
        Some(prefix) => field.strip_prefix(prefix).is_some_and(|key| !key.trim().is_empty()),
        None => name == field,
    })
}

fn list(names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(|name| if name.is_empty() { "\"\"" } else { name }).collect();
    names.join(", ")
}

/// The pairs of one `--map`, as FIELD=COLUMN between commas; one with a comma in it stands in quotes.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let row = rows.records().next().and_then(Result::ok).unwrap_or_default();
    let pairs: Option<Vec<_>> = row.iter().map(pair).collect();
    let pairs = pairs.filter(|pairs| !pairs.is_empty());
    pairs.ok_or_else(|| "it must be FIELD=COLUMN, for example amount=total".to_owned())
}

fn pair(text: &str) -> Option<(String, String)> {
    let (field, column) = text.split_once('=')?;
    let (field, column) = (field.trim(), column.trim());
    (!field.is_empty() && !column.is_empty()).then(|| (field.to_owned(), column.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(pairs: &[(&str, &str)], header: &[&str]) -> Result<Mapping, String> {
        let pairs: Vec<_> = pairs.iter().map(|(field, column)| ((*field).to_owned(), (*column).to_owned())).collect();
        let allowed = ["document", "at", "label.KEY"].map(str::to_owned);
        let header = header.iter().map(|name| (*name).to_owned()).collect();
        Mapping::new(&pairs, header, Naming::Named, &allowed, "Transactions").map_err(|mistake| mistake.0)
    }

    #[test]
    fn names_columns_and_takes_those_that_bear_the_names_of_fields() {
        let given = mapping(&[("at", "date"), ("document", "@line"), ("label.x", "date")], &["no", "date"]).unwrap();
        assert_eq!(given.column("at"), Some(Column { field: "at".to_owned(), slot: 0 }));
        assert_eq!(given.places(), [1, 1]);
        assert!(given.is_line("document") && given.column("document").is_none() && !given.is_line("at"));
        assert_eq!(given.keys("label."), [("x".to_owned(), Column { field: "label.x".to_owned(), slot: 1 })]);
        let named = mapping(&[], &["other", "label.", "label.y", "document"]).unwrap();
        assert_eq!((named.places(), named.keys("label.").len()), (&[2, 3][..], 1));
        assert!(named.column("at").is_none());
    }

    #[test]
    fn says_what_is_allowed() {
        let says = |pairs: &[(&str, &str)], header: &[&str]| mapping(pairs, header).unwrap_err();
        assert_eq!(
            says(&[("when", "date")], &["date"]),
            "Transactions have no field \"when\". The fields are document, at, label.KEY."
        );
        assert_eq!(
            says(&[("at", "Date")], &["date", ""]),
            "The file has no column \"Date\". Its columns are date, \"\"."
        );
        assert!(
            says(&[("at", "date")], &["no;date"])
                .ends_with("Its columns are no;date. Columns must be parted by commas.")
        );
        assert_eq!(
            says(&[("at", "a"), ("at", "b")], &["a", "b"]),
            "The field at is filled from two columns: name one."
        );
        assert!(says(&[("at", "a")], &["a", "a"]).starts_with("The file has more than one column \"a\""));
        assert!(says(&[("at", "@line")], &["a"]).starts_with("@line is the number of the line"));
        assert!(says(&[("label.", "a")], &["a"]).starts_with("Transactions have no field \"label.\""));
        assert_eq!(
            mapping(&[], &["x"]).unwrap().needed("at").unwrap_err().0,
            "Transactions need the field at: give --map at=COLUMN. The file's columns are x."
        );
    }

    #[test]
    fn a_job_is_told_how_many_columns_there_are_and_not_which() {
        let says = |pairs: &[(&str, &str)], header: &[&str]| {
            let pairs: Vec<_> =
                pairs.iter().map(|(field, column)| ((*field).to_owned(), (*column).to_owned())).collect();
            let header = header.iter().map(|name| (*name).to_owned()).collect();
            let mapping = Mapping::new(&pairs, header, Naming::Counted, &["at".to_owned()], "Transactions");
            mapping.and_then(|mapping| mapping.needed("at")).unwrap_err().0
        };
        assert_eq!(
            says(&[], &["Ann", "ann@example.org"]),
            "Transactions need the field at: give --map at=COLUMN. There are 2 columns."
        );
        assert_eq!(says(&[("at", "date")], &["Ann"]), "The file has no column \"date\". There is one.");
        assert!(says(&[], &["at", "at"]).starts_with("The file has more than one column of one name:"));
    }
}
