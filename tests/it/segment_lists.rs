//! `segments`: every filter, order, search and page beside a slow model, over a shop at random.

mod pages;

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use crate::lists::model::{self, Row};
use crate::lists::{Lister, TODAY, World, asked, over_a_shop, rows};

pub const ORDERS: [&str; 7] = [
    "NAME",
    "MEMBERS",
    "AVERAGE_TRANSACTION_VALUE",
    "AVERAGE_TRANSACTIONS",
    "AVERAGE_SPENDING",
    "AVERAGE_CLV",
    "CREATED_ON",
];

pub fn lister(world: &World) -> Lister<'_> {
    Lister { app: &world.app, path: "segments", filter_type: "SegmentFilter", order_type: "SegmentOrder", name: "key" }
}

/// Asks for a filter and compares with the model; answers how many there are.
async fn compare(lister: &Lister<'_>, rows: &[Row], filter: Value, order: (&str, bool)) -> usize {
    let (field, descending) = order;
    let direction = if descending { "DESC" } else { "ASC" };
    let expected = model::listed(rows, TODAY, None, &filter, order);
    let order = json!({"field": field, "direction": direction});
    // The total tells of the rest; whole lists are walked in another test.
    let part = lister.part(json!({"first": 60, "filter": filter, "orderBy": order})).await;
    assert_eq!(part.names, expected[..expected.len().min(60)], "{filter} by {order}");
    assert_eq!(part.total, u64::try_from(expected.len()).unwrap(), "{filter}");
    expected.len()
}

