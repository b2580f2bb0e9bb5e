//! Sales to people who do not say who they are.

use super::basket::{comes_back, sale};
use super::buyer::Buyer;
use super::chance::Chance;
use super::plan::{PREFIX, Shop, Unit};
use super::rhythm::Way;

/// How many of them buy on an average day, for each customer whom the shop knows.
const A_DAY: f64 = 0.0014;

/// The anonymous sales of a day, and what comes back of them later.
pub(super) fn day(shop: &Shop, day: usize, chance: &mut Chance) -> Unit {
    let customers = f64::from(shop.plan.members);
    let mut unit = Unit::default();
    let mut sell = |way: Way, place: u32, chance: &mut Chance| {
        let document = format!("{PREFIX}x{day:04}-{place:03}");
        let buyer = Buyer::unknown(chance);
        let sale = sale(shop, &buyer, (day, way), document, chance);
        let back = comes_back(shop, &buyer, &sale, format!("{}-r", sale.document), chance);
        unit.transactions.extend([Some(sale), back].into_iter().flatten().map(|slip| slip.document(shop, None)));
    };
    let business = shop.rhythm.business(Way::Store, day..day + 1);
    for place in 1..=chance.count(customers * A_DAY * business) {
        sell(Way::Store, place, chance);
    }
    // The data reach to the last day, also those of a small shop.
    if day + 1 == shop.rhythm.days() {
        sell(Way::Web, 0, chance);
    }
    unit
}
