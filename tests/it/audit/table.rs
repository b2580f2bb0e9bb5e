//! The table: for every mutation a call that changes something, with what the log must say, and calls that change nothing.

mod campaigns;
mod partners;
mod people;
mod persons;
mod segments;
mod webhooks;

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use entity::kinds::Role;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{PASSWORD, TestApp, on_both};

use super::{from, mark, new, since};
use crate::auth::{add_user, sign_in};
use crate::calls::{members, segment};
use crate::partners::audit::BY_PARTNERS;

/// Who calls; an OWNER, so that every call is allowed.
const ANN: &str = "ann@example.org";
const NEW: &str = "an entirely new password";
/// What a member has to say is nobody's business but the shop's.
const COMMENT: &str = "Ann was rude to me";

struct Row {
    field: &'static str,
    /// A call that changes something. What stands in `<…>` is put in before.
    call: &'static str,
    /// Each entry: type, name, changes. The text `*` stands for anything.
    entries: fn() -> Vec<(&'static str, &'static str, Value)>,
    /// Calls that are refused, or find that it is so already.
    silent: &'static [&'static str],
}

/// What an analyst may call, too.
const OPEN: [&str; 4] = ["signIn", "refreshSession", "signOut", "changePassword"];

/// All rows.
fn rows() -> impl Iterator<Item = &'static Row> {
    let own = people::ROWS.iter().chain(ROWS).chain(segments::ROWS).chain(persons::ROWS);
    own.chain(webhooks::ROWS).chain(campaigns::ROWS).chain(partners::ROWS)
}

