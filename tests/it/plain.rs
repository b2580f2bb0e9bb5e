//! What is asked plainly is written at once, what is asked through a fragment goes through the resolvers: both ways answer
//! the same, for every field that has no arguments.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, TypeKind, TypeSystemDefinition};
use serde_json::{Value, json};
use tests::on_both;

use crate::calls::{POINTS, make};
use crate::segments::{CREATE, numbers, shop};

/// The fields of an object that take no arguments, each with its own such fields where it is an object of `below`.
fn fields(kind: &str, below: &[&str], by_fragment: bool) -> String {
    let schema = parse_schema(tessera::schema::sdl()).unwrap();
    let found = schema.definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) if definition.node.name.node == kind => match definition.node.kind {
            TypeKind::Object(object) => Some(object.fields),
            _ => None,
        },
        _ => None,
    });
    let mut asked = Vec::new();
    for field in found.unwrap().into_iter().filter(|field| field.node.arguments.is_empty()) {
        let name = field.node.name.node.to_string();
        let BaseType::Named(of) = &field.node.ty.node.base else { continue };
        if below.contains(&of.as_str()) {
            asked.push(format!("{name} {{ {} }}", fields(of, below, by_fragment)));
        } else if ["ID", "String", "Int", "Float", "Boolean", "DateTime", "Date", "BigInt", "Decimal"]
            .contains(&of.as_str())
            || of.as_str().starts_with("Segment")
            || of.as_str().starts_with("Membership")
        {
            asked.push(name);
        }
    }
    let asked = asked.join(" ");
    if by_fragment { format!("... on {kind} {{ {asked} }}") } else { asked }
}

const BELOW: &[&str] = &["Money", "MemberMetrics", "Member", "SegmentEvaluation"];

on_both! {
    async fn both_ways_answer_the_same(app) {
        shop(&app, 3).await;
        crate::calls::members(&app, &["empty"]).await;
        let points = json!({"member": {"number": "m1"}, "kind": "EARNED", "points": 9, "at": crate::calls::days(-3), "document": "p"});
        make(&app, POINTS, json!([points])).await;
        app.graphql(CREATE, json!({"input": {"name": "All", "description": "About", "members": numbers([1, 2, 3])}})).await;
        app.graphql(CREATE, json!({"input": {"name": "Off", "active": false}})).await;
        for (list, kind) in [
            ("segments { nodes", "Segment"),
            ("members { nodes", "Member"),
            ("segment(ref: {key: \"all\"}) { members { nodes", "Member"),
            ("segment(ref: {key: \"all\"}) { members { edges", "SegmentMemberEdge"),
        ] {
            let closing = "} ".repeat(list.matches('{').count() - list.matches('}').count() + 1);
            let ask = async |by_fragment: bool| {
                let text = format!("{{ {list} {{ {} }} {closing}", fields(kind, BELOW, by_fragment));
                app.graphql(&text, Value::Null).await
            };
            let (plainly, by_fragment) = (ask(false).await, ask(true).await);
            assert_eq!(plainly, by_fragment, "{list}");
            assert!(plainly.to_string().len() > 200, "{plainly}");
        }
    }

    async fn names_and_repetitions_are_kept(app) {
        shop(&app, 1).await;
        let text = "{ members { nodes { n: number number m: metrics { spending { amount } } m: metrics { s: spending { currencyCode } }
            metrics { transactions @skip(if: true) pointsEarned } __typename } } }";
        let expected = json!({"n": "m1", "number": "m1", "m": {"spending": {"amount": "10.00"}, "s": {"currencyCode": "EUR"}},
            "metrics": {"pointsEarned": "0"}, "__typename": "Member"});
        assert_eq!(app.graphql(text, Value::Null).await["members"]["nodes"], json!([expected]));
        let text = "{ members { nodes { m: metrics { spending { amount } } m: metrics { spending { currencyCode } } } } }";
        let expected = json!({"m": {"spending": {"amount": "10.00", "currencyCode": "EUR"}}});
        assert_eq!(app.graphql(text, Value::Null).await["members"]["nodes"], json!([expected]));
    }
}
