//! Files in which each row is a line, and the lines of one document are one transaction.

use std::io;

use rust_decimal::Decimal;

use super::mapping::{Mapping, Mistake};
use super::row::{Column, Reading, Row, Wrong, too_much};
use super::spill::{Content, Line};
use super::transactions::{Head, Transactions};
use super::unit::{Body, Reject, Unit};
use super::write::MemberRule;
use crate::members::MemberInput;
use crate::transactions::ItemInput;

/// The columns of a file of lines.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    columns: Transactions,
    document: Column,
    sku: Column,
    name: Option<Column>,
    brand: Option<Column>,
    category: Option<Column>,
    quantity: Option<Column>,
    worth: Worth,
    /// Where the cells stand in a line that was sorted: all that are read, and no others.
    places: Vec<usize>,
}

/// What a line comes to.
#[derive(Clone, Debug)]
enum Worth {
    Amount(Column),
    UnitPrice(Column),
}

/// The names of the fields of lines.
pub(super) const NAMES: [&str; 7] = ["sku", "name", "brand", "category", "quantity", "unit_price", "amount"];
/// How many bad lines of a document are named; one more says how many others there are.
const MOST_NAMED: usize = 100;

impl Lines {
    pub(super) fn new(columns: Transactions, mapping: &Mapping) -> Result<Self, Mistake> {
        let Some(document) = columns.document.clone() else {
            return Err(Mistake(
                "--lines brings the lines of a document together: document needs a column.".to_owned(),
            ));
        };
        let worth = match (mapping.column("amount"), mapping.column("unit_price")) {
            (Some(_), Some(_)) => {
                return Err(Mistake("A line's worth is amount or unit_price: name one of them.".to_owned()));
            }
            (Some(amount), None) => Worth::Amount(amount),
            (None, Some(price)) => Worth::UnitPrice(price),
            (None, None) => return Err(Mistake("Lines need the field amount or unit_price.".to_owned())),
        };
        Ok(Self {
            columns,
            document,
            sku: mapping.needed("sku")?,
            name: mapping.column("name"),
            brand: mapping.column("brand"),
            category: mapping.column("category"),
            quantity: mapping.column("quantity"),
            worth,
            places: (0..mapping.places().len()).collect(),
        })
    }

    /// What the file does to the members that it names.
    pub(super) fn member_rule(&self) -> MemberRule {
        self.columns.member_rule()
    }

    /// The line that goes to the sorter; `ragged` says what is wrong with the row as a whole.
    pub(super) fn spilled(&self, row: &Row<'_>, ragged: Option<Wrong>) -> io::Result<Line> {
        let document = row.text(&self.document).ok().flatten();
        let key = match document {
            Some(document) => [self.columns.source_bytes(row), b"\0", document.as_bytes()].concat(),
            None => Vec::new(),
        };
        match ragged {
            Some(wrong) => Line::of_wrong(row.line, &key, &wrong),
            None => Line::of_cells(row.line, &key, (0..self.places.len()).map(|slot| row.bytes(slot))),
        }
    }

    /// The document that the lines of a group make.
    pub(super) fn read(&self, group: &[Line], reading: &Reading) -> io::Result<Unit> {
        let mut rejects = Vec::new();
        let mut good: Vec<(Head, Item)> = Vec::with_capacity(group.len());
        for line in group {
            let read = match line.content()? {
                Content::Wrong(wrong) => Err(wrong),
                Content::Cells(record) => {
                    self.line(&Row { line: line.line, record: &record, places: &self.places }, reading)
                }
            };
            match read {
                Ok(read) => good.push(read),
                Err(wrong) => rejects.push(Reject { line: line.line, wrong }),
            }
        }
        let first = group.first().map_or(0, |line| line.line);
        if !rejects.is_empty() {
            return Ok(Unit { line: first, body: Err(named(rejects, group.len())) });
        }
        let lines: Vec<u64> = group.iter().map(|line| line.line).collect();
        Ok(Unit {
            line: first,
            body: self.document(good, &lines, reading).map_err(|reject| named(vec![reject], lines.len())),
        })
    }

