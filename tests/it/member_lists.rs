//! `members` and `Segment.members`: every filter, order, search and page beside a slow model, over a shop at random.

mod below;
mod references;

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use crate::lists::model::{self, Row};
use crate::lists::{Lister, TODAY, World, asked, over_a_shop, rows};

const ORDERS: [&str; 8] =
    ["NAME", "NUMBER", "CREATED_AT", "SPENDING", "TRANSACTIONS", "LAST_PURCHASE_AT", "CLV", "POINTS_BALANCE"];
const ORDERS_OF_A_SEGMENT: [&str; 7] =
    ["JOINED_AT", "NAME", "SPENDING", "TRANSACTIONS", "LAST_PURCHASE_AT", "CLV", "POINTS_BALANCE"];

pub fn lister(world: &World) -> Lister<'_> {
    Lister { app: &world.app, path: "members", filter_type: "MemberFilter", order_type: "MemberOrder", name: "number" }
}

fn lister_of<'a>(world: &'a World, path: &'a str) -> Lister<'a> {
    Lister { app: &world.app, path, filter_type: "MemberFilter", order_type: "SegmentMemberOrder", name: "number" }
}

fn path_of(key: &str) -> String {
    format!("segment(ref: {{key: \"{key}\"}}) {{ members")
}

fn order((field, descending): (&str, bool)) -> Value {
    json!({"field": field, "direction": if descending { "DESC" } else { "ASC" }})
}

/// Asks for a filter and compares with the model; answers how many there are.
async fn compare(lister: &Lister<'_>, rows: &[Row], search: Option<&str>, filter: &Value, by: (&str, bool)) -> usize {
    let expected = model::listed(rows, TODAY, search, filter, by);
    // The total tells of the rest; whole lists are walked in another test.
    let part = lister.part(json!({"first": 60, "search": search, "filter": filter, "orderBy": order(by)})).await;
    assert_eq!(part.names, expected[..expected.len().min(60)], "{search:?} {filter} by {by:?}");
    assert_eq!(part.total, u64::try_from(expected.len()).unwrap(), "{search:?} {filter}");
    assert_eq!(part.has_next, expected.len() > 60);
    expected.len()
}

