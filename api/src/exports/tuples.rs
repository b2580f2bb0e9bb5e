//! Reads PostgreSQL's binary COPY: a header, rows of fields with their lengths, a trailer.
//!
//! <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format". What arrives may be cut anywhere.

use super::columns::{Cell, Handed, MOST};
use super::sheet::Sheet;
use crate::error::Fault;

/// The rows of one COPY.
pub(super) struct Tuples {
    handed: Vec<Handed>,
    begun: bool,
    ended: bool,
    /// The beginning of what has not arrived in full.
    rest: Vec<u8>,
    /// So many rows were read.
    pub(super) rows: i64,
}

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// The signature, the flags, and the length of the header's extension.
const HEADER: usize = 19;

impl Tuples {
    /// Rows of the facts that a sheet needs.
    pub(super) fn new(sheet: &Sheet) -> Self {
        let handed = sheet.sources().iter().map(|field| field.handed()).collect();
        Self { handed, begun: false, ended: false, rest: Vec::new(), rows: 0 }
    }

    /// Whether the trailer was read.
    pub(super) fn is_complete(&self) -> bool {
        self.ended && self.rest.is_empty()
    }

    /// Writes the rows that arrived into the sheet.
    pub(super) fn take(&mut self, arrived: &[u8], sheet: &mut Sheet) -> Result<(), Fault> {
        if self.rest.is_empty() {
            // As a rule each message is a row.
            let read = self.read(arrived, sheet)?;
            self.rest.extend_from_slice(&arrived[read..]);
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(arrived);
        let read = self.read(&all, sheet)?;
        all.drain(..read);
        self.rest = all;
        Ok(())
    }

    /// Reads what is there in full and answers how many bytes that was.
    fn read(&mut self, bytes: &[u8], sheet: &mut Sheet) -> Result<usize, Fault> {
        let mut left = bytes;
        if !self.begun {
            let Some((header, rest)) = left.split_at_checked(HEADER) else { return Ok(0) };
            // We know of no flag and no extension.
            if !header.starts_with(SIGNATURE) || header[SIGNATURE.len()..] != [0; 8] {
                return Err(Fault::new("PostgreSQL's copy has an unknown header"));
            }
            self.begun = true;
            left = rest;
        }
        while let Some(rest) = self.row(left, sheet)? {
            left = rest;
        }
        Ok(bytes.len() - left.len())
    }

    /// Writes the first row and answers what follows; none where it is not there in full.
    fn row<'a>(&mut self, bytes: &'a [u8], sheet: &mut Sheet) -> Result<Option<&'a [u8]>, Fault> {
        let Some((count, mut left)) = bytes.split_first_chunk::<2>() else { return Ok(None) };
        let count = i16::from_be_bytes(*count);
        if count == -1 && !self.ended {
            self.ended = true;
            return Ok(Some(left));
        }
        if self.ended || usize::try_from(count) != Ok(self.handed.len()) {
            return Err(Fault::new(format!("PostgreSQL's copy has a row of {count} fields")));
        }
        let mut cells = [Cell::Null; MOST];
        for (cell, handed) in cells.iter_mut().zip(&self.handed) {
            let Some((length, rest)) = left.split_first_chunk::<4>() else { return Ok(None) };
            left = rest;
            // −1 stands for null.
            let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else { continue };
            let Some((value, rest)) = left.split_at_checked(length) else { return Ok(None) };
            left = rest;
            *cell = value_of(value, *handed).ok_or_else(|| Fault::new("PostgreSQL's copy has an unknown value"))?;
        }
        sheet.row(&cells[..self.handed.len()])?;
        self.rows += 1;
        Ok(Some(left))
    }
}

