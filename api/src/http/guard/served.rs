//! What a schema answers to documents that passed the guard.

use async_graphql::{
    EmptySubscription, InputObject, MaybeUndefined, Object, Pos, Request, Response, Schema, Value, Variables, value,
};

use super::{Admitted, GuardLimits, Refused, examine};

/// The introspection query of graphql-js with all its options, which GraphiQL sends.
pub(super) const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        description
        queryType { name kind }
        mutationType { name kind }
        subscriptionType { name kind }
        types { ...FullType }
        directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description specifiedByURL isOneOf
      fields(includeDeprecated: true) {
        name description
        args(includeDeprecated: true) { ...InputValue }
        type { ...TypeRef }
        isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue {
      name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
    }
    fragment TypeRef on __Type {
      kind name
      ofType { name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind
        ofType { name kind ofType { name kind ofType { name kind ofType { name kind } } } } }
      } } } }
    }";

struct Query;

#[Object]
impl Query {
    async fn page(&self, #[graphql(default = 50)] first: i32, after: Option<String>) -> String {
        format!("{first} after {after:?}")
    }

    async fn must(&self, id: i32) -> i32 {
        id
    }

    async fn items(&self, of: Vec<Option<i32>>) -> String {
        format!("{of:?}")
    }
}

struct Mutation;

#[derive(InputObject)]
struct Patch {
    name: MaybeUndefined<String>,
    inner: Option<Box<Patch>>,
}

#[Object]
impl Mutation {
    async fn patch(&self, input: Patch) -> String {
        let show = |name: &MaybeUndefined<String>| match name {
            MaybeUndefined::Undefined => "left alone".to_owned(),
            MaybeUndefined::Null => "cleared".to_owned(),
            MaybeUndefined::Value(name) => name.clone(),
        };
        match &input.inner {
            Some(inner) => format!("{}, {}", show(&input.name), show(&inner.name)),
            None => show(&input.name),
        }
    }
}

type Served = Schema<Query, Mutation, EmptySubscription>;

fn schema() -> Served {
    Schema::new(Query, Mutation, EmptySubscription)
}

fn admitted(text: &str, operation: Option<&str>, variables: Value) -> Result<Admitted, Refused> {
    let limits = GuardLimits::default();
    examine(text, &limits)?.admit(operation, Variables::from_value(variables), &limits)
}

async fn served(text: &str, variables: Value) -> Response {
    schema().execute(admitted(text, None, variables).unwrap().into_request()).await
}

async fn data(text: &str, variables: Value) -> Value {
    let response = served(text, variables).await;
    assert_eq!(response.errors, [], "{text}");
    response.data
}

#[tokio::test]
async fn an_omitted_variable_leaves_the_default() {
    let text = "query Q($n: Int, $after: String) { page(first: $n, after: $after) }";
    assert_eq!(data(text, value!({})).await, value!({ "page": "50 after None" }));
    assert_eq!(data(text, value!({ "n": 7, "after": "x" })).await, value!({ "page": "7 after Some(\"x\")" }));
    let text = "query Q($n: Int! = 3) { page(first: $n) }";
    assert_eq!(data(text, value!({})).await, value!({ "page": "3 after None" }));
}

#[tokio::test]
async fn a_partial_update_leaves_alone_what_was_not_sent() {
    let text = "mutation M($a: String, $b: String) { patch(input: {name: $a, inner: {name: $b}}) }";
    assert_eq!(data(text, value!({})).await, value!({ "patch": "left alone, left alone" }));
    assert_eq!(data(text, value!({ "a": null, "b": "x" })).await, value!({ "patch": "cleared, x" }));
    let text = "mutation M($input: Patch!) { patch(input: $input) }";
    assert_eq!(data(text, value!({ "input": {} })).await, value!({ "patch": "left alone" }));
    assert_eq!(data(text, value!({ "input": { "name": null } })).await, value!({ "patch": "cleared" }));
}

#[tokio::test]
async fn an_omitted_item_is_null() {
    let text = "query Q($x: Int, $y: Int) { items(of: [1, $x, $y]) }";
    assert_eq!(data(text, value!({ "y": 2 })).await, value!({ "items": "[Some(1), None, Some(2)]" }));
}

