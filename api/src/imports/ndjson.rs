//! The rows of a file with a JSON object on each line, plain or packed, in constant memory.
//!
//! The file is read twice: first for the names, which are its columns, then for the rows. What stands in an object within
//! an object has both names with a point between them; a name such as `firstName` is also a column `first_name`. Numbers
//! are taken as they are written, so that no amount ever goes through a float.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow};
use csv::ByteRecord;
use serde_json::value::RawValue;

use super::bounds::Bounds;
use super::mapping::Mistake;
use super::reader::{LONGEST, text_of};
use super::row::{Wrong, snake};

/// So many columns are enough for anybody.
const MOST_COLUMNS: usize = 1_000;
/// Objects within objects are looked into so deep.
const DEEPEST: usize = 3;

/// Reads a file line by line.
pub(super) struct Ndjson {
    lines: Lines,
    path: PathBuf,
    columns: HashMap<String, usize>,
    record: ByteRecord,
    wrong: Option<Wrong>,
    taken: Arc<AtomicU64>,
}

impl Ndjson {
    /// Opens a file and reads the names that its objects have.
    pub(super) fn open(mut file: File, path: &Path, bounds: &Bounds) -> anyhow::Result<(Self, Vec<String>)> {
        let failed = || format!("{} cannot be read", path.display());
        let taken = Arc::new(AtomicU64::new(0));
        let again = file.try_clone().with_context(failed)?;
        let mut names: Vec<String> = Vec::new();
        let mut columns = HashMap::new();
        let mut lines = Lines::new(text_of(again, &taken, bounds).with_context(failed)?);
        while lines.read().map_err(|error| broken(path, lines.line, &error))? {
            // What is no object is a row that is left out.
            let _ = cells(&lines.text, |name, _| {
                if !columns.contains_key(name) && columns.len() < MOST_COLUMNS {
                    columns.insert(name.to_owned(), columns.len());
                    names.push(name.to_owned());
                }
            });
            if columns.len() >= MOST_COLUMNS {
                return Err(Mistake(format!("{} has {MOST_COLUMNS} names or more.", path.display())).into());
            }
        }
        if lines.line == 0 {
            return Err(Mistake(format!("{} is empty.", path.display())).into());
        }
        file.seek(SeekFrom::Start(0)).with_context(failed)?;
        taken.store(0, Ordering::Relaxed);
        let lines = Lines::new(text_of(file, &taken, bounds).with_context(failed)?);
        let (path, record) = (path.to_owned(), ByteRecord::new());
        Ok((Self { lines, path, columns, record, wrong: None, taken }, names))
    }

    /// Reads the next row; false at the end. Lines with nothing on them are none.
    pub(super) fn read(&mut self) -> anyhow::Result<bool> {
        if !self.lines.read().map_err(|error| broken(&self.path, self.lines.line, &error))? {
            return Ok(false);
        }
        let mut row: Vec<Vec<u8>> = vec![Vec::new(); self.columns.len()];
        let read = cells(&self.lines.text, |name, value| {
            if let Some(cell) = self.columns.get(name).and_then(|place| row.get_mut(*place)) {
                *cell = value.to_vec();
            }
        });
        self.wrong = read.err().map(|_| Wrong::new("", "is not a JSON object"));
        self.record = row.into();
        Ok(true)
    }

    /// The row that was read.
    pub(super) fn record(&self) -> &ByteRecord {
        &self.record
    }

    /// The line of the row that was read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.lines.line
    }

    /// What is wrong with the row as a whole.
    pub(super) fn wrong(&self) -> Option<Wrong> {
        self.wrong.clone()
    }

    /// How many of the file's bytes were taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

/// Lines of a bounded length.
struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    text: Vec<u8>,
    line: u64,
}

impl Lines {
    fn new(input: Box<dyn Read + Send>) -> Self {
        Self { input: BufReader::new(input), text: Vec::new(), line: 0 }
    }

