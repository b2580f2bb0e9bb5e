//! Who went missing by their own rhythm.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use engine::insights;

use super::sentences;
use crate::graphql::connection::int;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::DateTime;
use crate::insights::Kept;

/// Who went missing by their own rhythm, and how far the rule can be trusted: of those it would have flagged one horizon ago,
/// how many stayed away, beside how many of the others did.
pub(crate) struct MissingAnalysis(pub(super) Arc<Kept<insights::MissingAnalysis>>);

/// Those who would have been flagged one horizon ago, beside the others with a rhythm.
#[derive(SimpleObject)]
pub(crate) struct MissingBackTest {
    multiple: f64,
    horizon_days: i32,
    /// How many would have been flagged, by the purchases up to that day.
    flagged: i32,
    /// The share of them that has bought nothing since. Null where nobody would have been flagged.
    stayed_away: Option<f64>,
    /// The share of the others that has bought nothing since. Null where there were no others.
    unflagged_stayed_away: Option<f64>,
}

/// Who went missing by their own rhythm, and how far the rule can be trusted: of those it would have flagged one horizon ago,
/// how many stayed away, beside how many of the others did.
#[Object]
impl MissingAnalysis {
    /// Everything recorded by then was seen.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }

    /// What a reader must know.
    async fn notes(&self) -> Vec<String> {
        sentences(&self.0.answer.notes)
    }

    /// How many times the own rhythm a silence must last.
    async fn multiple(&self) -> f64 {
        self.0.answer.multiple
    }

    async fn missing(&self) -> i32 {
        int(self.0.answer.missing)
    }

    async fn present(&self) -> i32 {
        int(self.0.answer.present)
    }

    /// Fewer than three purchase days: there is no rhythm.
    async fn insufficient_history(&self) -> i32 {
        int(self.0.answer.insufficient_history)
    }

    /// The historic lifetime value of those who are missing.
    async fn missing_value(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.answer.missing_value)
    }

    /// For 30, 90 and 180 days.
    async fn back_test(&self) -> Vec<MissingBackTest> {
        let test = |test: &insights::BackTest| MissingBackTest {
            multiple: test.multiple,
            horizon_days: int(test.horizon_days),
            flagged: int(test.flagged),
            stayed_away: test.stayed_away,
            unflagged_stayed_away: test.unflagged_stayed_away,
        };
        self.0.answer.back_test.iter().map(test).collect()
    }
}
