//! The rows of a CSV file, plain or packed, in constant memory.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow};
use csv::{ByteRecord, ReaderBuilder, Terminator};
use flate2::read::MultiGzDecoder;

use super::bounds::{Bounded, Bounds};
use super::mapping::Mistake;
use super::row::Wrong;

/// No row is longer: a quote that is not closed would take in the rest of the file.
pub(super) const LONGEST: u64 = 1024 * 1024;
const BUFFER: usize = 64 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads a file row by row.
pub(super) struct Reader {
    csv: csv::Reader<Watched>,
    record: ByteRecord,
    path: PathBuf,
    line: u64,
    /// The line at which the next row is looked for.
    next: u64,
    width: usize,
    taken: Arc<AtomicU64>,
}

impl Reader {
    /// Opens a file and reads the names of its columns, trimmed.
    pub(super) fn open(file: File, path: &Path, bounds: &Bounds) -> anyhow::Result<(Self, Vec<String>)> {
        let taken = Arc::new(AtomicU64::new(0));
        let text = text_of(file, &taken, bounds).with_context(|| format!("{} cannot be read", path.display()))?;
        // The end of a row is the line feed alone, so that its line can be told; a carriage return before it is trimmed
        // with the last cell.
        let csv = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER)
            .from_reader(Watched { inner: text, allowance: LONGEST, ended: false });
        let mut reader =
            Self { csv, record: ByteRecord::new(), path: path.to_owned(), line: 0, next: 1, width: 0, taken };
        let header = reader.header()?;
        reader.width = header.len();
        Ok((reader, header))
    }

    /// Reads the next row; false at the end. Lines with nothing on them are none.
    pub(super) fn read(&mut self) -> anyhow::Result<bool> {
        loop {
            self.csv.get_mut().allowance = LONGEST;
            self.next = self.csv.position().line();
            match self.csv.read_byte_record(&mut self.record) {
                Ok(false) => return Ok(false),
                Ok(true) => {}
                Err(error) => return Err(self.broken(&error)),
            }
            let within = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count();
            let within = u64::try_from(within).unwrap_or(u64::MAX);
            // Unless the file ends here, the line feed behind the row has been counted.
            let behind = u64::from(!self.csv.get_ref().ended);
            self.line = self.csv.position().line().saturating_sub(within + behind);
            let blank = self.record.len() == 1 && self.record[0].trim_ascii().is_empty();
            if !blank {
                return Ok(true);
            }
        }
    }

    /// The row that was read.
    pub(super) fn record(&self) -> &ByteRecord {
        &self.record
    }

    /// The first line of the row that was read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What is wrong with a row that has more or fewer cells than the file has columns.
    pub(super) fn wrong(&self) -> Option<Wrong> {
        let (cells, columns) = (self.record.len(), self.width);
        (cells != columns).then(|| Wrong::new("", format!("has {cells} cells where the file has {columns} columns")))
    }

    /// How many of the file's bytes were taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    fn header(&mut self) -> anyhow::Result<Vec<String>> {
        let path = self.path.display().to_string();
        if !self.read()? {
            return Err(Mistake(format!("{path} is empty: its first line must name the columns.")).into());
        }
        let name = |cell: &[u8]| std::str::from_utf8(cell).map(|name| name.trim().to_owned());
        let names: Result<Vec<String>, _> = self.record.iter().map(name).collect();
        let names = names.ok().filter(|names| names.iter().all(|name| !name.contains('\0')));
        names.ok_or_else(|| Mistake(format!("{path} is not CSV in UTF-8: save it as such.")).into())
    }

    fn broken(&self, error: &csv::Error) -> anyhow::Error {
        let (path, line) = (self.path.display(), self.next);
        let source = match error.kind() {
            csv::ErrorKind::Io(source) => source.to_string(),
            _ => error.to_string(),
        };
        anyhow!("{path} cannot be read from line {line} on: {source}; what stands before is kept")
    }
}

/// The text of a file, which counts how much of the file was taken.
pub(super) fn text_of(file: File, taken: &Arc<AtomicU64>, bounds: &Bounds) -> io::Result<Box<dyn Read + Send>> {
    let text = unpacked(Counted { file, taken: Arc::clone(taken) })?;
    Ok(Box::new(Bounded::new(text, bounds)))
}

