//! A shop's segments and members as rows of the model.

use std::collections::{BTreeMap, BTreeSet};

use engine::text::fold;
use rust_decimal::Decimal;

use super::model::{Fact, Row, SortKey};
use super::people::Person;
use super::world::World;

/// The segments.
pub fn segments(world: &World) -> Vec<Row> {
    let row = |(rank, group): (usize, &super::world::Group)| {
        let figures = world.figures(group);
        let members = Decimal::from(figures.members);
        let facts = BTreeMap::from([
            ("active", Fact::Bool(group.active)),
            ("kind", Fact::Word("MANUAL")),
            ("name", Fact::Text(Some(group.name.clone()))),
            ("description", Fact::Text(group.description.clone())),
            ("tag", Fact::Texts(group.tags.clone())),
            ("members", Fact::Number(Some(members))),
            ("averageTransactionValue", Fact::Number(figures.average_transaction_value)),
            ("averageTransactions", Fact::Real(figures.average_transactions)),
            ("averageSpending", Fact::Number(figures.average_spending)),
            ("averageClv", Fact::Number(figures.average_clv)),
            ("createdOn", Fact::Day(Some(world.zone.day_of(group.created_at)))),
            ("hasMember", Fact::Named(world.members(group).flat_map(|person| references(world, person)).collect())),
        ]);
        let keys = BTreeMap::from([
            ("NAME", SortKey::Text(fold(&group.name))),
            ("MEMBERS", SortKey::Number(Some(members))),
            ("AVERAGE_TRANSACTION_VALUE", SortKey::Number(figures.average_transaction_value)),
            ("AVERAGE_TRANSACTIONS", SortKey::Real(figures.average_transactions)),
            ("AVERAGE_SPENDING", SortKey::Number(figures.average_spending)),
            ("AVERAGE_CLV", SortKey::Number(figures.average_clv)),
            ("CREATED_ON", SortKey::Number(Some(group.created_at.into()))),
        ]);
        Row { name: group.key.clone(), rank, searched: vec![group.name.clone()], facts, keys }
    };
    world.groups.iter().enumerate().map(row).collect()
}

/// The members, or those of a segment.
pub fn members(world: &World, of: Option<&super::world::Group>) -> Vec<Row> {
    let row = |(place, person): (usize, &Person)| {
        let rank = world.by_id.iter().position(|number| *number == person.number).unwrap();
        let cents = Decimal::new(person.spending(), 2);
        let transactions = Decimal::from(person.transactions());
        let last = person.last_purchase_at();
        let text = |text: &Option<String>| Fact::Text(text.clone());
        let facts = BTreeMap::from([
            ("number", Fact::Text(Some(person.number.clone()))),
            ("name", Fact::Text(Some(person.name()))),
            ("email", text(&person.email)),
            ("country", text(&person.country)),
            ("city", text(&person.city)),
            ("tier", text(&person.tier)),
            ("label", Fact::Labels(person.labels.clone())),
            ("enrolled", Fact::Bool(person.enrolled)),
            ("marketingConsent", Fact::Bool(person.consent)),
            ("spending", Fact::Number(Some(cents))),
            ("transactions", Fact::Number(Some(transactions))),
            ("lastPurchaseOn", Fact::Day(last.map(|at| world.zone.day_of(at)))),
            ("pointsBalance", Fact::Number(Some(person.balance().into()))),
            ("inSegment", Fact::Named(segments_of(world, place))),
        ]);
        let mut keys = BTreeMap::from([
            ("NAME", SortKey::Text(fold(&person.name()))),
            ("NUMBER", SortKey::Text(fold(&person.number))),
            ("CREATED_AT", SortKey::Number(Some(person.created_at.into()))),
            ("SPENDING", SortKey::Number(Some(cents))),
            ("TRANSACTIONS", SortKey::Number(Some(transactions))),
            ("LAST_PURCHASE_AT", SortKey::Number(last.map(Decimal::from))),
            ("CLV", SortKey::Number(Some(cents))),
            ("POINTS_BALANCE", SortKey::Number(Some(person.balance().into()))),
        ]);
        if let Some(group) = of {
            keys.insert("JOINED_AT", SortKey::Number(group.members.get(&place).map(|at| (*at).into())));
        }
        let searched = [&person.first_name, &person.last_name, &person.email].into_iter().flatten().cloned();
        let searched = searched.chain([person.number.clone()]).collect();
        Row { name: person.number.clone(), rank, searched, facts, keys }
    };
    let belongs = |place: &usize| of.is_none_or(|group| group.members.contains_key(place));
    world.people.iter().enumerate().filter(|(place, _)| belongs(place)).map(row).collect()
}

/// How a member may be named, an e-mail only where nobody shares it.
fn references(world: &World, person: &Person) -> Vec<String> {
    let number = format!("number:{}", person.number);
    let shared = |email: &String| world.people.iter().filter(|one| one.email.as_ref() == Some(email)).count() > 1;
    let email = person.email.as_ref().filter(|email| !shared(email)).map(|email| format!("email:{}", fold(email)));
    std::iter::once(number).chain(email).collect()
}

fn segments_of(world: &World, place: usize) -> BTreeSet<String> {
    let groups = world.groups.iter().filter(|group| group.members.contains_key(&place));
    groups.map(|group| format!("key:{}", group.key)).collect()
}
