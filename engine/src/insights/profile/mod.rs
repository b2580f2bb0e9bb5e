//! What the members of segments are like, beside all.

mod counts;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use self::counts::{Belonging, Counts, Value, Values};
use super::per_text::PerText;
use super::{Among, Figure};
use crate::calendar::numbered_day;
use crate::evaluate::age;
use crate::facts::{Dictionary, Facts, NO_DAY, NO_TEXT, PURCHASE, TextId};
use crate::figures::ratio;

/// Members by what they are, or by what they bought, segment by segment: all of them in one pass.
#[derive(Clone, Debug)]
pub struct SegmentProfiles {
    /// By what.
    pub by: ProfileDimension,
    /// The local day.
    pub today: NaiveDate,
    /// The members of each segment.
    pub among: Vec<Among>,
    /// How many values are told of a segment at most.
    pub most: usize,
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

impl ProfileDimension {
    /// Whether it is told by what members bought, and not by what they are.
    pub fn is_bought(self) -> bool {
        matches!(self, Self::Category | Self::Brand | Self::Channel)
    }
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
    /// Of each segment.
    members: Vec<i64>,
    all: i64,
    values: Values,
}

impl Figure for SegmentProfiles {
    type Part = ProfilePart;
    /// Of each segment the values that most members have first, those that nobody in the segment has last; none without
    /// members.
    type Answer = Vec<Vec<ProfileShare>>;

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> ProfilePart {
        match self.by {
            ProfileDimension::Country => return self.alone(facts, dictionary, &facts.profiles.country),
            ProfileDimension::Region => return self.alone(facts, dictionary, &facts.profiles.region),
            ProfileDimension::City => return self.alone(facts, dictionary, &facts.profiles.city),
            ProfileDimension::Gender => return self.alone(facts, dictionary, &facts.profiles.gender),
            ProfileDimension::Tier => return self.alone(facts, dictionary, &facts.profiles.tier),
            _ => {}
        }
        let belonging = Belonging::of(facts, &self.among);
        let mut counts = Counts::new(self.among.len());
        let mut values = Values::default();
        if self.is_numbered() {
            // Bands and years are few, and no texts of the dictionary.
            let mut places: HashMap<i64, u32> = HashMap::new();
            for row in 0..facts.len() {
                if let Some(number) = self.number(facts, row) {
                    counts.add(places.entry(number).or_default(), row, belonging.of_row(row));
                }
            }
            for (number, place) in places {
                let name: Arc<str> = self.name(number).into();
                values.push(counts.value(place, Arc::clone(&name), name));
            }
        } else {
            let mut places = PerText::<u32>::new();
            for row in 0..facts.len() {
                let segments = belonging.of_row(row);
                self.texts(facts, row, |text| {
                    if text != NO_TEXT {
                        counts.add(places.at(text), row, segments);
                    }
                });
            }
            values = counts.into_values(places, dictionary);
        }
        ProfilePart { members: belonging.members, all: count(facts.len()), values }
    }

    fn merge(&self, whole: &mut ProfilePart, part: ProfilePart) {
        whole.members.resize(self.among.len(), 0);
        whole.members.iter_mut().zip(part.members).for_each(|(members, others)| *members += others);
        whole.all += part.all;
        part.values.into_all().for_each(|value| whole.values.add(value));
    }

    fn answer(&self, mut whole: ProfilePart) -> Vec<Vec<ProfileShare>> {
        whole.members.resize(self.among.len(), 0);
        let values: Vec<Value> = whole.values.into_all().collect();
        let shares = |(segment, members): (usize, &i64)| match members {
            0 => Vec::new(),
            members => self.shares(segment, *members, whole.all, &values),
        };
        whole.members.iter().enumerate().map(shares).collect()
    }
}

impl SegmentProfiles {
    /// What a part says where each member has one value at most: to which segments each one belongs need not be known.
    fn alone(&self, facts: &Facts, dictionary: &Dictionary, texts: &[TextId]) -> ProfilePart {
        let (mut counts, mut places) = (Counts::new(self.among.len()), PerText::<u32>::new());
        for text in texts.iter().filter(|text| **text != NO_TEXT) {
            counts.add_alone(places.at(*text));
        }
        let of_segment = |(segment, among): (usize, &Among)| {
            let mut members = 0;
            for row in among.rows(facts) {
                members += 1;
                match texts[row] {
                    NO_TEXT => {}
                    text => counts.add_member(*places.at(text), segment),
                }
            }
            members
        };
        let members = self.among.iter().enumerate().map(of_segment).collect();
        ProfilePart { members, all: count(facts.len()), values: counts.into_values(places, dictionary) }
    }

    /// What is told of a segment.
    fn shares(&self, segment: usize, members: i64, all: i64, values: &[Value]) -> Vec<ProfileShare> {
        let order = |one: &&Value, other: &&Value| {
            let counts = |value: &Value| (value.members[segment], value.all);
            counts(other).cmp(&counts(one)).then_with(|| one.folded.cmp(&other.folded))
        };
        let mut values: Vec<&Value> = values.iter().collect();
        if values.len() > self.most {
            // Of thousands of cities only the first few are put in order.
            values.select_nth_unstable_by(self.most, order);
            values.truncate(self.most);
        }
        values.sort_unstable_by(order);
        let share = |value: &Value| {
            let here = value.members[segment].into();
            let (share, share_of_all) = (ratio(here, members), ratio(value.all.into(), all));
            let index = (value.all > 0).then(|| share / share_of_all);
            ProfileShare { value: value.spelt.as_ref().to_owned(), members: here, share, share_of_all, index }
        };
        values.into_iter().map(share).collect()
    }

    /// Whether members are told apart by a number.
    fn is_numbered(&self) -> bool {
        matches!(self.by, ProfileDimension::AgeBand | ProfileDimension::EnrolmentYear)
    }

    /// The number of a member, if it has one.
    fn number(&self, facts: &Facts, row: usize) -> Option<i64> {
        let profiles = &facts.profiles;
        let day = |day| (day != NO_DAY).then(|| numbered_day(day));
        match self.by {
            ProfileDimension::AgeBand => day(profiles.birth[row]).and_then(|birth| band(age(birth, self.today))),
            _ => day(profiles.enrolled[row]).map(|enrolled| enrolled.year().into()),
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

    /// The texts of what a member bought, some of them more than once.
    #[inline]
    fn texts(&self, facts: &Facts, row: usize, mut each: impl FnMut(TextId)) {
        let transactions = &facts.transactions;
        let items = &transactions.items;
        match self.by {
            ProfileDimension::Channel => purchases(facts, row).for_each(|place| each(transactions.channels[place])),
            ProfileDimension::Category => of_items(facts, row, &items.categories, each),
            ProfileDimension::Brand => of_items(facts, row, &items.brands, each),
            // These are numbers, or stand alone.
            _ => {}
        }
    }
}

fn count(members: usize) -> i64 {
    i64::try_from(members).unwrap_or(i64::MAX)
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

/// Bands of full years by the first of them.
const BANDS: [(i64, &str); 7] =
    [(0, "under 18"), (18, "18–24"), (25, "25–34"), (35, "35–44"), (45, "45–54"), (55, "55–64"), (65, "65 and over")];

/// The band of an age in full years; none before the birth.
fn band(age: i64) -> Option<i64> {
    let band = BANDS.iter().rposition(|(first, _)| *first <= age)?;
    i64::try_from(band).ok()
}