    /// Reads the next line with something on it; false at the end.
    fn read(&mut self) -> io::Result<bool> {
        loop {
            self.text.clear();
            let read = (&mut self.input).take(LONGEST + 1).read_until(b'\n', &mut self.text)?;
            if read == 0 {
                return Ok(false);
            }
            self.line += 1;
            if self.text.len() as u64 > LONGEST {
                return Err(io::Error::other("a line is longer than 1 MiB"));
            }
            if !self.text.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}

fn broken(path: &Path, line: u64, error: &io::Error) -> anyhow::Error {
    anyhow!("{} cannot be read from line {line} on: {error}; what stands before is kept", path.display())
}

/// Hands over the names and values of a line's object; an error where it is none.
fn cells(line: &[u8], mut take: impl FnMut(&str, &[u8])) -> Result<(), serde_json::Error> {
    object(line, "", DEEPEST, &mut take)
}

fn object(
    text: &[u8],
    before: &str,
    deeper: usize,
    take: &mut impl FnMut(&str, &[u8]),
) -> Result<(), serde_json::Error> {
    // A later value of a name takes the place of an earlier one.
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(text)?;
    for (name, value) in fields {
        let name = if before.is_empty() { name } else { format!("{before}.{name}") };
        let value = value.get();
        let spelt = snake(&name);
        let mut put = |value: &[u8]| {
            take(&name, value);
            if spelt != name {
                take(&spelt, value);
            }
        };
        match value.as_bytes().first() {
            Some(b'"') => put(serde_json::from_str::<String>(value)?.as_bytes()),
            Some(b'n') => put(b""),
            Some(b'{') => {
                put(value.as_bytes());
                if deeper > 1 {
                    object(value.as_bytes(), &name, deeper - 1, take)?;
                }
            }
            _ => put(value.as_bytes()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// The line of a row, its cells, and whether something is wrong with it.
    type Read = (u64, Vec<String>, bool);

    fn rows(text: &[u8]) -> (Vec<String>, Vec<Read>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let (mut reader, names) = Ndjson::open(file, Path::new("file.ndjson"), &Bounds::default()).unwrap();
        let mut rows = Vec::new();
        while reader.read().unwrap() {
            let cells = reader.record().iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect();
            rows.push((reader.line(), cells, reader.wrong().is_some()));
        }
        (names, rows)
    }

    #[test]
    fn names_of_all_lines_are_columns_and_numbers_stay_as_they_are_written() {
        let text = b"{\"number\":\"a\",\"amount\":1234567890123456789.10}\n\n{\"firstName\":null,\"number\":7,\"is\":true}\r\n[1]\nnonsense\n{\"label\":{\"vip\":\"yes\"}}";
        let (names, rows) = rows(text);
        assert_eq!(names, ["amount", "number", "firstName", "first_name", "is", "label", "label.vip"]);
        let row = |cells: [&str; 7]| cells.map(str::to_owned).to_vec();
        assert_eq!(rows[0], (1, row(["1234567890123456789.10", "a", "", "", "", "", ""]), false));
        assert_eq!(rows[1], (3, row(["", "7", "", "", "true", "", ""]), false));
        assert!(rows[2].2 && rows[3].2);
        assert_eq!(rows[4], (6, row(["", "", "", "", "", "{\"vip\":\"yes\"}", "yes"]), false));
    }

    #[test]
    fn a_packed_file_is_unpacked_and_a_long_line_is_refused() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"{\"a\":\"\xc5\xbc\"}").unwrap();
        assert_eq!(rows(&packed.finish().unwrap()).1, [(1, vec!["ż".to_owned()], false)]);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![b'x'; 2 << 20]).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let error = Ndjson::open(file, Path::new("file.ndjson"), &Bounds::default()).err().unwrap();
        assert!(error.to_string().contains("a line is longer than 1 MiB"), "{error}");
    }
}
