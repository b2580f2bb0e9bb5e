//! Which fragments contain which: an order in which each is looked at once, and the refusal of cycles.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

use super::refused::Refused;
use super::walk::selections;

/// The fragments of a document by their names.
pub(super) type Definitions = HashMap<Name, Positioned<FragmentDefinition>>;

/// The fragments' names, each after all those that it contains.
///
/// What is worked out in this order needs no recursion from one fragment into the next and looks at each once, however
/// often it is spread.
pub(super) struct Fragments {
    ordered: Vec<Name>,
    contained: HashMap<Name, Vec<Name>>,
}

impl Fragments {
    /// Orders the fragments; refused is one that contains itself, directly or through others.
    pub(super) fn of(definitions: &Definitions) -> Result<Self, Refused> {
        let contained: HashMap<Name, Vec<Name>> = definitions
            .iter()
            .map(|(name, fragment)| (name.clone(), spreads(&fragment.node.selection_set.node, definitions)))
            .collect();
        let ordered = order(&contained);
        match on_a_cycle(definitions, &contained, &ordered) {
            Some((name, fragment)) => Err(Refused::FragmentCycle { fragment: name.to_string(), at: fragment.pos }),
            None => Ok(Self { ordered, contained }),
        }
    }

    /// All fragments, each after all those that it contains.
    pub(super) fn all(&self) -> &[Name] {
        &self.ordered
    }

    /// The fragments that a selection set uses, directly or through others, each after all those that it contains.
    pub(super) fn used_by(&self, set: &SelectionSet, definitions: &Definitions) -> Vec<Name> {
        let mut used: HashSet<&Name> = HashSet::new();
        let direct = spreads(set, definitions);
        let mut open: Vec<&Name> = direct.iter().collect();
        while let Some(name) = open.pop() {
            if used.insert(name) {
                open.extend(self.contained.get(name).into_iter().flatten());
            }
        }
        self.ordered.iter().filter(|name| used.contains(name)).cloned().collect()
    }
}

/// The fragments that a set spreads directly, each once. Names without a fragment are left to validation.
fn spreads(set: &SelectionSet, definitions: &Definitions) -> Vec<Name> {
    let mut seen = HashSet::new();
    selections(set)
        .filter_map(|selection| match selection {
            Selection::FragmentSpread(spread) => Some(&spread.node.fragment_name.node),
            Selection::Field(_) | Selection::InlineFragment(_) => None,
        })
        .filter(|name| definitions.contains_key(*name) && seen.insert(*name))
        .cloned()
        .collect()
}

/// Takes one fragment after the other whose contained fragments are all taken; those of a cycle never are.
fn order(contained: &HashMap<Name, Vec<Name>>) -> Vec<Name> {
    let mut waiting_for: HashMap<&Name, usize> = HashMap::new();
    let mut containing: HashMap<&Name, Vec<&Name>> = HashMap::new();
    for (name, inner) in contained {
        waiting_for.insert(name, inner.len());
        for inner in inner {
            containing.entry(inner).or_default().push(name);
        }
    }
    let mut ready: Vec<&Name> = waiting_for.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut ordered = Vec::with_capacity(contained.len());
    while let Some(name) = ready.pop() {
        ordered.push(name.clone());
        for outer in containing.get(name).into_iter().flatten() {
            if let Some(count) = waiting_for.get_mut(outer) {
                *count -= 1;
                if *count == 0 {
                    ready.push(outer);
                }
            }
        }
    }
    ordered
}

/// A fragment of a cycle, if some fragments could not be ordered: each of those leads to one.
fn on_a_cycle<'a>(
    definitions: &'a Definitions,
    contained: &'a HashMap<Name, Vec<Name>>,
    ordered: &[Name],
) -> Option<(&'a Name, &'a Positioned<FragmentDefinition>)> {
    let ordered: HashSet<&Name> = ordered.iter().collect();
    let (mut name, _) =
        definitions.iter().filter(|(name, _)| !ordered.contains(name)).min_by_key(|(_, fragment)| fragment.pos)?;
    let mut passed = HashSet::new();
    while passed.insert(name) {
        name = contained.get(name)?.iter().find(|inner| !ordered.contains(inner))?;
    }
    definitions.get_key_value(name)
}

#[cfg(test)]
mod tests {
    use async_graphql::Pos;
    use async_graphql::parser::parse_query;

    use super::*;

    fn fragments(text: &str) -> Result<(Fragments, Definitions), Refused> {
        let definitions = parse_query(text).unwrap().fragments;
        Fragments::of(&definitions).map(|fragments| (fragments, definitions))
    }

    #[test]
    fn a_fragment_comes_after_those_it_contains() {
        let (fragments, _) = fragments(
            "{ a } fragment A on Q { ...B ...C } fragment B on Q { x { ...C } } fragment C on Q { c ...Missing }",
        )
        .unwrap();
        assert_eq!(fragments.all(), [Name::new("C"), Name::new("B"), Name::new("A")]);
    }

    #[test]
    fn only_what_is_used_is_named() {
        let text = "query One { ...A } query Two { ...D } fragment A on Q { ...B } fragment B on Q { b } fragment D on Q { d }";
        let document = parse_query(text).unwrap();
        let fragments = Fragments::of(&document.fragments).unwrap();
        let (_, one) = document.operations.iter().find(|(name, _)| name.is_some_and(|name| name == "One")).unwrap();
        let used = fragments.used_by(&one.node.selection_set.node, &document.fragments);
        assert_eq!(used, [Name::new("B"), Name::new("A")]);
    }

    #[test]
    fn a_fragment_of_the_cycle_itself_is_blamed() {
        let text = "{ a }\nfragment A on Q { ...B }\nfragment B on Q { x { ...C } }\nfragment C on Q { ...B }";
        let refused = fragments(text).err();
        let expected = Refused::FragmentCycle { fragment: "B".to_owned(), at: Pos { line: 3, column: 1 } };
        assert_eq!(refused, Some(expected));
    }

    #[test]
    fn a_fragment_in_itself_is_a_cycle() {
        let refused = fragments("{ ...A } fragment A on Q { x { ... { ...A } } }").err();
        assert!(matches!(refused, Some(Refused::FragmentCycle { .. })));
    }
}
