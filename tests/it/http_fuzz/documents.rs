//! Random documents that fit a schema, mostly.

use std::collections::{HashMap, HashSet};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};
use tests::Random;

pub(super) struct Documents {
    types: HashMap<String, TypeKind>,
    /// Inputs that want exactly one field.
    one_of: HashSet<String>,
}

/// A document while it is written.
#[derive(Default)]
struct Draft {
    fragments: Vec<String>,
    definitions: Vec<String>,
    variables: Map<String, Value>,
}

const DEEPEST: usize = 6;

impl Documents {
    pub(super) fn of(sdl: &str) -> Self {
        let (mut types, mut one_of) = (HashMap::new(), HashSet::new());
        for definition in parse_schema(sdl).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            if definition.node.directives.iter().any(|directive| directive.node.name.node == "oneOf") {
                one_of.insert(name.clone());
            }
            types.insert(name, definition.node.kind);
        }
        Self { types, one_of }
    }

    /// A text and the variables for it.
    pub(super) fn any(&self, rng: &mut Random) -> (String, Value) {
        let mut draft = Draft::default();
        let (keyword, root) = if rng.random_bool(0.8) { ("query", "Query") } else { ("mutation", "Mutation") };
        let set = self.selection(rng, &mut draft, root, 0);
        let definitions = match draft.definitions.as_slice() {
            [] => String::new(),
            definitions => format!("({})", definitions.join(", ")),
        };
        let text = format!("{keyword} Q{definitions} {set} {}", draft.fragments.join(" "));
        (text, Value::Object(draft.variables))
    }

    fn selection(&self, rng: &mut Random, draft: &mut Draft, name: &str, depth: usize) -> String {
        let fields: &[Positioned<FieldDefinition>] = match self.types.get(name) {
            Some(TypeKind::Object(object)) => &object.fields,
            Some(TypeKind::Interface(interface)) => &interface.fields,
            _ => &[],
        };
        let mut items = Vec::new();
        for _ in 0..rng.random_range(1..5) {
            items.push(match (rng.random_range(0..40), fields.choose(rng)) {
                (0, _) | (_, None) => "__typename".to_owned(),
                (1..4, _) if depth < DEEPEST => {
                    format!("... on {name} {}", self.selection(rng, draft, name, depth + 1))
                }
                (4..7, _) if depth < DEEPEST => {
                    let set = self.selection(rng, draft, name, depth + 1);
                    let number = draft.fragments.len();
                    draft.fragments.push(format!("fragment F{number} on {name} {set}"));
                    format!("...F{number}")
                }
                (7, _) if rng.random_bool(0.1) => "noSuchField".to_owned(),
                (_, Some(field)) => self.field(rng, draft, &field.node, depth),
            });
        }
        format!("{{ {} }}", items.join(" "))
    }

    fn field(&self, rng: &mut Random, draft: &mut Draft, field: &FieldDefinition, depth: usize) -> String {
        let name = &field.name.node;
        let alias = if rng.random_bool(0.15) { format!("a{}: ", rng.random_range(0..1000)) } else { String::new() };
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            if !argument.node.ty.node.nullable || rng.random_bool(0.4) {
                arguments.push(self.argument(rng, draft, &argument.node));
            }
        }
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let directive = match rng.random_range(0..80) {
            0 => " @skip(if: true)",
            1 => " @include(if: false)",
            2 => " @include(if: true)",
            _ => "",
        };
        let inner = base(&field.ty.node);
        let is_leaf =
            !matches!(self.types.get(inner), Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)));
        let set = match (is_leaf, depth < DEEPEST) {
            (true, _) => String::new(),
            (false, true) => self.selection(rng, draft, inner, depth + 1),
            (false, false) => "{ __typename }".to_owned(),
        };
        format!("{alias}{name}{arguments}{directive} {set}")
    }

    /// The value stands in the text, or in a variable, which may not be sent.
    fn argument(&self, rng: &mut Random, draft: &mut Draft, argument: &InputValueDefinition) -> String {
        let (name, kind) = (&argument.name.node, &argument.ty.node);
        let value = self.value(rng, kind, 0);
        if rng.random_bool(0.5) {
            return format!("{name}: {}", literal(&value));
        }
        let variable = format!("v{}", draft.definitions.len());
        draft.definitions.push(format!("${variable}: {kind}"));
        if rng.random_bool(if kind.nullable { 0.7 } else { 0.99 }) {
            draft.variables.insert(variable.clone(), json(value));
        }
        format!("{name}: ${variable}")
    }

    fn value(&self, rng: &mut Random, kind: &Type, depth: usize) -> Value {
        if (kind.nullable && rng.random_bool(0.1)) || depth > 8 {
            return Value::Null;
        }
        match &kind.base {
            BaseType::List(item) => (0..rng.random_range(0..4)).map(|_| self.value(rng, item, depth + 1)).collect(),
            BaseType::Named(name) => match self.types.get(name.as_str()) {
                Some(TypeKind::InputObject(input)) => {
                    let mut object = Map::new();
                    let only = self.one_of.contains(name.as_str()).then(|| rng.random_range(0..input.fields.len()));
                    for (number, field) in input.fields.iter().enumerate() {
                        let kind = &field.node.ty.node;
                        let wanted = match only {
                            Some(only) => number == only || rng.random_bool(0.01),
                            None => !kind.nullable || rng.random_bool(0.2),
                        };
                        if wanted {
                            let value = self.value(rng, kind, depth + 1);
                            object.insert(field.node.name.node.to_string(), value);
                        }
                    }
                    Value::Object(object)
                }
                Some(TypeKind::Enum(values)) if rng.random_bool(0.95) => values
                    .values
                    .choose(rng)
                    .map_or(Value::Null, |value| json!(ENUM.to_owned() + &value.node.value.node)),
                _ => scalar(rng, name),
            },
        }
    }
}

/// Marks the values of enums, which stand without quotes in a text.
const ENUM: &str = "enum:";

fn scalar(rng: &mut Random, name: &str) -> Value {
    let odd = [
        json!(""),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("x".repeat(3000)),
        json!("9".repeat(40)),
        json!("-1e99"),
        json!("NaN"),
        json!("0000-01-01"),
        json!("10000-01-01"),
        json!("2026-02-30T25:61:00Z"),
        json!("1e400"),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(6_148_914_691_236_517_206_u64),
        json!(1e308),
        json!(0.1),
        json!(true),
        json!(null),
        json!([1, [2]]),
        json!({"a": {"b": 1}}),
    ];
    if rng.random_bool(0.15) {
        return odd.choose(rng).unwrap().clone();
    }
    match name {
        "Int" => json!(rng.random_range(-2..300)),
        "Float" => json!(rng.random_range(-10.0..10.0)),
        "Boolean" => json!(rng.random_bool(0.5)),
        "Decimal" | "BigInt" => json!(rng.random_range(-10_000..10_000).to_string()),
        "DateTime" => json!("2026-03-01T09:30:00Z"),
        "Date" => json!("2026-03-01"),
        _ => json!(["a", "VIP", "m-1", "Żółw 🐢", "%_\\", "a@b.example"].choose(rng).unwrap()),
    }
}

/// A value as a document has it.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => match text.strip_prefix(ENUM) {
            Some(name) => name.to_owned(),
            None => json!(text).to_string(),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", literal(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// The same value as a variable has it.
fn json(value: Value) -> Value {
    match value {
        Value::String(text) => json!(text.strip_prefix(ENUM).unwrap_or(&text)),
        Value::Array(items) => items.into_iter().map(json).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, json(value))).collect(),
        other => other,
    }
}

fn base(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => base(item),
    }
}
