//! Earning and burning of points.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, Error, Object, SimpleObject};
use chrono::NaiveDate;
use engine::insights::{self, RewardTimesAnswer};
use entity::ids::SegmentId;

use super::{of_segment, sentences};
use crate::error::{Fault, FaultKind};
use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::scalars::{BigInt, Date, DateTime};
use crate::graphql::segments::Interval;
use crate::insights::{Kept, PointsOf, of_everybody, unless_too_long};

/// Earning and burning of points.
pub(crate) struct PointsAnalysis {
    asked: PointsOf,
    kept: Arc<Kept<(insights::PointsAnalysis, Vec<RewardTimesAnswer>)>>,
}

/// What is asked of a reward, and what one costs where it is not said.
const OF_REWARD: [&str; 3] = ["medianDaysToAccumulate", "medianDaysToRedeem", "notYetRedeemed"];
const REWARD_COST: i32 = 500;

/// What was earned from one origin.
#[derive(SimpleObject)]
pub(crate) struct PointsByOrigin {
    /// Empty for entries that do not say it.
    origin: String,
    earned: BigInt,
}

/// The points of an interval.
#[derive(SimpleObject)]
pub(crate) struct PointsPoint {
    /// First day of the interval.
    date: Date,
    earned: BigInt,
    redeemed: BigInt,
    expired: BigInt,
}

impl PointsAnalysis {
    /// What is said of everybody, or of the members of a segment: all that the field is asked for, of one moment.
    pub(crate) async fn ask(
        ctx: &Context<'_>,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
        of: Option<SegmentId>,
    ) -> Result<Self, Error> {
        let asked = PointsOf { from, to, reward_costs: reward_costs(ctx)? };
        let kept = match of {
            Some(segment) => of_segment(ctx, segment, asked.clone()).await?,
            None => of_everybody(app(ctx), &asked).await?,
        };
        Ok(Self { asked, kept })
    }

    fn points(&self) -> &insights::PointsAnalysis {
        &self.kept.answer.0
    }

    /// The rewards that were looked at, with their costs.
    fn rewards(&self) -> impl Iterator<Item = (i32, &RewardTimesAnswer)> {
        self.asked.reward_costs.iter().copied().zip(&self.kept.answer.1)
    }

    fn reward(&self, cost: i32) -> Result<&RewardTimesAnswer, Fault> {
        if cost < 1 {
            return Err(Fault::of(FaultKind::BadInput, "`rewardCost` must be 1 or more"));
        }
        let reward = self.rewards().find(|(known, _)| *known == cost);
        reward.map(|(_, reward)| reward).ok_or_else(|| Fault::new(format!("no reward of {cost} points was looked at")))
    }
}

/// The costs of rewards for which the field is asked something, rising.
fn reward_costs(ctx: &Context<'_>) -> Result<Vec<i32>, Error> {
    let mut costs = BTreeSet::new();
    for field in ctx.field().selection_set().filter(|field| OF_REWARD.contains(&field.name())) {
        let arguments = field.arguments()?;
        let named = arguments.iter().find(|(name, _)| name == "rewardCost").map(|(_, cost)| cost);
        let cost = named.and_then(|cost| serde_json::to_value(cost).ok()?.as_i64());
        costs.insert(cost.and_then(|cost| i32::try_from(cost).ok()).unwrap_or(REWARD_COST));
    }
    // Others are refused where they are asked for.
    Ok(costs.into_iter().filter(|cost| *cost > 0).collect())
}

/// Earning and burning of points.
#[Object]
impl PointsAnalysis {
    /// Everything recorded by then was seen.
    async fn as_of(&self) -> DateTime {
        DateTime(self.kept.as_of)
    }

    /// What a reader must know, also of what is asked of rewards beside it.
    async fn notes(&self) -> Vec<String> {
        let mut notes = sentences(&self.points().notes);
        for (cost, reward) in self.rewards() {
            notes.extend(sentences(&reward.notes).iter().map(|note| format!("For a reward of {cost} points: {note}")));
        }
        notes
    }

    /// The first day that was asked for.
    async fn from(&self) -> Option<Date> {
        self.points().from.map(Date)
    }

    /// The last day that was asked for.
    async fn to(&self) -> Option<Date> {
        self.points().to.map(Date)
    }

    /// earned − redeemed − expired + adjusted = outstanding, always.
    async fn earned(&self) -> BigInt {
        BigInt(self.points().earned)
    }

    async fn redeemed(&self) -> BigInt {
        BigInt(self.points().redeemed)
    }

    async fn expired(&self) -> BigInt {
        BigInt(self.points().expired)
    }

    /// Corrections, which may be less than 0.
    async fn adjusted(&self) -> BigInt {
        BigInt(self.points().adjusted)
    }

    /// The balance of all members together; in a period what it added to the balance.
    async fn outstanding(&self) -> BigInt {
        BigInt(self.points().outstanding)
    }

    /// Members who earned.
    async fn earners(&self) -> i32 {
        int(self.points().earners)
    }

    /// Members who redeemed.
    async fn redeemers(&self) -> i32 {
        int(self.points().redeemers)
    }

    /// Over the members of the programme and whoever else has an entry. Null without members.
    async fn average_earned_per_member(&self) -> Option<f64> {
        self.points().average_earned_per_member
    }

    /// redeemed ÷ earned
    async fn redemption_rate(&self) -> Option<f64> {
        self.points().redemption_rate
    }

    /// redeemers ÷ earners
    async fn member_redemption_rate(&self) -> Option<f64> {
        self.points().member_redemption_rate
    }

    /// expired ÷ (expired + redeemed); null before the first expiry.
    async fn breakage(&self) -> Option<f64> {
        self.points().breakage
    }

    /// Days from the first earning until `rewardCost` points were earned, over those who got there.
    async fn median_days_to_accumulate(
        &self,
        #[graphql(default_with = "REWARD_COST")] reward_cost: i32,
    ) -> Result<Option<f64>, Error> {
        Ok(self.reward(reward_cost)?.median_days_to_accumulate)
    }

    /// Days from then to the first redemption: Kaplan-Meier median, so that those who have not redeemed yet count.
    async fn median_days_to_redeem(
        &self,
        #[graphql(default_with = "REWARD_COST")] reward_cost: i32,
    ) -> Result<Option<f64>, Error> {
        Ok(self.reward(reward_cost)?.median_days_to_redeem)
    }

    /// Members who could redeem and have not.
    async fn not_yet_redeemed(&self, #[graphql(default_with = "REWARD_COST")] reward_cost: i32) -> Result<i32, Error> {
        Ok(int(self.reward(reward_cost)?.not_yet_redeemed))
    }

    /// What was earned by what it came from, the most first.
    async fn by_origin(&self) -> Vec<PointsByOrigin> {
        let origin = |one: &insights::PointsByOrigin| PointsByOrigin {
            origin: one.origin.clone().unwrap_or_default(),
            earned: BigInt(one.earned),
        };
        self.points().by_origin.iter().map(origin).collect()
    }

    /// A point per interval, those without entries, too; 1,500 at most.
    async fn series(
        &self,
        #[graphql(default_with = "Interval::Month")] interval: Interval,
    ) -> Result<Vec<PointsPoint>, Error> {
        let interval = interval.into();
        if let Some((first, last)) = self.points().days() {
            unless_too_long(interval, first, last)?;
        }
        let point = |one: insights::PointsPoint| PointsPoint {
            date: Date(one.date),
            earned: BigInt(one.earned),
            redeemed: BigInt(one.redeemed),
            expired: BigInt(one.expired),
        };
        Ok(self.points().series(interval).into_iter().map(point).collect())
    }
}
