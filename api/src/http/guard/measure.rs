//! How large an operation is once its fragments are written out, without writing them out.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

use super::fragments::{Definitions, Fragments};
use super::limits::GuardLimits;
use super::refused::Refused;

/// What is counted. Sums saturate, because fragments that spread the next one twice double them with every fragment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    fields: usize,
    aliases: usize,
    directives: usize,
    /// Nested fields, the innermost counted.
    depth: usize,
    /// Nested selection sets, those of fragments counted.
    nesting: usize,
}

impl Size {
    /// The sizes of all fragments, each worked out once from those that it contains.
    pub(super) fn of_fragments(fragments: &Fragments, definitions: &Definitions) -> HashMap<Name, Size> {
        let mut sizes = HashMap::with_capacity(definitions.len());
        for name in fragments.all() {
            if let Some(fragment) = definitions.get(name) {
                let size = of_set(&fragment.node.selection_set.node, &sizes);
                sizes.insert(name.clone(), size.with_directives(fragment.node.directives.len()));
            }
        }
        sizes
    }

    /// The size of an operation.
    pub(super) fn of_operation(operation: &OperationDefinition, fragments: &HashMap<Name, Size>) -> Size {
        let on_variables: usize =
            operation.variable_definitions.iter().map(|definition| definition.node.directives.len()).sum();
        of_set(&operation.selection_set.node, fragments).with_directives(operation.directives.len() + on_variables)
    }

    /// Refuses what is over a limit.
    pub(super) fn check(
        &self,
        operation: &Positioned<OperationDefinition>,
        limits: &GuardLimits,
    ) -> Result<(), Refused> {
        let at = operation.pos;
        if self.fields > limits.fields {
            Err(Refused::TooManyFields { limit: limits.fields, at })
        } else if self.depth > limits.depth {
            Err(Refused::TooDeep { found: self.depth, limit: limits.depth, at })
        } else if self.nesting > limits.nesting {
            Err(Refused::NestedTooDeep { limit: limits.nesting, at })
        } else if self.aliases > limits.aliases {
            Err(Refused::TooManyAliases { limit: limits.aliases, at })
        } else if self.directives > limits.directives {
            Err(Refused::TooManyDirectives { limit: limits.directives, at })
        } else {
            Ok(())
        }
    }

    fn with_directives(self, count: usize) -> Size {
        Size { directives: self.directives.saturating_add(count), ..self }
    }

    fn beside(self, other: Size) -> Size {
        Size {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
        }
    }
}

/// The size of a set; recursion ends with the brackets of the text, which the scan has counted.
fn of_set(set: &SelectionSet, fragments: &HashMap<Name, Size>) -> Size {
    let inner = set.items.iter().map(|selection| of_selection(&selection.node, fragments));
    let inner = inner.fold(Size::default(), Size::beside);
    // The selection of a field without one is an empty set.
    Size { nesting: inner.nesting.saturating_add(usize::from(!set.items.is_empty())), ..inner }
}

fn of_selection(selection: &Selection, fragments: &HashMap<Name, Size>) -> Size {
    let inner = match selection {
        Selection::Field(field) => of_field(&field.node, fragments),
        Selection::InlineFragment(inline) => of_set(&inline.node.selection_set.node, fragments),
        // An unknown fragment counts as a field: it is left to validation, but not before others could multiply it.
        Selection::FragmentSpread(spread) => {
            fragments.get(&spread.node.fragment_name.node).copied().unwrap_or(Size { fields: 1, ..Size::default() })
        }
    };
    inner.with_directives(selection.directives().len())
}

fn of_field(field: &Field, fragments: &HashMap<Name, Size>) -> Size {
    let below = of_set(&field.selection_set.node, fragments);
    Size {
        fields: below.fields.saturating_add(1),
        aliases: below.aliases.saturating_add(usize::from(field.alias.is_some())),
        depth: below.depth.saturating_add(1),
        ..below
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn measured(text: &str) -> (Size, Positioned<OperationDefinition>) {
        let document = parse_query(text).unwrap();
        let fragments = Fragments::of(&document.fragments).unwrap();
        let sizes = Size::of_fragments(&fragments, &document.fragments);
        let (_, operation) = document.operations.iter().next().unwrap();
        (Size::of_operation(&operation.node, &sizes), operation.clone())
    }

    #[test]
    fn fragments_count_as_often_as_they_are_spread() {
        let (size, _) = measured(
            "query Q($x: Int @on) @op { a { ...F } b: c @d { ...F @spread ... @inline { e } } } fragment F on T @def { x: y g { z @last } }",
        );
        assert_eq!(size, Size { fields: 9, aliases: 3, directives: 9, depth: 3, nesting: 4 });
    }

    #[test]
    fn fragments_that_double_saturate() {
        let mut text = "{ ...F0 }".to_owned();
        for index in 0..200 {
            text += &format!(" fragment F{index} on Q {{ ...F{} ...F{} }}", index + 1, index + 1);
        }
        let (size, operation) = measured(&text);
        assert_eq!(size.fields, usize::MAX);
        let limits = GuardLimits::default();
        assert_eq!(
            size.check(&operation, &limits),
            Err(Refused::TooManyFields { limit: limits.fields, at: operation.pos })
        );
    }

    #[test]
    fn each_limit_holds_and_one_less_is_refused() {
        let (size, operation) = measured("{ x: a @d { ... { b } } }");
        let exact =
            GuardLimits { fields: 2, aliases: 1, directives: 1, depth: 2, nesting: 3, ..GuardLimits::default() };
        let at = operation.pos;
        assert_eq!(size.check(&operation, &exact), Ok(()));
        for (limits, expected) in [
            (GuardLimits { fields: 1, ..exact.clone() }, Refused::TooManyFields { limit: 1, at }),
            (GuardLimits { aliases: 0, ..exact.clone() }, Refused::TooManyAliases { limit: 0, at }),
            (GuardLimits { directives: 0, ..exact.clone() }, Refused::TooManyDirectives { limit: 0, at }),
            (GuardLimits { depth: 1, ..exact.clone() }, Refused::TooDeep { found: 2, limit: 1, at }),
            (GuardLimits { nesting: 2, ..exact.clone() }, Refused::NestedTooDeep { limit: 2, at }),
        ] {
            assert_eq!(size.check(&operation, &limits), Err(expected));
        }
    }
}
