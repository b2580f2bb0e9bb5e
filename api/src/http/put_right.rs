//! Gives an answer the shape that GraphQL wants.
//!
//! async-graphql 7.2 leaves a field that failed out of the data, where GraphQL wants null, and where null may not stand,
//! null in the nearest place above where it may. It also answers the fields of an object in the order in which they were
//! resolved, not in the order in which they were asked for. Clients rely on both.

use async_graphql::parser::types::{BaseType, Type};
use async_graphql::{Name, PathSegment, ServerError, Value};
use indexmap::IndexMap;

use super::plan::{Plan, Planned};

impl Plan {
    /// Puts null where a field failed and every field where it was asked for.
    pub(super) fn put_right(&self, data: &mut Value, errors: &[ServerError]) {
        let root = Type { base: BaseType::Named(Name::new("root")), nullable: true };
        // All that may be null first, because an object that lost all its fields is null already and has to come back
        // before it is decided whether it goes.
        for failed in [Failed::Nullable, Failed::NonNull] {
            for error in errors {
                self.put_null(data, &root, &error.path, failed);
            }
        }
        if data == &Value::Null && errors.is_empty() {
            *data = Value::Object(IndexMap::default());
        }
        self.put_in_order(data);
    }

    /// Says whether the value is null where that may not be.
    fn put_null(&self, value: &mut Value, kind: &Type, path: &[PathSegment], failed: Failed) -> bool {
        let Some((step, rest)) = path.split_first() else { return false };
        let must_go = match (step, &kind.base, &mut *value) {
            (PathSegment::Index(index), BaseType::List(item), Value::List(items)) => {
                items.get_mut(*index).is_some_and(|value| self.put_null(value, item, rest, failed))
            }
            (PathSegment::Field(key), BaseType::Named(_), Value::Object(fields)) => {
                let Some(planned) = self.0.get(key.as_str()) else { return false };
                match fields.get_mut(key.as_str()) {
                    Some(inner) => planned.inner.put_null(inner, &planned.kind, rest, failed),
                    None if planned.kind.nullable => {
                        fields.insert(Name::new(key), Value::Null);
                        false
                    }
                    None => true,
                }
            }
            (PathSegment::Field(key), BaseType::Named(_), Value::Null) if failed == Failed::Nullable => {
                if self.0.get(key.as_str()).is_some_and(|planned| planned.kind.nullable || !rest.is_empty()) {
                    *value = Value::Object(IndexMap::default());
                    return self.put_null(value, kind, path, failed);
                }
                return false;
            }
            (_, _, Value::Null) => true,
            _ => return false,
        };
        if failed == Failed::Nullable || !must_go {
            return false;
        }
        if kind.nullable {
            *value = Value::Null;
        }
        !kind.nullable
    }

    fn put_in_order(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                let mut planned = self.0.keys();
                if !fields.keys().all(|key| planned.any(|planned| planned == key)) {
                    fields.sort_by_cached_key(|key, _| self.0.get_index_of(key));
                }
                let mut planned = self.0.iter();
                for (key, value) in fields {
                    if let Some((_, field)) = planned.find(|(planned, _)| *planned == key) {
                        field.put_in_order(value);
                    }
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.put_in_order(item)),
            _ => {}
        }
    }
}

impl Planned {
    fn put_in_order(&self, value: &mut Value) {
        if self.inner.0.is_empty() {
            return;
        }
        // An object all of whose fields were skipped is empty, not null.
        if matches!(value, Value::Null) && !self.kind.nullable && matches!(self.kind.base, BaseType::Named(_)) {
            *value = Value::Object(IndexMap::default());
        }
        self.inner.put_in_order(value);
    }
}

