//! Who the demo's customers are.

use chrono::{Datelike, Days, NaiveDate};
use engine::calendar::{FIRST_DAY, Millis};
use rand::Rng;
use serde_json::{Map, Value, json};

use super::chance::{Chance, rounded};
use super::names;
use super::places::{self, City, Country};
use super::plan::number;
use crate::members::{LabelInput, MemberInput};
use crate::patch::Patch;

/// A person: what is known of a customer, and where the customer lives.
pub(super) struct Person {
    pub(super) number: String,
    pub(super) guest: bool,
    pub(super) consent: bool,
    pub(super) country: &'static Country,
    pub(super) city: &'static City,
    gender: Option<&'static str>,
    name: (&'static str, String),
    pub(super) email: Option<String>,
    phone: Option<String>,
    address: Option<(String, String)>,
    birth_date: Option<NaiveDate>,
    household: Option<u32>,
}

/// The part of the customers that never joined the programme.
const GUESTS: f64 = 0.1;

impl Person {
    /// The person behind a customer's number, from 1.
    pub(super) fn new(customer: u32, until: NaiveDate, chance: &mut Chance) -> Self {
        let (place, country, city) = places::home(chance);
        let guest = chance.happens(GUESTS);
        let female = chance.happens(0.58);
        let name = names::name(place, female, chance);
        let known = |often: f64, chance: &mut Chance| chance.happens(if guest { often / 4.0 } else { often });
        let gender = match (known(0.92, chance), chance.happens(0.012)) {
            (false, _) => None,
            (true, true) => Some("other"),
            (true, false) => Some(if female { "female" } else { "male" }),
        };
        let domain = if chance.happens(0.6) { "example.com" } else { "example.org" };
        let address = format!("{}.{}{customer}@{domain}", names::plain(name.0), names::plain(&name.1));
        let email = chance.happens(if guest { 0.9 } else { 0.94 }).then_some(address);
        let phone = city.phone.filter(|_| known(0.65, chance)).map(|pattern| places::filled(pattern, chance));
        let address = known(0.7, chance).then(|| {
            let (street, house) = (*chance.one(country.streets), chance.random_range(1..120));
            let street = if country.number_first { format!("{house} {street}") } else { format!("{street} {house}") };
            (places::filled(city.postal_code, chance), street)
        });
        let birth_date = known(0.8, chance).then(|| birth_date(until, chance));
        let household = known(0.25, chance).then(|| 1 + chance.count(1.3));
        let consent = chance.happens(if guest { 0.15 } else { 0.65 });
        let number = number(customer);
        Self { number, guest, consent, country, city, gender, name, email, phone, address, birth_date, household }
    }

    /// The member that is written.
    pub(super) fn member(&self, enrolled_at: Option<Millis>, tier: Option<&str>, interests: &[&str]) -> MemberInput {
        let text = |text: Option<&str>| text.map_or(Patch::Keep, |text| Patch::Set(text.to_owned()));
        let (postal_code, street) =
            self.address.as_ref().map(|(code, street)| (code.as_str(), street.as_str())).unzip();
        let mut attributes = Map::new();
        if !self.guest {
            attributes.insert("language".to_owned(), Value::from(self.country.language));
        }
        if let Some(household) = self.household {
            attributes.insert("householdSize".to_owned(), json!(household));
        }
        let label = |interest: &&str| LabelInput { key: "interest".to_owned(), value: (*interest).to_owned() };
        let labels: Vec<LabelInput> = interests.iter().map(label).collect();
        MemberInput {
            number: self.number.clone(),
            enrolled_at: enrolled_at.map_or(Patch::Keep, Patch::Set),
            birth_date: self.birth_date.map_or(Patch::Keep, Patch::Set),
            texts: [
                text(Some(self.name.0)),
                text(Some(&self.name.1)),
                text(self.email.as_deref()),
                text(self.phone.as_deref()),
                text(self.gender),
                text(Some(self.country.code)),
                text(Some(self.city.region)),
                text(Some(self.city.name)),
                text(postal_code),
                text(street),
                text(tier),
            ],
            labels: if labels.is_empty() { Patch::Keep } else { Patch::Set(labels) },
            attributes: if attributes.is_empty() { Patch::Keep } else { Patch::Set(attributes) },
            marketing_consent: Patch::Set(self.consent),
        }
    }
}

/// Grown-ups, most of them between thirty and sixty.
fn birth_date(until: NaiveDate, chance: &mut Chance) -> NaiveDate {
    let age = chance.around(44.0, 14.5).clamp(18.1, 92.0);
    let days = u64::try_from(rounded(age * 365.25)).unwrap_or(0);
    let day = until.checked_sub_days(Days::new(days)).unwrap_or(FIRST_DAY).max(FIRST_DAY);
    // Nobody types the 29th of February by chance as often as the calendar has it.
    if day.month() == 2 && day.day() == 29 { day.pred_opt().unwrap_or(day) } else { day }
}