fn value_of(bytes: &[u8], handed: Handed) -> Option<Cell<'_>> {
    match handed {
        Handed::Text => std::str::from_utf8(bytes).ok().map(Cell::Text),
        Handed::Int => bytes.try_into().ok().map(|bytes| Cell::Int(i64::from_be_bytes(bytes))),
        Handed::Bool => match bytes {
            [byte] => Some(Cell::Bool(*byte != 0)),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use engine::calendar::Zone;
    use engine::money::Currency;
    use rust_decimal::Decimal;

    use super::*;
    use crate::exports::columns::{Field, Kind};
    use crate::exports::layout::{Format, Layout};
    use crate::program::Program;

    fn sheet(layout: Layout) -> Sheet {
        let program = Program {
            name: String::new(),
            currency: Currency::from_code("EUR").unwrap(),
            zone: Zone::from_name("UTC").unwrap(),
            launched_on: NaiveDate::MIN,
            gross_margin: Decimal::new(5, 1),
            reward_cost_per_point: Decimal::ZERO,
            return_handling_cost: Decimal::ZERO,
        };
        Sheet::new(Format::Csv, layout, &program)
    }

    /// Three rows as PostgreSQL sends them.
    fn copied(sheet: &Sheet) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([0; 8]);
        let fields = sheet.sources();
        for row in 0..3_i64 {
            bytes.extend(i16::try_from(fields.len()).unwrap().to_be_bytes());
            for field in fields {
                let value: Option<Vec<u8>> = match (field, field.handed()) {
                    (Field::Email, _) => None,
                    (_, Handed::Text) => Some(format!("{}, \"{row}\"", field.key()).into_bytes()),
                    (_, Handed::Int) => Some((row * 1_001 - 1_001).to_be_bytes().to_vec()),
                    (_, Handed::Bool) => Some(vec![u8::from(row == 1)]),
                };
                bytes.extend(value.as_ref().map_or(-1, |value| i32::try_from(value.len()).unwrap()).to_be_bytes());
                bytes.extend(value.unwrap_or_default());
            }
        }
        bytes.extend((-1_i16).to_be_bytes());
        bytes
    }

    #[test]
    fn rows_may_be_cut_anywhere() {
        let mut whole = sheet(Layout::Full);
        let bytes = copied(&whole);
        let mut tuples = Tuples::new(&whole);
        tuples.take(&bytes, &mut whole).unwrap();
        assert!(tuples.is_complete() && tuples.rows == 3);
        let expected = whole.take();
        let text = String::from_utf8(expected.to_vec()).unwrap();
        assert!(
            text.contains("\r\n\"number, \"\"0\"\"\",") && text.contains(",-10.01,1969-12-31T23:59:58.999Z,"),
            "{text}"
        );
        // Half of 10.01, rounded half-even.
        assert!(text.contains(",-1001,-5.00\r\n") && text.contains(",0,0.00\r\n"), "{text}");
        for length in [1, 2, 3, 7, 19, 20, 64, 500] {
            let mut parts = sheet(Layout::Full);
            let mut tuples = Tuples::new(&parts);
            for part in bytes.chunks(length) {
                assert!(!tuples.is_complete());
                tuples.take(part, &mut parts).unwrap();
            }
            assert!(tuples.is_complete() && tuples.rows == 3, "{length}");
            assert_eq!(parts.take(), expected, "{length}");
        }
    }

    #[test]
    fn what_is_no_copy_is_a_fault() {
        let right = copied(&sheet(Layout::Mailchimp));
        let mut header = right.clone();
        header[12] = 1;
        let mut count = right.clone();
        count[HEADER + 1] += 1;
        let long = [right.as_slice(), &right[HEADER..]].concat();
        let text: Vec<u8> = right.iter().map(|byte| if *byte == b',' { 0xff } else { *byte }).collect();
        for wrong in [header, count, long, text] {
            let mut sheet = sheet(Layout::Mailchimp);
            assert!(Tuples::new(&sheet).take(&wrong, &mut sheet).is_err());
        }
        let mut short = sheet(Layout::Mailchimp);
        let mut tuples = Tuples::new(&short);
        tuples.take(&right[..right.len() - 1], &mut short).unwrap();
        assert!(!tuples.is_complete());
        assert_eq!(Field::PointsBalance.kind(), Kind::Big);
    }
}
