//! Recency, frequency, monetary value.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use engine::calendar::Zone;
use engine::insights;

use super::sentences;
use crate::graphql::connection::int;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::DateTime;
use crate::insights::Kept;

/// Groups by recency and by the mean of frequency and monetary value.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "insights::RfmGroup")]
pub(crate) enum RfmGroup {
    /// Bought lately, often and for much.
    Champions,
    /// Buy often, and not long ago.
    Loyal,
    /// Bought lately, and more than once.
    Active,
    /// Bought lately for the first time.
    New,
    /// Bought not long ago, little so far.
    Promising,
    /// In the middle of everything.
    NeedsAttention,
    /// Bought little, and some time ago.
    AlmostLost,
    /// Once among the best, silent for long.
    PreviouslyLoyal,
    /// Bought well, silent for long.
    AtRisk,
    /// Bought little, silent for long.
    Dormant,
    /// Never bought.
    Prospects,
}

/// Customers of the same recency and frequency.
#[derive(SimpleObject)]
pub(crate) struct RfmCell {
    /// 1 to 5: the share of customers who bought longer ago, in fifths.
    recency_score: i32,
    /// 1 to 5: the share of customers who bought less often, in fifths.
    frequency_score: i32,
    members: i32,
    /// Net, over all time.
    spending: Money,
}

/// The customers of a group.
#[derive(SimpleObject)]
pub(crate) struct RfmGroupFigures {
    group: RfmGroup,
    members: i32,
    /// Net, over all time.
    spending: Money,
    /// The mean of their historic lifetime values. Null without members.
    average_clv: Option<Money>,
}

/// Customers by recency, frequency and monetary value.
pub(crate) struct RfmAnalysis {
    pub(super) kept: Arc<Kept<insights::RfmAnalysis>>,
    /// Of the days.
    pub(super) zone: Zone,
}

/// Customers by recency, frequency and monetary value.
#[Object]
impl RfmAnalysis {
    /// The end of yesterday.
    async fn as_of(&self) -> DateTime {
        let yesterday = self.kept.answer.as_of;
        DateTime(self.zone.span(yesterday, yesterday).until)
    }

    /// What a reader must know.
    async fn notes(&self) -> Vec<String> {
        sentences(&self.kept.answer.notes)
    }

    /// All pairs of recency and frequency, from 1 and 1 to 5 and 5.
    async fn cells(&self, ctx: &Context<'_>) -> Vec<RfmCell> {
        let cell = |cell: &insights::RfmCell| RfmCell {
            recency_score: cell.recency_score.into(),
            frequency_score: cell.frequency_score.into(),
            members: int(cell.members),
            spending: Money::new(ctx, cell.spending),
        };
        self.kept.answer.cells.iter().map(cell).collect()
    }

    /// All groups, the best first.
    async fn groups(&self, ctx: &Context<'_>) -> Vec<RfmGroupFigures> {
        let group = |group: &insights::RfmGroupFigures| RfmGroupFigures {
            group: group.group.into(),
            members: int(group.members),
            spending: Money::new(ctx, group.spending),
            average_clv: group.average_clv.map(|minor| Money::new(ctx, minor)),
        };
        self.kept.answer.groups.iter().map(group).collect()
    }
}