const ROWS: &[Row] = &[
    Row {
        field: "updateProgram",
        call: "updateProgram(input: {name: \"Club\", grossMargin: \"0.5\", timeZone: \"Asia/Tokyo\"}) { job { id } userErrors { code } }",
        entries: || {
            let changes = json!({"name": from("Tessera", "Club"), "grossMargin": from("1", "0.5"), "timeZone": from("UTC", "Asia/Tokyo")});
            vec![("Program", "Club", changes)]
        },
        silent: &[
            "updateProgram(input: {name: \"Club\", grossMargin: \"0.50\"}) { job { id } userErrors { code } }",
            "updateProgram(input: {name: \"Other\", grossMargin: \"2\"}) { job { id } userErrors { code } }",
        ],
    },
    Row {
        field: "cancelJob",
        call: "cancelJob(input: {id: \"<job>\"}) { job { id } userErrors { code } }",
        entries: || vec![("Job", "TEST", json!({"status": from("QUEUED", "CANCELLED")}))],
        silent: &[
            "cancelJob(input: {id: \"<job>\"}) { job { id } userErrors { code } }",
            "cancelJob(input: {id: \"none\"}) { job { id } userErrors { code } }",
        ],
    },
    Row {
        field: "fitValueModel",
        call: "fitValueModel(input: {asOf: \"2026-01-31\"}) { job { id } userErrors { code } }",
        entries: || vec![("Job", "VALUE_MODEL", json!({"asOf": new("2026-01-31")}))],
        silent: &[
            "fitValueModel(input: {asOf: \"2026-01-31\"}) { job { id } userErrors { code } }",
            "fitValueModel(input: {asOf: \"2026-01-30\"}) { job { id } userErrors { code } }",
            "fitValueModel(input: {asOf: \"1700-01-01\"}) { job { id } userErrors { code } }",
        ],
    },
    Row {
        field: "upsertMembers",
        call: "upsertMembers(input: {members: [{number: \"m1\", city: \"Kraków\"}, {number: \"n1\", city: \"Gdynia\"}, {number: \"m2\"}]}) {
            created userErrors { code } }",
        entries: || {
            let counts = json!({"created": new(1), "updated": new(1), "duplicates": new(1)});
            vec![("Member", "m1", json!({"city": new("Kraków")})), ("Member", "2 members", counts)]
        },
        silent: &[
            "upsertMembers(input: {members: [{number: \"m1\", city: \"Kraków\"}]}) { created userErrors { code } }",
            "upsertMembers(input: {members: [{number: \"\"}]}) { created userErrors { code } }",
            "upsertMembers(input: {members: []}) { created userErrors { code } }",
        ],
    },
    Row {
        field: "recordTransactions",
        call: "recordTransactions(input: {transactions: [
            {document: \"a\", member: {number: \"m1\"}, amount: 1, at: \"2024-01-01T00:00:00Z\"},
            {document: \"a\", member: {number: \"m1\"}, amount: 1, at: \"2024-01-01T00:00:00Z\"},
            {document: \"b\", member: {number: \"nobody\"}, amount: 1, at: \"2024-01-01T00:00:00Z\"}]}) { created userErrors { code } }",
        entries: || vec![("Transaction", "1 transaction", json!({"created": new(1), "updated": new(0), "duplicates": new(1)}))],
        silent: &["recordTransactions(input: {transactions: [
            {document: \"a\", member: {number: \"m1\"}, amount: 1, at: \"2024-01-01T00:00:00Z\"},
            {document: \"a\", member: {number: \"m1\"}, amount: 2, at: \"2024-01-01T00:00:00Z\"}]}) { created userErrors { code } }"],
    },
    Row {
        field: "recordPoints",
        call: "recordPoints(input: {entries: [
            {document: \"a\", member: {number: \"m1\"}, kind: EARNED, points: 1, at: \"2024-01-01T00:00:00Z\"},
            {document: \"b\", member: {number: \"m1\"}, kind: EARNED, points: 1, at: \"2024-01-01T00:00:00Z\"}]}) { created userErrors { code } }",
        entries: || vec![("PointsEntry", "2 points entries", json!({"created": new(2), "updated": new(0), "duplicates": new(0)}))],
        silent: &["recordPoints(input: {entries: [
            {document: \"a\", member: {number: \"m1\"}, kind: EARNED, points: 1, at: \"2024-01-01T00:00:00Z\"}]}) { created userErrors { code } }"],
    },
    Row {
        field: "recordFeedback",
        call: "recordFeedback(input: {responses: [
            {document: \"a\", member: {number: \"m1\"}, survey: \"nps\", score: 9, comment: \"<comment>\", at: \"2024-01-01T00:00:00Z\"},
            {document: \"b\", member: {number: \"m1\"}, survey: \"nps\", score: 11, at: \"2024-01-01T00:00:00Z\"}]}) { created userErrors { code } }",
        entries: || vec![("Feedback", "1 feedback response", json!({"created": new(1), "updated": new(0), "duplicates": new(0)}))],
        silent: &["recordFeedback(input: {responses: [
            {document: \"a\", member: {number: \"m1\"}, survey: \"nps\", score: 9, comment: \"<comment>\", at: \"2024-01-01T00:00:00Z\"},
            {document: \"a\", member: {number: \"m1\"}, survey: \"nps\", score: 8, at: \"2024-01-01T00:00:00Z\"}]}) { created userErrors { code } }"],
    },
];

#[test]
fn every_mutation_has_a_row() {
    let schema = parse_schema(tessera::schema::sdl()).unwrap();
    let fields = schema.definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(root) if root.node.name.node == "Mutation" => match root.node.kind {
            TypeKind::Object(object) => Some(object.fields),
            _ => None,
        },
        _ => None,
    });
    let fields: BTreeSet<String> = fields.unwrap().into_iter().map(|field| field.node.name.node.to_string()).collect();
    let known: BTreeSet<String> = rows().map(|row| row.field).chain(BY_PARTNERS).map(str::to_owned).collect();
    assert_eq!(known.len(), rows().count() + BY_PARTNERS.len(), "a mutation has two rows");
    let missing: Vec<_> = fields.difference(&known).collect();
    assert!(missing.is_empty(), "say in tests/it/audit/table.rs what the log tells of {missing:?}");
    let gone: Vec<_> = known.difference(&fields).collect();
    assert!(gone.is_empty(), "{gone:?} of tests/it/audit/table.rs is not in the schema any more: take it out");
}

/// What stands in the calls' `<…>`.
struct Filled(Vec<(&'static str, String)>);

impl Filled {
    async fn new(app: &TestApp) -> Self {
        let carol = add_user(app, "carol@example.org", Role::Analyst).await;
        let txn = app.app.db.begin().await.unwrap();
        let new = tessera::jobs::NewJob { kind: "TEST", arguments: json!({}) };
        let job = tessera::jobs::enqueue(&app.app, &txn, tessera::audit::By::command("a test"), new).await.unwrap();
        txn.commit().await.unwrap();
        Self(vec![
            ("<user>", tessera::global_id::GlobalId::User(carol.id).text()),
            ("<job>", tessera::global_id::GlobalId::Job(job.id).text()),
            ("<password>", PASSWORD.to_owned()),
            ("<new>", NEW.to_owned()),
            ("<refresh>", sign_in(app, ANN, PASSWORD).await.refresh),
            ("<comment>", COMMENT.to_owned()),
        ])
    }

    fn call(&self, call: &str) -> String {
        let call = self.0.iter().fold(call.to_owned(), |call, (place, value)| call.replace(place, value));
        format!("mutation {{ {call} }}")
    }
}

/// A new session of Ann's.
async fn token(app: &TestApp) -> String {
    let life = chrono::TimeDelta::hours(1);
    tessera::auth::ops::issue_for(&app.app, ANN, life).await.unwrap().access_token
}

fn fits(pattern: &Value, found: &Value) -> bool {
    match (pattern, found) {
        (Value::String(any), _) if any == "*" => true,
        (Value::Object(pattern), Value::Object(found)) => {
            pattern.len() == found.len()
                && pattern.iter().all(|(name, pattern)| found.get(name).is_some_and(|found| fits(pattern, found)))
        }
        _ => pattern == found,
    }
}

on_both! {
    async fn what_changes_something_is_in_the_log_and_nothing_else(app) {
        add_user(&app, ANN, Role::Owner).await;
        members(&app, &["m1", "m2"]).await;
        segment(&app, "some", &["m1"]).await;
        crate::dynamic::create(&app, "pinned", json!({"everyone": true})).await;
        let pin = "mutation($i: AssignMembersInput!) { assignMembers(input: $i) { changed } }";
        crate::dynamic::call(&app, pin, json!({"segment": {"key": "pinned"}, "members": [{"number": "m2"}]})).await;
        let mut filled = Filled::new(&app).await;
        let analyst = app.token_of(Role::Analyst).await;
        let mut secrets = vec![PASSWORD.to_owned(), NEW.to_owned(), filled.0[4].1.clone(), COMMENT.to_owned(), "$argon2".to_owned()];
        let (more, secret) = webhooks::filled(&app).await;
        filled.0.extend(more);
        secrets.push(secret);
        filled.0.extend(campaigns::filled(&app).await);
        let (more, secret) = partners::filled(&app).await;
        filled.0.extend(more);
        secrets.push(secret);
        for row in rows() {
            if !OPEN.contains(&row.field) {
                let before = mark(&app).await;
                let forbidden = app.send(Some(&analyst), &filled.call(row.call), Value::Null).await;
                assert_eq!(forbidden.code(), "FORBIDDEN", "{}: {}", row.field, forbidden.body);
                assert_eq!(since(&app, &before).await, Vec::<Value>::new(), "{}", row.field);
            }
            check(&app, row, &filled, &mut secrets).await;
        }
        for session in entity::session::Entity::find().all(app.app.db.reader()).await.unwrap() {
            secrets.extend([session.family, session.refresh_hash]);
        }
        let kept = entity::audit_entry::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert!(kept.len() > rows().count());
        for entry in kept {
            let text = format!("{entry:?}");
            assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())), "{text}");
        }
    }
}

async fn check(app: &TestApp, row: &Row, filled: &Filled, secrets: &mut Vec<String>) {
    let token = token(app).await;
    secrets.push(token.clone());
    let stranger = ["signIn", "refreshSession"].contains(&row.field);
    let before = mark(app).await;
    let answer =
        app.send(Some(&token).filter(|_| !stranger).map(String::as_str), &filled.call(row.call), Value::Null).await;
    assert_eq!(answer.body["data"][row.field]["userErrors"], json!([]), "{}: {}", row.field, answer.body);
    let found = since(app, &before).await;
    let expected = (row.entries)();
    assert_eq!(found.len(), expected.len(), "{}: {found:?}", row.field);
    for (entry, (kind, name, changes)) in found.iter().zip(&expected) {
        assert_eq!(
            (&entry["action"], &entry["actor"], &entry["ip"]),
            (&json!(row.field), &json!(ANN), &json!("127.0.0.1")),
            "{entry}"
        );
        assert_eq!((&entry["objectKind"], &entry["objectName"]), (&json!(kind), &json!(name)), "{entry}");
        assert!(fits(changes, &entry["changes"]), "{}: {} is not {changes}", row.field, entry["changes"]);
        let one = !name.starts_with(|letter: char| letter.is_ascii_digit()) && *kind != "Program";
        assert_eq!(entry["objectId"].is_string(), one, "{entry}");
    }
    for silent in row.silent {
        let fresh = self::token(app).await;
        let before = mark(app).await;
        let token = Some(&fresh).filter(|_| !stranger).map(String::as_str);
        let answer = app.send(token, &filled.call(silent), Value::Null).await;
        assert!(answer.body["data"][row.field]["userErrors"].is_array(), "{silent}: {}", answer.body);
        assert_eq!(since(app, &before).await, Vec::<Value>::new(), "{silent}: {}", answer.body);
    }
}
