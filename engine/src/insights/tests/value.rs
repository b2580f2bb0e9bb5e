//! Values, groups, and what is said of one member.

use std::sync::Arc;

use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

use super::shop::{Document, Person, Shop, crowd, day, shop};
use crate::figures::ratio;
use crate::insights::{
    Among, Bounds, ByMember, MemberGroups, MemberInsights, Multiple, Note, Prediction, Presence, Rfm, RfmGroup,
    ValueGroup, ValueGroups, ValueSettings, ValueTerms,
};
use crate::ledger::PointsMove;
use crate::money::{quotient, share_of};

/// What a model says of some members, and what campaigns cost for some: the numbers only have to differ.
fn prediction(id: i64) -> Option<Prediction> {
    (id % 4 != 0).then(|| Prediction { value: (id % 5 != 0).then_some(id * 37 % 900), chance: ratio(id * 7 % 10, 10) })
}

fn campaign_cost(id: i64) -> Option<i64> {
    (id % 3 == 0).then_some(id * 11 % 400)
}

fn settings(shop: &Shop, is_fitted: bool) -> ValueSettings {
    let [margin, point, handling] = ["0.45", "0.005", "4.505"].map(|text| text.parse::<Decimal>().unwrap());
    let ids = || 1..=200;
    let costs = ByMember::new(ids().filter_map(|id| Some((id, campaign_cost(id)?))).collect());
    let settings = ValueSettings::new(shop.today, margin, point, handling, 2).with_campaign_costs(Arc::new(costs));
    let predictions = ByMember::new(ids().filter_map(|id| Some((id, prediction(id)?))).collect());
    if is_fitted { settings.with_predictions(Arc::new(predictions)) } else { settings }
}

fn rounded(amount: Decimal) -> i64 {
    let whole = amount.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    whole.try_into().unwrap()
}

fn is_of_year(shop: &Shop, day: chrono::NaiveDate) -> bool {
    shop.today - chrono::Months::new(12) < day && day <= shop.today
}

fn terms(shop: &Shop, person: &Person, is_fitted: bool) -> ValueTerms {
    let spending = person.spent(|day| is_of_year(shop, day));
    let redeemed = person.entries.iter().filter(|one| one.kind == PointsMove::Redeemed && is_of_year(shop, one.day));
    let redeemed: i64 = redeemed.map(|entry| entry.points).sum();
    let returns = person.documents.iter().filter(|one| one.is_return() && is_of_year(shop, one.day)).count();
    let margin_12_months = rounded(Decimal::from(spending) * Decimal::new(45, 2));
    let predicted_margin = prediction(person.id).filter(|_| is_fitted).and_then(|prediction| prediction.value);
    let reward_cost = rounded(Decimal::from(redeemed) * Decimal::new(5, 1));
    let campaign_cost = campaign_cost(person.id).unwrap_or(0);
    let return_handling = rounded(Decimal::from(returns) * Decimal::new(4505, 1));
    let total = margin_12_months + predicted_margin.unwrap_or(0) - reward_cost - campaign_cost - return_handling;
    ValueTerms { margin_12_months, predicted_margin, reward_cost, campaign_cost, return_handling, total }
}

/// 1 to 5 by how many of the values are strictly worse.
fn score(value: i64, values: &[i64]) -> usize {
    1 + 5 * values.iter().filter(|other| **other < value).count() / values.len()
}

/// A customer as the definition of the groups sees it.
struct Customer<'s> {
    person: &'s Person,
    value: i64,
    /// Tenure from 0 to 2 and fifth of the first order; none where it never bought.
    cell: Option<(usize, usize)>,
    chance: Option<f64>,
}

fn customers(shop: &Shop, is_fitted: bool) -> Vec<Customer<'_>> {
    let first_order = |person: &Person| person.purchases().next().map(|document| document.net);
    let all: Vec<i64> = shop.people.iter().filter_map(first_order).collect();
    let cell = |person: &Person| {
        let first = person.purchases().next()?;
        let tenure = match (shop.today - first.day).num_days() {
            ..=90 => 0,
            91..=365 => 1,
            _ => 2,
        };
        Some((tenure, score(first.net, &all)))
    };
    let customer = |person| Customer {
        person,
        value: terms(shop, person, is_fitted).total,
        cell: cell(person),
        chance: prediction(person.id).filter(|_| is_fitted).map(|prediction| prediction.chance),
    };
    shop.people.iter().map(customer).collect()
}

