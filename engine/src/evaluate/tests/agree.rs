//! The evaluator decides as the model does, wherever its facts come from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use roaring::RoaringTreemap;

use super::member::Member;
use super::model::World;
use super::random::{members, world};
use super::rules::{SEGMENTS, clause, rule};
use super::{add, facts};
use crate::calendar::day_number;
use crate::evaluate::{Known, Moment, Pins, Program};
use crate::facts::{Builder, Day, Dictionary, Facts};
use crate::rules::{Rule, ValueCondition};

/// Members by segment.
type Sets = BTreeMap<i64, BTreeSet<i64>>;

/// Rules of segments 1, 2, 3 and so on, with who belongs elsewhere, who is pinned in, and who is pinned out.
#[derive(Clone, Debug)]
struct Case {
    world: World,
    members: Vec<Member>,
    rules: Vec<Rule<i64>>,
    inside: Sets,
    outside: Sets,
}

fn case() -> impl Strategy<Value = Case> {
    let sets = || btree_map(SEGMENTS, btree_set(1..=8_i64, 0..6), 0..6);
    (world(), sets(), sets(), sets()).prop_flat_map(|(world, segments, inside, outside)| {
        let rules = vec(rule(world.today), 1..6);
        (members(world.today, 1..8), rules).prop_map(move |(members, rules)| Case {
            world: World { segments: segments.clone(), ..world.clone() },
            members,
            rules,
            inside: inside.clone(),
            outside: outside.clone(),
        })
    })
}

impl Case {
    /// Who belongs to the segment of each rule: a rule sees the decisions of those before it, and what is known of the
    /// others.
    fn expected(&self) -> Vec<(i64, Vec<bool>)> {
        let has = |sets: &Sets, segment, member| sets.get(&segment).is_some_and(|set| set.contains(&member));
        let decide = |member: &Member| {
            let mut world = self.world.clone();
            let decided = (1..).zip(&self.rules).map(|(segment, rule)| {
                let by_rule = world.holds(rule, member) || has(&self.inside, segment, member.id);
                let belongs = by_rule && !has(&self.outside, segment, member.id);
                let segment = world.segments.entry(segment).or_default();
                if belongs {
                    segment.insert(member.id)
                } else {
                    segment.remove(&member.id)
                };
                belongs
            });
            (member.id, decided.collect())
        };
        self.members.iter().map(decide).collect()
    }

    fn known(&self) -> Known {
        let set = |members: &BTreeSet<i64>| members.iter().map(|id| id.cast_unsigned()).collect::<RoaringTreemap>();
        let of = |sets: &Sets, segment| sets.get(&segment).map(set).unwrap_or_default();
        let pins = |segment| Pins { inside: of(&self.inside, segment), outside: of(&self.outside, segment) };
        Known {
            members: self.world.segments.iter().map(|(segment, members)| (*segment, set(members))).collect(),
            pins: SEGMENTS.map(|segment| (segment, pins(segment))).collect(),
            campaigns: campaigns(&self.world),
        }
    }

    fn decided(&self, facts: &Facts, dictionary: &Dictionary) -> Vec<(i64, Vec<bool>)> {
        let rules: Vec<(i64, &Rule<i64>)> = (1..).zip(&self.rules).collect();
        let program = Program::compile(&rules, &moment(&self.world), dictionary);
        let (known, mut decided) = (self.known(), Vec::new());
        program.run(facts, &known, |row, member, belongs| {
            assert_eq!(facts.members()[row], member);
            decided.push((member, belongs.to_vec()));
        });
        decided
    }
}

pub(super) fn moment(world: &World) -> Moment {
    Moment { today: world.today, digits: world.digits, gross_margin: world.gross_margin }
}

/// The days of campaigns as a run is told them.
pub(super) fn campaigns(world: &World) -> HashMap<i64, RangeInclusive<Day>> {
    let days = |(id, (first, last)): (&i64, &(_, _))| (*id, day_number(*first)..=day_number(*last));
    world.campaigns.iter().map(days).collect()
}

proptest! {
    #![proptest_config(Config::with_cases(256))]

    #[test]
    fn decides_as_the_model_does(case in case(), cut in 0..8_usize) {
        let mut dictionary = Dictionary::default();
        let facts = facts(&case.members, &mut dictionary);
        let expected = case.expected();
        prop_assert_eq!(case.decided(&facts, &dictionary), expected.clone());

        let cut = cut.min(facts.len());
        let parts = [facts.part(0..cut), facts.part(cut..facts.len())];
        let decided: Vec<_> = parts.iter().flat_map(|part| case.decided(part, &dictionary)).collect();
        prop_assert_eq!(decided, expected);
    }

    #[test]
    fn members_that_are_replaced_are_decided_by_what_is_new(
        (case, others) in case().prop_flat_map(|case| {
            let others = members(case.world.today, 0..8);
            (Just(case), others)
        }),
        gone in btree_set(1..=8_i64, 0..3),
    ) {
        let mut dictionary = Dictionary::default();
        let old = facts(&case.members, &mut dictionary);
        let new = facts(&others, &mut dictionary);
        let merged = old.replaced(&new, |member| gone.contains(&member));
        let mut by_id: BTreeMap<i64, Member> = case.members.iter().map(|one| (one.id, one.clone())).collect();
        by_id.retain(|id, _| !gone.contains(id));
        by_id.extend(others.into_iter().map(|one| (one.id, one)));
        let case = Case { members: by_id.into_values().collect(), ..case };
        prop_assert_eq!(case.decided(&merged, &dictionary), case.expected());
    }
}