/// The text of a file, unpacked where it is packed, without a byte order mark.
fn unpacked(mut file: Counted) -> io::Result<Box<dyn Read + Send>> {
    let magic = first(&mut file)?;
    file.file.seek(SeekFrom::Start(0))?;
    file.taken.store(0, Ordering::Relaxed);
    let mut text: Box<dyn Read + Send> = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(BUFFER, file))),
        _ => Box::new(file),
    };
    let beginning = first(&mut text)?;
    if beginning == BOM { Ok(text) } else { Ok(Box::new(Cursor::new(beginning).chain(text))) }
}

fn first(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(BOM.len());
    from.take(BOM.len() as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Counts what is read of a file.
struct Counted {
    file: File,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.taken.fetch_add(u64::try_from(read).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(read)
    }
}

/// Ends a row that does not end.
struct Watched {
    inner: Box<dyn Read + Send>,
    /// How much the row may still take.
    allowance: u64,
    /// Nothing is left to read.
    ended: bool,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.allowance == 0 {
            return Err(io::Error::other("a row is longer than 1 MiB, perhaps because a quote is not closed"));
        }
        let read = self.inner.read(buffer)?;
        self.ended |= read == 0 && !buffer.is_empty();
        self.allowance = self.allowance.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::rows::{Format, Rows};
    use super::*;

    fn rows(bytes: &[u8]) -> anyhow::Result<Vec<(u64, Vec<String>)>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("file");
        std::fs::write(&path, bytes)?;
        let (mut reader, header) = Reader::open(File::open(&path)?, &path, &Bounds::default())?;
        let mut rows = vec![(reader.line(), header)];
        while reader.read()? {
            let cells = reader.record().iter().map(|cell| String::from_utf8_lossy(cell.trim_ascii()).into_owned());
            rows.push((reader.line(), cells.collect()));
        }
        Ok(rows)
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn tells_the_line_of_every_row() {
        let expected = [row(1, &["a", "b"]), row(2, &["1", "2"]), row(3, &["3", "4"])];
        for text in ["a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "\u{feff} a ,b\n1,2\n3,4"] {
            assert_eq!(rows(text.as_bytes()).unwrap(), expected, "{text:?}");
            assert_eq!(rows(&packed(text.as_bytes())).unwrap(), expected, "{text:?} packed");
        }
        let quoted = "a,b\r\n\r\n\r\n1,\"2\r\n\r\n2\"\r\n\n\"3,\",4 ";
        let expected = [row(1, &["a", "b"]), row(4, &["1", "2\r\n\r\n2"]), row(8, &["3,", "4"])];
        assert_eq!(rows(quoted.as_bytes()).unwrap(), expected);
        assert_eq!(rows(b"a,b\n1\n1,2,3\n\"1,2\n").unwrap()[3], row(4, &["1,2"]));
    }

    #[test]
    fn reads_files_packed_in_parts() {
        let parts = [packed(b"a,b\n1,"), packed(b"2\n3,4\n")].concat();
        assert_eq!(rows(&parts).unwrap()[2], row(3, &["3", "4"]));
        let error = rows(&parts[..parts.len() - 12]).unwrap_err().to_string();
        assert!(error.contains("cannot be read from line"), "{error}");
    }

    #[test]
    fn says_what_is_no_file_of_rows() {
        for (bytes, says) in [
            (&b""[..], "is empty"),
            (b"\xef\xbb\xbf\n\r\n", "is empty"),
            (b"\xff\xfea\0,\0b\0\n\0", "is not CSV in UTF-8"),
            (b"a\0,b\n", "is not CSV in UTF-8"),
        ] {
            let error = rows(bytes).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let error = Rows::open(&std::env::temp_dir(), Format::Csv).err().unwrap().to_string();
        assert!(error.contains("is not a file"), "{error}");
    }

    #[test]
    fn a_quote_that_is_not_closed_does_not_take_in_a_large_file() {
        let mut text = b"a,b\n1,2\n3,\"4\n".to_vec();
        text.resize(3 * 1024 * 1024, b'x');
        let error = rows(&text).unwrap_err().to_string();
        assert!(error.contains("from line 3 on: a row is longer than 1 MiB"), "{error}");
    }
}