over_a_shop! {
    async fn the_shop_holds_what_the_tests_are_about(world, random) {
        let rows = rows::segments(world);
        let values: Vec<_> = world.groups.iter().map(|group| world.figures(group)).collect();
        assert!(values.iter().filter(|one| one.average_transaction_value.is_none()).count() > 10, "empty ones and those of never-buyers");
        assert!(values.iter().any(|one| one.average_spending.is_some_and(|value| value.is_sign_negative())), "more came back than was bought");
        let mut clvs: Vec<_> = values.iter().filter_map(|one| one.average_clv).collect();
        let many = clvs.len();
        clvs.sort_unstable();
        clvs.dedup();
        assert!(clvs.len() + 5 < many, "some are equal");
        // What the API shows of each is what the model knows.
        let text = "{ segments(first: 250) { nodes { key name description tags active kind createdAt memberCount reachableCount
            averageTransactionValue { amount currencyCode } averageTransactions averageSpending { amount } averageClv { amount } } } }";
        let data = world.app.graphql(text, json!({})).await;
        assert_eq!(data["segments"]["nodes"].as_array().unwrap().len(), rows.len());
        for group in &world.groups {
            let figures = world.figures(group);
            let nodes = data["segments"]["nodes"].as_array().unwrap();
            let node = nodes.iter().find(|node| node["key"] == group.key.as_str()).unwrap();
            let amount = |value: Option<rust_decimal::Decimal>| value.map_or(Value::Null, |value| json!(format!("{value:.2}")));
            let expected = json!({
                "key": group.key, "name": group.name, "description": group.description, "tags": group.tags,
                "active": group.active, "kind": "MANUAL", "createdAt": node["createdAt"], "memberCount": figures.members,
                "reachableCount": world.members(group).filter(|person| person.consent).count(),
                "averageTransactionValue": figures.average_transaction_value.map(|value| json!({"amount": format!("{value:.2}"), "currencyCode": "EUR"})),
                "averageTransactions": figures.average_transactions,
                "averageSpending": figures.average_spending.map(|value| json!({"amount": amount(Some(value))})),
                "averageClv": figures.average_clv.map(|value| json!({"amount": amount(Some(value))})),
            });
            assert_eq!(node, &expected);
        }
    }

    async fn every_operator_of_every_field(world, random) {
        let (rows, lister) = (rows::segments(world), lister(world));
        for (field, fact) in &rows[0].facts {
            for operator in asked::operators(fact) {
                let mut sizes = Vec::new();
                let tells = |sizes: &[usize]| sizes.iter().any(|size| *size > 0) && sizes.iter().any(|size| *size < rows.len());
                for round in 0..100 {
                    if round >= 6 && tells(&sizes) {
                        break;
                    }
                    let one = json!({*operator: asked::operand(&mut random, &rows, field, operator, TODAY)});
                    sizes.push(compare(&lister, &rows, json!({*field: one}), ("NAME", false)).await);
                    sizes.push(rows.len() - compare(&lister, &rows, json!({"not": {*field: one}}), ("NAME", false)).await);
                }
                assert!(tells(&sizes), "{field} {operator}: {sizes:?}");
            }
            for _ in 0..6 {
                let value = asked::value(&mut random, &rows, field, TODAY);
                compare(&lister, &rows, json!({*field: value}), ("MEMBERS", true)).await;
                compare(&lister, &rows, json!({"not": {*field: value}}), ("MEMBERS", true)).await;
            }
        }
    }

    async fn filters_nest_at_random(world, random) {
        let (rows, lister) = (rows::segments(world), lister(world));
        let mut sizes = Vec::new();
        for round in 0..200 {
            let filter = asked::filter(&mut random, &rows, TODAY, round % 5);
            let order = (*ORDERS.choose(&mut random).unwrap(), random.random_bool(0.5));
            sizes.push(compare(&lister, &rows, filter, order).await);
        }
        assert!(sizes.iter().filter(|size| (1..rows.len()).contains(size)).count() > 20, "{sizes:?}");
    }

    async fn nothing_asked_for_and_nobody_known(world, random) {
        let (rows, lister) = (rows::segments(world), lister(world));
        let all = rows.len();
        let described = world.groups.iter().filter(|group| group.description.is_some()).count();
        let table = [
            (json!({}), all),
            (json!({"and": []}), all),
            (json!({"or": []}), 0),
            (json!({"not": {}}), 0),
            (json!({"not": {"not": {}}}), all),
            (json!({"or": [{}]}), all),
            (json!({"or": [{}, {"or": []}]}), all),
            (json!({"and": [{}, {"and": [{}]}]}), all),
            (json!({"not": {"or": []}}), all),
            (json!({"not": {"and": []}}), 0),
            (json!({"kind": []}), 0),
            (json!({"kind": ["MANUAL", "MANUAL"]}), all),
            (json!({"name": {}, "description": {}, "tag": {}, "members": {}, "averageTransactionValue": {}, "averageTransactions": {},
                "averageSpending": {}, "averageClv": {}, "createdOn": {}}), all),
            (json!({"not": {"description": {}}}), 0),
            (json!({"name": {"in": []}}), 0),
            (json!({"not": {"description": {"in": []}}}), all),
            (json!({"description": {"contains": ""}}), described),
            (json!({"not": {"description": {"contains": ""}}}), all - described),
            (json!({"name": {"eq": null}, "active": null, "and": null, "not": null, "hasMember": null}), all),
            (json!({"hasMember": {"number": "nobody"}}), 0),
            (json!({"not": {"hasMember": {"number": "nobody"}}}), all),
            (json!({"hasMember": {"number": "\u{0}"}}), 0),
            (json!({"hasMember": {"email": "shared1@example.org"}}), 0),
            (json!({"hasMember": {"id": "garbage"}}), 0),
            (json!({"hasMember": {"number": ""}}), 0),
            (json!({"name": {"eq": "\u{0}"}}), 0),
            (json!({"name": {"contains": "a\u{0}b"}}), 0),
        ];
        for (filter, many) in table {
            assert_eq!(compare_only(&lister, filter.clone()).await, many, "{filter}");
        }
        let person = world.members(world.big()).next().unwrap();
        let by_number = compare(&lister, &rows, json!({"hasMember": {"number": person.number}}), ("NAME", false)).await;
        let text = "query($ref: MemberRef!) { member(ref: $ref) { id } }";
        let id = world.app.graphql(text, json!({"ref": {"number": person.number}})).await["member"]["id"].clone();
        assert_eq!(compare_only(&lister, json!({"hasMember": {"id": id}})).await, by_number);
    }

    async fn what_cannot_be_asked_is_refused_with_a_code(world, random) {
        let lister = lister(world);
        let deep = (0..110).fold(json!({"name": {"contains": "a"}}), |filter, _| json!({"not": filter}));
        let wrong = [
            json!({"filter": {"color": "red"}}),
            json!({"filter": {"name": {"like": "a"}}}),
            json!({"filter": {"kind": ["OTHER"]}}),
            json!({"filter": {"members": {"eq": "ten"}}}),
            json!({"filter": {"members": {"eq": 2.5}}}),
            json!({"filter": {"members": {"eq": 3_000_000_000_i64}}}),
            json!({"filter": {"averageClv": {"eq": "1e5"}}}),
            json!({"filter": {"averageClv": {"eq": "NaN"}}}),
            json!({"filter": {"averageClv": {"eq": "9".repeat(40)}}}),
            json!({"filter": {"averageTransactions": {"eq": "1.5"}}}),
            json!({"filter": {"createdOn": {"on": "2026-02-30"}}}),
            json!({"filter": {"createdOn": {"on": "10000-01-01"}}}),
            json!({"filter": {"createdOn": {"lastDays": 0}}}),
            json!({"filter": {"createdOn": {"lastDays": -1}}}),
            json!({"filter": {"hasMember": {}}}),
            json!({"filter": {"hasMember": {"number": "a", "email": "b"}}}),
            json!({"filter": {"hasMember": {"number": null}}}),
            json!({"orderBy": {"field": "COLOR"}}),
            json!({"orderBy": {"direction": "ASC"}}),
            json!({"search": "a".repeat(201)}),
        ];
        for arguments in wrong {
            let answer = lister.answer(arguments.clone()).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{arguments}: {}", answer.body);
        }
        // Deep, wide and huge ones are answered or refused, never a fault of ours.
        let many: Vec<String> = (0..70_000).map(|number| format!("name {number}")).collect();
        let wide: Vec<Value> = (0..3_000).map(|number| json!({"name": {"eq": format!("n{number}")}})).collect();
        for filter in [deep, json!({"name": {"in": many}}), json!({"or": wide}), json!({"and": wide}), json!({"kind": vec!["MANUAL"; 70_000]}),
            json!({"createdOn": {"lastDays": i32::MAX}}), json!({"name": {"contains": "a".repeat(100_000)}})]
        {
            let answer = lister.answer(json!({"filter": filter})).await;
            let fine = answer.body.get("errors").is_none() || answer.code() == "BAD_USER_INPUT";
            assert!(fine, "{}: {}", &filter.to_string()[..80], answer.body);
        }
    }

    async fn a_search_matches_while_it_is_typed(world, random) {
        let (rows, lister) = (rows::segments(world), lister(world));
        let mut typed: Vec<String> = vec!["".into(), "  ".into(), "--".into(), "%".into(), "_".into(), "\\".into(), "\u{0}".into(), "'".into(), "🎉".into()];
        for group in &world.groups {
            let words: Vec<&str> = group.name.split(' ').collect();
            for word in &words {
                let letters: Vec<char> = word.chars().collect();
                typed.extend((1..=letters.len()).map(|many| letters[..many].iter().collect()));
            }
            let mut turned = words.clone();
            turned.reverse();
            typed.push(turned.join("  "));
            typed.push(words.iter().map(|word| word.chars().take(2).collect::<String>()).collect::<Vec<_>>().join(" "));
        }
        let other_case: Vec<String> = typed.iter().flat_map(|text| [text.to_uppercase(), text.to_lowercase()]).collect();
        typed.extend(other_case);
        typed.sort_unstable();
        typed.dedup();
        let mut found = 0;
        for text in &typed {
            let expected = model::listed(&rows, TODAY, Some(text), &json!({}), ("CREATED_ON", true));
            let part = lister.part(json!({"first": 25, "search": text})).await;
            assert_eq!((&part.names[..], part.total), (&expected[..expected.len().min(25)], expected.len() as u64), "{text:?}");
            found += expected.len();
        }
        assert!(found > typed.len(), "{found} in {}", typed.len());
        // What a whole word finds, each of its beginnings finds too.
        for group in &world.groups {
            for word in group.name.split(' ') {
                let letters: Vec<char> = word.chars().collect();
                // A letter without the accent that follows it is another letter.
                for many in (1..=letters.len()).filter(|many| letters.get(*many) != Some(&'\u{301}')) {
                    let text: String = letters[..many].iter().collect();
                    // Upper case spells ß in two letters, and they are two letters.
                    let upper = if text.contains('ß') { text.clone() } else { text.to_uppercase() };
                    for text in [upper, text.to_lowercase(), text] {
                        let row = rows.iter().find(|row| row.name == group.key).unwrap();
                        assert!(model::found(row, &text), "{text:?} begins {word:?} of {:?}", group.name);
                    }
                }
            }
        }
    }
}

/// How many a filter lets through.
async fn compare_only(lister: &Lister<'_>, filter: Value) -> usize {
    usize::try_from(lister.part(json!({"first": 1, "filter": filter})).await.total).unwrap()
}
