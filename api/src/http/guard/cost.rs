//! An estimate of what an operation asks for, made without the schema.
//!
//! A field costs 1 and, where it is a page of rows, as many times what lies below as the page is long. A page is told by
//! its arguments `first` and `last`, or by `nodes` or `edges` right below it. The schema's own description is a set of
//! nested lists too, of which each node is had for little: its lists count with the lengths of [`described_list`] and
//! all of it a tenth. A figure goes over everybody, whatever is asked of it, and costs what [`figure`] says.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};
use async_graphql_value::Value as Literal;

use super::fragments::Definitions;
use super::limits::GuardLimits;
use super::refused::Refused;

/// Whether a field stands among the data or in the schema's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Among {
    Data,
    Description,
}

/// What a selection set costs for one row.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    cost: u64,
    /// Whether `nodes` or `edges` stand in the set, so that the field above is a page.
    of_page: bool,
}

/// What a fragment costs in either place.
#[derive(Clone, Copy, Debug, Default)]
struct Shares {
    among_data: Share,
    in_description: Share,
}

/// The estimated cost of an operation; refused is one over the limit. The fragments are those that it uses, each after
/// those that it contains; the variables have their defaults.
pub(super) fn cost(
    operation: &Positioned<OperationDefinition>,
    fragments: &[Name],
    definitions: &Definitions,
    variables: &Variables,
    limits: &GuardLimits,
) -> Result<u64, Refused> {
    let mut estimate = Estimate { variables, limits, fragments: HashMap::with_capacity(fragments.len()) };
    for (name, fragment) in fragments.iter().filter_map(|name| definitions.get_key_value(name)) {
        let set = &fragment.node.selection_set.node;
        let shares = Shares {
            among_data: estimate.of_set(set, Among::Data),
            in_description: estimate.of_set(set, Among::Description),
        };
        estimate.fragments.insert(name, shares);
    }
    let cost = estimate.of_set(&operation.node.selection_set.node, Among::Data).cost;
    if cost > limits.cost {
        return Err(Refused::TooCostly { cost, limit: limits.cost, at: operation.pos });
    }
    Ok(cost)
}

struct Estimate<'a> {
    variables: &'a Variables,
    limits: &'a GuardLimits,
    fragments: HashMap<&'a Name, Shares>,
}

impl Estimate<'_> {
    /// Recursion ends with the brackets of the text, which the scan has counted.
    fn of_set(&self, set: &SelectionSet, among: Among) -> Share {
        set.items.iter().fold(Share::default(), |total, selection| {
            let share = match &selection.node {
                Selection::Field(field) => self.of_field(&field.node, among),
                Selection::InlineFragment(inline) => self.of_set(&inline.node.selection_set.node, among),
                Selection::FragmentSpread(spread) => {
                    let shares = self.fragments.get(&spread.node.fragment_name.node).copied().unwrap_or_default();
                    match among {
                        Among::Data => shares.among_data,
                        Among::Description => shares.in_description,
                    }
                }
            };
            Share { cost: total.cost.saturating_add(share.cost), of_page: total.of_page || share.of_page }
        })
    }

    fn of_field(&self, field: &Field, among: Among) -> Share {
        let name = field.name.node.as_str();
        let set = &field.selection_set.node;
        let below = match (among, name) {
            (Among::Data, "__schema" | "__type") => self.of_set(set, Among::Description).cost / 10,
            (Among::Data, _) => {
                let below = self.of_set(set, Among::Data);
                self.rows(field, below.of_page).saturating_mul(below.cost).saturating_add(figure(field))
            }
            (Among::Description, _) => described_list(name).saturating_mul(self.of_set(set, Among::Description).cost),
        };
        Share { cost: below.saturating_add(1), of_page: matches!(name, "nodes" | "edges") }
    }

    /// How many rows a field has below it.
    fn rows(&self, field: &Field, is_page: bool) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| field.get_argument(name));
        let without = if is_page { self.limits.default_page } else { 1 };
        asked.map(|length| self.page_length(&length.node)).max().unwrap_or(without)
    }

    /// The length of a page that is asked for. What is no length, or one that its field refuses, is brought into bounds.
    fn page_length(&self, length: &Literal) -> u64 {
        let number = match length {
            Literal::Number(number) => Some(number),
            Literal::Variable(name) => match self.variables.get(name) {
                Some(Value::Number(number)) => Some(number),
                _ => None,
            },
            _ => None,
        };
        match number {
            Some(number) if number.as_i64().is_some_and(i64::is_negative) => 1,
            Some(number) => number.as_u64().unwrap_or(u64::MAX).clamp(1, self.limits.max_page.max(1)),
            None => self.limits.default_page,
        }
    }
}

/// What a figure costs beside its fields: 1,000 over everybody, so that a request has some dozens of them at most; 100 over
/// the members of a segment or the audience of a campaign, because those of a page are looked at together; 100 for a reward beside points. Fields of the
/// same names that are no figures have no arguments, or nothing below them.
fn figure(field: &Field) -> u64 {
    let has = |name: &str| field.get_argument(name).is_some();
    let has_fields = !field.selection_set.node.items.is_empty();
    match field.name.node.as_str() {
        "valueSnapshot" | "valueGroups" | "rfm" | "missingMembers" | "pointsAnalysis" | "campaignPlan" => 1_000,
        "retention" | "revenue" if has("from") => 1_000,
        "nps" if has("from") || has("to") || has("segment") => 1_000,
        "nps" | "snapshot" => 100,
        "points" | "results" if has_fields => 100,
        "profile" if has("by") => 100,
        "medianDaysToAccumulate" | "medianDaysToRedeem" | "notYetRedeemed" if has("rewardCost") => 100,
        _ => 0,
    }
}

