//! What a rule can say.

use async_graphql::{Context, Error, Object, SimpleObject};

use crate::db::page;
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::members::search;
use crate::rules::{self, Entry, Unit};

/// What a rule can say, for building an editor: fields, measures, operators, units and values seen in the data.
#[derive(SimpleObject)]
pub(crate) struct RuleCatalogue {
    entries: Vec<RuleCatalogueEntry>,
}

/// A condition, or a part of one, that a rule can have.
pub(crate) struct RuleCatalogueEntry(Entry);

/// A value to choose.
#[derive(SimpleObject)]
pub(crate) struct CatalogueValue {
    /// As it was first spelt; case makes no difference, except in the names of attributes.
    value: String,
    /// How many members have it.
    members: i32,
}

/// A condition, or a part of one, that a rule can have.
#[Object]
impl RuleCatalogueEntry {
    /// For example transactions.SPENDING or profile.country.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// Under what to list it: Profile, Transactions, Transaction filter (what goes into `where`), Points, Value,
    /// Feedback, Segments, Campaigns or Sample.
    async fn group(&self) -> &str {
        self.0.group
    }

    async fn label(&self) -> &str {
        self.0.label
    }

    async fn description(&self) -> &str {
        self.0.description
    }

    /// What it is compared with: TEXT, NUMBER, MONEY, POINTS, DAYS (whole days), SHARE (0 to 1), DATE, FLAG (true or
    /// false), LABEL (a text, beside `key`), ATTRIBUTE (what the operator takes, beside `name`), WORD (one of those in the
    /// description), SEGMENT (its key or id) or PERCENT (0 to 100, beside `salt`).
    async fn value_type(&self) -> &str {
        self.0.value.word()
    }

    /// The currency's code, days, points, years or percent; null where nothing in particular is counted.
    async fn unit(&self, ctx: &Context<'_>) -> Option<&str> {
        match self.0.unit {
            Unit::None => None,
            Unit::Currency => Some(app(ctx).program().currency.code()),
            Unit::Named(word) => Some(word),
        }
    }

    /// What goes around the value: `gte` is {gte: value}, `text.eq` is {text: {eq: value}}, and `in` is a list. Empty where
    /// the value stands by itself, as in {enrolled: true}.
    async fn operators(&self) -> &[&str] {
        self.0.operators
    }

    /// Takes `within`: can be asked of some days alone.
    async fn takes_window(&self) -> bool {
        self.0.takes_window
    }

    /// Takes `where`: can be asked of some transactions alone.
    async fn takes_match(&self) -> bool {
        self.0.takes_match
    }

    /// Values that contain the text, those that most members have first; of segments the keys, where the text begins words
    /// of the name. Empty where there is nothing to choose from. At most 250.
    async fn values(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "search")] search_text: Option<String>,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<CatalogueValue>, Error> {
        let first = first.unwrap_or(20);
        page::length("first", first)?;
        let values = rules::values(app(ctx), &self.0, search(search_text)?, first).await?;
        let value = |one: rules::Value| CatalogueValue {
            value: one.value,
            members: i32::try_from(one.members).unwrap_or(i32::MAX),
        };
        Ok(values.into_iter().map(value).collect())
    }
}

#[derive(Default)]
pub(crate) struct CatalogueQuery;

#[Object]
impl CatalogueQuery {
    /// Everything that a rule can say.
    #[graphql(guard = "ANYONE")]
    async fn rule_catalogue(&self) -> RuleCatalogue {
        RuleCatalogue { entries: rules::entries().into_iter().map(RuleCatalogueEntry).collect() }
    }
}
