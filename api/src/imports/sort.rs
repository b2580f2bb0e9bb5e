//! Brings the lines of a document together, wherever they stand in the file, in constant memory.
//!
//! Two sorts on disk: by document, to see which lines belong together and which of them is the last; then by the last
//! line of each document, so that documents are taken up in the order in which the file completes them. Memory holds
//! 50,000 lines for each sort, and the lines of one document.

use std::cmp::Ordering;
use std::io;

use extsort::{ExternalSorter, PushExternalSorter, SortedIterator};

use super::row::Wrong;
use super::spill::Line;

/// How many lines of a document are taken; the books take no more.
pub(super) const MOST_LINES: usize = 10_000;
/// How many lines a sorter holds in memory.
const IN_MEMORY: usize = 50_000;

type Order = fn(&Line, &Line) -> Ordering;

/// Takes lines in the order of the file.
pub(super) struct Sorter {
    by_document: PushExternalSorter<Line, Order>,
    in_memory: usize,
}

/// Gives groups of lines, each document's in the order of the file, the documents in the order of their last lines.
pub(super) struct Groups {
    lines: SortedIterator<Line, Order>,
    next: Option<Line>,
    left: u64,
    groups: u64,
}

impl Sorter {
    pub(super) fn new() -> Self {
        // A sort of very many lines holds many files open; where the system gives no more, it fails with a sentence.
        let _ = rlimit::increase_nofile_limit(u64::MAX);
        Self::with(IN_MEMORY)
    }

    fn with(in_memory: usize) -> Self {
        Self { by_document: sorter(in_memory, by_document), in_memory }
    }

    /// Takes the next line.
    pub(super) fn push(&mut self, line: Line) -> io::Result<()> {
        self.by_document.push(line)
    }

    /// Sorts what was taken.
    pub(super) fn groups(self) -> io::Result<Groups> {
        let lines = self.by_document.done()?;
        let count = lines.sorted_count();
        let mut by_last = sorter(self.in_memory, by_group as Order);
        let (mut group, mut done, mut groups, mut pushed) = (Group::default(), 0, 0, 0);
        for line in lines {
            let line = line?;
            done += 1;
            if !group.takes(&line) {
                pushed += group.close(&mut by_last)?;
                groups += 1;
            }
            group.add(line);
        }
        if done != count {
            return Err(io::Error::other("the files of the sort are damaged"));
        }
        if group.last > 0 {
            pushed += group.close(&mut by_last)?;
            groups += 1;
        }
        let mut lines = by_last.done()?;
        let next = lines.next().transpose()?;
        Ok(Groups { lines, next, left: pushed, groups })
    }
}

impl Groups {
    /// How many groups there are.
    pub(super) fn count(&self) -> u64 {
        self.groups
    }

    /// The lines of the next group.
    pub(super) fn read(&mut self) -> io::Result<Option<Vec<Line>>> {
        let Some(first) = self.next.take() else {
            return if self.left == 0 { Ok(None) } else { Err(io::Error::other("the files of the sort are damaged")) };
        };
        let mut group = vec![first];
        for line in self.lines.by_ref() {
            let line = line?;
            if line.group != group[0].group {
                self.next = Some(line);
                break;
            }
            group.push(line);
        }
        self.left = self.left.saturating_sub(group.len() as u64);
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

    /// Gives its lines on and is empty again; answers how many those were.
    fn close(&mut self, by_last: &mut PushExternalSorter<Line, Order>) -> io::Result<u64> {
        let Self { lines, count, last } = std::mem::take(self);
        if count > MOST_LINES {
            let reason = format!("has {count} lines in the file; a document has at most {MOST_LINES}");
            let first = lines.first().map_or(last, |line| line.line);
            by_last.push(Line::of_wrong(first, b"", &Wrong::new("document", reason))?.in_group(last))?;
            return Ok(1);
        }
        let pushed = lines.len() as u64;
        for line in lines {
            by_last.push(line.in_group(last))?;
        }
        Ok(pushed)
    }
}

fn sorter(in_memory: usize, order: Order) -> PushExternalSorter<Line, Order> {
    ExternalSorter::new().with_segment_size(in_memory).pushed_by(order)
}

fn by_document(one: &Line, other: &Line) -> Ordering {
    one.key().cmp(other.key()).then(one.line.cmp(&other.line))
}

fn by_group(one: &Line, other: &Line) -> Ordering {
    one.group.cmp(&other.group).then(one.line.cmp(&other.line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(keys: &[&str], in_memory: usize) -> Vec<Vec<u64>> {
        let mut sorter = Sorter::with(in_memory);
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