    fn line(&self, row: &Row<'_>, reading: &Reading) -> Result<(Head, Item), Wrong> {
        let head = self.columns.head(row, reading)?;
        let text = |column: &Option<Column>| Ok(row.maybe(column.as_ref())?.map(str::to_owned));
        let quantity = match &self.quantity {
            Some(column) => row.decimal(column)?,
            None => Decimal::ONE,
        };
        let minor = match &self.worth {
            Worth::Amount(column) => row.amount(column, reading.currency)?,
            Worth::UnitPrice(column) => {
                let price = row.decimal(column)?;
                let minor = reading.currency.line(quantity, price);
                minor.map_err(|error| Wrong::new(&column.field, too_much(error, reading.currency)))?
            }
        };
        let item = ItemInput {
            sku: row.needed(&self.sku)?.to_owned(),
            name: text(&self.name)?,
            brand: text(&self.brand)?,
            category: text(&self.category)?,
            quantity,
            amount: reading.currency.decimal(minor),
        };
        Ok((head, Item { item, minor }))
    }

    fn document(&self, good: Vec<(Head, Item)>, lines: &[u64], reading: &Reading) -> Result<Body, Reject> {
        let line = |place: usize| lines.get(place).copied().unwrap_or_default();
        let mut rest = good.into_iter();
        let Some((mut head, first)) = rest.next() else {
            return Err(Reject { line: line(0), wrong: Wrong::new("document", "has no lines") });
        };
        let (mut items, mut total) = (vec![first.item], first.minor);
        for (place, (other, item)) in rest.enumerate() {
            if let Some(field) = differs(&head, &other) {
                let reason = format!("is not that of line {}, which is of the same document", line(0));
                return Err(Reject { line: line(place + 1), wrong: Wrong::new(field, reason) });
            }
            head.at = head.at.min(other.at);
            head.profile = latest(head.profile, other.profile);
            items.push(item.item);
            total += item.minor;
        }
        self.columns.document(head, total, items, reading).map_err(|refused| {
            let line = line(refused.item.unwrap_or_default());
            Reject { line, wrong: refused.wrong }
        })
    }
}

/// A line of a document, and what it comes to in minor units.
struct Item {
    item: ItemInput,
    minor: i64,
}

/// The field in which two lines of a document contradict each other. Their times may differ, and what they say of the
/// member.
fn differs(one: &Head, other: &Head) -> Option<&'static str> {
    [
        ("member", one.member != other.member),
        ("kind", one.kind != other.kind),
        ("channel", one.channel != other.channel),
        ("location", one.location != other.location),
        ("returns_document", one.returns_document != other.returns_document),
        ("label", one.labels != other.labels),
    ]
    .into_iter()
    .find_map(|(field, differs)| differs.then_some(field))
}

/// What two lines say of their member; the later one wins where both say something.
fn latest(one: Option<Box<MemberInput>>, other: Option<Box<MemberInput>>) -> Option<Box<MemberInput>> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            super::profile::overlay(&mut one, &other);
            Some(one)
        }
        (one, other) => other.or(one),
    }
}

/// The rejects of a document, which is left out with all its lines.
fn named(mut rejects: Vec<Reject>, lines: usize) -> Vec<Reject> {
    if lines > 1 {
        for reject in &mut rejects {
            reject.wrong.reason.push_str(&format!("; all {lines} lines of the document are left out"));
        }
    }
    let more = rejects.len().saturating_sub(MOST_NAMED);
    rejects.truncate(MOST_NAMED);
    if let (Some(last), true) = (rejects.last().map(|reject| reject.line), more > 0) {
        let wrong = Wrong::new("", format!("and {more} more lines of this document are bad"));
        rejects.push(Reject { line: last, wrong });
    }
    rejects
}
