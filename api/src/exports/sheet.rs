//! Writes rows as CSV or NDJSON, into one buffer that is handed on when it is full.

use bytes::Bytes;
use csv_core::{Terminator, Writer, WriterBuilder};
use engine::money::share_of;
use rust_decimal::Decimal;

use super::cell;
use super::columns::{Cell, Field, Kind};
use super::layout::{ADDRESS, Column, Format, Layout, Made};
use crate::error::Fault;
use crate::program::Program;

/// How much is handed on at once: large enough that handing on costs nothing, small enough for the memory.
const CHUNK: usize = 64 * 1024;
/// The longest row, give or take.
const ROW: usize = 8 * 1024;

/// A file being written.
pub(super) struct Sheet {
    format: Format,
    columns: &'static [Column],
    /// What the database hands over for a row.
    sources: Vec<Field>,
    /// What a line of JSON shows, and where its source stands.
    shown: Vec<(Field, usize)>,
    /// Where the source of each column's first fact stands.
    places: Vec<usize>,
    /// Before each fact in a line of JSON.
    keys: Vec<Vec<u8>>,
    decimals: usize,
    margin: Decimal,
    csv: Writer,
    scratch: Vec<u8>,
    out: Vec<u8>,
}

impl Sheet {
    /// A file with its header, if it has one.
    pub(super) fn new(format: Format, layout: Layout, program: &Program) -> Self {
        let fields = layout.fields();
        let mut sources: Vec<Field> = Vec::new();
        for source in fields.iter().map(|field| field.source()) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        let key = |(place, field): (usize, &Field)| {
            let before = if place == 0 { '{' } else { ',' };
            format!("{before}\"{}\":", field.key()).into_bytes()
        };
        let mut sheet = Self {
            format,
            columns: layout.columns(),
            places: layout.columns().iter().map(|column| place_of(&sources, column.made.fields())).collect(),
            keys: fields.iter().enumerate().map(key).collect(),
            shown: fields.iter().map(|field| (*field, place_of(&sources, &[*field]))).collect(),
            sources,
            decimals: usize::try_from(program.currency.digits()).unwrap_or_default(),
            margin: program.gross_margin,
            csv: WriterBuilder::new().terminator(Terminator::CRLF).build(),
            scratch: Vec::with_capacity(ROW),
            out: Vec::with_capacity(CHUNK + ROW),
        };
        if format == Format::Csv {
            for (place, column) in sheet.columns.iter().enumerate() {
                delimit(&mut sheet.csv, &mut sheet.out, place);
                put(&mut sheet.csv, &mut sheet.out, column.heading.as_bytes());
            }
            end(&mut sheet.csv, &mut sheet.out);
        }
        sheet
    }

    /// The facts that a row needs, in this order.
    pub(super) fn sources(&self) -> &[Field] {
        &self.sources
    }