/// How long a list of the schema's description is taken to be: about what this schema has, so that lists nested in
/// themselves, `fields { type { fields … } }`, are seen to multiply.
fn described_list(name: &str) -> u64 {
    match name {
        "types" => 100,
        "fields" => 10,
        "inputFields" | "enumValues" | "directives" => 5,
        "possibleTypes" => 3,
        "args" | "interfaces" => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::value;

    use super::super::fragments::Fragments;
    use super::*;

    fn estimated(text: &str, variables: Value) -> Result<u64, Refused> {
        let document = parse_query(text).unwrap();
        let fragments = Fragments::of(&document.fragments).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let used = fragments.used_by(&operation.node.selection_set.node, &document.fragments);
        let variables = Variables::from_value(variables);
        cost(operation, &used, &document.fragments, &variables, &GuardLimits::default())
    }

    #[test]
    fn fields_cost_one_and_pages_multiply() {
        for (text, expected) in [
            ("{ a b { c } }", 3),
            ("{ a(first: 10) { b } }", 11),
            ("{ a(last: 10) { b } }", 11),
            ("{ a(first: 10, last: 20) { b } }", 21),
            ("{ a { nodes { b } } }", 101),
            ("{ a { edges { node { b } } pageInfo { c } } }", 1 + 50 * 5),
            ("{ a { ... on T { ...F } } } fragment F on T { nodes { b } }", 101),
            ("{ a(first: 10) { nodes { b(first: 20) { c } } } }", 1 + 10 * (1 + 1 + 20)),
        ] {
            assert_eq!(estimated(text, value!({})), Ok(expected), "{text}");
        }
    }

    #[test]
    fn figures_cost_more_than_their_fields() {
        for (text, expected) in [
            ("{ rfm { asOf } a: rfm { asOf } }", 2 * 1_002),
            ("{ pointsAnalysis { notYetRedeemed a: notYetRedeemed(rewardCost: 9) } }", 1_003 + 100),
            ("{ revenue(from: \"2026-01-01\", to: \"2026-02-01\") { revenue { amount } } }", 1_003),
            (
                "{ segment { profile(by: CITY, first: 20) { value share } points { earned } nps { score } } }",
                1 + 3 * 100 + 41 + 2 + 2,
            ),
            ("{ campaignPlan(segment: {key: \"a\"}, holdoutPercent: 10) { audience notes } }", 1_003),
            ("{ campaigns(first: 50) { nodes { name results { basis } } } }", 1 + 50 * (1 + 1 + 102)),
            ("{ campaign { results } }", 2),
            ("{ segments(first: 100) { nodes { snapshot { members { revenue { amount } } } } } }", 1 + 100 * 105),
            (
                "{ members(first: 10) { nodes { pointsEntries(first: 2) { nodes { points } } } } }",
                1 + 10 * (1 + 1 + 2 * 2),
            ),
        ] {
            assert_eq!(estimated(text, value!({})), Ok(expected), "{text}");
        }
        let every = "a: profile(by: CITY) { value } b: profile(by: TIER) { value } snapshot { notes } points { notes } nps { score }";
        let page =
            |rows: u32| estimated(&format!("{{ segments(first: {rows}) {{ nodes {{ {every} }} }} }}"), value!({}));
        assert!(page(100).is_ok() && matches!(page(250), Err(Refused::TooCostly { .. })));
    }

    #[test]
    fn lengths_are_brought_into_bounds() {
        for (length, rows) in [
            ("0", 1),
            ("-1", 1),
            ("1", 1),
            ("250", 250),
            ("251", 250),
            ("6148914691236517206", 250),
            ("-9223372036854775809", 250),
            ("99999999999999999999", 250),
            ("1e3", 250),
            ("null", 50),
            ("\"7\"", 50),
            ("$missing", 50),
        ] {
            assert_eq!(estimated(&format!("{{ a(first: {length}) {{ b }} }}"), value!({})), Ok(1 + rows), "{length}");
        }
    }

    #[test]
    fn variables_are_looked_up() {
        let text = "query Q($n: Int) { a(first: $n) { b } }";
        assert_eq!(estimated(text, value!({ "n": 7 })), Ok(8));
        assert_eq!(estimated(text, value!({ "n": 6148914691236517206_i64 })), Ok(251));
        assert_eq!(estimated(text, value!({ "n": null })), Ok(51));
        assert_eq!(estimated(text, value!({ "n": "7" })), Ok(51));
    }

    #[test]
    fn nested_pages_are_refused_and_saturate() {
        let refused = estimated("{ a(first: 250) { b(first: 250) { c d } } }", value!({}));
        assert!(matches!(refused, Err(Refused::TooCostly { cost: 125_251, limit: 100_000, .. })), "{refused:?}");
        let deep = format!("{{ {} z {}", "a(first: 250) { ".repeat(20), "}".repeat(21));
        let refused = estimated(&deep, value!({}));
        assert!(matches!(refused, Err(Refused::TooCostly { cost: u64::MAX, .. })), "{refused:?}");
    }

    #[test]
    fn a_description_nested_in_itself_is_refused() {
        let standard = estimated(super::super::served::INTROSPECTION, value!({})).unwrap();
        assert!((10_000..30_000).contains(&standard), "{standard}");
        assert!(estimated("{ __type(name: \"A\") { fields { type { fields { name } } } } }", value!({})).is_ok());
        let nested = "{ __schema { types { fields { type { fields { type { fields { args { name } } } } } } } } }";
        assert!(matches!(estimated(nested, value!({})), Ok(20_000..)));
        let deeper =
            format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(5), "} } ".repeat(5));
        assert!(matches!(estimated(&deeper, value!({})), Err(Refused::TooCostly { .. })));
    }
}
