//! How somebody buys: how often and until when, where, what, and how much at once.

use rand::Rng;

use super::catalogue::Taste;
use super::chance::{Chance, rounded};
use super::goods::KINDS;
use super::person::Person;
use super::places;
use super::rhythm::{Rhythm, Way};

/// The habits of a buyer.
pub(super) struct Buyer {
    pub(super) taste: Taste,
    /// The categories that the buyer likes most.
    pub(super) favourites: [usize; 2],
    /// Articles in a basket, beyond the first.
    pub(super) more: f64,
    /// How often the dearer of two articles is taken.
    pub(super) upmarket: f64,
    /// How often a promotion is used, as a factor.
    pub(super) bargains: f64,
    /// Whether the newsletter's coupons arrive.
    pub(super) newsletter: bool,
    /// Which of two visits is on the web.
    web: f64,
    /// Orders on the web are made with the app.
    pub(super) app: bool,
    pub(super) shops: &'static [&'static str],
}

/// When somebody comes: before the two years, or during them on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coming {
    Before,
    On(usize),
}

impl Buyer {
    /// The habits of a person.
    pub(super) fn new(person: &Person, chance: &mut Chance) -> Self {
        let web = *chance.one(&[0.08, 0.08, 0.15, 0.45, 0.5, 0.85, 0.95]);
        let web = if person.guest { 0.85 } else { web };
        let mut buyer = Self::somebody(web, person.city.shops, chance);
        buyer.newsletter = person.consent;
        buyer.app = !person.guest && chance.happens(0.3);
        buyer
    }

    /// The habits of somebody in a shop, or on the web, whom nobody knows.
    pub(super) fn unknown(chance: &mut Chance) -> Self {
        Self::somebody(0.0, &[], chance)
    }

    fn somebody(web: f64, shops: &'static [&'static str], chance: &mut Chance) -> Self {
        let favourites = [chance.random_range(0..KINDS.len()), chance.random_range(0..KINDS.len())];
        let mut taste = [1.0; KINDS.len()];
        for favourite in favourites {
            taste[favourite] *= 4.5;
        }
        Self {
            taste,
            favourites,
            more: chance.gamma(1.5, 1.1),
            upmarket: chance.random_range(0.1..0.9),
            bargains: chance.random_range(0.3..1.5),
            newsletter: false,
            web,
            app: false,
            shops,
        }
    }

    /// The visits of somebody who buys at a rate of his or her own and stops coming at some time: most buy seldom, a
    /// few very often.
    pub(super) fn visits(&self, coming: Coming, rhythm: &Rhythm, chance: &mut Chance) -> Vec<(usize, Way)> {
        let a_year = chance.gamma(0.9, 5.8);
        let stopping = chance.gamma(0.8, 0.7) + 0.02;
        let days = usize::try_from(rounded(chance.wait(stopping) * 365.0)).unwrap_or(usize::MAX);
        let first = match coming {
            // Many stopped coming before the two years began.
            Coming::Before if chance.happens(0.1) => return Vec::new(),
            Coming::Before => 0,
            Coming::On(day) => day + 1,
        };
        let until = first.saturating_add(days).min(rhythm.days());
        let mut visits = Vec::new();
        for (way, part) in [(Way::Web, self.web), (Way::Store, 1.0 - self.web)] {
            let expected = a_year * part / 365.25 * rhythm.business(way, first..until);
            for _ in 0..chance.count(expected).min(400) {
                visits.extend(rhythm.pick(way, first..until, chance).map(|day| (day, way)));
            }
        }
        visits
    }

    /// The visits of a guest: one or a few, at any time.
    pub(super) fn few_visits(&self, rhythm: &Rhythm, chance: &mut Chance) -> Vec<(usize, Way)> {
        let count = 1 + chance.count(0.5);
        (0..count)
            .filter_map(|_| {
                let way = self.way(chance);
                rhythm.pick(way, 0..rhythm.days(), chance).map(|day| (day, way))
            })
            .collect()
    }

    /// Where the buyer is today.
    pub(super) fn way(&self, chance: &mut Chance) -> Way {
        if chance.happens(self.web) { Way::Web } else { Way::Store }
    }

    /// The shop of a visit: mostly one near home, and one that is open already.
    pub(super) fn shop(&self, day: usize, days: usize, chance: &mut Chance) -> &'static str {
        let shop = match self.shops {
            [home, ..] if chance.happens(0.7) => home,
            [] => places::any_shop(chance),
            shops if chance.happens(0.85) => chance.one(shops),
            _ => places::any_shop(chance),
        };
        let (new, since) = places::NEW_SHOP;
        if shop == new && day + since < days { places::BEFORE_NEW_SHOP } else { shop }
    }
}
