//! Sales in the order of their days, some of them returned.

use anyhow::Result;
use fastrand::Rng;

use super::people::Member;
use super::{CATEGORIES, LAST_12_MONTHS, LAUNCHED, NOW, Size, category};
use crate::fill::{Cell, Filler, Rows};

const COLUMNS: [&str; 15] = [
    "id",
    "source",
    "document",
    "kind",
    "member_id",
    "amount",
    "at",
    "channel",
    "location",
    "labels",
    "returns_document",
    "returns",
    "returned",
    "purchase",
    "body",
];

/// Of a hundred sales, so many are returned, every other one of them in full.
const RETURNED: u8 = 2;
/// Of a hundred sales, so many are of nobody known.
const ANONYMOUS: u8 = 2;

/// Writes sales and returns, and adds them to what is kept of the members.
pub(super) fn write(size: &Size, members: &mut [Member], chance: &mut Rng, filler: &mut dyn Filler) -> Result<()> {
    filler.table("\"transaction\"", &COLUMNS, &mut |rows| {
        let mut id = 0;
        while id < size.transactions {
            let at = LAUNCHED + (NOW - LAUNCHED) / size.transactions as i64 * id as i64;
            let buyer = (chance.u8(0..100) >= ANONYMOUS).then(|| buyer(members.len(), chance));
            // Few large amounts, many small ones; each segment's mean is another.
            let amount = 200 + (chance.f64() * chance.f64() * chance.f64() * 60_000.0) as i64;
            let back = match chance.u8(0..100) < RETURNED && id + 2 <= size.transactions {
                false => 0,
                true if chance.bool() => amount,
                true => amount / 2,
            };
            let sale = Document { id: id + 1, member: buyer, at, amount, back, of: None };
            sale.write(chance, rows)?;
            id += 1;
            let mut net = amount;
            if back > 0 {
                Document { id: id + 1, amount: back, of: Some(id), ..sale }.write(chance, rows)?;
                id += 1;
                net -= back;
            }
            if let Some(buyer) = buyer {
                let member = &mut members[buyer];
                member.spending += net;
                if at >= LAST_12_MONTHS {
                    member.spending_12m += net;
                }
                if back < amount {
                    member.purchase(at);
                }
            }
        }
        Ok(())
    })
}

/// Writes a line for each document, of a category that follows from its id.
pub(super) fn write_lines(size: &Size, filler: &mut dyn Filler) -> Result<()> {
    let columns = ["transaction_id", "position", "sku", "category", "quantity", "amount"];
    let names: Vec<String> = (0..CATEGORIES).map(category).collect();
    filler.table("transaction_item", &columns, &mut |rows| {
        for id in 1..=size.transactions {
            let place = id.wrapping_mul(2_654_435_761) >> 7;
            let name = &names[place % CATEGORIES];
            rows.row(&[
                Cell::Int(id as i64),
                Cell::Int(0),
                Cell::Text("1"),
                Cell::Text(name),
                Cell::Text("1"),
                Cell::Int(100),
            ])?;
        }
        Ok(())
    })
}

/// Some buy much more often than others.
fn buyer(members: usize, chance: &mut Rng) -> usize {
    let place = chance.f64().powf(1.5) * members as f64;
    // Members who buy often do not stand together.
    (place as usize * 7919 + 13) % members
}

#[derive(Clone, Copy)]
struct Document {
    id: usize,
    member: Option<usize>,
    at: i64,
    amount: i64,
    /// What is taken back of it.
    back: i64,
    /// The sale that it takes back.
    of: Option<usize>,
}

impl Document {
    fn write(&self, chance: &mut Rng, rows: &mut dyn Rows) -> Result<()> {
        let name = |id: usize| format!("D{id:09}");
        let (document, of) = (name(self.id), self.of.map(name));
        let is_return = of.is_some();
        rows.row(&[
            Cell::id(self.id),
            Cell::Text("pos"),
            Cell::Text(&document),
            Cell::Text(if is_return { "RETURN" } else { "SALE" }),
            self.member.map_or(Cell::Null, |index| Cell::id(index + 1)),
            Cell::Int(self.amount),
            Cell::Int(self.at),
            Cell::Text(["shop", "web", "app"][chance.usize(..3)]),
            Cell::Null,
            Cell::Text("[]"),
            of.as_deref().map_or(Cell::Null, Cell::Text),
            Cell::Int(i64::from(!is_return && self.back > 0)),
            Cell::Int(if is_return { 0 } else { self.back }),
            Cell::Bool(!is_return && self.back < self.amount),
            Cell::Int(chance.i64(..)),
        ])
    }
}