/// What the peers of a cell are worth, and whether they are all of the tenure.
fn peers(customers: &[Customer<'_>], cell: (usize, usize)) -> (i64, bool) {
    let of = |passes: &dyn Fn((usize, usize)) -> bool| -> Vec<i64> {
        let mut values: Vec<i64> =
            customers.iter().filter(|one| one.cell.is_some_and(passes)).map(|one| one.value).collect();
        values.sort_unstable();
        values
    };
    let own = of(&|other| other == cell);
    let falls_back = own.len() < 30;
    let values = if falls_back { of(&|other| other.0 == cell.0) } else { own };
    (values[(values.len() * 4).div_ceil(5) - 1], falls_back)
}

fn groups(customers: &[Customer<'_>]) -> Vec<ValueGroup> {
    let not_below: Vec<i64> = customers.iter().map(|one| one.value).filter(|value| *value >= 0).collect();
    let is_top = |one: &Customer<'_>| one.value >= 0 && score(one.value, &not_below) == 5;
    let gap = |one: &Customer<'_>| one.cell.map(|cell| peers(customers, cell).0 - one.value);
    let gaps: Vec<i64> = customers.iter().filter(|one| one.value >= 0 && !is_top(one)).filter_map(gap).collect();
    let mut chances: Vec<f64> = customers.iter().filter_map(|one| one.chance).collect();
    chances.sort_unstable_by(f64::total_cmp);
    let median = (!chances.is_empty()).then(|| (chances[(chances.len() - 1) / 2] + chances[chances.len() / 2]) / 2.0);
    let grows = |one: &Customer<'_>| {
        let far = gap(one).is_some_and(|gap| gap > 0 && score(gap, &gaps) == 5);
        far && median.is_none_or(|median| one.chance.is_some_and(|chance| chance > median))
    };
    let group = |one: &Customer<'_>| match one.value {
        ..0 => ValueGroup::BelowZero,
        _ if is_top(one) => ValueGroup::MostValuable,
        _ if grows(one) => ValueGroup::MostGrowable,
        _ => ValueGroup::Maintain,
    };
    customers.iter().map(group).collect()
}

