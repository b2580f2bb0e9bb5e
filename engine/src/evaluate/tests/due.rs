//! Why for one member: every node is right, and nothing turns before its day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::Config;
use roaring::RoaringTreemap;

use super::agree::{campaigns, moment};
use super::facts;
use super::member::Member;
use super::model::World;
use super::random::{members, world};
use super::rules::{clause, rule};
use crate::evaluate::{Known, Outcome, explain};
use crate::facts::Dictionary;
use crate::rules::Rule;

/// So many days are looked ahead.
const AHEAD: u64 = 800;

fn case(
    rule: impl Fn(NaiveDate) -> BoxedStrategy<Rule<i64>> + Clone,
) -> impl Strategy<Value = (World, Vec<Member>, Rule<i64>)> {
    world().prop_flat_map(move |world| {
        let segments = BTreeMap::from([(1, BTreeSet::from([1, 3])), (2, BTreeSet::from([2]))]);
        let (members, rule) = (members(world.today, 1..4), rule(world.today));
        (Just(World { segments, ..world }), members, rule)
    })
}

fn outcomes_of<'r>(world: &World, members: &[Member], rule: &'r Rule<i64>) -> Vec<Vec<Outcome<'r>>> {
    let mut dictionary = Dictionary::default();
    let facts = facts(members, &mut dictionary);
    let set = |members: &BTreeSet<i64>| members.iter().map(|id| id.cast_unsigned()).collect::<RoaringTreemap>();
    let known = Known {
        members: world.segments.iter().map(|(segment, members)| (*segment, set(members))).collect(),
        campaigns: campaigns(world),
        ..Known::default()
    };
    (0..facts.len()).map(|row| explain(rule, &facts, row, &known, &moment(world), &dictionary)).collect()
}

/// Whether a rule holds today and on each of the days to come.
fn to_come(world: &World, rule: &Rule<i64>, member: &Member) -> Vec<bool> {
    let each = |rules: &[Rule<i64>]| rules.iter().map(|rule| to_come(world, rule, member)).collect::<Vec<_>>();
    let by_day = |holds: &dyn Fn(usize) -> bool| (0..=usize::try_from(AHEAD).unwrap()).map(holds).collect();
    match rule {
        Rule::All(rules) => {
            let each = each(rules);
            by_day(&|day| each.iter().all(|one| one[day]))
        }
        Rule::Any(rules) => {
            let each = each(rules);
            by_day(&|day| each.iter().any(|one| one[day]))
        }
        Rule::Not(rule) => to_come(world, rule, member).into_iter().map(|holds| !holds).collect(),
        clause => {
            let on = |days: u64| World { today: world.today + Days::new(days), ..world.clone() };
            (0..=AHEAD).map(|days| on(days).holds(clause, member)).collect()
        }
    }
}

fn is_clause(rule: &Rule<i64>) -> bool {
    !matches!(rule, Rule::All(_) | Rule::Any(_) | Rule::Not(_))
}

proptest! {
    #![proptest_config(Config::with_cases(48))]

    #[test]
    fn nothing_turns_before_it_is_due((world, members, rule) in case(|today| rule(today).boxed())) {
        for (member, outcomes) in members.iter().zip(outcomes_of(&world, &members, &rule)) {
            for outcome in &outcomes {
                let days = to_come(&world, outcome.rule, member);
                prop_assert_eq!(outcome.holds, days[0], "{:?}", outcome);
                prop_assert!(outcome.due.is_none_or(|due| due > world.today));
                let turned = days.iter().position(|holds| *holds != outcome.holds);
                let first = turned.map(|days| world.today + Days::new(days as u64));
                match (first, outcome.due) {
                    (Some(first), due) => prop_assert!(due.is_some_and(|due| due <= first), "{} {:?}", first, outcome),
                    (None, Some(due)) if is_clause(outcome.rule) => {
                        prop_assert!(due > world.today + Days::new(AHEAD), "{:?}", outcome);
                    }
                    (None, _) => {}
                }
            }
        }
    }

    #[test]
    fn a_clause_turns_on_the_very_day_that_it_is_due((world, members, clause) in case(|today| clause(today).boxed())) {
        for (member, outcomes) in members.iter().zip(outcomes_of(&world, &members, &clause)) {
            let [outcome] = &outcomes[..] else { panic!("one clause has one outcome: {outcomes:?}") };
            let days = to_come(&world, &clause, member);
            let turned = days.iter().position(|holds| *holds != days[0]).map(|days| world.today + Days::new(days as u64));
            match outcome.due {
                Some(due) if due <= world.today + Days::new(AHEAD) => prop_assert_eq!(Some(due), turned),
                due => {
                    prop_assert_eq!(turned, None);
                    // Far away, the day itself and the day before are looked at.
                    if let Some(due) = due {
                        let on = |today| World { today, ..world.clone() }.holds(&clause, member);
                        prop_assert_eq!((on(due - Days::new(1)), on(due)), (outcome.holds, !outcome.holds));
                    }
                }
            }
        }
    }

    #[test]
    fn outcomes_stand_in_document_order((world, members, rule) in case(|today| rule(today).boxed())) {
        for outcomes in outcomes_of(&world, &members, &rule) {
            let mut expected = Vec::new();
            walk(&rule, &mut Vec::new(), &mut expected);
            let found: Vec<_> = outcomes.iter().map(|outcome| (outcome.path.clone(), outcome.rule)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

/// Every node with its path.
fn walk<'r>(rule: &'r Rule<i64>, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, &'r Rule<i64>)>) {
    found.push((path.clone(), rule));
    let (name, parts) = match rule {
        Rule::All(rules) => ("all", rules.as_slice()),
        Rule::Any(rules) => ("any", rules.as_slice()),
        Rule::Not(rule) => {
            path.push("not".to_owned());
            walk(rule, path, found);
            path.pop();
            return;
        }
        _ => return,
    };
    for (place, part) in parts.iter().enumerate() {
        path.extend([name.to_owned(), place.to_string()]);
        walk(part, path, found);
        path.truncate(path.len() - 2);
    }
}
