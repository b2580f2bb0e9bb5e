//! Sorts any number of items in constant memory: what does not fit goes to files that are merged in the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::vec::IntoIter;

use tokio_util::sync::CancellationToken;

use super::bounds::stopped;

/// What can be sorted and put into a file meanwhile.
pub(super) trait Spill: Ord + Sized {
    /// About how many bytes of memory it takes.
    fn weight(&self) -> usize;
    fn encode(&self, writer: &mut impl Write) -> io::Result<()>;
    fn decode(reader: &mut impl Read) -> io::Result<Self>;
}

/// How many bytes of items are held in memory.
const IN_MEMORY: usize = 32 * 1024 * 1024;
/// How many files are merged into one. Files of merged files are merged in their turn, so that no more than a few times
/// as many are ever open, and every item is written only a few times.
const FAN: usize = 64;
const BUFFER: usize = 32 * 1024;
/// After how many items it is looked whether anybody wants them still.
const LOOK: u64 = 1_000;

/// Takes items in any order.
pub(super) struct ExternalSort<T> {
    items: Vec<T>,
    weight: usize,
    in_memory: usize,
    fan: usize,
    /// Sorted files; those of the second list were merged from those of the first, and so on.
    runs: Vec<Vec<Run>>,
    stop: CancellationToken,
}

/// A file of sorted items. It has no name and goes with the process.
struct Run {
    file: File,
    items: u64,
}

/// Gives items in their order.
pub(super) struct Sorted<T> {
    heap: BinaryHeap<Reverse<(T, usize)>>,
    runs: Vec<(BufReader<File>, u64)>,
    items: IntoIter<T>,
    given: u64,
    stop: CancellationToken,
}

impl<T: Spill> ExternalSort<T> {
    /// None were taken yet. The token ends the work.
    pub(super) fn new(stop: CancellationToken) -> Self {
        Self::with(IN_MEMORY, FAN, stop)
    }

    /// A sort with other bounds.
    pub(super) fn with(in_memory: usize, fan: usize, stop: CancellationToken) -> Self {
        Self { items: Vec::new(), weight: 0, in_memory, fan, runs: Vec::new(), stop }
    }

    /// Takes an item.
    pub(super) fn push(&mut self, item: T) -> io::Result<()> {
        self.weight += item.weight();
        self.items.push(item);
        if self.weight < self.in_memory {
            return Ok(());
        }
        self.items.sort_unstable();
        self.weight = 0;
        let run = Run::write(self.items.drain(..).map(Ok))?;
        self.keep(run, 0)
    }

    /// Everything that was taken, in its order.
    pub(super) fn sorted(mut self) -> io::Result<Sorted<T>> {
        self.items.sort_unstable();
        Sorted::merge(self.runs.into_iter().flatten().collect(), self.items, self.stop)
    }

    fn keep(&mut self, run: Run, level: usize) -> io::Result<()> {
        if self.runs.len() <= level {
            self.runs.resize_with(level + 1, Vec::new);
        }
        self.runs[level].push(run);
        if self.runs[level].len() < self.fan {
            return Ok(());
        }
        let runs = std::mem::take(&mut self.runs[level]);
        let merged = Run::write(Sorted::<T>::merge(runs, Vec::new(), self.stop.clone())?)?;
        self.keep(merged, level + 1)
    }
}

impl Run {
    fn write<T: Spill>(sorted: impl Iterator<Item = io::Result<T>>) -> io::Result<Self> {
        let mut writer = BufWriter::with_capacity(BUFFER, tempfile::tempfile()?);
        let mut items = 0;
        for item in sorted {
            item?.encode(&mut writer)?;
            items += 1;
        }
        let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Self { file, items })
    }
}

impl<T: Spill> Sorted<T> {
    fn merge(runs: Vec<Run>, items: Vec<T>, stop: CancellationToken) -> io::Result<Self> {
        let runs: Vec<_> =
            runs.into_iter().map(|run| (BufReader::with_capacity(BUFFER, run.file), run.items)).collect();
        let (heap, items) = (BinaryHeap::with_capacity(runs.len() + 1), items.into_iter());
        let mut sorted = Self { heap, runs, items, given: 0, stop };
        for place in 0..=sorted.runs.len() {
            sorted.refill(place)?;
        }
        Ok(sorted)
    }

    /// Brings the next item of a file, or of those in memory, onto the heap.
    fn refill(&mut self, place: usize) -> io::Result<()> {
        let item = match self.runs.get_mut(place) {
            None => self.items.next(),
            Some((_, 0)) => None,
            Some((reader, left)) => {
                *left -= 1;
                Some(T::decode(reader)?)
            }
        };
        self.heap.extend(item.map(|item| Reverse((item, place))));
        Ok(())
    }
}

impl<T: Spill> Iterator for Sorted<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((item, place)) = self.heap.pop()?;
        self.given += 1;
        if self.given.is_multiple_of(LOOK) && self.stop.is_cancelled() {
            return Some(Err(stopped()));
        }
        Some(self.refill(place).map(|()| item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Spill for u64 {
        fn weight(&self) -> usize {
            8
        }

        fn encode(&self, writer: &mut impl Write) -> io::Result<()> {
            writer.write_all(&self.to_le_bytes())
        }

        fn decode(reader: &mut impl Read) -> io::Result<Self> {
            let mut bytes = [0; 8];
            reader.read_exact(&mut bytes)?;
            Ok(Self::from_le_bytes(bytes))
        }
    }

    #[test]
    fn sorts_in_memory_and_in_files_of_files() {
        for count in [0_u64, 1, 7, 8, 9, 64, 1_000, 1_024, 3_001] {
            let numbers = || (0..count).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 500);
            let mut expected: Vec<u64> = numbers().collect();
            expected.sort_unstable();
            for (in_memory, fan) in [(8, 2), (64, 3), (64, 64), (1 << 20, 2)] {
                let mut sort = ExternalSort::with(in_memory, fan, CancellationToken::new());
                numbers().for_each(|number| sort.push(number).unwrap());
                let open: usize = sort.runs.iter().map(Vec::len).sum();
                assert!(open <= fan * sort.runs.len(), "{open} files");
                let sorted: io::Result<Vec<u64>> = sort.sorted().unwrap().collect();
                assert_eq!(sorted.unwrap(), expected, "{count} items, {in_memory} bytes, {fan} files");
            }
        }
    }

    #[test]
    fn ends_when_it_is_to_end() {
        let stop = CancellationToken::new();
        let sort = || {
            let mut sort = ExternalSort::with(800, 3, stop.clone());
            (0..10_000_u64).try_for_each(|number| sort.push(number)).map(|()| sort)
        };
        let sorted = sort().unwrap().sorted().unwrap();
        stop.cancel();
        // While it gives, and while it merges files.
        assert!(sorted.take(1_001).any(|item| item.is_err()));
        assert!(sort().is_err());
    }
}
