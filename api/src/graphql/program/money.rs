//! Amounts.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{Context, ContextSelectionSet, Object, OutputType, Positioned, ServerResult, Value};

use crate::graphql::app;
use crate::graphql::plain::{Asked, Plain, Quick, text};
use crate::graphql::scalars::Decimal;
use crate::program::Program;

/// An amount in the programme's currency.
pub(crate) struct Money(Quick<Amount>);

impl Money {
    /// An amount of minor units.
    pub(crate) fn new(ctx: &Context<'_>, minor: i64) -> Self {
        Self(Quick(Amount { minor, currency: app(ctx).program().currency }))
    }

    /// The same as a plain value.
    pub(crate) fn plain(program: &Program, minor: i64, asked: &Asked) -> Option<Value> {
        Amount { minor, currency: program.currency }.object(program, asked)
    }
}

impl OutputType for Money {
    fn type_name() -> Cow<'static, str> {
        Amount::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Amount::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

struct Amount {
    minor: i64,
    currency: engine::money::Currency,
}

/// An amount in the programme's currency.
#[Object(name = "Money")]
impl Amount {
    async fn amount(&self) -> Decimal {
        Decimal(self.currency.decimal(self.minor))
    }

    /// ISO 4217, for example EUR.
    async fn currency_code(&self) -> &'static str {
        self.currency.code()
    }
}

impl Plain for Amount {
    fn plain(&self, _: &Program, field: &Field) -> Option<Value> {
        Some(match field.name.node.as_str() {
            "amount" => text(self.currency.decimal(self.minor).to_string()),
            "currencyCode" => text(self.currency.code()),
            _ => return None,
        })
    }
}
