//! What is known of members themselves, a column each: a pass over everybody mostly looks at one of them.

use std::ops::Range;

use super::columns::bytes;
use super::rows::MemberRow;
use super::{Day, Dictionary, NO_DAY, TextId};
use crate::calendar::day_number;

/// What is known of members themselves, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles {
    /// [`NO_DAY`]: an identified guest.
    pub enrolled: Vec<Day>,
    /// [`NO_DAY`] where it is not known.
    pub birth: Vec<Day>,
    /// The gender.
    pub gender: Vec<TextId>,
    /// The country.
    pub country: Vec<TextId>,
    /// The region.
    pub region: Vec<TextId>,
    /// The city.
    pub city: Vec<TextId>,
    /// The postal code.
    pub postal_code: Vec<TextId>,
    /// The tier.
    pub tier: Vec<TextId>,
    /// May be contacted.
    pub marketing_consent: Vec<bool>,
}

impl Profiles {
    /// Whether the member is in the programme.
    pub fn is_enrolled(&self, row: usize) -> bool {
        self.enrolled[row] != NO_DAY
    }

    /// Adds a member's.
    pub(super) fn push(&mut self, row: &MemberRow<'_>, dictionary: &mut Dictionary) {
        let mut text = |text: Option<&str>| dictionary.intern_maybe(text);
        self.enrolled.push(row.enrolled.map_or(NO_DAY, day_number));
        self.birth.push(row.birth.map_or(NO_DAY, day_number));
        self.gender.push(text(row.gender));
        self.country.push(text(row.country));
        self.region.push(text(row.region));
        self.city.push(text(row.city));
        self.postal_code.push(text(row.postal_code));
        self.tier.push(text(row.tier));
        self.marketing_consent.push(row.marketing_consent);
    }

    pub(super) fn copy(&mut self, from: &Self, rows: Range<usize>) {
        self.enrolled.extend_from_slice(&from.enrolled[rows.clone()]);
        self.birth.extend_from_slice(&from.birth[rows.clone()]);
        for (own, other) in self.texts_mut().into_iter().zip(from.texts()) {
            own.extend_from_slice(&other[rows.clone()]);
        }
        self.marketing_consent.extend_from_slice(&from.marketing_consent[rows]);
    }

    pub(super) fn compact(&mut self) {
        self.enrolled.shrink_to_fit();
        self.birth.shrink_to_fit();
        self.texts_mut().into_iter().for_each(Vec::shrink_to_fit);
        self.marketing_consent.shrink_to_fit();
    }

    pub(super) fn bytes(&self) -> usize {
        let texts: usize = self.texts().into_iter().map(bytes).sum();
        bytes(&self.enrolled) + bytes(&self.birth) + texts + bytes(&self.marketing_consent)
    }

    fn texts(&self) -> [&Vec<TextId>; 6] {
        [&self.gender, &self.country, &self.region, &self.city, &self.postal_code, &self.tier]
    }

    fn texts_mut(&mut self) -> [&mut Vec<TextId>; 6] {
        let Self { gender, country, region, city, postal_code, tier, .. } = self;
        [gender, country, region, city, postal_code, tier]
    }
}
