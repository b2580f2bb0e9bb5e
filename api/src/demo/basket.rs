//! What is bought at one visit, and what of it comes back.

use chrono::Datelike;
use engine::calendar::Millis;
use rand::Rng;
use rust_decimal::Decimal;

use super::buyer::Buyer;
use super::chance::Chance;
use super::plan::{SOURCE, Shop};
use super::rhythm::Way;
use crate::members::{LabelInput, MemberRef};
use crate::transactions::{ItemInput, TransactionInput};
use entity::kinds::TransactionKind;

/// A sale, or a return. Amounts are in minor units.
#[derive(Clone, Debug)]
pub(super) struct Slip {
    pub(super) document: String,
    pub(super) day: usize,
    pub(super) at: Millis,
    pub(super) amount: i64,
    channel: &'static str,
    location: Option<&'static str>,
    lines: Vec<Line>,
    labels: Vec<(&'static str, String)>,
    /// What was paid for the goods alone.
    paid: i64,
    /// The sale that it takes back.
    pub(super) returns: Option<String>,
}

#[derive(Clone, Debug)]
struct Line {
    article: usize,
    quantity: i64,
    amount: i64,
}

/// A visit that ends at the till.
pub(super) fn sale(shop: &Shop, buyer: &Buyer, visit: (usize, Way), document: String, chance: &mut Chance) -> Slip {
    let (day, way) = visit;
    let lines = lines(shop, buyer, day, chance);
    let goods: i64 = lines.iter().map(|line| line.amount).sum();
    let mut labels = Vec::new();
    let promotion = shop.rhythm.promotion(day).filter(|one| chance.happens(one.share * buyer.bargains));
    let percent = match promotion {
        Some(promotion) => {
            labels.push(("promotion", promotion.name.clone()));
            promotion.percent
        }
        None if buyer.newsletter && chance.happens(0.05) => {
            labels.push(("coupon", "NEWSLETTER10".to_owned()));
            10
        }
        None => 0,
    };
    let paid = goods - goods * percent / 100;
    let delivery = if way == Way::Web && paid < shop.prices.amount(50.0) { shop.prices.label(5.0) } else { 0 };
    let channel = match way {
        Way::Web if buyer.app => "app",
        Way::Web => "web",
        Way::Store => "store",
    };
    let location = (way == Way::Store).then(|| buyer.shop(day, shop.rhythm.days(), chance));
    let at = shop.zone.instant_of(shop.rhythm.time(way, day, chance));
    Slip { document, day, at, amount: paid + delivery, channel, location, lines, labels, paid, returns: None }
}

fn lines(shop: &Shop, buyer: &Buyer, day: usize, chance: &mut Chance) -> Vec<Line> {
    let month = usize::try_from(shop.rhythm.date(day).month0()).unwrap_or(0);
    let mut lines: Vec<Line> = Vec::new();
    for _ in 0..(1 + chance.count(buyer.more)).min(12) {
        let (one, other) =
            (shop.catalogue.pick(&buyer.taste, month, chance), shop.catalogue.pick(&buyer.taste, month, chance));
        let dearer = shop.catalogue.article(one).price >= shop.catalogue.article(other).price;
        let article = if dearer == chance.happens(buyer.upmarket) { one } else { other };
        let most = i64::from(shop.catalogue.kind(article).most);
        let quantity = if chance.happens(0.85) { 1 } else { chance.random_range(1..=most) };
        let price = shop.catalogue.article(article).price;
        match lines.iter_mut().find(|line| line.article == article) {
            Some(line) => {
                line.quantity += quantity;
                line.amount += quantity * price;
            }
            None => lines.push(Line { article, quantity, amount: quantity * price }),
        }
    }
    lines
}

/// What of a sale comes back some days later, if anything does: all of it, or some of its articles.
pub(super) fn comes_back(
    shop: &Shop,
    buyer: &Buyer,
    sale: &Slip,
    document: String,
    chance: &mut Chance,
) -> Option<Slip> {
    let often = if sale.location.is_some() { 0.045 } else { 0.12 };
    let kinds = sale.lines.iter().map(|line| shop.catalogue.kind(line.article).returned);
    if !chance.happens(often * kinds.fold(0.0, f64::max)) {
        return None;
    }
    let in_a_shop = sale.location.is_some() || chance.happens(0.3);
    let way = if in_a_shop { Way::Store } else { Way::Web };
    let soonest = sale.day + if sale.location.is_some() { 1 } else { 4 };
    let day = shop.rhythm.pick(way, soonest..(soonest + 24).min(shop.rhythm.days()), chance)?;
    let whole = chance.happens(0.45);
    let lines = if whole { sale.lines.clone() } else { some(&sale.lines, chance) };
    let left: i64 =
        sale.lines.iter().map(|line| line.quantity).sum::<i64>() - lines.iter().map(|line| line.quantity).sum::<i64>();
    let goods: i64 = sale.lines.iter().map(|line| line.amount).sum();
    let back: i64 = lines.iter().map(|line| line.amount).sum();
    // Who gives everything back gets the delivery back as well; of the rest, what was paid for it.
    let amount = if left == 0 { sale.amount } else { back * sale.paid / goods.max(1) };
    let reason = *chance.one(&["does not fit", "does not please", "damaged", "late", "ordered twice"]);
    Some(Slip {
        document,
        day,
        at: shop.zone.instant_of(shop.rhythm.time(way, day, chance)),
        amount,
        channel: if in_a_shop { "store" } else { sale.channel },
        location: sale.location.or_else(|| in_a_shop.then(|| buyer.shop(day, shop.rhythm.days(), chance))),
        lines,
        labels: vec![("reason", reason.to_owned())],
        paid: amount,
        returns: Some(sale.document.clone()),
    })
}

/// Some of the articles: at least one piece, never more than were bought.
fn some(lines: &[Line], chance: &mut Chance) -> Vec<Line> {
    let one = chance.random_range(0..lines.len());
    let mut back = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        if place == one || chance.happens(0.25) {
            let quantity = chance.random_range(1..=line.quantity);
            back.push(Line { article: line.article, quantity, amount: line.amount / line.quantity * quantity });
        }
    }
    back
}

impl Slip {
    /// The document that is written.
    pub(super) fn document(&self, shop: &Shop, member: Option<&str>) -> TransactionInput {
        let item = |line: &Line| {
            let article = shop.catalogue.article(line.article);
            ItemInput {
                sku: article.sku.clone(),
                name: Some(article.name.clone()),
                brand: Some(article.brand.to_owned()),
                category: Some(shop.catalogue.kind(line.article).name.to_owned()),
                quantity: Decimal::from(line.quantity),
                amount: shop.currency.decimal(line.amount),
            }
        };
        let label = |(key, value): &(&str, String)| LabelInput { key: (*key).to_owned(), value: value.clone() };
        TransactionInput {
            source: SOURCE.to_owned(),
            document: self.document.clone(),
            kind: if self.returns.is_some() { TransactionKind::Return } else { TransactionKind::Sale },
            member: member.map(|number| MemberRef::Number(number.to_owned())),
            amount: Some(shop.currency.decimal(self.amount)),
            at: self.at,
            channel: Some(self.channel.to_owned()),
            location: self.location.map(str::to_owned),
            items: self.lines.iter().map(item).collect(),
            labels: self.labels.iter().map(label).collect(),
            returns_document: self.returns.clone(),
        }
    }
}
