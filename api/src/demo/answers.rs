//! What customers answer when the shop asks how it was, some days after a purchase.

use rand::Rng;

use super::basket::Slip;
use super::chance::{Chance, rounded};
use super::plan::Shop;
use crate::feedback::FeedbackInput;
use crate::members::MemberRef;

/// The survey that they answer.
pub(super) const SURVEY: &str = "post-purchase";

const HOUR: i64 = 3_600_000;

/// The answers of a customer, in the order of the purchases. Most never answer, the others now and then.
pub(super) fn answers(
    shop: &Shop,
    number: &str,
    sales: &[Slip],
    returns: &[Slip],
    chance: &mut Chance,
) -> Vec<FeedbackInput> {
    if !chance.happens(0.35) {
        return Vec::new();
    }
    let (often, mood) = (chance.random_range(0.15..0.7), chance.around(8.4, 1.3));
    let last = shop.zone.start_of(shop.plan.until);
    let answer = |sale: &Slip| {
        if !chance.happens(often) {
            return None;
        }
        let at = sale.at + chance.random_range(20 * HOUR..12 * 24 * HOUR);
        let came_back = returns.iter().any(|back| back.returns.as_ref() == Some(&sale.document));
        let score = rounded(chance.around(if came_back { mood - 2.5 } else { mood }, 1.2)).clamp(0, 10);
        let comment = chance.happens(0.3).then(|| comment(score, chance));
        // Those of the last days are still to come.
        (at < last).then(|| FeedbackInput {
            member: MemberRef::Number(number.to_owned()),
            survey: SURVEY.to_owned(),
            score,
            comment,
            at,
            document: sale.document.clone(),
        })
    };
    sales.iter().filter_map(answer).collect()
}

const PROMOTERS: [&str; 6] = [
    "Everything arrived a day early and well packed.",
    "Very friendly staff, I got just what I needed.",
    "Good quality, as always.",
    "I have told my sister about you already.",
    "Easy to order and quick to pay.",
    "The advice in the shop was excellent.",
];
const PASSIVES: [&str; 5] = [
    "All fine, delivery could be a little faster.",
    "Good, but not cheap.",
    "I like the goods; the queue at the till was long.",
    "It does what it should.",
    "Please bring back the old packaging.",
];
const DETRACTORS: [&str; 5] = [
    "The parcel came late and nobody told me.",
    "One item was damaged and I had to send it back.",
    "Sizes and colours are not as shown.",
    "Nobody answered my e-mail.",
    "Too expensive for what it is.",
];

fn comment(score: i64, chance: &mut Chance) -> String {
    let all: &[&str] = match score {
        9.. => &PROMOTERS,
        7..=8 => &PASSIVES,
        _ => &DETRACTORS,
    };
    (*chance.one(all)).to_owned()
}
