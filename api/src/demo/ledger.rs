//! The points of one customer: earned by purchases, spent on rewards, lapsed after a year, taken back with returns.

use std::collections::VecDeque;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use engine::calendar::Millis;
use entity::kinds::PointsKind;
use rand::Rng;

use super::basket::Slip;
use super::chance::Chance;
use super::plan::{PREFIX, Shop};
use crate::members::MemberRef;
use crate::points::PointsInput;

/// A reward costs so many points.
const REWARD: i64 = 400;
/// So long points are good for.
const GOOD_FOR: i64 = 365 * 24 * 3_600_000;

/// What moves the points, in the order of things at one instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Welcome,
    Referral,
    Social,
    Lapse(NaiveDate),
    Purchase(usize),
    Return(usize),
}

/// The entries of a customer who is in the programme since an instant, in the order of time.
pub(super) fn entries(
    shop: &Shop,
    number: &str,
    since: Millis,
    sales: &[Slip],
    returns: &[Slip],
    chance: &mut Chance,
) -> Vec<PointsInput> {
    // Some never look for a reward.
    let redeems = if chance.happens(0.4) { 0.0 } else { chance.random_range(0.1..0.7) };
    let mut ledger = Ledger { number, lots: VecDeque::new(), entries: Vec::new() };
    for (at, moment) in moments(shop, since, sales, returns, chance) {
        match moment {
            Moment::Welcome => ledger.earn(at, 50, "PROMOTION", "welcome"),
            Moment::Referral => ledger.earn(at, 200, "REFERRAL", "referral"),
            Moment::Social => ledger.earn(at, 25, "SOCIAL", "social"),
            Moment::Lapse(day) => ledger.lapse(at, day),
            Moment::Purchase(sale) => {
                let sale = &sales[sale];
                if ledger.balance() >= REWARD && chance.happens(redeems) {
                    let rewards = if chance.happens(0.3) { ledger.balance() / REWARD } else { 1 };
                    ledger.spend(at, rewards * REWARD, &own(sale, "-reward"));
                }
                ledger.earn(at, sale.amount / shop.prices.per_point(), "PURCHASE", &own(sale, ""));
                if chance.happens(0.006) {
                    let points = 25 * chance.random_range(1..=4);
                    ledger.adjust(at, points, "SERVICE", &own(sale, "-sorry"));
                }
            }
            Moment::Return(back) => {
                let back = &returns[back];
                let points = (back.amount / shop.prices.per_point()).min(ledger.balance());
                ledger.adjust(at, -points, "RETURN", &own(back, ""));
            }
        }
    }
    ledger.entries
}

/// What a slip is called within its customer's documents.
fn own(slip: &Slip, ending: &str) -> String {
    let name = slip.document.strip_prefix(PREFIX).unwrap_or(&slip.document);
    format!("{name}{ending}")
}

fn moments(shop: &Shop, since: Millis, sales: &[Slip], returns: &[Slip], chance: &mut Chance) -> Vec<(Millis, Moment)> {
    let start = shop.zone.start_of(shop.rhythm.date(0));
    let last = shop.zone.start_of(shop.plan.until);
    let mut moments = Vec::new();
    // What was before the two years is not in the books.
    if since >= start {
        moments.push((since, Moment::Welcome));
    }
    let span = last - since.max(start);
    for (moment, often) in [(Moment::Referral, 0.05), (Moment::Social, 0.08)] {
        if span > 0 && chance.happens(often) {
            moments.push((since.max(start) + chance.random_range(0..span), moment));
        }
    }
    let lapses = (0..shop.rhythm.days()).map(|day| shop.rhythm.date(day));
    for date in lapses.filter(|date| date.day() == 1 && (date.month() == 1 || date.month() == 7)) {
        let at = shop.zone.instant_of(date.and_time(NaiveTime::MIN) + TimeDelta::hours(3));
        moments.push((at, Moment::Lapse(date)));
    }
    let bought = sales.iter().enumerate().filter(|(_, sale)| sale.at >= since);
    moments.extend(bought.map(|(place, sale)| (sale.at, Moment::Purchase(place))));
    moments.extend(returns.iter().enumerate().map(|(place, back)| (back.at, Moment::Return(place))));
    moments.sort_unstable();
    moments
}

struct Ledger<'a> {
    number: &'a str,
    /// What is left of each earning, the oldest first.
    lots: VecDeque<(Millis, i64)>,
    entries: Vec<PointsInput>,
}

impl Ledger<'_> {
    fn balance(&self) -> i64 {
        self.lots.iter().map(|(_, left)| left).sum()
    }

    fn earn(&mut self, at: Millis, points: i64, origin: &str, document: &str) {
        if points > 0 {
            self.lots.push_back((at, points));
            self.enter(PointsKind::Earned, at, points, Some(origin), document);
        }
    }

    fn spend(&mut self, at: Millis, points: i64, document: &str) {
        self.take(points);
        self.enter(PointsKind::Redeemed, at, points, Some("REWARD"), document);
    }

    /// Twice a year the points go that were earned more than a year ago.
    fn lapse(&mut self, at: Millis, day: NaiveDate) {
        let old: i64 = self.lots.iter().filter(|(earned, _)| earned + GOOD_FOR < at).map(|(_, left)| left).sum();
        if old > 0 {
            self.take(old);
            self.enter(PointsKind::Expired, at, old, None, &format!("expired-{}", day.format("%Y-%m")));
        }
    }

    fn adjust(&mut self, at: Millis, points: i64, origin: &str, document: &str) {
        match points {
            0 => return,
            1.. => self.lots.push_back((at, points)),
            _ => self.take(-points),
        }
        self.enter(PointsKind::Adjusted, at, points, Some(origin), document);
    }

    /// The oldest points are used first.
    fn take(&mut self, mut points: i64) {
        while let Some((_, left)) = self.lots.front_mut() {
            let taken = points.min(*left);
            *left -= taken;
            points -= taken;
            if *left > 0 {
                break;
            }
            self.lots.pop_front();
        }
    }

    fn enter(&mut self, kind: PointsKind, at: Millis, points: i64, origin: Option<&str>, document: &str) {
        self.entries.push(PointsInput {
            member: MemberRef::Number(self.number.to_owned()),
            kind,
            points,
            at,
            origin: origin.map(str::to_owned),
            document: format!("{PREFIX}{document}"),
        });
    }
}
