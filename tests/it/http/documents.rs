//! What a document may be: hostile ones are refused with few words and quickly, and hurt nobody else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Database, TestApp, on_both};

use super::{Answer, answer, ask, owner, query};

on_both! {
    async fn hostile_documents_are_refused_at_once(app) {
        let doubling: String =
            (0..40).map(|n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1)).collect();
        let variables: String = (0..5000).map(|n| format!("$v{n}: Int ")).collect();
        let first = |value: &str| format!("{{ segments(first: {value}) {{ totalCount }} }}");
        let table = [
            format!("{{ {} }}", "__typename ".repeat(10_000)),
            format!("{{ {} }}", (0..101).map(|n| format!("a{n}: __typename ")).collect::<String>()),
            format!("{{ a(x: {}", "[".repeat(2_000)),
            format!("{{ a(x: {}{}) }}", "[".repeat(31_000), "]".repeat(31_000)),
            format!("{{ a(x: {}{}) }}", "{a:".repeat(2_000), "}".repeat(2_000)),
            format!("{{ program {}", "{ a ".repeat(1_000)),
            format!("{{ ...F0 }} {doubling} fragment F40 on Query {{ __typename }}"),
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned(),
            "{ ...A } fragment A on Query { ...A }".to_owned(),
            "{ ...Nowhere }".to_owned(),
            format!("query Q({variables}) {{ __typename }}"),
            (0..11).map(|n| format!("query Q{n} {{ __typename }} ")).collect(),
            format!("{{ __typename {} }}", "@skip(if: false) ".repeat(9)),
            first("6148914691236517206"),
            first("-1"),
            first("1e9"),
            first("251"),
            first("99999999999999999999999999999999999999999"),
            "{ program { name name: currencyCode } }".to_owned(),
            "{ progam { name } }".to_owned(),
            "{ program { nam } }".to_owned(),
            "\u{0}".to_owned(),
            "{ \u{0} }".to_owned(),
            "\"\"\"".to_owned(),
            "type Query { a: Int }".to_owned(),
        ];
        for text in &table {
            let shown: String = text.chars().take(80).collect();
            let began = Instant::now();
            let refused = ask(&app, text).await;
            assert!(began.elapsed() < SOON, "{shown} took {:?}", began.elapsed());
            assert_eq!((refused.status, refused.code()), (200, "BAD_USER_INPUT"), "{shown}: {}", refused.body);
            assert!(refused.body.to_string().len() < 4_000, "{shown}");
            assert_well(&app).await;
        }
    }
}

#[tokio::test]
async fn at_most_ten_errors_are_told() {
    let app = TestApp::start(Database::Sqlite).await;
    let fields: String = (0..200).map(|n| format!("no{n} ")).collect();
    let refused = ask(&app, &format!("{{ {fields} }}")).await;
    assert_eq!(refused.code(), "BAD_USER_INPUT");
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn of_several_operations_the_named_one_is_looked_at() {
    let app = TestApp::start(Database::Sqlite).await;
    let text = "query Good { program { name } } query Bad { noSuchField } mutation Never { noSuchMutation }";
    let good = with(&app, json!({"query": text, "operationName": "Good"})).await;
    assert_eq!(good.code(), "", "{}", good.body);
    assert!(good.body["data"]["program"]["name"].is_string());
    assert_eq!(with(&app, json!({"query": text, "operationName": "Bad"})).await.code(), "BAD_USER_INPUT");
    assert_eq!(with(&app, json!({"query": text, "operationName": "None"})).await.code(), "BAD_USER_INPUT");
    assert_eq!(with(&app, json!({"query": text})).await.code(), "BAD_USER_INPUT");
}

on_both! {
    async fn a_variable_that_is_not_sent_leaves_the_default(app) {
        let text = "query Q($first: Int, $last: Int) { segments(first: $first, last: $last) { totalCount } }";
        for variables in [json!({}), json!(null), json!({"first": 7})] {
            let answer = with(&app, json!({"query": text, "variables": variables})).await;
            assert_eq!(answer.code(), "", "{}", answer.body);
        }
        // What is taken out for want of a value is still held against the schema.
        let wrong = "query Q($x: Int) { segments(first: 1, noSuchArgument: $x) { totalCount } }";
        let refused = with(&app, json!({"query": wrong})).await;
        assert_eq!((refused.code(), refused.has_data()), ("BAD_USER_INPUT", false), "{}", refused.body);
        let wrong = "query Q($x: NoSuchType) { segments(first: $x) { totalCount } }";
        let refused = with(&app, json!({"query": wrong})).await;
        assert_eq!((refused.code(), refused.has_data()), ("BAD_USER_INPUT", false), "{}", refused.body);
    }
}

on_both! {
    async fn odd_values_are_answered_with_a_code(app) {
        let text = "query Q($name: String!, $first: Int) {
            segments(first: $first, filter: {name: {contains: $name}}) { totalCount }
            member(ref: {number: $name}) { number } }";
        let long = "x".repeat(1_000_000);
        for name in ["\u{0}", "a\u{0}b", "\u{202e}", "'; --", "%_\\", "\u{feff}", "𝔘🏊", "\u{10ffff}", &long] {
            for first in [json!(1), json!(null), json!(2_147_483_648_i64), json!(-1), json!(1.5), json!(1e300), json!("1")]
            {
                let body = json!({"query": text, "variables": {"name": name, "first": first}});
                let answer = with(&app, body).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                assert!(matches!(answer.code(), "" | "BAD_USER_INPUT"), "{}", answer.body);
                assert!(answer.body.to_string().len() < 5_000);
            }
        }
        assert_well(&app).await;
    }
}

/// Other tests run beside these.
const SOON: Duration = Duration::from_secs(2);

async fn with(app: &TestApp, body: Value) -> Answer {
    answer(owner(app).body(body.to_string())).await
}

/// The next request is answered as ever.
async fn assert_well(app: &TestApp) {
    let began = Instant::now();
    let answer = answer(owner(app).body(query("{ __typename }"))).await;
    assert_eq!(answer.body, json!({"data": {"__typename": "Query"}}));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}