fn agrees(shop: &Shop, everybody: bool, is_fitted: bool) -> Result<(), TestCaseError> {
    let (among, people) = shop.among(everybody);
    let settings = settings(shop, is_fitted);
    let analysis = shop.ask(&ValueGroups { settings: settings.clone(), among });
    let customers = customers(shop, is_fitted);
    let groups = groups(&customers);
    let counted: Vec<(&Person, ValueGroup)> = customers
        .iter()
        .zip(&groups)
        .map(|(one, group)| (one.person, *group))
        .filter(|(person, _)| people.iter().any(|other| other.id == person.id))
        .collect();
    let year = |person: &Person| person.spent(|day| is_of_year(shop, day));
    let revenue: i64 = counted.iter().map(|(person, _)| year(person)).sum();
    for figures in &analysis.groups {
        let those: Vec<&Person> =
            counted.iter().filter(|(_, group)| *group == figures.group).map(|(person, _)| *person).collect();
        let count = |number: usize| i64::try_from(number).unwrap();
        prop_assert_eq!(figures.members, count(those.len()));
        prop_assert_eq!(figures.share, (!counted.is_empty()).then(|| ratio(count(those.len()), count(counted.len()))));
        let spent: i64 = those.iter().map(|person| year(person)).sum();
        prop_assert_eq!(figures.revenue_share, (revenue > 0).then(|| ratio(spent, revenue)));
        let spent: i64 = those.iter().map(|person| person.spent(|_| true)).sum();
        prop_assert_eq!(figures.average_clv, share_of(spent, Decimal::new(45, 2), figures.members));
        let predicted: Vec<i64> = those
            .iter()
            .filter_map(|person| prediction(person.id))
            .filter(|_| is_fitted)
            .filter_map(|one| one.value)
            .collect();
        prop_assert_eq!(
            figures.average_predicted_clv,
            quotient(predicted.iter().sum::<i64>().into(), count(predicted.len()).into())
        );
    }
    prop_assert_eq!(analysis.notes.contains(&Note::NoPredictions), !is_fitted);
    prop_assert_eq!(analysis.notes.contains(&Note::NoRevenue), !customers.is_empty() && revenue <= 0);

    // Each member alone is seen as all are together.
    let (facts, _) = shop.facts();
    let rfm = shop.ask(&Rfm { today: shop.today, gross_margin: Decimal::ONE, among: Among::Everybody }).bounds;
    let (bounds, multiple) = (Bounds { rfm, value: Some(analysis.bounds) }, Multiple::new(1.5).unwrap());
    for (row, groups) in MemberGroups::of_all(&facts, multiple, &settings, &bounds).into_iter().enumerate() {
        let alone = MemberInsights::of(&facts, row, multiple, &settings, &bounds);
        prop_assert_eq!((groups.member, groups.presence), (shop.people[row].id, alone.presence));
        prop_assert_eq!((groups.rfm_scores, groups.rfm_group), (alone.rfm_scores, alone.rfm_group));
        prop_assert_eq!(groups.value_group, alone.value_group());
        prop_assert_eq!(alone.missing_since.is_some(), alone.presence == Presence::Missing);
    }
    for (row, (customer, group)) in customers.iter().zip(groups).enumerate() {
        let breakdown = analysis.bounds.breakdown(&facts, row, &settings);
        prop_assert_eq!((breakdown.terms, breakdown.group), (terms(shop, customer.person, is_fitted), group));
        let peers = customer.cell.map(|cell| peers(&customers, cell));
        prop_assert_eq!(breakdown.peer_value, peers.map(|(value, _)| value));
        let falls_back = breakdown.peer_cell.map(|name| !name.contains("fifth"));
        prop_assert_eq!(falls_back, peers.map(|(_, falls_back)| falls_back));
    }
    Ok(())
}

