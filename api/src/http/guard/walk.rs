//! Walking over selections without writing fragments out.

use std::slice;

use async_graphql::Positioned;
use async_graphql::parser::types::{Selection, SelectionSet};

/// Every selection of a set and of the sets within it, in the document's order. A fragment that is spread is named by
/// its spread and not entered.
pub(super) fn selections(set: &SelectionSet) -> Selections<'_> {
    Selections { open: vec![set.items.iter()] }
}

/// See [`selections`].
pub(super) struct Selections<'a> {
    open: Vec<slice::Iter<'a, Positioned<Selection>>>,
}

impl<'a> Iterator for Selections<'a> {
    type Item = &'a Selection;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(selection) = self.open.last_mut()?.next() else {
                self.open.pop();
                continue;
            };
            match &selection.node {
                Selection::Field(field) => self.open.push(field.node.selection_set.node.items.iter()),
                Selection::InlineFragment(inline) => self.open.push(inline.node.selection_set.node.items.iter()),
                Selection::FragmentSpread(_) => {}
            }
            return Some(&selection.node);
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn selections_come_in_the_documents_order() {
        let document = parse_query("{ a { b ... { c } } ...F d } fragment F on Q { e }").unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let seen: Vec<_> = selections(&operation.node.selection_set.node)
            .map(|selection| match selection {
                Selection::Field(field) => field.node.name.to_string(),
                Selection::FragmentSpread(spread) => format!("...{}", spread.node.fragment_name),
                Selection::InlineFragment(_) => "...".to_owned(),
            })
            .collect();
        assert_eq!(seen, ["a", "b", "...", "c", "...F", "d"]);
    }
}