/// Which failures are dealt with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failed {
    Nullable,
    NonNull,
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptySubscription, Object, Request, Schema, SimpleObject};
    use tokio::task::yield_now;

    use super::super::plan::Shapes;

    struct Query;
    struct Mutation;
    struct Part(i32);

    #[derive(SimpleObject)]
    struct Leaf {
        name: String,
    }

    #[Object]
    impl Query {
        async fn must(&self) -> async_graphql::Result<i32> {
            Err("no".into())
        }
        async fn may(&self) -> async_graphql::Result<Option<i32>> {
            Err("no".into())
        }
        async fn slow(&self) -> i32 {
            yield_now().await;
            yield_now().await;
            1
        }
        async fn part(&self) -> Part {
            Part(0)
        }
        async fn maybe_part(&self) -> Option<Part> {
            Some(Part(0))
        }
        async fn parts(&self) -> Vec<Part> {
            vec![Part(0), Part(1)]
        }
        async fn maybe_parts(&self) -> Option<Vec<Option<Part>>> {
            Some(vec![Some(Part(0)), Some(Part(1)), None])
        }
        async fn sure_parts(&self) -> Option<Vec<Part>> {
            Some(vec![Part(0), Part(1)])
        }
    }

    #[Object]
    impl Mutation {
        async fn one(&self) -> i32 {
            1
        }
        async fn two(&self) -> async_graphql::Result<i32> {
            Err("no".into())
        }
    }

    #[Object]
    impl Part {
        async fn must(&self) -> async_graphql::Result<i32> {
            if self.0 == 0 { Err("no".into()) } else { Ok(self.0) }
        }
        async fn may(&self) -> async_graphql::Result<Option<i32>> {
            if self.0 == 0 { Err("no".into()) } else { Ok(Some(self.0)) }
        }
        async fn slow(&self) -> i32 {
            yield_now().await;
            self.0
        }
        async fn fine(&self) -> i32 {
            7
        }
        async fn leaf(&self) -> Leaf {
            Leaf { name: "x".to_owned() }
        }
    }

    async fn answer(text: &str) -> String {
        let schema = Schema::new(Query, Mutation, EmptySubscription);
        let mut request = Request::new(text);
        let plan = Shapes::of(&schema.sdl()).unwrap().plan(request.parsed_query().unwrap());
        let mut response = schema.execute(request).await;
        assert!(response.errors.iter().all(|error| !error.path.is_empty()), "{:?}", response.errors);
        plan.put_right(&mut response.data, &response.errors);
        serde_json::to_string(&response.data).unwrap()
    }

    #[tokio::test]
    async fn a_field_that_failed_is_null_or_makes_null_what_holds_it() {
        let table = [
            ("{ may }", r#"{"may":null}"#),
            ("{ must }", "null"),
            ("{ part { fine } must }", "null"),
            ("{ part { may } }", r#"{"part":{"may":null}}"#),
            ("{ part { may fine } may }", r#"{"part":{"may":null,"fine":7},"may":null}"#),
            ("{ part { must fine } slow }", "null"),
            ("{ slow maybePart { must fine } }", r#"{"slow":1,"maybePart":null}"#),
            ("{ maybePart { may must } }", r#"{"maybePart":null}"#),
            ("{ maybePart { must may } }", r#"{"maybePart":null}"#),
            ("{ maybePart { x: may y: fine } }", r#"{"maybePart":{"x":null,"y":7}}"#),
            ("{ parts { may } }", r#"{"parts":[{"may":null},{"may":1}]}"#),
            ("{ parts { must } }", "null"),
            ("{ sureParts { must } may }", r#"{"sureParts":null,"may":null}"#),
            ("{ maybeParts { must fine } }", r#"{"maybeParts":[null,{"must":1,"fine":7},null]}"#),
            ("{ a: part { fine } ...F } fragment F on Query { a: part { may } }", r#"{"a":{"fine":7,"may":null}}"#),
            ("mutation { one two }", "null"),
        ];
        for (text, expected) in table {
            assert_eq!(answer(text).await, expected, "{text}");
        }
    }

    #[tokio::test]
    async fn fields_come_in_the_order_in_which_they_were_asked_for() {
        let table = [
            ("{ slow part { slow fine } }", r#"{"slow":1,"part":{"slow":0,"fine":7}}"#),
            ("{ parts { b: slow a: fine } }", r#"{"parts":[{"b":0,"a":7},{"b":1,"a":7}]}"#),
            ("{ ...F part { fine } } fragment F on Query { slow }", r#"{"slow":1,"part":{"fine":7}}"#),
            ("{ slow __typename }", r#"{"slow":1,"__typename":"Query"}"#),
            ("{ part { leaf { name } fine } }", r#"{"part":{"leaf":{"name":"x"},"fine":7}}"#),
        ];
        for (text, expected) in table {
            assert_eq!(answer(text).await, expected, "{text}");
        }
    }

    #[tokio::test]
    async fn an_object_without_fields_is_not_null() {
        assert_eq!(answer("{ part { fine @skip(if: true) } }").await, r#"{"part":{}}"#);
        assert_eq!(answer("{ slow @skip(if: true) }").await, "{}");
    }

    #[tokio::test]
    async fn introspection_is_left_as_it_is() {
        let text = "{ __schema { queryType { name } } __type(name: \"Part\") { kind name } }";
        let expected = r#"{"__schema":{"queryType":{"name":"Query"}},"__type":{"kind":"OBJECT","name":"Part"}}"#;
        assert_eq!(answer(text).await, expected);
    }
}
