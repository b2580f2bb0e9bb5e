//! The served schema, the file at the project's root, and the contract.

use std::path::{Path, PathBuf};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeDefinition, TypeKind, TypeSystemDefinition};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

#[test]
fn schema_graphql_is_printed_from_the_code() {
    let path = root().join("schema.graphql");
    let served = tessera::schema::sdl();
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != served {
        std::fs::write(&path, &served).unwrap();
        panic!("schema.graphql was stale and is rewritten: look at the change and commit it");
    }
}

/// What stands in both the contract and the served schema is the same: types of fields and arguments, nullability,
/// defaults, descriptions. What is only in the contract is still to come; what is only served is an addition.
#[test]
fn what_is_served_is_what_the_contract_says() {
    let path = root().join("../shared/design/schema.graphql");
    let Ok(contract) = std::fs::read_to_string(&path) else {
        println!("LEFT OUT: the contract is not beside this clone, so that the schema is not held against it");
        return;
    };
    let contract = types(&contract);
    let served = types(&tessera::schema::sdl());
    let mut differences = Vec::new();
    for ours in &served {
        if let Some(theirs) = contract.iter().find(|theirs| theirs.name.node == ours.name.node) {
            compare(theirs, ours, &mut differences);
        }
    }
    differences.retain(|difference| !STILL_TO_COME.iter().any(|place| difference.starts_with(place)));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// A description that speaks of partners, and an example that says “≥” where the sentences say “is at least”: what is
/// served says what it does now.
const STILL_TO_COME: [&str; 2] = ["Segment.ruleText's description", "PushProblemCode's description"];

fn types(sdl: &str) -> Vec<TypeDefinition> {
    let document = parse_schema(sdl).unwrap();
    let of = |definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    };
    document.definitions.into_iter().filter_map(of).collect()
}

fn compare(theirs: &TypeDefinition, ours: &TypeDefinition, differences: &mut Vec<String>) {
    let name = &ours.name.node;
    let mut differ = |what: String, theirs: String, ours: String| {
        if theirs != ours {
            differences.push(format!("{what}: the contract says {theirs}, we serve {ours}"));
        }
    };
    if let Some(description) = &theirs.description {
        let served = ours.description.as_ref().map(|text| text.node.clone()).unwrap_or_default();
        differ(format!("{name}'s description"), description.node.clone(), served);
    }
    let fields = |kind: &TypeKind| match kind {
        TypeKind::Object(object) => object.fields.clone(),
        TypeKind::Interface(interface) => interface.fields.clone(),
        _ => Vec::new(),
    };
    let (their_fields, our_fields) = (fields(&theirs.kind), fields(&ours.kind));
    for field in &our_fields {
        let place = format!("{name}.{}", field.node.name.node);
        let Some(contract) = their_fields.iter().find(|one| one.node.name.node == field.node.name.node) else {
            continue;
        };
        differ(place.clone(), contract.node.ty.node.to_string(), field.node.ty.node.to_string());
        if let Some(description) = &contract.node.description {
            let served = field.node.description.as_ref().map(|text| text.node.clone()).unwrap_or_default();
            differ(format!("{place}'s description"), description.node.clone(), served);
        }
        // 2 and 2.0 are the same number.
        let number = |value: String| value.strip_suffix(".0").map_or(value.clone(), str::to_owned);
        let arguments = |all: &[async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>]| {
            let one = |argument: &async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>| {
                let default = argument.node.default_value.as_ref();
                let default = default.map(|value| format!(" = {}", number(value.node.to_string())));
                let name = &argument.node.name.node;
                format!("{name}: {}{}", argument.node.ty.node, default.unwrap_or_default())
            };
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        differ(format!("{place}'s arguments"), arguments(&contract.node.arguments), arguments(&field.node.arguments));
    }
    let inputs = |kind: &TypeKind| match kind {
        TypeKind::InputObject(object) => object.fields.clone(),
        _ => Vec::new(),
    };
    let (their_inputs, our_inputs) = (inputs(&theirs.kind), inputs(&ours.kind));
    for field in &our_inputs {
        let place = format!("{name}.{}", field.node.name.node);
        let Some(contract) = their_inputs.iter().find(|one| one.node.name.node == field.node.name.node) else {
            continue;
        };
        let shown = |field: &async_graphql::parser::types::InputValueDefinition| {
            let default = field.default_value.as_ref().map(|value| format!(" = {}", value.node));
            format!("{}{}", field.ty.node, default.unwrap_or_default())
        };
        differ(place.clone(), shown(&contract.node), shown(&field.node));
        if let Some(description) = &contract.node.description {
            let served = field.node.description.as_ref().map(|text| text.node.clone()).unwrap_or_default();
            differ(format!("{place}'s description"), description.node.clone(), served);
        }
    }
}
