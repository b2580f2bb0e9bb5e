//! A partner sees its own things alone, and of members their number.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, TypeKind, TypeSystemDefinition};
use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{Partner, SCOPES, errors, named, partner, token};
use crate::access::{prepare, rows};
use crate::calls::{UPSERT, make};
use crate::partners::sync;

/// What a partner with every scope may ask of the roots.
const OPEN: &[(&str, Option<&str>)] = &[
    ("Query.viewer", None),
    ("Query.node", Some("SEGMENTS_READ")),
    ("Query.segment", Some("SEGMENTS_READ")),
    ("Query.segments", Some("SEGMENTS_READ")),
    ("Mutation.registerExternalSegment", Some("SEGMENTS_PUSH")),
    ("Mutation.pushSegmentMembers", Some("SEGMENTS_PUSH")),
    ("Mutation.beginSegmentSync", Some("SEGMENTS_PUSH")),
    ("Mutation.appendSegmentSync", Some("SEGMENTS_PUSH")),
    ("Mutation.commitSegmentSync", Some("SEGMENTS_PUSH")),
    ("Mutation.abortSegmentSync", Some("SEGMENTS_PUSH")),
    ("Mutation.upsertMembers", Some("MEMBERS_WRITE")),
    ("Mutation.recordTransactions", Some("TRANSACTIONS_WRITE")),
    ("Mutation.recordPoints", Some("TRANSACTIONS_WRITE")),
    ("Mutation.recordFeedback", Some("TRANSACTIONS_WRITE")),
];

/// The fields of an object of the schema that have no required argument, each with whether it can be null and what to
/// ask of it.
fn fields_of(object: &str) -> Vec<(String, bool, bool)> {
    let schema = parse_schema(tessera::schema::sdl()).unwrap();
    let scalars: Vec<String> = schema
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(kind) if matches!(kind.node.kind, TypeKind::Scalar | TypeKind::Enum(_)) => {
                Some(kind.node.name.node.to_string())
            }
            _ => None,
        })
        .chain(["String", "Int", "Float", "Boolean", "ID"].map(str::to_owned))
        .collect();
    let fields = schema.definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(kind) if kind.node.name.node == object => match kind.node.kind {
            TypeKind::Object(object) => Some(object.fields),
            _ => None,
        },
        _ => None,
    });
    let base = |base: &BaseType| -> String {
        let mut base = base;
        loop {
            match base {
                BaseType::Named(name) => return name.to_string(),
                BaseType::List(inner) => base = &inner.base,
            }
        }
    };
    fields
        .unwrap()
        .into_iter()
        .filter(|field| {
            field
                .node
                .arguments
                .iter()
                .all(|argument| argument.node.ty.node.nullable || argument.node.default_value.is_some())
        })
        .map(|field| {
            let kind = base(&field.node.ty.node.base);
            (field.node.name.node.to_string(), field.node.ty.node.nullable, scalars.contains(&kind))
        })
        .collect()
}

async fn two(app: &TestApp) -> (Partner, Partner) {
    make(app, UPSERT, json!([{"number": "a", "email": "secret@example.org", "firstName": "Secret", "country": "PL", "marketingConsent": true},
        {"number": "b"}])).await;
    let (one, other) = (partner(app, "crm", &SCOPES).await, partner(app, "pos", &SCOPES).await);
    for partner in [&one, &other] {
        partner.segment(app, "s").await;
        partner.moves(app, "s", "k", &["a", "b"], &[]).await;
    }
    (one, other)
}

