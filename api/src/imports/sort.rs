//! Brings the lines of a document together, wherever they stand in the file, in constant memory.
//!
//! Two sorts: by document, to see which lines belong together and which of them is the last; then by the last line of
//! each document, so that documents are taken up in the order in which the file completes them. Memory holds 32 MB of
//! lines for each sort, and the lines of one document.

use std::cmp::Ordering;
use std::io::{self, Read, Write};

use tokio_util::sync::CancellationToken;

use super::external_sort::{ExternalSort, Sorted, Spill};
use super::row::Wrong;
use super::spill::Line;

/// How many lines of a document are taken; the books take no more.
const MOST_LINES: usize = 10_000;

/// Takes lines in the order of the file.
pub(super) struct Sorter {
    by_document: ExternalSort<ByDocument>,
    by_group: ExternalSort<ByGroup>,
}

/// Gives groups of lines, each document's in the order of the file, the documents in the order of their last lines.
pub(super) struct Groups {
    lines: Sorted<ByGroup>,
    next: Option<Line>,
    count: u64,
}

impl Sorter {
    /// None were taken yet. The token ends the work.
    pub(super) fn new(stop: &CancellationToken) -> Self {
        Self { by_document: ExternalSort::new(stop.clone()), by_group: ExternalSort::new(stop.clone()) }
    }

    /// Takes the next line.
    pub(super) fn push(&mut self, line: Line) -> io::Result<()> {
        self.by_document.push(ByDocument(line))
    }

    /// Sorts what was taken.
    pub(super) fn groups(self) -> io::Result<Groups> {
        let Self { by_document, mut by_group } = self;
        let (mut group, mut count) = (Group::default(), 0);
        for line in by_document.sorted()? {
            let ByDocument(line) = line?;
            if !group.takes(&line) {
                group.close(&mut by_group)?;
                count += 1;
            }
            group.add(line);
        }
        if group.count > 0 {
            group.close(&mut by_group)?;
            count += 1;
        }
        let mut lines = by_group.sorted()?;
        let next = lines.next().transpose()?.map(|ByGroup(line)| line);
        Ok(Groups { lines, next, count })
    }
}

impl Groups {
    /// How many groups there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The lines of the next group.
    pub(super) fn read(&mut self) -> io::Result<Option<Vec<Line>>> {
        let Some(first) = self.next.take() else { return Ok(None) };
        let mut group = vec![first];
        for line in self.lines.by_ref() {
            let ByGroup(line) = line?;
            if line.group != group[0].group {
                self.next = Some(line);
                break;
            }
            group.push(line);
        }
        Ok(Some(group))
    }
}

/// The lines of a document, as they come from the first sort.
#[derive(Default)]
struct Group {
    lines: Vec<Line>,
    /// How many there are, also those that are not kept.
    count: usize,
    last: u64,
}

impl Group {
    /// Whether a line belongs to it, or it is empty.
    fn takes(&self, line: &Line) -> bool {
        self.lines.first().is_none_or(|first| !first.key().is_empty() && first.key() == line.key())
    }

    fn add(&mut self, line: Line) {
        self.count += 1;
        self.last = line.line;
        if self.count <= MOST_LINES {
            self.lines.push(line);
        } else {
            self.lines.truncate(1);
        }
    }

    /// Gives its lines on and is empty again.
    fn close(&mut self, by_group: &mut ExternalSort<ByGroup>) -> io::Result<()> {
        let Self { lines, count, last } = std::mem::take(self);
        if count > MOST_LINES {
            let reason = format!("has {count} lines in the file; a document has at most {MOST_LINES}");
            let first = lines.first().map_or(last, |line| line.line);
            let wrong = Line::of_wrong(first, b"", &Wrong::new("document", reason))?;
            return by_group.push(ByGroup(wrong.in_group(last)));
        }
        lines.into_iter().try_for_each(|line| by_group.push(ByGroup(line.in_group(last))))
    }
}

/// A line in the first sort.
struct ByDocument(Line);

/// A line in the second sort.
struct ByGroup(Line);

macro_rules! sorted_by {
    ($name:ident, |$line:ident| -> $key:ty { $of:expr }) => {
        impl $name {
            fn key(&self) -> $key {
                let Self($line) = self;
                $of
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.key().cmp(&other.key())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other).is_eq()
            }
        }

        impl Eq for $name {}

        impl Spill for $name {
            fn weight(&self) -> usize {
                self.0.weight()
            }

            fn encode(&self, writer: &mut impl Write) -> io::Result<()> {
                self.0.encode(writer)
            }

            fn decode(reader: &mut impl Read) -> io::Result<Self> {
                Line::decode(reader).map(Self)
            }
        }
    };
}

sorted_by!(ByDocument, |line| -> (&[u8], u64) { (line.key(), line.line) });
sorted_by!(ByGroup, |line| -> (u64, u64) { (line.group, line.line) });

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(keys: &[&str], in_memory: usize) -> Vec<Vec<u64>> {
        let weight = Line::of_cells(2, b"a", [&b"x"[..]].into_iter()).unwrap().weight();
        let bytes = in_memory * weight;
        let stop = CancellationToken::new();
        let mut sorter = Sorter {
            by_document: ExternalSort::with(bytes, 3, stop.clone()),
            by_group: ExternalSort::with(bytes, 3, stop),
        };
        for (place, key) in keys.iter().enumerate() {
            let line = Line::of_cells(place as u64 + 2, key.as_bytes(), [&b"x"[..]].into_iter()).unwrap();
            sorter.push(line).unwrap();
        }
        let mut groups = sorter.groups().unwrap();
        let mut read = Vec::new();
        while let Some(group) = groups.read().unwrap() {
            read.push(group.iter().map(|line| line.line).collect());
        }
        assert_eq!(groups.count(), read.len() as u64);
        read
    }

    #[test]
    fn brings_lines_together_in_the_order_of_the_last() {
        for in_memory in [1, 2, 3, 100] {
            let keys = ["b", "a", "", "b", "c", "", "a"];
            let expected = [vec![4], vec![2, 5], vec![6], vec![7], vec![3, 8]];
            assert_eq!(groups(&keys, in_memory), expected, "{in_memory} in memory");
            assert_eq!(groups(&[], in_memory), Vec::<Vec<u64>>::new());
        }
    }

    #[test]
    fn many_files_give_the_same_order() {
        let keys: Vec<String> =
            (0..2_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) % 700).to_string()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(groups(&keys, 7), groups(&keys, 10_000));
    }

    #[test]
    fn a_document_with_too_many_lines_is_one_wrong_line() {
        let mut keys = vec!["long"; MOST_LINES + 1];
        keys.push("short");
        assert_eq!(groups(&keys, 5_000), [vec![2], vec![10_003]]);
        assert_eq!(groups(&keys[1..], 5_000)[0].len(), MOST_LINES);
    }
}
