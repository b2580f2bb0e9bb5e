//! Amounts. A page shows so many that they are written at once where nothing but their fields is asked for: through a
//! resolver each, they would take a fifth of its time.

use std::borrow::Cow;

use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::Registry;
use async_graphql::{Context, ContextSelectionSet, Object, OutputType, Positioned, ServerResult, Value};
use indexmap::IndexMap;

use crate::graphql::app;
use crate::graphql::scalars::Decimal;

/// An amount in the programme's currency.
pub(crate) struct Money(Amount);

impl Money {
    /// An amount of minor units.
    pub(crate) fn new(ctx: &Context<'_>, minor: i64) -> Self {
        Self(Amount { minor, currency: app(ctx).program().currency })
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
        match self.0.plain(&ctx.item.node.items) {
            Some(value) => Ok(value),
            None => self.0.resolve(ctx, field).await,
        }
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
        self.decimal()
    }

    /// ISO 4217, for example EUR.
    async fn currency_code(&self) -> &'static str {
        self.currency.code()
    }
}

impl Amount {
    fn decimal(&self) -> Decimal {
        Decimal(self.currency.decimal(self.minor))
    }

    /// What is asked for, if it is nothing but fields of the amount itself: no fragment, no directive, no `__typename`.
    fn plain(&self, asked: &[Positioned<Selection>]) -> Option<Value> {
        let mut fields = IndexMap::with_capacity(asked.len());
        for selection in asked {
            let Selection::Field(field) = &selection.node else { return None };
            let value = match field.node.name.node.as_str() {
                _ if !field.node.directives.is_empty() => return None,
                "amount" => Value::String(self.decimal().0.to_string()),
                "currencyCode" => Value::String(self.currency.code().to_owned()),
                _ => return None,
            };
            fields.insert(field.node.response_key().node.clone(), value);
        }
        Some(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
    use engine::money::Currency;

    use super::*;

    struct Query;

    #[Object]
    impl Query {
        async fn money(&self) -> Money {
            Money(Amount { minor: -1_250, currency: Currency::from_code("EUR").unwrap() })
        }
    }

    #[tokio::test]
    async fn an_amount_is_the_same_however_it_is_asked_for() {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        for (asked, expected) in [
            ("amount", r#"{"money":{"amount":"-12.50"}}"#),
            ("currencyCode a: amount b: amount", r#"{"money":{"currencyCode":"EUR","a":"-12.50","b":"-12.50"}}"#),
            ("... on Money { amount } currencyCode", r#"{"money":{"amount":"-12.50","currencyCode":"EUR"}}"#),
            ("amount @skip(if: true) currencyCode", r#"{"money":{"currencyCode":"EUR"}}"#),
            ("__typename amount", r#"{"money":{"__typename":"Money","amount":"-12.50"}}"#),
        ] {
            let answer = schema.execute(format!("{{ money {{ {asked} }} }}")).await;
            assert_eq!(serde_json::to_string(&answer.data).unwrap(), expected, "{asked}: {:?}", answer.errors);
        }
    }
}
