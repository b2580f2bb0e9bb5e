//! A shop's segments in memory: what they are now, what happened, and how each day ended.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

/// A segment as it is now.
#[derive(Clone, Debug)]
pub struct Segment {
    pub name: String,
    pub active: bool,
    pub members: BTreeSet<usize>,
    pub made_on: NaiveDate,
}

/// A coming or going.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Which segment; a key may be had by several, one after the other.
    pub id: usize,
    pub key: String,
    pub name: String,
    pub member: usize,
    pub joined: bool,
    pub reason: &'static str,
    pub day: NaiveDate,
}

/// How a day ended.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    pub members: BTreeMap<usize, BTreeSet<usize>>,
    /// The averages that the API showed.
    pub averages: BTreeMap<usize, Value>,
}

#[derive(Debug, Default)]
pub struct Model {
    /// By number, in the order in which they were made.
    pub segments: BTreeMap<usize, Segment>,
    pub keys: BTreeMap<usize, String>,
    pub log: Vec<Event>,
    pub endings: BTreeMap<NaiveDate, Ending>,
}

impl Model {
    pub fn make(&mut self, key: &str, name: &str, active: bool, day: NaiveDate) -> usize {
        let id = self.keys.len();
        self.keys.insert(id, key.to_owned());
        let made = Segment { name: name.to_owned(), active, members: BTreeSet::new(), made_on: day };
        self.segments.insert(id, made);
        id
    }

    /// Lets members come or go; answers how many did.
    pub fn move_members(
        &mut self,
        id: usize,
        who: &BTreeSet<usize>,
        joined: bool,
        reason: &'static str,
        day: NaiveDate,
    ) -> usize {
        let segment = self.segments.get_mut(&id).unwrap();
        let mut moved = 0;
        for member in who {
            let changed = if joined { segment.members.insert(*member) } else { segment.members.remove(member) };
            if changed {
                moved += 1;
                let (key, name) = (self.keys[&id].clone(), segment.name.clone());
                self.log.push(Event { id, key, name, member: *member, joined, reason, day });
            }
        }
        moved
    }

    pub fn remove(&mut self, id: usize, day: NaiveDate) {
        let all = self.segments[&id].members.clone();
        self.move_members(id, &all, false, "SEGMENT_REMOVED", day);
        self.segments.remove(&id);
    }

    /// Keeps how the day ends.
    pub fn end(&mut self, day: NaiveDate, averages: BTreeMap<usize, Value>) {
        let members = self.segments.iter().map(|(id, segment)| (*id, segment.members.clone())).collect();
        self.endings.insert(day, Ending { members, averages });
    }

    /// Who belonged at the end of a day: as at the end of the last day before it on which anything happened.
    pub fn at(&self, id: usize, day: NaiveDate) -> BTreeSet<usize> {
        let ending = self.endings.range(..=day).next_back();
        ending.and_then(|(_, ending)| ending.members.get(&id)).cloned().unwrap_or_default()
    }
}
