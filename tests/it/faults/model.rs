//! What segments must look like after each call.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use rand::Rng;
use rand::seq::IteratorRandom;
use serde_json::{Value, json};
use tests::Random;

use super::numbers;

/// All segments that ever were, by the first word of their names, which stays.
pub type Segments = BTreeMap<String, Segment>;

/// A segment, its trail in the audit log and its members' comings and goings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    pub alive: bool,
    pub name: String,
    pub active: bool,
    pub version: i64,
    pub members: BTreeSet<usize>,
    /// What its figures say of how many they are.
    pub count: usize,
    pub actions: Vec<String>,
    pub joined: usize,
    pub left: usize,
}

/// A call.
#[derive(Clone, Debug)]
pub enum Call {
    Create { word: String, members: RangeInclusive<usize> },
    Assign { word: String, members: RangeInclusive<usize> },
    Unassign { word: String, members: RangeInclusive<usize> },
    Switch { word: String },
    Rename { word: String, name: String },
    Duplicate { word: String, copy: String },
    Remove { word: String },
}

/// How many members there are.
pub const CROWD: usize = 4_000;
/// How many segments one caller has at a time.
const SEGMENTS: usize = 3;

impl Call {
    /// A call over the segments; one that makes another segment calls it by `new`.
    pub fn random(segments: &Segments, new: &str, random: &mut Random) -> Self {
        let from = random.random_range(1..=CROWD - 500);
        let members = from..=(from + random.random_range(500..3_000)).min(CROWD);
        let alive: Vec<&String> = segments.iter().filter(|(_, one)| one.alive).map(|(word, _)| word).collect();
        let Some(word) = alive.iter().copied().choose(random).cloned() else {
            return Self::Create { word: new.to_owned(), members };
        };
        let active = segments[&word].active;
        match random.random_range(0..100) {
            0..40 if active => Self::Assign { word, members },
            40..60 if active => Self::Unassign { word, members },
            0..70 => Self::Switch { word },
            70..80 => Self::Rename { name: format!("{word} {}", random.random::<u32>()), word },
            80..90 if alive.len() < SEGMENTS => Self::Duplicate { word, copy: new.to_owned() },
            90..95 if alive.len() < SEGMENTS => Self::Create { word: new.to_owned(), members },
            _ => Self::Remove { word },
        }
    }

    /// The document and its input.
    pub fn request(&self, segments: &Segments) -> (String, Value) {
        let key = |word: &str| json!({"key": word});
        let (field, kind, more, input) = match self {
            Self::Create { word, members } => (
                "createSegment",
                "CreateSegmentInput",
                "",
                json!({"name": word, "key": word, "members": numbers(members.clone())}),
            ),
            Self::Assign { word, members } => (
                "assignMembers",
                "AssignMembersInput",
                "changed",
                json!({"segment": key(word), "members": numbers(members.clone())}),
            ),
            Self::Unassign { word, members } => (
                "unassignMembers",
                "AssignMembersInput",
                "changed",
                json!({"segment": key(word), "members": numbers(members.clone())}),
            ),
            Self::Switch { word } => {
                let field = if segments[word].active { "deactivateSegment" } else { "activateSegment" };
                (field, "SegmentRefInput", "", json!({"segment": key(word)}))
            }
            Self::Rename { word, name } => (
                "updateSegment",
                "UpdateSegmentInput",
                "",
                json!({"segment": key(word), "name": name, "expectedVersion": segments[word].version}),
            ),
            Self::Duplicate { word, copy } => {
                ("duplicateSegment", "DuplicateSegmentInput", "", json!({"segment": key(word), "name": copy}))
            }
            Self::Remove { word } => {
                return (
                    "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { userErrors { message } } }"
                        .to_owned(),
                    json!({"input": {"segment": key(word), "expectedVersion": segments[word].version}}),
                );
            }
        };
        let text = format!(
            "mutation($input: {kind}!) {{ {field}(input: $input) {{
                {more} segment {{ key name active version memberCount }} userErrors {{ message }} }} }}"
        );
        (text, json!({ "input": input }))
    }

    /// Does the same to the model.
    pub fn apply(&self, segments: &mut Segments) {
        match self {
            Self::Create { word, members } => make(segments, word, members.clone().collect(), "createSegment"),
            Self::Duplicate { word, copy } => {
                make(segments, copy, segments[word].members.clone(), "duplicateSegment");
            }
            Self::Assign { word, members } => {
                let one = of(segments, word);
                let before = one.members.len();
                one.members.extend(members.clone());
                one.joined += one.members.len() - before;
                one.noted("assignMembers", one.members.len() != before);
            }
            Self::Unassign { word, members } => {
                let one = of(segments, word);
                let before = one.members.len();
                one.members.retain(|member| !members.contains(member));
                one.left += before - one.members.len();
                one.noted("unassignMembers", one.members.len() != before);
            }
            Self::Switch { word } => {
                let one = of(segments, word);
                one.noted(if one.active { "deactivateSegment" } else { "activateSegment" }, true);
                one.active = !one.active;
            }
            Self::Rename { word, name } => {
                let one = of(segments, word);
                one.name.clone_from(name);
                one.version += 1;
                one.noted("updateSegment", true);
            }
            Self::Remove { word } => {
                let one = of(segments, word);
                one.noted("removeSegment", true);
                let left = one.left + one.members.len();
                *one = Segment { actions: one.actions.clone(), joined: one.joined, left, ..Segment::default() };
            }
        }
    }
}

impl Segment {
    fn noted(&mut self, action: &str, changed: bool) {
        if changed {
            self.actions.push(action.to_owned());
        }
        self.count = self.members.len();
    }
}

fn of<'a>(segments: &'a mut Segments, word: &str) -> &'a mut Segment {
    segments.get_mut(word).unwrap()
}

fn make(segments: &mut Segments, word: &str, members: BTreeSet<usize>, action: &str) {
    let mut made = Segment {
        alive: true,
        name: word.to_owned(),
        active: true,
        version: 1,
        joined: members.len(),
        members,
        ..Segment::default()
    };
    made.noted(action, true);
    segments.insert(word.to_owned(), made);
}
