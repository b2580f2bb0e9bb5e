//! What the members of a segment are like, beside all.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::per_text::PerText;
use super::{Among, Figure};
use crate::calendar::numbered_day;
use crate::evaluate::age;
use crate::facts::{Dictionary, Facts, NO_DAY, NO_TEXT, PURCHASE, TextId};
use crate::figures::ratio;

/// Members by what they are, or by what they bought.
#[derive(Clone, Debug)]
pub struct SegmentProfile {
    /// By what.
    pub by: ProfileDimension,
    /// The local day.
    pub today: NaiveDate,
    /// The members of the segment.
    pub among: Among,
}

/// What members are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfileDimension {
    /// The country.
    Country,
    /// The region.
    Region,
    /// The city.
    City,
    /// The gender.
    Gender,
    /// Full years, in bands.
    AgeBand,
    /// The tier.
    Tier,
    /// The year of the enrolment.
    EnrolmentYear,
    /// Categories of which they bought something; a member may have several.
    Category,
    /// Brands of which they bought something.
    Brand,
    /// Channels through which they bought.
    Channel,
}

/// Those with one value.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileShare {
    /// As it was first spelt.
    pub value: String,
    /// Members of the segment with it.
    pub members: i64,
    /// Their share of the members of the segment, those with no value among them.
    pub share: f64,
    /// The share of all customers who have it.
    pub share_of_all: f64,
    /// Share ÷ share of all.
    pub index: Option<f64>,
}

/// What some parts say together.
#[derive(Clone, Debug, Default)]
pub struct ProfilePart {
    members: i64,
    all: i64,
    values: Values,
}

/// How many have each value that was met.
#[derive(Clone, Debug, Default)]
struct Values {
    values: Vec<Value>,
    /// By the place of the text in memory, which is the same for as long as the dictionary is: most are found so.
    by_place: HashMap<usize, usize>,
    /// By the text in which spellings agree.
    by_text: HashMap<Arc<str>, usize>,
}

#[derive(Clone, Debug)]
struct Value {
    folded: Arc<str>,
    spelt: Arc<str>,
    members: i64,
    all: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    /// The row that was counted last, from 1: a member counts once a value.
    last: u32,
    members: u32,
    all: u32,
}

impl Figure for SegmentProfile {
    type Part = ProfilePart;
    /// Those that most members have first, those that nobody in the segment has last; empty without members.
    type Answer = Vec<ProfileShare>;

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> ProfilePart {
        let mut part = ProfilePart { all: i64::try_from(facts.len()).unwrap_or(i64::MAX), ..ProfilePart::default() };
        let mut counts = PerText::<Count>::new(dictionary);
        // Bands and years are few, and no texts of the dictionary.
        let mut numbers: HashMap<i64, Count> = HashMap::new();
        for (member, row) in facts.members.iter().zip(1..) {
            let is_counted = self.among.has(*member);
            part.members += i64::from(is_counted);
            let place = row as usize - 1;
            if self.is_numbered() {
                if let Some(number) = self.number(facts, place) {
                    numbers.entry(number).or_default().add(row, is_counted);
                }
            } else {
                self.texts(facts, place, |text| counts.at(text).add(row, is_counted));
            }
        }
        for (text, count) in counts.into_pairs().filter(|(text, _)| *text != NO_TEXT) {
            if let Some((folded, spelt)) = dictionary.shared(text) {
                part.values.push(count.value(folded, spelt));
            }
        }
        for (number, count) in numbers {
            let name: Arc<str> = self.name(number).into();
            part.values.push(count.value(Arc::clone(&name), name));
        }
        part
    }

    fn merge(&self, whole: &mut ProfilePart, part: ProfilePart) {
        whole.members += part.members;
        whole.all += part.all;
        part.values.values.into_iter().for_each(|value| whole.values.add(value));
    }

    fn answer(&self, ProfilePart { members, all, values }: ProfilePart) -> Vec<ProfileShare> {
        if members == 0 {
            return Vec::new();
        }
        let mut values = values.values;
        values.sort_unstable_by(|one, other| {
            let counts = |value: &Value| (value.members, value.all);
            counts(other).cmp(&counts(one)).then_with(|| one.folded.cmp(&other.folded))
        });
        let share = |value: Value| {
            let (share, share_of_all) = (ratio(value.members, members), ratio(value.all, all));
            let index = (value.all > 0).then(|| share / share_of_all);
            ProfileShare { value: value.spelt.as_ref().to_owned(), members: value.members, share, share_of_all, index }
        };
        values.into_iter().map(share).collect()
    }
}

