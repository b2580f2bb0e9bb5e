//! The shape of an answer, after a document and the schema.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet, Type, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};
use indexmap::IndexMap;

/// The types of the fields of every object and interface of a schema.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    fields: HashMap<Name, HashMap<Name, Type>>,
    query: Option<Name>,
    mutation: Option<Name>,
    subscription: Option<Name>,
}

/// The fields of a selection by their keys in the answer, fragments written out, in the order in which they were asked
/// for. Of an object some may be missing, those of another type or those skipped.
#[derive(Debug, Default)]
pub(super) struct Plan(pub(super) IndexMap<Name, Planned>);

/// One field of a selection.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) kind: Type,
    /// Nothing where the field has no selection.
    pub(super) inner: Plan,
}

impl Shapes {
    /// The shapes of a schema that was printed.
    pub(super) fn of(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let mut shapes = Self::default();
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    shapes.query = schema.node.query.map(|name| name.node);
                    shapes.mutation = schema.node.mutation.map(|name| name.node);
                    shapes.subscription = schema.node.subscription.map(|name| name.node);
                }
                TypeSystemDefinition::Type(definition) => {
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        _ => continue,
                    };
                    let fields = fields.into_iter().map(|field| (field.node.name.node, field.node.ty.node));
                    shapes.fields.insert(definition.node.name.node, fields.collect());
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(shapes)
    }

    /// The plan of a document with one operation, which the guard has admitted: it is neither deep nor endless.
    pub(super) fn plan(&self, document: &ExecutableDocument) -> Plan {
        let mut plan = Plan::default();
        for (_, operation) in document.operations.iter() {
            let root = match operation.node.ty {
                OperationType::Query => &self.query,
                OperationType::Mutation => &self.mutation,
                OperationType::Subscription => &self.subscription,
            };
            let set = &operation.node.selection_set.node;
            self.collect(set, root.as_ref(), &document.fragments, &mut plan);
        }
        plan
    }

    fn collect(
        &self,
        set: &SelectionSet,
        parent: Option<&Name>,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
        plan: &mut Plan,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let kind = parent.and_then(|parent| self.fields.get(parent)?.get(&field.node.name.node));
                    let planned = plan.0.entry(field.node.response_key().node.clone()).or_insert_with(|| Planned {
                        kind: kind.cloned().unwrap_or_else(unknown),
                        inner: Plan::default(),
                    });
                    let set = &field.node.selection_set.node;
                    self.collect(set, kind.map(named), fragments, &mut planned.inner);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    self.collect(&inline.node.selection_set.node, condition.or(parent), fragments, plan);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        let condition = &fragment.node.type_condition.node.on.node;
                        self.collect(&fragment.node.selection_set.node, Some(condition), fragments, plan);
                    }
                }
            }
        }
    }
}

fn named(kind: &Type) -> &Name {
    let mut base = &kind.base;
    loop {
        match base {
            BaseType::Named(name) => return name,
            BaseType::List(item) => base = &item.base,
        }
    }
}

/// The type of what the schema does not list, such as the fields of introspection: it may be null.
fn unknown() -> Type {
    Type { base: BaseType::Named(Name::new("unknown")), nullable: true }
}
