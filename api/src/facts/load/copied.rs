//! The rows of PostgreSQL's binary COPY: a header, rows of fields with their lengths, a trailer.
//!
//! <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format". What arrives may be cut anywhere.

use std::ops::Range;
use std::vec::IntoIter;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{BoxStream, ReadyChunks};

use super::patience::Patience;
use super::scan::Scan;
use crate::db;
use crate::error::Fault;

type Arrived = Result<Bytes, sqlx::Error>;

/// Rows that arrive, read outside the runtime's own threads.
pub(super) struct Copied<'c> {
    stream: ReadyChunks<BoxStream<'c, Arrived>>,
    patience: Patience,
    arrived: IntoIter<Arrived>,
    /// What has arrived from the row on that is looked at.
    buffer: Vec<u8>,
    /// Where its fields lie in it; none: null.
    fields: Vec<Option<Range<usize>>>,
    /// Where the next row begins.
    next: usize,
    begun: bool,
}

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// The signature, the flags, and the length of the header's extension.
const HEADER: usize = 19;
/// So many messages are taken at once, where they are there.
const AT_ONCE: usize = 1_024;

impl<'c> Copied<'c> {
    pub(super) fn new(stream: BoxStream<'c, Arrived>, patience: Patience) -> Self {
        let (arrived, buffer, fields) = (Vec::new().into_iter(), Vec::new(), Vec::new());
        Self { stream: stream.ready_chunks(AT_ONCE), patience, arrived, buffer, fields, next: 0, begun: false }
    }

    /// Adds what arrives next to the buffer.
    fn take(&mut self) -> Result<(), Fault> {
        let arrived = loop {
            if let Some(arrived) = self.arrived.next() {
                break arrived.map_err(db::sqlx_fault)?;
            }
            match self.patience.wait(self.stream.next())? {
                Some(arrived) => self.arrived = arrived.into_iter(),
                None => return Err(Fault::new("PostgreSQL's copy ends in the middle")),
            }
        };
        // As a rule each message is a row.
        self.buffer.drain(..self.next);
        self.next = 0;
        self.buffer.extend_from_slice(&arrived);
        Ok(())
    }

    /// Reads the next row where it is there in full: true, or false where it is the trailer.
    fn parse(&mut self) -> Result<Option<bool>, Fault> {
        if !self.begun {
            let Some(header) = self.buffer.get(..HEADER) else { return Ok(None) };
            // We know of no flag and no extension.
            if !header.starts_with(SIGNATURE) || header[SIGNATURE.len()..] != [0; 8] {
                return Err(Fault::new("PostgreSQL's copy has an unknown header"));
            }
            (self.begun, self.next) = (true, HEADER);
        }
        let number = |at: usize| self.buffer.get(at..)?.first_chunk::<4>().map(|bytes| i32::from_be_bytes(*bytes));
        let Some(count) = self.buffer.get(self.next..).and_then(|rest| rest.first_chunk::<2>()) else {
            return Ok(None);
        };
        let Ok(count) = u16::try_from(i16::from_be_bytes(*count)) else { return Ok(Some(false)) };
        let mut at = self.next + 2;
        self.fields.clear();
        for _ in 0..count {
            let Some(length) = number(at) else { return Ok(None) };
            at += 4;
            // −1 stands for null.
            let field = usize::try_from(length).ok().map(|length| at..at + length);
            at = field.as_ref().map_or(at, |field| field.end);
            self.fields.push(field);
        }
        if at > self.buffer.len() {
            return Ok(None);
        }
        self.next = at;
        Ok(Some(true))
    }

    fn field(&self, place: usize) -> Option<&[u8]> {
        self.fields.get(place)?.clone().and_then(|field| self.buffer.get(field))
    }
}

impl Scan for Copied<'_> {
    fn advance(&mut self) -> Result<bool, Fault> {
        loop {
            if let Some(is_row) = self.parse()? {
                return Ok(is_row);
            }
            self.take()?;
        }
    }

    fn maybe_int(&self, place: usize) -> Result<Option<i64>, Fault> {
        let number = |bytes: &[u8]| bytes.try_into().map(i64::from_be_bytes).map_err(|_| unknown());
        self.field(place).map(number).transpose()
    }

    fn maybe_text(&self, place: usize) -> Result<Option<&str>, Fault> {
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| unknown());
        self.field(place).map(text).transpose()
    }

    fn flag(&self, place: usize) -> Result<bool, Fault> {
        match self.field(place) {
            Some([flag]) => Ok(*flag != 0),
            _ => Err(unknown()),
        }
    }
}

fn unknown() -> Fault {
    Fault::new("PostgreSQL's copy has an unknown value")
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use tokio_util::sync::CancellationToken;

    use super::*;

    /// Two rows: a number, a text, a flag; the second's text is null.
    fn bytes() -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([0; 8]);
        for (number, text) in [(-7_i64, Some("zażółć")), (8, None)] {
            bytes.extend(3_i16.to_be_bytes());
            bytes.extend(8_i32.to_be_bytes());
            bytes.extend(number.to_be_bytes());
            bytes.extend(text.map_or(-1, |text| i32::try_from(text.len()).unwrap()).to_be_bytes());
            bytes.extend(text.unwrap_or_default().as_bytes());
            bytes.extend(1_i32.to_be_bytes());
            bytes.push(u8::from(number == 8));
        }
        bytes.extend((-1_i16).to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8], length: usize) -> Result<Vec<(i64, Option<String>, bool)>, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let patience = Patience { runtime: runtime.handle().clone(), stop: CancellationToken::new() };
        let parts: Vec<Arrived> = bytes.chunks(length).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
        let mut copied = Copied::new(stream::iter(parts).boxed(), patience);
        let mut rows = Vec::new();
        while copied.advance()? {
            rows.push((copied.int(0)?, copied.maybe_text(1)?.map(ToOwned::to_owned), copied.flag(2)?));
        }
        Ok(rows)
    }

    #[test]
    fn rows_may_be_cut_anywhere() {
        let bytes = bytes();
        let expected = vec![(-7, Some("zażółć".to_owned()), false), (8, None, true)];
        for length in 1..=bytes.len() {
            assert_eq!(read(&bytes, length).unwrap(), expected, "{length}");
        }
    }

    #[test]
    fn what_is_cut_off_is_a_fault() {
        let bytes = bytes();
        for length in 0..bytes.len() - 2 {
            assert!(read(&bytes[..length], 10).is_err(), "{length}");
        }
        let mut other = bytes;
        other[12] = 1;
        assert!(read(&other, 10).is_err());
    }
}
