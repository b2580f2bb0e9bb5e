//! The net promoter score.

use async_graphql::Object;
use engine::calendar::Millis;
use engine::insights;

use crate::graphql::connection::int;
use crate::graphql::scalars::DateTime;

/// How likely members are to recommend the shop.
pub(crate) struct NpsResult {
    pub(super) found: insights::NpsResult,
    pub(super) as_of: Millis,
}

/// How likely members are to recommend the shop.
#[Object]
impl NpsResult {
    /// Everything recorded by then was seen.
    async fn as_of(&self) -> DateTime {
        DateTime(self.as_of)
    }

    /// Promoters less detractors in percent of the responses, -100 to 100. Null without responses.
    async fn score(&self) -> Option<f64> {
        self.found.score
    }

    /// Members with an answer.
    async fn responses(&self) -> i32 {
        int(self.found.responses)
    }

    /// 9 and 10.
    async fn promoters(&self) -> i32 {
        int(self.found.promoters)
    }

    /// 7 and 8.
    async fn passives(&self) -> i32 {
        int(self.found.passives)
    }

    /// 0 to 6.
    async fn detractors(&self) -> i32 {
        int(self.found.detractors)
    }

    /// 95 % interval of the score.
    async fn low(&self) -> Option<f64> {
        self.found.low
    }

    /// The upper end of the interval, which is made by adjusted Wald.
    async fn high(&self) -> Option<f64> {
        self.found.high
    }
}