/// Chunks hold thousands of members; what is remembered of one must not speak for another.
#[test]
fn many_members_in_one_chunk_are_each_decided_by_their_own_facts() {
    let mut runner = TestRunner::deterministic();
    let today = super::day("2026-03-29");
    let few = vec(members(today, 40..41), 5..6).new_tree(&mut runner).unwrap().current();
    let many = (1..).zip(few.into_iter().flatten()).map(|(id, member)| Member { id, ..member });
    let mut members: Vec<Member> = many.collect();
    // One of them has bought more often than the others together.
    let mut documents: Vec<_> = members.iter().flat_map(|member| member.documents.clone()).collect();
    documents.sort_by_key(|document| document.day);
    assert!(documents.len() > 100, "{}", documents.len());
    members[70].documents = documents;
    let world = World {
        today,
        digits: 2,
        gross_margin: "0.35".parse().unwrap(),
        segments: BTreeMap::from([(7, BTreeSet::from([3, 64, 65, 130]))]),
        campaigns: BTreeMap::from([(1, (super::day("2026-03-20"), today)), (2, (super::day("2025-01-01"), today))]),
    };
    let rules = vec(rule(today), 60..61).new_tree(&mut runner).unwrap().current();
    let windows = |rules: &[Rule<i64>]| {
        let listed: Vec<(i64, &Rule<i64>)> = (1..).zip(rules).collect();
        Program::compile(&listed, &moment(&world), &Dictionary::default()).windows.len()
    };
    assert!(windows(&rules) > 8, "{} windows", windows(&rules));
    let outside = BTreeMap::from([(2, BTreeSet::from([64, 65])), (4, (1..100).collect())]);
    let inside = BTreeMap::from([(3, BTreeSet::from([1, 64, 65, 128]))]);
    let case = Case { world, members, rules, inside, outside };
    let mut dictionary = Dictionary::default();
    let facts = facts(&case.members, &mut dictionary);
    assert_eq!(case.decided(&facts, &dictionary), case.expected());
    // Few rules have few windows, which are added up in another way.
    for rules in case.rules.chunks(3) {
        let few = Case { rules: rules.to_vec(), ..case.clone() };
        assert_eq!(few.decided(&facts, &dictionary), few.expected());
    }
}

/// A property over conditions that never hold, or always do, would say nothing.
#[test]
fn every_condition_holds_for_some_and_not_for_others() {
    // The tree of a strategy with so many branches needs more than a test's own stack.
    let roomy = std::thread::Builder::new().stack_size(64 << 20);
    roomy.spawn(conditions_differ).unwrap().join().unwrap();
}

fn conditions_differ() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for _ in 0..3_000 {
        let case = world().prop_flat_map(|world| {
            let (members, clause) = (members(world.today, 8..9), clause(world.today));
            (Just(world), members, clause)
        });
        let (mut world, members, clause) = case.new_tree(&mut runner).unwrap().current();
        world.segments = BTreeMap::from([(1, BTreeSet::from([1, 3]))]);
        let outcomes = members.iter().map(|member| world.holds(&clause, member));
        seen.entry(kind(&clause)).or_default().extend(outcomes);
    }
    let one_sided: Vec<&String> = seen.iter().filter(|(_, held)| held.len() < 2).map(|(kind, _)| kind).collect();
    assert!(one_sided.is_empty(), "never differ: {one_sided:?}");
    assert!(seen.len() >= 58, "kinds of conditions: {:?}", seen.keys());
}

/// What a clause asks, without its numbers and texts.
fn kind(clause: &Rule<i64>) -> String {
    let within = |there: bool| if there { " within" } else { "" };
    match clause {
        Rule::Transactions(one) => {
            let matching = if one.matching.is_some() { " where" } else { "" };
            format!("{:?}{}{matching}", one.measure, within(one.within.is_some()))
        }
        Rule::Points(one) => format!("{:?}{}", one.measure, within(one.within.is_some())),
        Rule::Value(ValueCondition::Number(measure, _)) => format!("{measure:?}"),
        Rule::Campaign(_, outcome) => format!("campaign {outcome:?}"),
        Rule::Profile(fact) => {
            let text = format!("{fact:?}");
            text.split(&['{', '"', '['][..])
                .next()
                .unwrap_or_default()
                .chars()
                .filter(|one| !one.is_numeric())
                .collect()
        }
        other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn nobody_at_all_is_no_trouble() {
    let mut dictionary = Dictionary::default();
    let nobody = Builder::new(&mut dictionary).finish();
    assert!(nobody.is_empty() && nobody.part(0..0).is_empty() && nobody.replaced(&nobody, |_| true).is_empty());
    let mut builder = Builder::new(&mut dictionary);
    add(&mut builder, &Member { id: 5, ..Member::default() });
    let one = builder.finish();
    assert_eq!(one.replaced(&nobody, |_| false).members(), [5]);
    assert_eq!(nobody.replaced(&one, |_| true).members(), [5]);
    assert!(one.replaced(&nobody, |_| true).is_empty());
}
