//! Inputs that nest themselves and take exactly one field at every level, as rules do.

use async_graphql::{
    EmptyMutation, EmptySubscription, InputObject, InputType, Name, Object, OneofObject, Schema, ServerError, Value,
    Variables, value,
};

use super::{GuardLimits, Refused, examine};

#[derive(OneofObject)]
enum Rule {
    All(Vec<Rule>),
    Not(Box<Rule>),
    Everyone(bool),
    Country(Filter),
}

#[derive(InputObject)]
struct Filter {
    eq: Option<String>,
    within: Option<Vec<String>>,
}

struct Query;

#[Object]
impl Query {
    async fn sent(&self, rule: Option<Rule>) -> String {
        rule.map_or_else(|| "nothing".to_owned(), |rule| rule.to_value().to_string())
    }
}

/// What the resolver was given, or why it was given nothing.
async fn sent(text: &str, variables: Value) -> Result<String, Vec<ServerError>> {
    let limits = GuardLimits::default();
    let examined = examine(text, &limits).unwrap_or_else(|refused| panic!("{text}: {refused:?}"));
    let admitted = examined.admit(None, Variables::from_value(variables), &limits).unwrap();
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let response = schema.execute(admitted.into_request()).await;
    if !response.errors.is_empty() {
        return Err(response.errors);
    }
    match response.data {
        Value::Object(mut fields) => Ok(fields.swap_remove("sent").unwrap_or_default().to_string()),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn two_hundred_clauses_in_ten_levels_come_through_variables() {
    let clause = value!({ "country": { "within": ["PL", "DE"] } });
    let mut rule = value!({ "all": [] });
    if let Value::Object(fields) = &mut rule {
        fields.insert(Name::new("all"), Value::List(vec![clause; 200]));
    }
    for _ in 0..9 {
        rule = value!({ "not": (rule) });
    }
    let sent = sent("query Q($r: Rule) { sent(rule: $r) }", value!({ "r": (rule) })).await.unwrap();
    assert_eq!(sent.matches("country").count(), 200);
}

#[tokio::test]
async fn a_moderate_rule_may_stand_in_the_text() {
    let clauses = vec!["{country: {within: [\"PL\", \"DE\"]}}"; 120].join(", ");
    let text = format!("{{ sent(rule: {{all: [{clauses}]}}) }}");
    assert_eq!(sent(&text, value!({})).await.unwrap().matches("country").count(), 120);

    // Ten levels of groups with the deepest condition that there is: lists within objects within a list.
    let deepest = "{country: {within: [{a: [{b: [\"PL\"]}]}]}}";
    let deep = (1..10).fold(deepest.to_owned(), |inner, _| format!("{{all: [{inner}]}}"));
    assert!(examine(&format!("mutation {{ a(input: {{rule: {deep}}}) {{ b }} }}"), &GuardLimits::default()).is_ok());

    let clauses = vec!["{country: {within: [\"PL\", \"DE\"]}}"; 400].join(", ");
    let refused = examine(&format!("{{ sent(rule: {{all: [{clauses}]}}) }}"), &GuardLimits::default());
    assert!(matches!(refused, Err(Refused::TooManyTokens { .. })));
}

#[tokio::test]
async fn omitted_variables_are_not_there() {
    let text = "query Q($c: String, $w: [String!]) { sent(rule: {all: [{country: {eq: $c, within: $w}}]}) }";
    let with = |variables: Value| sent(text, variables);
    assert!(with(value!({ "c": "PL" })).await.unwrap().contains("PL"));
    assert!(with(value!({ "w": ["DE"] })).await.unwrap().contains("DE"));
    assert!(with(value!({})).await.is_ok(), "what an empty filter means is for the business to say");

    let text = "query Q($r: Rule) { sent(rule: $r) }";
    assert_eq!(sent(text, value!({})).await.unwrap(), "\"nothing\"");
}

#[tokio::test]
async fn exactly_one_field_is_there_at_every_level() {
    let table = [
        ("{ sent(rule: {}) }", value!({})),
        ("{ sent(rule: {everyone: null}) }", value!({})),
        ("{ sent(rule: {everyone: true, not: null}) }", value!({})),
        ("query Q($e: Boolean) { sent(rule: {everyone: $e}) }", value!({})),
        ("query Q($e: Boolean) { sent(rule: {everyone: $e}) }", value!({ "e": null })),
        ("query Q($r: Rule) { sent(rule: {not: $r}) }", value!({})),
        ("query Q($r: Rule) { sent(rule: {not: $r}) }", value!({ "r": {} })),
        ("query Q($r: Rule) { sent(rule: {not: $r}) }", value!({ "r": { "not": null } })),
        ("query Q($r: Rule) { sent(rule: {not: $r}) }", value!({ "r": { "everyone": true, "all": null } })),
        ("query Q($all: [Rule!]) { sent(rule: {all: $all}) }", value!({})),
        ("query Q($all: [Rule!]) { sent(rule: {all: $all}) }", value!({ "all": [{ "everyone": true }, null] })),
        (
            "query Q($all: [Rule!]) { sent(rule: {all: $all}) }",
            value!({ "all": [{ "everyone": true }, { "all": [{ "not": 7 }] }] }),
        ),
        ("query Q($r: Rule) { sent(rule: {all: [{everyone: true}, $r]}) }", value!({})),
        ("{ sent(rule: {not: {not: {not: {}}}}) }", value!({})),
    ];
    for (text, variables) in table {
        let errors = sent(text, variables.clone()).await.expect_err(text);
        assert!(!errors[0].message.is_empty(), "{text} with {variables}: {errors:?}");
    }
}

/// The guard knows no types, so that it cannot tell this from a field that may be left out.
#[tokio::test]
async fn a_field_whose_variable_was_not_sent_does_not_count() {
    let text = "query Q($e: Boolean, $r: Rule) { sent(rule: {everyone: $e, not: $r}) }";
    assert_eq!(sent(text, value!({ "e": true })).await.unwrap(), "\"{everyone: true}\"");
    assert!(sent(text, value!({ "e": true, "r": null })).await.is_err());
    assert!(sent(text, value!({ "e": true, "r": { "everyone": true } })).await.is_err());
    assert!(sent(text, value!({})).await.is_err());
}
