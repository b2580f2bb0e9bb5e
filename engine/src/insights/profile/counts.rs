//! How many members of each segment, and of all, have a value.

use std::collections::HashMap;
use std::sync::Arc;

use crate::facts::{Dictionary, Facts};
use crate::insights::Among;
use crate::insights::per_text::PerText;

/// To which segments the members of some facts belong.
pub(super) struct Belonging {
    /// Where the segments of each row end.
    ends: Vec<usize>,
    /// The segments by their places, row by row.
    segments: Vec<u32>,
    /// How many members of each segment there are.
    pub(super) members: Vec<i64>,
}

/// What is counted in some facts. A value has a place from 1; 0 is the place of one that was not met yet.
pub(super) struct Counts {
    /// How many segments there are.
    width: usize,
    /// By place.
    values: Vec<Count>,
    /// By place and segment.
    members: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Count {
    /// The row that was counted last: a member counts once a value.
    last: usize,
    all: u32,
}

/// A value with those who have it.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// The text in which spellings agree.
    pub(super) folded: Arc<str>,
    pub(super) spelt: Arc<str>,
    pub(super) all: u32,
    /// Of each segment.
    pub(super) members: Vec<u32>,
}

/// The values that were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    values: Vec<Value>,
    /// By the place of the text in memory, which is the same for as long as the dictionary is: most are found so.
    by_place: HashMap<usize, usize>,
    /// By the text.
    by_text: HashMap<Arc<str>, usize>,
}

impl Belonging {
    pub(super) fn of(facts: &Facts, among: &[Among]) -> Self {
        let (mut ends, mut members) = (vec![0; facts.len()], vec![0; among.len()]);
        for (among, members) in among.iter().zip(&mut members) {
            for row in among.rows(facts) {
                ends[row] += 1;
                *members += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            // For now where its segments begin: they move it to the end one by one.
            (sum, *end) = (sum + *end, sum);
        }
        let mut segments = vec![0; sum];
        for (among, segment) in among.iter().zip(0..) {
            for row in among.rows(facts) {
                segments[ends[row]] = segment;
                ends[row] += 1;
            }
        }
        Self { ends, segments, members }
    }

    #[inline]
    pub(super) fn of_row(&self, row: usize) -> &[u32] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.segments[start..self.ends[row]]
    }
}

impl Counts {
    pub(super) fn new(width: usize) -> Self {
        Self { width, values: Vec::new(), members: Vec::new() }
    }

    /// Counts a value of a member who belongs to some segments; the value gets a place where it has none.
    #[inline]
    pub(super) fn add(&mut self, place: &mut u32, row: usize, segments: &[u32]) {
        let index = self.index(place);
        let count = &mut self.values[index];
        if count.last != row {
            *count = Count { last: row, all: count.all + 1 };
            let members = &mut self.members[index * self.width..][..self.width];
            segments.iter().for_each(|segment| members[*segment as usize] += 1);
        }
    }

    /// Counts a value of a member who has no other.
    #[inline]
    pub(super) fn add_alone(&mut self, place: &mut u32) {
        let index = self.index(place);
        self.values[index].all += 1;
    }

    /// Counts one whose value was counted already among the members of a segment.
    #[inline]
    pub(super) fn add_member(&mut self, place: u32, segment: usize) {
        self.members[(place as usize - 1) * self.width + segment] += 1;
    }

    /// Where a value stands; it gets a place where it has none.
    #[inline]
    fn index(&mut self, place: &mut u32) -> usize {
        if *place == 0 {
            self.values.push(Count { last: usize::MAX, all: 0 });
            self.members.resize(self.members.len() + self.width, 0);
            *place = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        }
        *place as usize - 1
    }

    /// What was counted of texts, by their places.
    pub(super) fn into_values(self, places: PerText<u32>, dictionary: &Dictionary) -> Values {
        let mut values = Values::default();
        for (text, place) in places.into_pairs() {
            if let Some((folded, spelt)) = dictionary.shared(text) {
                values.push(self.value(place, folded, spelt));
            }
        }
        values
    }

    /// What was counted at a place.
    pub(super) fn value(&self, place: u32, folded: Arc<str>, spelt: Arc<str>) -> Value {
        let index = place as usize - 1;
        let members = self.members[index * self.width..][..self.width].to_vec();
        Value { folded, spelt, all: self.values[index].all, members }
    }
}

impl Values {
    /// Adds a value that was not met before.
    pub(super) fn push(&mut self, value: Value) {
        self.values.push(value);
    }

    /// Adds to what was met.
    pub(super) fn add(&mut self, value: Value) {
        let place_in_memory = value.folded.as_ptr().addr();
        let known = self.by_place.get(&place_in_memory).copied();
        let known = known.or_else(|| self.by_text.get(&value.folded).copied());
        match known.and_then(|place| self.values.get_mut(place)) {
            Some(known) => {
                known.all += value.all;
                known.members.iter_mut().zip(value.members).for_each(|(members, others)| *members += others);
            }
            None => {
                // It stays in this place for as long as it is kept here, so that no other text can take the place.
                self.by_place.insert(place_in_memory, self.values.len());
                self.by_text.insert(Arc::clone(&value.folded), self.values.len());
                self.values.push(value);
            }
        }
    }

    pub(super) fn into_all(self) -> impl Iterator<Item = Value> {
        self.values.into_iter()
    }
}
