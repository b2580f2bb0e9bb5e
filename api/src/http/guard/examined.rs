//! A document as its text alone tells it, whatever the variables.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection};
use async_graphql::{Name, Positioned, Value, Variables};

use super::admitted::Admitted;
use super::cost::cost;
use super::fragments::{Definitions, Fragments};
use super::limits::GuardLimits;
use super::measure::Size;
use super::prune::prune;
use super::refused::Refused;
use super::scan::scan;
use super::variables::complete;

/// Looks at a text once. What it returns depends on nothing else and can be kept and shared by requests that send the
/// same text.
pub(crate) fn examine(text: &str, limits: &GuardLimits) -> Result<Examined, Refused> {
    scan(text, limits)?;
    let ExecutableDocument { operations, fragments } =
        parse_query(text).map_err(|error| Refused::from_parser(&error))?;
    let operations = in_order(operations);
    if let Some((_, first_over)) = operations.get(limits.operations) {
        let (found, limit) = (operations.len(), limits.operations);
        return Err(Refused::TooManyOperations { found, limit, at: first_over.pos });
    }
    let order = Fragments::of(&fragments)?;
    let sizes = Size::of_fragments(&order, &fragments);
    let operations: Vec<Operation> = operations
        .into_iter()
        .map(|(name, definition)| Operation {
            verdict: Size::of_operation(&definition.node, &sizes).check(&definition, limits),
            root_fields: root_fields(&definition.node, &fragments),
            fragments: order.used_by(&definition.node.selection_set.node, &fragments),
            name,
            definition,
        })
        .collect();
    all_used(&operations, &fragments)?;
    Ok(Examined { operations, fragments })
}

/// A document within the limits of its text. Its operations may be over theirs: a page of queries in an editor can be
/// used although one of them cannot.
#[derive(Debug)]
pub(crate) struct Examined {
    operations: Vec<Operation>,
    fragments: Definitions,
}

#[derive(Debug)]
struct Operation {
    name: Option<Name>,
    definition: Positioned<OperationDefinition>,
    verdict: Result<(), Refused>,
    root_fields: Vec<String>,
    /// The fragments it uses, each after those that it contains.
    fragments: Vec<Name>,
}

impl Examined {
    /// Chooses the operation to execute, completes its variables and takes out the arguments that have no value.
    pub(crate) fn admit(
        &self,
        operation_name: Option<&str>,
        mut variables: Variables,
        limits: &GuardLimits,
    ) -> Result<Admitted, Refused> {
        let operation = self.choose(operation_name)?;
        operation.verdict.clone()?;
        let mut definition = operation.definition.clone();
        let omitted = complete(&definition.node.variable_definitions, &mut variables)?;
        let cost = cost(&definition, &operation.fragments, &self.fragments, &variables, limits)?;
        let mut fragments = self.fragments_of(operation);
        let mut pruned = false;
        if !omitted.is_empty() {
            let inner = fragments.values_mut().map(|fragment| &mut fragment.node);
            pruned = prune(&mut definition.node, inner, &omitted);
            null_where_still_used(&definition.node, &omitted, &mut variables);
        }
        Ok(Admitted {
            operation_type: definition.node.ty,
            operation_name: operation.name.as_ref().map(ToString::to_string),
            root_fields: operation.root_fields.clone(),
            cost,
            pruned,
            variables,
            document: document(operation.name.clone(), definition, fragments),
        })
    }

    /// The chosen operation alone, with the fragments that it uses and with nothing taken out: what the rules of
    /// validation are about. They do not know which variables a request sends.
    pub(crate) fn unpruned(&self, operation_name: Option<&str>) -> Result<ExecutableDocument, Refused> {
        let operation = self.choose(operation_name)?;
        operation.verdict.clone()?;
        Ok(document(operation.name.clone(), operation.definition.clone(), self.fragments_of(operation)))
    }

    fn choose(&self, operation_name: Option<&str>) -> Result<&Operation, Refused> {
        match (operation_name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Refused::OperationNameRequired),
            (Some(name), operations) => operations
                .iter()
                .find(|operation| operation.name.as_ref().is_some_and(|own| own == name))
                .ok_or_else(|| Refused::UnknownOperation { name: name.to_owned() }),
        }
    }

    fn fragments_of(&self, operation: &Operation) -> Definitions {
        let used = operation.fragments.iter().filter_map(|name| self.fragments.get_key_value(name));
        used.map(|(name, fragment)| (name.clone(), fragment.clone())).collect()
    }
}

/// Makes omitted variables null that a directive still uses: validation then refuses `@include(if: null)`, whereas a
/// value that is not there is not checked and read as false.
fn null_where_still_used(operation: &OperationDefinition, omitted: &BTreeSet<Name>, variables: &mut Variables) {
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        if omitted.contains(name) {
            variables.insert(name.clone(), Value::Null);
        }
    }
}

/// The operations as the text has them, because a map forgets the order.
fn in_order(operations: DocumentOperations) -> Vec<(Option<Name>, Positioned<OperationDefinition>)> {
    match operations {
        DocumentOperations::Single(operation) => vec![(None, operation)],
        DocumentOperations::Multiple(operations) => {
            let mut operations: Vec<_> =
                operations.into_iter().map(|(name, operation)| (Some(name), operation)).collect();
            operations.sort_by_key(|(_, operation)| operation.pos);
            operations
        }
    }
}

fn document(
    name: Option<Name>,
    definition: Positioned<OperationDefinition>,
    fragments: Definitions,
) -> ExecutableDocument {
    let operations = match name {
        Some(name) => DocumentOperations::Multiple(HashMap::from([(name, definition)])),
        None => DocumentOperations::Single(definition),
    };
    ExecutableDocument { operations, fragments }
}

/// The names of the root's fields, each once, in the order in which they come when fragments are written out.
fn root_fields(operation: &OperationDefinition, definitions: &Definitions) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut known: HashSet<&Name> = HashSet::new();
    let mut entered: HashSet<&Name> = HashSet::new();
    let mut open = vec![operation.selection_set.node.items.iter()];
    while let Some(set) = open.last_mut() {
        match set.next().map(|selection| &selection.node) {
            None => {
                open.pop();
            }
            Some(Selection::Field(field)) => {
                if known.insert(&field.node.name.node) {
                    names.push(field.node.name.node.to_string());
                }
            }
            Some(Selection::InlineFragment(inline)) => open.push(inline.node.selection_set.node.items.iter()),
            Some(Selection::FragmentSpread(spread)) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = definitions.get(name).filter(|_| entered.insert(name)) {
                    open.push(fragment.node.selection_set.node.items.iter());
                }
            }
        }
    }
    names
}

/// Refuses a fragment that no operation uses. Validation would say so, but the fragments of the operations that are not
/// chosen are dropped before it, and these could not be told from them.
fn all_used(operations: &[Operation], definitions: &Definitions) -> Result<(), Refused> {
    let used: HashSet<&Name> = operations.iter().flat_map(|operation| &operation.fragments).collect();
    let unused = definitions.iter().filter(|(name, _)| !used.contains(name)).min_by_key(|(_, fragment)| fragment.pos);
    match unused {
        Some((name, fragment)) => Err(Refused::UnusedFragment { fragment: name.to_string(), at: fragment.pos }),
        None => Ok(()),
    }
}
