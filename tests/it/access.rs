//! Who may ask for what: one row for every field of the roots, tried as every role over HTTP.

mod objects;
mod table;

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use entity::kinds::Role;
use serde_json::{Value, json};
use tessera::global_id::GlobalId;
use tests::{Answer, TestApp, on_both};

use crate::sockets::Client;
use table::{Lowest, Row};
pub use table::{prepare, rows};

/// Every role, and a stranger.
const CALLERS: [Option<Role>; 4] = [None, Some(Role::Analyst), Some(Role::Admin), Some(Role::Owner)];

/// The fields of the schema's roots, as `Query.node`.
fn fields() -> BTreeSet<String> {
    let schema = parse_schema(tessera::schema::sdl()).unwrap();
    let roots = schema.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(kind) => Some(kind.node),
        _ => None,
    });
    let roots = roots.filter(|root| ["Query", "Mutation", "Subscription"].contains(&root.name.node.as_str()));
    let names = roots.flat_map(|root| match root.kind {
        TypeKind::Object(object) => object
            .fields
            .into_iter()
            .map(|field| format!("{}.{}", root.name.node, field.node.name.node))
            .collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    names.collect()
}

#[test]
fn every_root_field_has_a_row() {
    let (fields, mut rows) = (fields(), BTreeSet::new());
    assert!(fields.contains("Query.node") && fields.contains("Mutation.signIn"), "{fields:?}");
    for row in table::rows() {
        assert!(rows.insert(row.field.to_owned()), "{} has two rows in tests/it/access/table.rs", row.field);
    }
    let missing: Vec<_> = fields.difference(&rows).collect();
    assert!(missing.is_empty(), "say in tests/it/access/table who may ask for {missing:?}, and how");
    let gone: Vec<_> = rows.difference(&fields).collect();
    assert!(gone.is_empty(), "{gone:?} of tests/it/access/table.rs is not in the schema any more: take it out");
}

on_both! {
    async fn every_field_is_open_to_its_roles_alone(app) {
        prepare(&app).await;
        for row in table::rows() {
            for caller in CALLERS {
                // A token each: some of the calls end a session.
                let token = match caller {
                    Some(role) => Some(app.token_of(role).await),
                    None => None,
                };
                if row.field.starts_with("Subscription.") {
                    check_watching(&app, row, caller, token.as_deref()).await;
                    continue;
                }
                let answer = app.send(token.as_deref(), row.call, Value::Null).await;
                check(row, caller, &answer);
            }
        }
    }

    async fn what_is_not_allowed_beside_what_is_changes_nothing(app) {
        prepare(&app).await;
        let analyst = app.token_of(Role::Analyst).await;
        let call = "mutation { a: createSegment(input: {name: \"by an analyst\"}) { segment { id } userErrors { code } }
            b: upsertMembers(input: {members: [{number: \"by-an-analyst\"}]}) { created userErrors { code } } }";
        let answer = app.send(Some(&analyst), call, Value::Null).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.body);
        let seen = "{ segments(search: \"by an analyst\") { totalCount } member(ref: {number: \"by-an-analyst\"}) { id } viewer { role } }";
        let answer = app.send(Some(&analyst), seen, Value::Null).await;
        assert_eq!(answer.body["data"], serde_json::json!({"segments": {"totalCount": 0}, "member": null, "viewer": {"role": "ANALYST"}}));
        // A stranger does not get at one of them through the other either.
        for call in [
            "mutation { signIn(input: {email: \"a\", password: \"b\"}) { accessToken } createSegment(input: {name: \"x\"}) { userErrors { code } } }",
            "{ __typename viewer { role } }",
        ] {
            let answer = app.send(None, call, Value::Null).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (401, "UNAUTHENTICATED"), "{}", answer.body);
        }
    }
}

fn check(row: &Row, caller: Option<Role>, answer: &Answer) {
    let who = caller.map_or("a stranger", Role::word);
    let said = format!("{} as {who}: {}", row.field, answer.body);
    let expected = match (row.lowest, caller) {
        (Lowest::Free, _) => "",
        (Lowest::Role(_) | Lowest::Partner, None) => "UNAUTHENTICATED",
        (Lowest::Partner, Some(_)) => "FORBIDDEN",
        (Lowest::Role(lowest), Some(role)) if can(role) >= can(lowest) => "",
        (Lowest::Role(_), Some(_)) => "FORBIDDEN",
    };
    assert_eq!(answer.code(), expected, "{said}");
    match expected {
        // A call that is not valid would pass for one that is allowed.
        "" => {
            assert!(answer.status == 200 && answer.body.get("errors").is_none(), "{said}");
            let field = row.field.split('.').nth(1).unwrap();
            assert!(answer.body["data"].get(field).is_some(), "{said}");
        }
        "UNAUTHENTICATED" => {
            assert!(answer.status == 401 && answer.body.get("data").is_none(), "{said}");
        }
        _ => assert!(answer.body["data"].as_object().is_none_or(|data| data.values().all(Value::is_null)), "{said}"),
    }
}

/// What is watched is asked for over a socket, which a stranger cannot have.
async fn check_watching(app: &TestApp, row: &Row, caller: Option<Role>, token: Option<&str>) {
    let Some((role, token)) = caller.zip(token) else {
        let mut stranger = Client::open(&app.base).await;
        stranger.subscribe("1", row.call, json!({})).await;
        assert_eq!(stranger.closed().await.0, 4401, "{}", row.field);
        return;
    };
    let mut client = Client::of(&app.base, token).await;
    let job = GlobalId::Job(crate::jobs::queue(app, json!({})).await).text();
    let variables = if row.call.contains("$job") { json!({ "job": job }) } else { json!({}) };
    client.subscribe("1", row.call, variables).await;
    let Lowest::Role(lowest) = row.lowest else { panic!("{} is free", row.field) };
    if can(role) < can(lowest) {
        assert_eq!(client.error("1").await, "FORBIDDEN", "{} as {}", row.field, role.word());
        return;
    }
    let told = async {
        // Something happens until it is told.
        for round in 0.. {
            let edit = "mutation($d: String!) { updateSegment(input: {segment: {key: \"some\"}, description: $d}) { userErrors { code } }
                a: unassignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m1\"}]}) { changed }
                b: assignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m1\"}]}) { changed } }";
            app.graphql(edit, json!({"d": format!("{role:?} {round}")})).await;
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    tokio::select! {
        data = client.data("1") => assert!(data[row.field.split('.').nth(1).unwrap()].is_object(), "{data}"),
        () = told => {}
    }
}

/// semantics.md §10: a role can do all that a lower one can.
fn can(role: Role) -> u8 {
    match role {
        Role::Owner => 3,
        Role::Admin => 2,
        Role::Analyst => 1,
    }
}