proptest! {
    #[test]
    fn groups_are_those_of_the_definition(shop in shop(), everybody: bool, is_fitted: bool) {
        agrees(&shop, everybody, is_fitted)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn crowds_are_grouped_alike(shop in crowd(), everybody: bool, is_fitted: bool) {
        agrees(&shop, everybody, is_fitted)?;
    }
}

#[test]
fn nobody_is_in_no_group() {
    let shop = Shop::empty(day("2026-03-01"));
    let analysis = shop.ask(&ValueGroups { settings: settings(&shop, false), among: Among::Everybody });
    assert_eq!(analysis.notes, vec![Note::Nothing, Note::NoPredictions, Note::NoChances]);
    assert!(
        analysis.groups.iter().all(|group| group.members == 0 && group.share.is_none() && group.average_clv.is_none())
    );
}

#[test]
fn who_is_worth_as_much_as_the_peers_has_no_room_to_grow() {
    let mut shop = Shop::empty(day("2026-03-01"));
    // Of 25 who began long ago, 20 cost more than they bring, so that their peers are worth less than the other five.
    for id in 1..=25 {
        let later = Person::bought(id, shop.ago(10), if id % 5 == 0 { 2 } else { -40 });
        let mut documents = Person::bought(id, shop.ago(500), 50).documents;
        documents.extend(later.documents.into_iter().map(|one| Document { purchase: one.net > 0, ..one }));
        shop.people.push(Person { documents, ..Person::bought(id, shop.today, 0) });
    }
    // One who began lately is alone: nothing is missing to what the peers are worth, and yet more than to all others.
    shop.people.push(Person::bought(26, shop.ago(10), 2));
    let settings = ValueSettings::new(shop.today, Decimal::new(45, 2), Decimal::ZERO, Decimal::ZERO, 2);
    let analysis = shop.ask(&ValueGroups { settings, among: Among::Everybody });
    let members: Vec<i64> = analysis.groups.iter().map(|group| group.members).collect();
    assert_eq!(members, [0, 0, 6, 20]);
}

#[test]
fn a_chance_that_is_no_number_says_nothing() {
    let mut shop = Shop::empty(day("2026-03-01"));
    shop.people.push(Person::bought(1, shop.ago(10), 1_000));
    let wrong = ByMember::new(vec![(1, Prediction { value: Some(5), chance: f64::NAN })]);
    let settings = settings(&shop, false).with_predictions(Arc::new(wrong));
    let analysis = shop.ask(&ValueGroups { settings, among: Among::Everybody });
    assert_eq!((analysis.notes, analysis.groups[2].average_predicted_clv), (vec![Note::NoChances], None));
}

#[test]
fn who_may_order_is_known_without_what_is_spent() {
    let mut shop = Shop::empty(day("2026-03-01"));
    let day = shop.ago(10);
    shop.people.extend((1..=25).map(|id| Person::bought(id, day, id * 10)));
    let settings = ValueSettings::new(shop.today, Decimal::ONE, Decimal::ZERO, Decimal::ZERO, 2);
    let without = shop.ask(&ValueGroups { settings: settings.clone(), among: Among::Everybody });
    let grouped = |chance: fn(i64) -> f64| {
        let known = (1..=25).map(|id| (id, Prediction { value: None, chance: chance(id) })).collect();
        let settings = settings.clone().with_predictions(Arc::new(ByMember::new(known)));
        shop.ask(&ValueGroups { settings, among: Among::Everybody })
    };
    // Those who are worth least have the most room, and may grow where an order of theirs is likelier than of others.
    let (likely, unlikely) = (grouped(|id| ratio(26 - id, 30)), grouped(|id| ratio(id, 30)));
    assert!(without.groups[1].members > 0, "{without:?}");
    assert_eq!((likely.groups[1].members, unlikely.groups[1].members), (without.groups[1].members, 0));
    assert_eq!(likely.notes, vec![Note::NoPredictedValues]);
    assert!(likely.groups.iter().all(|group| group.average_predicted_clv.is_none()));
}

#[test]
fn a_member_alone_is_told_everything() {
    let mut shop = Shop::empty(day("2026-03-01"));
    for ago in [100, 90, 78, 60] {
        shop.people.push(Person::bought(1, shop.ago(ago), 1_000));
    }
    let documents = shop.people.drain(..).flat_map(|person| person.documents).collect();
    shop.people.push(Person { documents, ..Person::bought(1, shop.today, 0) });
    let (facts, _) = shop.facts();
    let (settings, twice) = (settings(&shop, false), Multiple::new(2.0).unwrap());
    let alone = MemberInsights::of(&facts, 0, twice, &settings, &Bounds::default());
    assert_eq!((alone.days_since_last, alone.rhythm_days, alone.presence), (Some(60), Some(12.0), Presence::Missing));
    // Twice 12 days after the last purchase it was still there, on the next day it was not.
    assert_eq!((alone.missing_since, alone.rfm_group, alone.value), (Some(shop.ago(60 - 25)), None, None));
    let rfm = shop.ask(&Rfm { today: shop.today, gross_margin: Decimal::ONE, among: Among::Everybody }).bounds;
    let value = Some(shop.ask(&ValueGroups { settings: settings.clone(), among: Among::Everybody }).bounds);
    let told = MemberInsights::of(&facts, 0, twice, &settings, &Bounds { rfm, value });
    assert_eq!(told.rfm_scores.map(|scores| scores.code()), Some(111), "nobody is strictly worse than oneself");
    assert_eq!((told.rfm_group, told.value_group()), (Some(RfmGroup::Dormant), Some(ValueGroup::Maintain)));
    let value = told.value.unwrap();
    assert_eq!((value.terms.margin_12_months, value.terms.total, value.peer_value), (1_800, 1_800, Some(1_800)));
    assert_eq!(value.peer_cell.as_deref(), Some("91–365 days since the first order"));
}
