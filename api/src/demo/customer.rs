//! One customer, from joining to the latest points entry.

use chrono::{Days, TimeDelta};
use engine::calendar::Millis;
use rand::Rng;

use super::answers;
use super::basket::{Slip, comes_back, sale};
use super::buyer::{Buyer, Coming};
use super::chance::Chance;
use super::goods::KINDS;
use super::ledger;
use super::person::Person;
use super::plan::{Shop, Unit};
use super::rhythm::Way;

/// The customer of a number, from 1, with everything that he or she did.
pub(super) fn customer(shop: &Shop, number: u32, chance: &mut Chance) -> Unit {
    let person = Person::new(number, shop.plan.until, chance);
    let buyer = Buyer::new(&person, chance);
    let (joined, visits) = if person.guest {
        (None, buyer.few_visits(&shop.rhythm, chance))
    } else {
        let (at, visits) = enrolled(shop, &buyer, chance);
        (Some(at), visits)
    };
    let (sales, returns) = slips(shop, &buyer, &person.number, visits, chance);
    // Whoever joined at the till joined before paying.
    let first = sales.first().map(|sale| sale.at);
    let enrolled_at = joined.map(|joined| match (joined, first) {
        (Joined::AtTill(day), Some(first)) if sales[0].day == day => first - 180_000,
        (Joined::AtTill(day), _) | (Joined::Alone(day), _) => {
            shop.zone.instant_of(shop.rhythm.time(Way::Web, day, chance))
        }
        (Joined::Before(at), _) => at,
    });
    let points = match enrolled_at {
        Some(since) => ledger::entries(shop, &person.number, since, &sales, &returns, chance),
        None => Vec::new(),
    };
    let tier = enrolled_at.map(|_| tier(shop, &sales, &returns));
    let interests: Vec<&str> = match chance.random_range(0..10) {
        0..=1 if !person.guest => buyer.favourites.iter().map(|kind| KINDS[*kind].name).collect(),
        2..=3 if !person.guest => vec![KINDS[buyer.favourites[0]].name],
        _ => Vec::new(),
    };
    let documents = sales.iter().chain(&returns).map(|slip| slip.document(shop, Some(&person.number)));
    let transactions = documents.collect();
    // Whoever has no address is not asked. Drawn last, so that all else of a seed is as it was before there were answers.
    let feedback = match person.email {
        Some(_) => answers::answers(shop, &person.number, &sales, &returns, chance),
        None => Vec::new(),
    };
    Unit { member: Some(person.member(enrolled_at, tier, &interests)), transactions, points, feedback }
}

/// How a customer came to the programme.
#[derive(Clone, Copy)]
enum Joined {
    /// Before the two years.
    Before(Millis),
    /// On a day, with the first purchase.
    AtTill(usize),
    /// On a day, without buying.
    Alone(usize),
}

fn enrolled(shop: &Shop, buyer: &Buyer, chance: &mut Chance) -> (Joined, Vec<(usize, Way)>) {
    let rhythm = &shop.rhythm;
    if chance.happens(0.4) {
        let before = chance.random_range(1..1500u64);
        let date = rhythm.date(0).checked_sub_days(Days::new(before)).unwrap_or_default();
        let time = TimeDelta::minutes(chance.random_range(9 * 60..20 * 60));
        let at = shop.zone.instant_of(date.and_time(chrono::NaiveTime::MIN) + time);
        return (Joined::Before(at), buyer.visits(Coming::Before, rhythm, chance));
    }
    let way = buyer.way(chance);
    let day = rhythm.pick(way, 0..rhythm.days(), chance).unwrap_or(0);
    if chance.happens(0.05) {
        return (Joined::Alone(day), Vec::new());
    }
    let mut visits = buyer.visits(Coming::On(day), rhythm, chance);
    if chance.happens(0.15) {
        return (Joined::Alone(day), visits);
    }
    visits.push((day, way));
    (Joined::AtTill(day), visits)
}

fn slips(
    shop: &Shop,
    buyer: &Buyer,
    number: &str,
    mut visits: Vec<(usize, Way)>,
    chance: &mut Chance,
) -> (Vec<Slip>, Vec<Slip>) {
    visits.sort_by_key(|(day, _)| *day);
    let documents = (1..).map(|place| format!("{number}-{place:03}"));
    let mut sales: Vec<Slip> =
        visits.into_iter().zip(documents).map(|(visit, document)| sale(shop, buyer, visit, document, chance)).collect();
    let returns =
        sales.iter().filter_map(|sale| comes_back(shop, buyer, sale, format!("{}-r", sale.document), chance)).collect();
    sales.sort_by_key(|sale| sale.at);
    (sales, returns)
}

/// The tier that the spending of the last year earns.
fn tier(shop: &Shop, sales: &[Slip], returns: &[Slip]) -> &'static str {
    let since = shop.rhythm.days().saturating_sub(365);
    let sum = |slips: &[Slip]| slips.iter().filter(|slip| slip.day >= since).map(|slip| slip.amount).sum::<i64>();
    let spent = sum(sales) - sum(returns);
    let bounds = [("Platinum", 1500.0), ("Gold", 600.0), ("Silver", 200.0)];
    bounds.iter().find(|(_, euros)| spent >= shop.prices.amount(*euros)).map_or("Bronze", |(tier, _)| tier)
}
