//! The variables of an operation as the specification coerces them, as far as that goes without the schema.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::VariableDefinition;
use async_graphql::{Name, Positioned, Value, Variables};

use super::refused::Refused;

/// Fills in the defaults of variables that were not sent, drops what the operation does not define, and returns the
/// variables that have no value at all.
///
/// async-graphql does none of this by itself: `@include(if: $v)` does not know the default of `$v`, checks of nested
/// values stop at a variable with a default, and a missing value for a type that is not nullable is found by the field
/// that uses it or by none.
pub(super) fn complete(
    definitions: &[Positioned<VariableDefinition>],
    variables: &mut Variables,
) -> Result<BTreeSet<Name>, Refused> {
    let mut defined: BTreeMap<&Name, usize> = BTreeMap::new();
    for definition in definitions {
        *defined.entry(&definition.node.name.node).or_default() += 1;
    }
    variables.retain(|name, _| defined.contains_key(name));

    let mut omitted = BTreeSet::new();
    for Positioned { node: definition, pos: at } in definitions {
        let name = &definition.name.node;
        if defined.get(name).is_some_and(|count| *count > 1) {
            // Validation refuses the second definition; until then neither says what the variable is.
            continue;
        }
        let required = !definition.var_type.node.nullable;
        match (variables.get(name), &definition.default_value) {
            (Some(Value::Null), _) if required => {
                let (name, kind) = (name.to_string(), definition.var_type.node.to_string());
                return Err(Refused::VariableNull { name, kind, at: *at });
            }
            (Some(_), _) => {}
            (None, Some(default)) => {
                variables.insert(name.clone(), default.node.clone());
            }
            (None, None) if required => {
                let (name, kind) = (name.to_string(), definition.var_type.node.to_string());
                return Err(Refused::VariableMissing { name, kind, at: *at });
            }
            (None, None) => {
                omitted.insert(name.clone());
            }
        }
    }
    Ok(omitted)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::{Pos, value};

    use super::*;

    fn completed(definitions: &str, variables: Value) -> Result<(Vec<String>, Variables), Refused> {
        let document = parse_query(format!("query Q({definitions}) {{ a }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let mut variables = Variables::from_value(variables);
        let omitted = complete(&operation.node.variable_definitions, &mut variables)?;
        Ok((omitted.iter().map(ToString::to_string).collect(), variables))
    }

    #[test]
    fn defaults_are_filled_in_and_strangers_dropped() {
        let (omitted, variables) = completed(
            "$a: Int = 5, $b: Int! = 6, $c: Int = 7, $d: Int, $e: Int",
            value!({ "c": null, "e": 1, "x": 2 }),
        )
        .unwrap();
        assert_eq!(omitted, ["d"]);
        assert_eq!(variables.into_value(), value!({ "a": 5, "b": 6, "c": null, "e": 1 }));
    }

    #[test]
    fn a_required_variable_must_be_there_and_not_null() {
        let at = Pos { line: 1, column: 9 };
        let (name, kind) = ("a".to_owned(), "[Int!]!".to_owned());
        let missing = completed("$a: [Int!]!", value!({})).err();
        assert_eq!(missing, Some(Refused::VariableMissing { name: name.clone(), kind: kind.clone(), at }));
        let null = completed("$a: [Int!]! = [1]", value!({ "a": null })).err();
        assert_eq!(null, Some(Refused::VariableNull { name, kind, at }));
    }

    #[test]
    fn a_variable_defined_twice_is_left_to_validation() {
        let (omitted, variables) = completed("$a: Int = 1, $a: Int!", value!({})).unwrap();
        assert!(omitted.is_empty() && variables.is_empty());
    }
}
