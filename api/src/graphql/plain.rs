//! Objects that are written at once where nothing but plain fields is asked for.
//!
//! async-graphql resolves each field by a future of its own. For what a page shows hundreds of times, and has at hand
//! anyway, that is a third of the page's time. What is asked with arguments, directives or fragments, and every field that
//! is not plain, goes the usual way: both ways answer the same, which `tests/it/plain.rs` holds field by field.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use indexmap::IndexMap;

use super::RequestScope;
use crate::app::App;
use crate::program::Program;

/// What is asked of an object.
pub(super) type Asked = [Positioned<Selection>];

/// An object with plain fields: those that have no arguments and need nothing but the object and the programme.
pub(super) trait Plain {
    /// The value of a plain field; none for every other field.
    fn plain(&self, program: &Program, field: &Field) -> Option<Value>;

    /// The object with the fields that are asked for; none where one of them is not plain.
    fn object(&self, program: &Program, asked: &Asked) -> Option<Value> {
        let mut fields = IndexMap::with_capacity(asked.len());
        for selection in asked {
            let Selection::Field(field) = &selection.node else { return None };
            let field = &field.node;
            if !field.directives.is_empty() || !field.arguments.is_empty() {
                return None;
            }
            let value = self.plain(program, field)?;
            let key = field.response_key().node.clone();
            // Two selections of one object are one object with the fields of both: let others put them together.
            if fields.insert(key, value).is_some_and(|before| matches!(before, Value::Object(_))) {
                return None;
            }
        }
        Some(Value::Object(fields))
    }
}

/// An object that is written at once where it can be.
#[derive(Clone)]
pub(super) struct Quick<T>(pub(super) T);

impl<T: Plain + OutputType> OutputType for Quick<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        // A partner is shown some of the fields alone.
        if ctx.data_opt::<RequestScope>().is_some_and(|scope| scope.partner.is_some()) {
            return self.0.resolve(ctx, field).await;
        }
        let program = ctx.data_unchecked::<Arc<App>>().program();
        match self.0.object(&program, &ctx.item.node.items) {
            Some(value) => Ok(value),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

/// A text.
pub(super) fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

/// A text that may be missing.
pub(super) fn maybe(value: Option<&str>) -> Value {
    value.map_or(Value::Null, text)
}

/// A value that may be missing.
pub(super) fn or_null<T>(value: Option<T>, shown: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Null, shown)
}