on_both! {
    async fn the_roots_are_open_as_the_table_says(app) {
        prepare(&app).await;
        let one = partner(&app, "crm", &SCOPES).await;
        // A partner has no socket: see the test of those who may watch.
        for row in rows().filter(|row| !row.field.starts_with("Subscription.")) {
            let named = OPEN.iter().find(|(field, _)| *field == row.field);
            let answer = one.send(&app, row.call, Value::Null).await;
            let refused = answer.code() == "FORBIDDEN";
            assert_eq!(refused, named.is_none(), "{}: {}", row.field, answer.body);
            if refused {
                assert!(answer.body["data"].as_object().is_none_or(|data| data.values().all(Value::is_null)), "{}", answer.body);
            }
            // Without its scope, it is closed too.
            if let Some((_, Some(scope))) = named {
                let others: Vec<&str> = SCOPES.into_iter().filter(|other| other != scope).collect();
                let without = Partner { id: one.id.clone(), token: token(&app, &one.id, &others).await };
                assert_eq!(without.send(&app, row.call, Value::Null).await.code(), "FORBIDDEN", "{}", row.field);
            }
        }
    }

    async fn of_a_member_it_sees_the_number_alone(app) {
        let (one, _) = two(&app).await;
        let fields = fields_of("Member");
        assert!(fields.len() > 20);
        for (field, nullable, is_scalar) in fields {
            let asked = if is_scalar { field.clone() } else { format!("{field} {{ __typename }}") };
            for query in [
                format!("{{ segment(ref: {{key: \"s\"}}) {{ members {{ nodes {{ {asked} }} }} }} }}"),
                format!("{{ segment(ref: {{key: \"s\"}}) {{ members {{ edges {{ node {{ {asked} }} }} }} }} }}"),
                format!("{{ segment(ref: {{key: \"s\"}}) {{ events {{ nodes {{ member {{ {asked} }} }} }} }} }}"),
                format!("{{ segments {{ nodes {{ members {{ nodes {{ ... on Member {{ shown: {asked} }} }} }} }} }} }}"),
            ] {
                let answer = one.send(&app, &query, Value::Null).await;
                let text = answer.body.to_string();
                assert!(!text.contains("ecret") && !text.contains("PL"), "{query}: {text}");
                match field.as_str() {
                    "id" | "number" => assert!(answer.body.get("errors").is_none() && text.contains(if field == "number" { "\"a\"" } else { "bWVtYmVy" }), "{text}"),
                    _ if nullable => assert!(answer.body.get("errors").is_none() && text.contains("null"), "{query}: {text}"),
                    _ => assert_eq!(answer.code(), "FORBIDDEN", "{query}: {text}"),
                }
            }
        }
        for arguments in ["filter: {country: {eq: \"PL\"}}", "search: \"secret\"", "orderBy: {field: SPENDING}", "orderBy: {field: NAME}"] {
            let query = format!("{{ segment(ref: {{key: \"s\"}}) {{ members({arguments}) {{ totalCount }} }} }}");
            let answer = one.send(&app, &query, Value::Null).await;
            assert_eq!(answer.code(), "FORBIDDEN", "{arguments}: {}", answer.body);
        }
    }

    async fn it_names_members_by_number_and_is_told_nothing_of_others(app) {
        let (one, _) = two(&app).await;
        crate::calls::members(&app, &["stranger"]).await;
        app.graphql("mutation { eraseMember(input: {member: {number: \"stranger\"}}) { memberId } }", json!({})).await;
        crate::calls::members(&app, &["customer"]).await;
        let ask = async |member: Value| one.send(&app, "query($m: MemberRef!) { segment(ref: {key: \"s\"}) { events(member: $m) { nodes { member { number } } } } }", json!({ "m": member })).await;
        let nodes = |answer: &tests::Answer| answer.body["data"]["segment"]["events"]["nodes"].clone();
        assert_eq!(nodes(&ask(json!({"number": "a"})).await), json!([{"member": {"number": "a"}}]));
        for number in ["customer", "stranger", "nobody", "", &"n".repeat(300)] {
            let answer = ask(json!({ "number": number })).await;
            assert_eq!(nodes(&answer), json!([]), "{number}: {}", answer.body);
        }
        let theirs = app.graphql("{ a: member(ref: {number: \"a\"}) { id } customer: member(ref: {number: \"customer\"}) { id } }", json!({})).await;
        for member in [json!({"email": "secret@example.org"}), json!({"email": "nobody@example.org"}), theirs["a"].clone(), theirs["customer"].clone()] {
            assert_eq!(ask(member.clone()).await.code(), "FORBIDDEN", "{member}");
        }
        // Ids run on: they are known alone of whom the partner has pushed.
        let pushed = one.push(&app, json!({"segment": {"key": "s"}, "idempotencyKey": "ids", "join": [theirs["a"], theirs["customer"]]})).await;
        assert_eq!(crate::partners::problems(&pushed["receipt"]["problems"]), ["join.1 UNKNOWN_MEMBER"], "{pushed}");
    }

    async fn of_its_segments_it_sees_no_figure_but_how_many(app) {
        let (one, _) = two(&app).await;
        let shown = ["id", "key", "name", "description", "kind", "active", "frozenAt", "partner", "externalUrl", "expiresAfterDays", "version",
            "createdAt", "updatedAt", "memberCount", "statsAt", "members", "events", "export"];
        for (field, nullable, is_scalar) in fields_of("Segment") {
            let asked = if is_scalar { field.clone() } else { format!("{field} {{ __typename }}") };
            for query in [format!("{{ segment(ref: {{key: \"s\"}}) {{ {asked} }} }}"), format!("{{ segments {{ nodes {{ {asked} }} }} }}")] {
                let answer = one.send(&app, &query, Value::Null).await;
                let text = answer.body.to_string();
                match field.as_str() {
                    field if shown.contains(&field) => assert!(answer.body.get("errors").is_none(), "{query}: {text}"),
                    _ if nullable => assert!(answer.body.get("errors").is_none() && text.contains("null"), "{query}: {text}"),
                    _ => assert_eq!(answer.code(), "FORBIDDEN", "{query}: {text}"),
                }
            }
        }
        for arguments in ["filter: {averageSpending: {gt: \"0\"}}", "filter: {not: {or: [{tag: {eq: \"a\"}}]}}", "orderBy: {field: AVERAGE_CLV}", "filter: {partner: {eq: \"pos\"}}"] {
            let answer = one.send(&app, &format!("{{ segments({arguments}) {{ totalCount }} }}"), Value::Null).await;
            assert_eq!(answer.code(), "FORBIDDEN", "{arguments}: {}", answer.body);
        }
    }

    async fn anothers_things_are_not_there_by_any_way(app) {
        let (one, other) = two(&app).await;
        app.graphql("mutation { createSegment(input: {name: \"Own\", members: [{number: \"a\"}]}) { userErrors { code } } }", json!({})).await;
        let theirs = app.graphql("{ segment(ref: {key: \"pos/s\"}) { id events { nodes { id } } } member(ref: {number: \"a\"}) { id }
            own: segment(ref: {key: \"own\"}) { id } viewer { user { id } } jobs { nodes { id } } partners { nodes { tokens { id } } } auditLog { nodes { id } } }", json!({})).await;
        let pushed = other.push(&app, json!({"segment": {"key": "s"}, "idempotencyKey": "z", "leave": named(&["a"])})).await;
        let begun = other.call(&app, sync::BEGIN, json!({"input": {"segment": {"key": "s"}}})).await;
        let list = begun["sync"]["id"].clone();
        let mut ids: Vec<Value> = ["/segment/id", "/segment/events/nodes/0/id", "/member/id", "/own/id", "/viewer/user/id", "/partners/nodes/0/tokens/0/id", "/auditLog/nodes/0/id"]
            .map(|path| theirs.pointer(path).unwrap().clone()).to_vec();
        ids.extend([pushed["receipt"]["id"].clone(), list.clone(), json!(other.id), json!("nothing")]);
        for id in &ids {
            assert!(id.is_string(), "{ids:?}");
            let answer = one.send(&app, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
            assert_eq!(answer.body, json!({"data": {"node": null}}), "{id}");
        }
        for reference in [json!({"id": ids[0]}), json!({"id": ids[3]}), json!({"key": "pos/s"}), json!({"key": "own"}), json!({"key": "crm/s"}), json!({"key": "../pos/s"})] {
            let answer = one.send(&app, "query($r: SegmentRef!) { segment(ref: $r) { id } }", json!({ "r": reference })).await;
            assert_eq!(answer.body, json!({"data": {"segment": null}}), "{reference}");
            let refused = one.push(&app, json!({"segment": reference, "idempotencyKey": "x", "join": named(&["a"])})).await;
            assert_eq!(errors(&refused), ["input.segment NOT_FOUND"], "{reference}");
            let refused = one.call(&app, sync::BEGIN, json!({"input": {"segment": reference}})).await;
            assert_eq!(errors(&refused), ["input.segment NOT_FOUND"], "{reference}");
        }
        for (call, input) in [
            (sync::APPEND, json!({"sync": list, "part": 0, "members": []})), (sync::COMMIT, json!({"sync": list})), (sync::ABORT, json!({"sync": list})),
        ] {
            assert_eq!(errors(&one.call(&app, call, json!({ "input": input })).await), ["input.sync NOT_FOUND"], "{call}");
        }
        let seen = one.call(&app, "{ segments { totalCount nodes { key } } }", Value::Null).await;
        assert_eq!(seen, json!({"totalCount": 1, "nodes": [{"key": "s"}]}));
        for filter in [json!({"name": {"eq": "own"}}), json!({"not": {"name": {"eq": "s"}}}), json!({"kind": ["MANUAL"]})] {
            let answer = one.send(&app, "query($f: SegmentFilter) { segments(filter: $f) { totalCount nodes { key } } }", json!({ "f": filter })).await;
            assert_eq!(answer.body["data"]["segments"], json!({"totalCount": 0, "nodes": []}), "{filter}");
        }
        // A taken name or key tells nothing of others.
        for input in [json!({"key": "own", "name": "Own"}), json!({"key": "t", "name": "Own too"})] {
            assert_eq!(errors(&one.register(&app, input).await), [] as [&str; 0]);
        }
        // Its download has numbers and instants.
        let link = one.call(&app, "{ segment(ref: {key: \"s\"}) { export(layout: MAILCHIMP) { url fileName rows } } }", Value::Null).await["export"].clone();
        assert!(link["fileName"].as_str().unwrap().starts_with("crm-s-") && link["rows"] == 2, "{link}");
        let file = app.client().get(link["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
        let lines: Vec<&str> = file.lines().collect();
        assert_eq!((lines.len(), lines[0]), (3, "number,joined_at"), "{file}");
        assert!(lines[1].starts_with("a,") || lines[1].starts_with("b,"), "{file}");
    }
}
