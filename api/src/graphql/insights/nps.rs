//! The net promoter score.

use std::sync::Arc;

use async_graphql::Object;
use engine::insights;

use crate::graphql::connection::int;
use crate::graphql::scalars::DateTime;
use crate::insights::Kept;

/// How likely members are to recommend the shop.
pub(crate) struct NpsResult(pub(crate) Arc<Kept<insights::NpsResult>>);

/// How likely members are to recommend the shop.
#[Object]
impl NpsResult {
    /// Everything recorded by then was seen.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }

    /// Promoters less detractors in percent of the responses, -100 to 100. Null without responses.
    async fn score(&self) -> Option<f64> {
        self.0.answer.score
    }

    /// Members with an answer.
    async fn responses(&self) -> i32 {
        int(self.0.answer.responses)
    }

    /// 9 and 10.
    async fn promoters(&self) -> i32 {
        int(self.0.answer.promoters)
    }

    /// 7 and 8.
    async fn passives(&self) -> i32 {
        int(self.0.answer.passives)
    }

    /// 0 to 6.
    async fn detractors(&self) -> i32 {
        int(self.0.answer.detractors)
    }

    /// 95 % interval of the score.
    async fn low(&self) -> Option<f64> {
        self.0.answer.low
    }

    /// The upper end of the interval, which is made by adjusted Wald.
    async fn high(&self) -> Option<f64> {
        self.0.answer.high
    }
}
