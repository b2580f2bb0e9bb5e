//! What the members of a segment are like, beside all.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::per_text::PerText;
use super::{Among, Figure};
use crate::calendar::numbered_day;
use crate::evaluate::age;
use crate::facts::{Dictionary, Facts, NO_DAY, NO_TEXT, PURCHASE, TextId};
use crate::figures::ratio;

/// Members by what they are, or by what they bought.
#[derive(Clone, Debug)]
pub struct Profile {
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
    /// By the text in which spellings agree.
    values: HashMap<String, Value>,
}

#[derive(Clone, Debug)]
struct Value {
    spelt: String,
    count: Count,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    members: i64,
    all: i64,
    /// The row that was counted last, from 1: a member counts once a value.
    last: usize,
}

impl Figure for Profile {
    type Part = ProfilePart;
    /// Those that most members have first, those that nobody in the segment has last; empty without members.
    type Answer = Vec<ProfileShare>;

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> ProfilePart {
        let mut part = ProfilePart { all: i64::try_from(facts.len()).unwrap_or(i64::MAX), ..ProfilePart::default() };
        let mut counts = PerText::<Count>::new(dictionary);
        // Bands and years are few, and no texts of the dictionary.
        let mut named: HashMap<String, Count> = HashMap::new();
        for (row, member) in facts.members.iter().enumerate() {
            let is_counted = self.among.has(*member);
            part.members += i64::from(is_counted);
            match self.name(facts, row) {
                Some(Some(name)) => named.entry(name).or_default().add(row, is_counted),
                Some(None) => {}
                None => self.texts(facts, row, |text| counts.at(text).add(row, is_counted)),
            }
        }
        for (text, count) in counts.into_pairs().filter(|(text, _)| *text != NO_TEXT) {
            let value = Value { spelt: dictionary.spelt(text).to_owned(), count };
            part.values.insert(dictionary.folded(text).to_owned(), value);
        }
        for (name, count) in named {
            part.values.insert(name.clone(), Value { spelt: name, count });
        }
        part
    }

    fn merge(&self, whole: &mut ProfilePart, part: ProfilePart) {
        whole.members += part.members;
        whole.all += part.all;
        for (key, value) in part.values {
            match whole.values.get_mut(&key) {
                None => drop(whole.values.insert(key, value)),
                Some(known) => {
                    known.count.members += value.count.members;
                    known.count.all += value.count.all;
                }
            }
        }
    }

    fn answer(&self, ProfilePart { members, all, values }: ProfilePart) -> Vec<ProfileShare> {
        if members == 0 {
            return Vec::new();
        }
        let mut values: Vec<(String, Value)> = values.into_iter().collect();
        values.sort_unstable_by(|(key, one), (other_key, other)| {
            let counts = |value: &Value| (value.count.members, value.count.all);
            counts(other).cmp(&counts(one)).then_with(|| key.cmp(other_key))
        });
        let share = |Value { spelt, count }: Value| {
            let (share, share_of_all) = (ratio(count.members, members), ratio(count.all, all));
            let index = (count.all > 0).then(|| share / share_of_all);
            ProfileShare { value: spelt, members: count.members, share, share_of_all, index }
        };
        values.into_iter().map(|(_, value)| share(value)).collect()
    }
}

impl Profile {
    /// The band or the year of a member, if it has one; none where it is a matter of texts.
    fn name(&self, facts: &Facts, row: usize) -> Option<Option<String>> {
        let profile = facts.profile(row);
        let day = |day| (day != NO_DAY).then(|| numbered_day(day));
        match self.by {
            ProfileDimension::AgeBand => {
                Some(day(profile.birth).and_then(|birth| band(age(birth, self.today))).map(str::to_owned))
            }
            ProfileDimension::EnrolmentYear => Some(day(profile.enrolled).map(|enrolled| enrolled.year().to_string())),
            _ => None,
        }
    }

    /// The texts of a member, some of them more than once.
    #[inline]
    fn texts(&self, facts: &Facts, row: usize, mut each: impl FnMut(TextId)) {
        let (profile, transactions) = (facts.profile(row), &facts.transactions);
        let purchases = || facts.transactions_of(row).filter(|place| transactions.flags[*place] & PURCHASE > 0);
        let items = |column: &[TextId], each: &mut dyn FnMut(TextId)| {
            purchases().flat_map(|place| &column[transactions.items.of(place)]).for_each(|text| each(*text));
        };
        match self.by {
            ProfileDimension::Country => each(profile.country),
            ProfileDimension::Region => each(profile.region),
            ProfileDimension::City => each(profile.city),
            ProfileDimension::Gender => each(profile.gender),
            ProfileDimension::Tier => each(profile.tier),
            ProfileDimension::Channel => purchases().for_each(|place| each(transactions.channels[place])),
            ProfileDimension::Category => items(&transactions.items.categories, &mut each),
            ProfileDimension::Brand => items(&transactions.items.brands, &mut each),
            ProfileDimension::AgeBand | ProfileDimension::EnrolmentYear => {}
        }
    }
}

impl Count {
    #[inline]
    fn add(&mut self, row: usize, is_counted: bool) {
        if self.last == row + 1 {
            return;
        }
        self.last = row + 1;
        self.all += 1;
        self.members += i64::from(is_counted);
    }
}

/// The band of an age in full years; none before the birth.
fn band(age: i64) -> Option<&'static str> {
    match age {
        ..0 => None,
        0..18 => Some("under 18"),
        18..25 => Some("18–24"),
        25..35 => Some("25–34"),
        35..45 => Some("35–44"),
        45..55 => Some("45–54"),
        55..65 => Some("55–64"),
        65.. => Some("65 and over"),
    }
}
