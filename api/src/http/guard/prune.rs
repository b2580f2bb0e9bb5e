//! Taking out what has no value: arguments and input fields whose variable was not sent.
//!
//! The specification says that such an argument is not there at all, so that its default holds and a partial update
//! leaves the field alone. async-graphql 7.2.1 reads it as null.

use std::collections::{BTreeSet, HashSet};

use async_graphql::parser::types::{Directive, FragmentDefinition, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value as Literal;

/// Takes the omitted variables out of an operation and the fragments that it uses, and their definitions where nothing
/// else uses them, because validation refuses a definition without a use. Returns whether anything was taken out.
///
/// Directives keep their arguments: those of `@skip` and `@include` must have a value, and validation says so.
pub(super) fn prune<'a>(
    operation: &mut OperationDefinition,
    fragments: impl Iterator<Item = &'a mut FragmentDefinition>,
    omitted: &BTreeSet<Name>,
) -> bool {
    let mut pruning = Pruning { omitted, taken: HashSet::new(), kept: HashSet::new() };
    pruning.keep(&operation.directives);
    for definition in &operation.variable_definitions {
        pruning.keep(&definition.node.directives);
    }
    pruning.set(&mut operation.selection_set.node);
    for fragment in fragments {
        pruning.keep(&fragment.directives);
        pruning.set(&mut fragment.selection_set.node);
    }
    let Pruning { taken, kept, .. } = pruning;
    operation.variable_definitions.retain(|definition| {
        let name = &definition.node.name.node;
        kept.contains(name) || !taken.contains(name)
    });
    !taken.is_empty()
}

struct Pruning<'a> {
    omitted: &'a BTreeSet<Name>,
    /// Variables that were taken out somewhere.
    taken: HashSet<Name>,
    /// Variables that a directive still uses.
    kept: HashSet<Name>,
}

impl Pruning<'_> {
    /// Recursion ends with the brackets of the text, which the scan has counted.
    fn set(&mut self, set: &mut SelectionSet) {
        for selection in &mut set.items {
            self.keep(selection.node.directives());
            match &mut selection.node {
                Selection::Field(field) => {
                    field.node.arguments.retain_mut(|(_, value)| self.remains(&mut value.node));
                    self.set(&mut field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => self.set(&mut inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Whether an argument or input field stays, after what has no value was taken out of it.
    fn remains(&mut self, value: &mut Literal) -> bool {
        match value {
            Literal::Variable(name) if self.omitted.contains(name) => {
                self.taken.insert(name.clone());
                return false;
            }
            Literal::Object(fields) => fields.retain(|_, field| self.remains(field)),
            Literal::List(items) => {
                for item in items {
                    // A list has no place that is not there: the specification makes it null.
                    if !self.remains(item) {
                        *item = Literal::Null;
                    }
                }
            }
            _ => {}
        }
        true
    }

    fn keep(&mut self, directives: &[Positioned<Directive>]) {
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            named(&value.node, &mut self.kept);
        }
    }
}

/// Collects the variables that a value names.
fn named(value: &Literal, names: &mut HashSet<Name>) {
    match value {
        Literal::Variable(name) => {
            names.insert(name.clone());
        }
        Literal::Object(fields) => fields.values().for_each(|field| named(field, names)),
        Literal::List(items) => items.iter().for_each(|item| named(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::{DocumentOperations, ExecutableDocument};

    use super::super::walk::selections;
    use super::*;

    /// The operation with these variables taken out: whether any was, its definitions, and its fields with arguments.
    fn pruned(text: &str, omitted: &[&str]) -> (bool, Vec<String>, Vec<String>) {
        let ExecutableDocument { operations, mut fragments } = parse_query(text).unwrap();
        let DocumentOperations::Multiple(mut operations) = operations else { panic!("a name is missing") };
        let operation = &mut operations.get_mut("Q").unwrap().node;
        let omitted = omitted.iter().map(Name::new).collect();
        let any = prune(operation, fragments.values_mut().map(|fragment| &mut fragment.node), &omitted);
        let definitions = operation.variable_definitions.iter().map(|definition| definition.node.name.to_string());
        let sets = fragments.values().map(|fragment| &fragment.node.selection_set.node);
        let fields = std::iter::once(&operation.selection_set.node)
            .chain(sets)
            .flat_map(selections)
            .filter_map(|selection| match selection {
                Selection::Field(field) => Some(&field.node),
                _ => None,
            })
            .map(|field| {
                let arguments: Vec<_> =
                    field.arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                format!("{}({})", field.name, arguments.join(", "))
            });
        (any, definitions.collect(), fields.collect())
    }

    #[test]
    fn arguments_and_input_fields_go_and_items_become_null() {
        let (any, definitions, fields) = pruned(
            "query Q($v: Int, $w: Int) { a(x: $v, y: $w) { b(in: {p: $v, q: {r: $v, s: [1, $v, {t: $v, u: $w}]}}) } }",
            &["v"],
        );
        assert!(any);
        assert_eq!(definitions, ["w"]);
        assert_eq!(fields, ["a(y: $w)", "b(in: {q: {s: [1, null, {u: $w}]}})"]);
    }

    #[test]
    fn fragments_are_pruned_too() {
        let (_, definitions, fields) =
            pruned("query Q($v: Int) { ... { ...F } } fragment F on T { a(x: $v, y: 1) }", &["v"]);
        assert!(definitions.is_empty());
        assert_eq!(fields, ["a(y: 1)"]);
    }

    #[test]
    fn directives_keep_their_arguments_and_definitions() {
        let text = "query Q($v: Boolean, $o: Int, $d: Int @w(o: $o)) { a(x: $v, y: [$o]) @include(if: $v) ...F } fragment F on T @z(d: {e: [$d]}) { b(x: $d) }";
        let (any, definitions, fields) = pruned(text, &["v", "o", "d"]);
        assert!(any);
        assert_eq!(definitions, ["v", "o", "d"]);
        assert_eq!(fields, ["a(y: [null])", "b()"]);
    }

    #[test]
    fn a_definition_that_was_never_used_stays_for_validation_to_refuse() {
        let (any, definitions, fields) = pruned("query Q($v: Int) { a(x: $undefined) }", &["v"]);
        assert!(!any);
        assert_eq!(definitions, ["v"]);
        assert_eq!(fields, ["a(x: $undefined)"]);
    }
}
