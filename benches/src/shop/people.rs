//! Members, their labels, and what is kept of each.

use anyhow::Result;
use fastrand::Rng;

use super::points::Points;
use super::{LAUNCHED, NOW, Sums, number};
use crate::fill::{Cell, Filler, Rows};

/// What is kept of a member.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) consent: bool,
    pub(super) transactions: i64,
    pub(super) spending: i64,
    pub(super) spending_12m: i64,
    pub(super) first_purchase_at: Option<i64>,
    pub(super) last_purchase_at: Option<i64>,
    pub(super) points: Points,
}

impl Member {
    /// What the member adds to the sums of a segment.
    pub(super) fn share(&self) -> Sums {
        Sums {
            members: 1,
            reachable: i64::from(self.consent),
            transactions: self.transactions,
            spending: self.spending,
            spending_12m: self.spending_12m,
        }
    }

    /// Counts a purchase.
    pub(super) fn purchase(&mut self, at: i64) {
        self.transactions += 1;
        self.first_purchase_at = Some(self.first_purchase_at.map_or(at, |first| first.min(at)));
        self.last_purchase_at = Some(self.last_purchase_at.map_or(at, |last| last.max(at)));
    }
}

const FIRST: [&str; 16] = [
    "Anna", "Jan", "Maria", "Piotr", "Lena", "Paul", "Emma", "Luca", "Zofia", "Otto", "Ines", "Hugo", "Clara", "Nils",
    "Greta", "Tomas",
];
const LAST: [&str; 20] = [
    "Nowak", "Weber", "Silva", "Rossi", "Novak", "Jansen", "Larsen", "Martin", "Dubois", "Costa", "Kowalska",
    "Fischer", "Moreau", "Ricci", "Horvat", "Visser", "Berg", "Lambert", "Keller", "Santos",
];
const PLACES: [(&str, &str, &str); 8] = [
    ("PL", "Krakow", "30-001"),
    ("PL", "Gdansk", "80-001"),
    ("DE", "Berlin", "10115"),
    ("DE", "Hamburg", "20095"),
    ("FR", "Lyon", "69001"),
    ("IT", "Torino", "10121"),
    ("NL", "Utrecht", "3511"),
    ("PT", "Porto", "4000-001"),
];
const TIERS: [&str; 4] = ["Basic", "Silver", "Gold", "Platinum"];

const MEMBER: [&str; 26] = [
    "id",
    "number",
    "number_folded",
    "enrolled_at",
    "first_name",
    "last_name",
    "name_folded",
    "search_words",
    "email",
    "email_folded",
    "phone",
    "gender",
    "birth_date",
    "country",
    "country_folded",
    "region",
    "city",
    "city_folded",
    "postal_code",
    "street",
    "tier",
    "tier_folded",
    "attributes",
    "marketing_consent",
    "created_at",
    "updated_at",
];

/// Writes the members, each fifth with a label.
pub(super) fn write(members: &mut [Member], chance: &mut Rng, filler: &mut dyn Filler) -> Result<()> {
    filler.table("member", &MEMBER, &mut |rows| {
        for (index, member) in members.iter_mut().enumerate() {
            member.consent = chance.u8(0..10) < 7;
            write_member(index + 1, member.consent, chance, rows)?;
        }
        Ok(())
    })?;
    let columns = ["member_id", "position", "key", "key_folded", "value", "value_folded"];
    filler.table("member_label", &columns, &mut |rows| {
        for id in (1..=members.len()).step_by(5) {
            let value = if id % 2 == 0 { "card" } else { "app" };
            let text = Cell::Text;
            rows.row(&[Cell::id(id), Cell::Int(0), text("origin"), text("origin"), text(value), text(value)])?;
        }
        Ok(())
    })
}

fn write_member(id: usize, consent: bool, chance: &mut Rng, rows: &mut dyn Rows) -> Result<()> {
    let number = number(id);
    let (first, last) = (FIRST[chance.usize(..FIRST.len())], LAST[chance.usize(..LAST.len())]);
    let (country, city, postal_code) = PLACES[chance.usize(..PLACES.len())];
    let tier = TIERS[chance.usize(..TIERS.len())];
    let [first_folded, last_folded, number_folded] = [first, last, &number].map(str::to_ascii_lowercase);
    let email = format!("{first_folded}.{last_folded}.{id}@example.com");
    let words = format!(" {first_folded} {last_folded} {number_folded} {first_folded} {last_folded} {id} example com");
    let name_folded = format!("{first_folded} {last_folded}");
    let birth_date = format!("{}-{:02}-{:02}", chance.u16(1945..2008), chance.u8(1..=12), chance.u8(1..=28));
    let phone = format!("+48 {:09}", chance.u32(100_000_000..1_000_000_000));
    let street = format!("Main Street {}", chance.u16(1..200));
    let [country_folded, city_folded, tier_folded] = [country, city, tier].map(str::to_ascii_lowercase);
    let created = Cell::Int(LAUNCHED + chance.i64(0..(NOW - LAUNCHED) / 2));
    let text = Cell::Text;
    rows.row(&[
        Cell::id(id),
        text(&number),
        text(&number_folded),
        if chance.u8(0..10) > 0 { created } else { Cell::Null },
        text(first),
        text(last),
        text(&name_folded),
        text(&words),
        text(&email),
        text(&email),
        text(&phone),
        text(if chance.bool() { "F" } else { "M" }),
        text(&birth_date),
        text(country),
        text(&country_folded),
        Cell::Null,
        text(city),
        text(&city_folded),
        text(postal_code),
        text(&street),
        text(tier),
        text(&tier_folded),
        text("{}"),
        Cell::Bool(consent),
        created,
        created,
    ])
}

const METRICS: [&str; 11] = [
    "member_id",
    "transactions",
    "spending",
    "spending_12m",
    "first_purchase_at",
    "last_purchase_at",
    "points_earned",
    "points_redeemed",
    "points_expired",
    "points_adjusted",
    "points_balance",
];

/// Writes what is kept of each member.
pub(super) fn write_metrics(members: &[Member], filler: &mut dyn Filler) -> Result<()> {
    let instant = |at: Option<i64>| at.map_or(Cell::Null, Cell::Int);
    filler.table("member_metrics", &METRICS, &mut |rows| {
        for (index, member) in members.iter().enumerate() {
            let points = &member.points;
            rows.row(&[
                Cell::id(index + 1),
                Cell::Int(member.transactions),
                Cell::Int(member.spending),
                Cell::Int(member.spending_12m),
                instant(member.first_purchase_at),
                instant(member.last_purchase_at),
                Cell::Int(points.earned),
                Cell::Int(points.redeemed),
                Cell::Int(points.expired),
                Cell::Int(0),
                Cell::Int(points.balance()),
            ])?;
        }
        Ok(())
    })
}