#[tokio::test]
async fn a_default_decides_whether_a_field_is_included() {
    let text = "query Q($yes: Boolean! = true) { must(id: 1) @include(if: $yes) page @skip(if: $yes) }";
    assert_eq!(data(text, value!({})).await, value!({ "must": 1 }));
    assert_eq!(data(text, value!({ "yes": false })).await, value!({ "page": "50 after None" }));
}

#[tokio::test]
async fn a_required_argument_that_was_taken_out_is_missed_at_its_place() {
    let response = served("query Q($id: Int) {\n  must(id: $id)\n}", value!({})).await;
    let error = response.errors.first().unwrap();
    assert!(error.message.contains("is required but not provided"), "{}", error.message);
    assert_eq!(error.locations, [Pos { line: 2, column: 3 }]);
}

#[tokio::test]
async fn a_condition_without_a_value_is_refused_by_validation() {
    let text = "query Q($if: Boolean) { must(id: 1) @skip(if: $if) page(first: $if) }";
    for variables in [value!({}), value!({ "if": null })] {
        let response = served(text, variables).await;
        assert!(response.errors.first().unwrap().message.contains("Invalid value for argument \"if\""));
    }
}

#[tokio::test]
async fn other_operations_of_the_text_do_not_matter() {
    let text = "query Good { ...G } query Bad($unused: Nothing) { nonsense(x: $undefined) { ...B } }
        fragment G on Query { must(id: 1) } fragment B on Nothing { nonsense }";
    let admitted = admitted(text, Some("Good"), value!({ "unused": 1 })).unwrap();
    let response = schema().execute(admitted.into_request()).await;
    assert_eq!(response.errors, []);
    assert_eq!(response.data, value!({ "must": 1 }));
}

#[tokio::test]
async fn an_unknown_fragment_is_left_to_validation() {
    let response = served("{ ...Missing must(id: 1) }", value!({})).await;
    assert!(response.errors.first().unwrap().message.contains("Unknown fragment"));
}

#[tokio::test]
async fn the_standard_introspection_query_is_served() {
    let admitted = admitted(INTROSPECTION, None, value!({})).unwrap();
    assert!(admitted.asks_only_for(&["__schema"]));
    let response = schema().execute(admitted.into_request()).await;
    assert_eq!(response.errors, []);

    let limits = GuardLimits { depth: 14, ..GuardLimits::default() };
    let refused = examine(INTROSPECTION, &limits).unwrap().admit(None, Variables::default(), &limits).err();
    assert!(matches!(refused, Some(Refused::TooDeep { found: 15, .. })), "{refused:?}");
}

/// Taking an argument out also takes its mistakes out of validation's sight. The document with nothing taken out can be
/// validated without running a resolver, once for each text: in introspection mode fields of the schema's own answer
/// null.
#[tokio::test]
async fn what_pruning_hides_validation_of_the_unpruned_document_finds() {
    let limits = GuardLimits::default();
    for (text, expected) in [
        ("query Q($x: Int) { page(unknown: $x) }", Some("Unknown argument")),
        ("query Q($x: Nothing) { page(after: $x) }", Some("Unknown type")),
        ("query Q($x: String) { page(after: $x) }", None),
        ("mutation M($x: String) { patch(input: {name: $x}) }", None),
    ] {
        let examined = examine(text, &limits).unwrap();
        let admitted = examined.admit(None, Variables::default(), &limits).unwrap();
        assert!(admitted.pruned);
        assert_eq!(schema().execute(admitted.into_request()).await.errors.len(), 0, "{text}");

        let mut validation = Request::new("").only_introspection();
        validation.set_parsed_query(examined.unpruned(None).unwrap());
        let response = schema().execute(validation).await;
        let message = response.errors.first().map(|error| error.message.as_str());
        match expected {
            Some(expected) => assert!(message.is_some_and(|message| message.contains(expected)), "{message:?}"),
            None => assert_eq!(message, None, "{text}"),
        }
    }
}