    /// Writes a row of the facts.
    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), Fault> {
        match self.format {
            Format::Csv => {
                self.csv(cells);
                Ok(())
            }
            Format::Ndjson => self.json(cells),
        }
    }

    /// Whether it is time to hand on what was written.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= CHUNK
    }

    /// What was written since the last time.
    pub(super) fn take(&mut self) -> Bytes {
        std::mem::replace(&mut self.out, Vec::with_capacity(CHUNK + ROW)).into()
    }

    fn csv(&mut self, cells: &[Cell<'_>]) {
        for (place, column) in self.columns.iter().enumerate() {
            delimit(&mut self.csv, &mut self.out, place);
            self.scratch.clear();
            let first = cells.get(self.places[place]).copied().unwrap_or(Cell::Null);
            match column.made {
                Made::Plain(field) => match (first, field.kind()) {
                    (Cell::Text(text), _) if !cell::is_formula(text) => {
                        put(&mut self.csv, &mut self.out, text.as_bytes());
                        continue;
                    }
                    (value, kind) => self.plain(value, kind),
                },
                Made::Birthday => {
                    if let Cell::Text(day) = first {
                        // 1990-05-17
                        if let (Some(month), Some(day)) = (day.get(5..7), day.get(8..10)) {
                            self.scratch.extend_from_slice(month.as_bytes());
                            self.scratch.push(b'/');
                            self.scratch.extend_from_slice(day.as_bytes());
                        }
                    }
                }
                Made::Address => self.address(cells),
                Made::OptOut => {
                    self.scratch.push(if first == Cell::Bool(true) { b'0' } else { b'1' });
                }
            }
            put(&mut self.csv, &mut self.out, &self.scratch);
        }
        end(&mut self.csv, &mut self.out);
    }

    /// A value as the text of a cell.
    fn plain(&mut self, value: Cell<'_>, kind: Kind) {
        match value {
            Cell::Null => {}
            Cell::Text(text) => {
                self.scratch.push(b'\'');
                self.scratch.extend_from_slice(text.as_bytes());
            }
            Cell::Bool(yes) => self.scratch.extend_from_slice(if yes { b"true" } else { b"false" }),
            Cell::Int(number) => number_into(&mut self.scratch, number, kind, self.decimals, self.margin),
        }
    }

    fn address(&mut self, cells: &[Cell<'_>]) {
        for field in ADDRESS {
            if let Some(Cell::Text(part)) = cells.get(place_of(&self.sources, &[field])) {
                if !self.scratch.is_empty() {
                    self.scratch.extend_from_slice(b"  ");
                } else if cell::is_formula(part) {
                    self.scratch.push(b'\'');
                }
                self.scratch.extend_from_slice(part.as_bytes());
            }
        }
    }

    fn json(&mut self, cells: &[Cell<'_>]) -> Result<(), Fault> {
        for ((field, place), key) in self.shown.iter().zip(&self.keys) {
            self.out.extend_from_slice(key);
            match (cells.get(*place).copied().unwrap_or(Cell::Null), field.kind()) {
                (Cell::Null, _) => self.out.extend_from_slice(b"null"),
                (Cell::Text(text), _) => serde_json::to_writer(&mut self.out, text)?,
                (Cell::Bool(yes), _) => self.out.extend_from_slice(if yes { b"true" } else { b"false" }),
                (Cell::Int(number), Kind::Count) => cell::whole(&mut self.out, number),
                (Cell::Int(number), kind) => {
                    self.out.push(b'"');
                    number_into(&mut self.out, number, kind, self.decimals, self.margin);
                    self.out.push(b'"');
                }
            }
        }
        self.out.extend_from_slice(b"}\n");
        Ok(())
    }
}

/// Where the source of the first of some facts stands.
fn place_of(sources: &[Field], some: &[Field]) -> usize {
    let first = some.first().map(|field| field.source());
    sources.iter().position(|source| first == Some(*source)).unwrap_or(usize::MAX)
}

fn number_into(out: &mut Vec<u8>, number: i64, kind: Kind, decimals: usize, margin: Decimal) {
    match kind {
        Kind::Instant => cell::instant(out, number),
        Kind::Amount => cell::amount(out, number, decimals),
        Kind::Share => cell::amount(out, share_of(number, margin, 1).unwrap_or(number), decimals),
        Kind::Count | Kind::Big | Kind::Text | Kind::Flag => cell::whole(out, number),
    }
}

/// The library's writer fills a slice: there is always room enough, so that it never has to be asked twice.
fn put(csv: &mut Writer, out: &mut Vec<u8>, field: &[u8]) {
    let from = out.len();
    out.resize(from + 2 * field.len() + 2, 0);
    let (_, _, written) = csv.field(field, &mut out[from..]);
    out.truncate(from + written);
}

fn delimit(csv: &mut Writer, out: &mut Vec<u8>, place: usize) {
    if place > 0 {
        let from = out.len();
        out.resize(from + 2, 0);
        let (_, written) = csv.delimiter(&mut out[from..]);
        out.truncate(from + written);
    }
}

fn end(csv: &mut Writer, out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + 5, 0);
    let (_, written) = csv.terminator(&mut out[from..]);
    out.truncate(from + written);
}