over_a_shop! {
    async fn every_operator_of_every_field(world, random) {
        let (rows, lister) = (rows::members(world, None), lister(world));
        for (field, fact) in &rows[0].facts {
            for operator in asked::operators(fact) {
                let mut sizes = Vec::new();
                let tells = |sizes: &[usize]| sizes.iter().any(|size| *size > 0) && sizes.iter().any(|size| *size < rows.len());
                for round in 0..100 {
                    if round >= 5 && tells(&sizes) {
                        break;
                    }
                    let one = json!({*operator: asked::operand(&mut random, &rows, field, operator, TODAY)});
                    sizes.push(compare(&lister, &rows, None, &json!({*field: one}), ("NUMBER", false)).await);
                    sizes.push(rows.len() - compare(&lister, &rows, None, &json!({"not": {*field: one}}), ("NUMBER", false)).await);
                }
                assert!(tells(&sizes), "{field} {operator}: {sizes:?}");
            }
            for _ in 0..6 {
                let value = asked::value(&mut random, &rows, field, TODAY);
                compare(&lister, &rows, None, &json!({*field: value}), ("SPENDING", true)).await;
                compare(&lister, &rows, None, &json!({"not": {*field: value}}), ("SPENDING", true)).await;
            }
        }
    }

    async fn filters_nest_at_random_over_everybody_and_over_a_segment(world, random) {
        let path = path_of(&world.big().key);
        let all = (rows::members(world, None), lister(world), &ORDERS[..]);
        let of = (rows::members(world, Some(world.big())), lister_of(world, &path), &ORDERS_OF_A_SEGMENT[..]);
        for (rows, lister, orders) in [all, of] {
            let mut sizes = Vec::new();
            for round in 0..100 {
                let filter = asked::filter(&mut random, &rows, TODAY, round % 4);
                let typed: Option<String> = random.random_bool(0.3).then(|| {
                    let texts = &rows.choose(&mut random).unwrap().searched;
                    texts.choose(&mut random).unwrap().chars().take(3).collect()
                });
                let by = (*orders.choose(&mut random).unwrap(), random.random_bool(0.5));
                sizes.push(compare(&lister, &rows, typed.as_deref(), &filter, by).await);
            }
            assert!(sizes.iter().filter(|size| (1..rows.len()).contains(size)).count() > 10, "{sizes:?}");
        }
    }

    async fn every_order_is_whole_by_pages_both_ways(world, random) {
        let path = path_of(&world.groups[70].key);
        let all = (rows::members(world, None), lister(world), &ORDERS[..], 41);
        let of = (rows::members(world, Some(&world.groups[70])), lister_of(world, &path), &ORDERS_OF_A_SEGMENT[..], 3);
        for (rows, lister, orders, size) in [all, of] {
            for field in orders {
                for descending in [false, true] {
                    let expected = model::listed(&rows, TODAY, None, &json!({}), (field, descending));
                    for backward in [false, true] {
                        let arguments = json!({"orderBy": order((field, descending))});
                        assert_eq!(lister.walk(&arguments, size, backward).await, expected, "{field} {descending} {backward}");
                    }
                }
            }
        }
        for wrong in [json!({"first": 251}), json!({"last": -1}), json!({"first": 1, "last": 1}), json!({"after": "x"}), json!({"before": "\u{0}"})] {
            for lister in [lister(world), lister_of(world, &path)] {
                let answer = lister.answer(wrong.clone()).await;
                assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}: {}", answer.body);
            }
        }
    }

    async fn a_search_matches_while_it_is_typed(world, random) {
        let path = path_of(&world.big().key);
        let everybody = rows::members(world, None);
        let mut typed: Vec<String> = vec![String::new(), "%".into(), "@".into(), "person example".into(), "\u{0}".into()];
        for row in everybody.iter().step_by(5) {
            let text = row.searched.choose(&mut random).unwrap();
            let letters: Vec<char> = text.chars().collect();
            typed.extend((1..=letters.len().min(9)).map(|many| letters[..many].iter().collect::<String>()));
            typed.push(row.searched.join(" ").to_uppercase());
        }
        typed.sort_unstable();
        typed.dedup();
        for text in &typed {
            compare(&lister(world), &everybody, Some(text), &json!({}), ("NUMBER", false)).await;
        }
        let of = rows::members(world, Some(world.big()));
        for text in typed.iter().step_by(7) {
            compare(&lister_of(world, &path), &of, Some(text), &json!({}), ("JOINED_AT", true)).await;
        }
    }

    async fn segments_are_named_in_a_filter_by_key_or_id(world, random) {
        let lister = lister(world);
        let group = &world.groups[60];
        let text = "query($ref: SegmentRef!) { segment(ref: $ref) { id } }";
        let id = world.app.graphql(text, json!({"ref": {"key": group.key}})).await["segment"]["id"].clone();
        let many = u64::try_from(group.members.len()).unwrap();
        let everybody = u64::try_from(world.people.len()).unwrap();
        for (filter, expected) in [
            (json!({"inSegment": {"key": group.key}}), many),
            (json!({"inSegment": {"id": id}}), many),
            (json!({"not": {"inSegment": {"id": id}}}), everybody - many),
            (json!({"inSegment": {"key": "none"}}), 0),
            (json!({"inSegment": {"key": "\u{0}"}}), 0),
            (json!({"inSegment": {"id": "garbage"}}), 0),
            (json!({"not": {"inSegment": {"id": "garbage"}}}), everybody),
            (json!({"inSegment": {"key": "s1"}}), 0),
        ] {
            assert_eq!(lister.part(json!({"filter": filter, "first": 1})).await.total, expected, "{filter}");
        }
    }

    async fn an_edge_tells_since_when_and_how(world, random) {
        let text = "query($k: String!) { segment(ref: {key: $k}) { members(first: 250) { edges { joinedAt via node { number } } nodes { number } } } }";
        let data = world.app.graphql(text, json!({"k": world.big().key})).await;
        let edges = data["segment"]["members"]["edges"].as_array().unwrap();
        assert_eq!(edges.len(), 250);
        for edge in edges {
            let place = world.people.iter().position(|person| edge["node"]["number"] == person.number.as_str()).unwrap();
            let at = chrono::DateTime::parse_from_rfc3339(edge["joinedAt"].as_str().unwrap()).unwrap();
            assert_eq!((at.timestamp_millis(), &edge["via"]), (world.big().members[&place], &json!("ASSIGNED")));
        }
        // Who came last comes first where no order is given.
        let expected = model::listed(&rows::members(world, Some(world.big())), TODAY, None, &json!({}), ("JOINED_AT", true));
        let numbers: Vec<&str> = edges.iter().map(|edge| edge["node"]["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, expected[..250]);
    }
}