impl SegmentProfile {
    /// Whether members are told apart by a number.
    fn is_numbered(&self) -> bool {
        matches!(self.by, ProfileDimension::AgeBand | ProfileDimension::EnrolmentYear)
    }

    /// The number of a member, if it has one.
    fn number(&self, facts: &Facts, row: usize) -> Option<i64> {
        let profile = facts.profile(row);
        let day = |day| (day != NO_DAY).then(|| numbered_day(day));
        match self.by {
            ProfileDimension::AgeBand => day(profile.birth).and_then(|birth| band(age(birth, self.today))),
            _ => day(profile.enrolled).map(|enrolled| enrolled.year().into()),
        }
    }

    /// What a number is called.
    fn name(&self, number: i64) -> String {
        match self.by {
            ProfileDimension::AgeBand => {
                let band = usize::try_from(number).ok().and_then(|number| BANDS.get(number));
                band.map_or_else(String::new, |(_, name)| (*name).to_owned())
            }
            _ => number.to_string(),
        }
    }

    /// The texts of a member, some of them more than once.
    #[inline]
    fn texts(&self, facts: &Facts, row: usize, mut each: impl FnMut(TextId)) {
        let (profile, transactions) = (facts.profile(row), &facts.transactions);
        let items = &transactions.items;
        match self.by {
            ProfileDimension::Country => each(profile.country),
            ProfileDimension::Region => each(profile.region),
            ProfileDimension::City => each(profile.city),
            ProfileDimension::Gender => each(profile.gender),
            ProfileDimension::Tier => each(profile.tier),
            ProfileDimension::Channel => purchases(facts, row).for_each(|place| each(transactions.channels[place])),
            ProfileDimension::Category => of_items(facts, row, &items.categories, each),
            ProfileDimension::Brand => of_items(facts, row, &items.brands, each),
            ProfileDimension::AgeBand | ProfileDimension::EnrolmentYear => {}
        }
    }
}

fn purchases(facts: &Facts, row: usize) -> impl Iterator<Item = usize> {
    facts.transactions_of(row).filter(|place| facts.transactions.flags[*place] & PURCHASE > 0)
}

#[inline]
fn of_items(facts: &Facts, row: usize, column: &[TextId], mut each: impl FnMut(TextId)) {
    for place in purchases(facts, row) {
        column[facts.transactions.items.of(place)].iter().for_each(|text| each(*text));
    }
}

impl Count {
    #[inline]
    fn add(&mut self, row: u32, is_counted: bool) {
        if self.last != row {
            *self = Self { last: row, members: self.members + u32::from(is_counted), all: self.all + 1 };
        }
    }

    fn value(self, folded: Arc<str>, spelt: Arc<str>) -> Value {
        Value { folded, spelt, members: self.members.into(), all: self.all.into() }
    }
}

impl Values {
    /// Adds a value that was not met before.
    fn push(&mut self, value: Value) {
        self.values.push(value);
    }

    /// Adds to what was met.
    fn add(&mut self, value: Value) {
        let place_in_memory = value.folded.as_ptr().addr();
        let known = self.by_place.get(&place_in_memory).copied();
        let known = known.or_else(|| self.by_text.get(&value.folded).copied());
        match known.and_then(|place| self.values.get_mut(place)) {
            Some(known) => {
                known.members += value.members;
                known.all += value.all;
            }
            None => {
                // It stays in this place for as long as it is kept here, so that no other text can take the place.
                self.by_place.insert(place_in_memory, self.values.len());
                self.by_text.insert(Arc::clone(&value.folded), self.values.len());
                self.values.push(value);
            }
        }
    }
}

/// Bands of full years by the first of them.
const BANDS: [(i64, &str); 7] =
    [(0, "under 18"), (18, "18–24"), (25, "25–34"), (35, "35–44"), (45, "45–54"), (55, "55–64"), (65, "65 and over")];

/// The band of an age in full years; none before the birth.
fn band(age: i64) -> Option<i64> {
    let band = BANDS.iter().rposition(|(first, _)| *first <= age)?;
    i64::try_from(band).ok()
}
