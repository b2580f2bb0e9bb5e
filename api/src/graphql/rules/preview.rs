//! What a rule would do.

use async_graphql::{Context, Error, Object};
use engine::calendar::Millis;
use entity::ids::MemberId;
use roaring::RoaringTreemap;

use super::input::{RuleInput, rule};
use crate::db::page;
use crate::error::Stop;
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::loaders::load_each;
use crate::graphql::members::Member;
use crate::graphql::plain::Quick;
use crate::graphql::program::money::Money;
use crate::graphql::refs::SegmentRef;
use crate::graphql::scalars::DateTime;
use crate::rules::{self, Preview};

/// What a rule would do, without saving anything.
pub(crate) struct RulePreview(Preview);

/// What a rule would do, without saving anything.
#[Object]
impl RulePreview {
    /// Everything recorded by then was seen; days are counted from its day.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }

    /// How many members would belong.
    async fn member_count(&self) -> i32 {
        int(self.0.sums.members)
    }

    /// Of those, members who may be contacted.
    async fn reachable_count(&self) -> i32 {
        int(self.0.sums.reachable)
    }

    /// As a segment of these members would show it, like the averages below. Null without transactions.
    async fn average_transaction_value(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.figures.average_transaction_value.map(|minor| Money::new(ctx, minor))
    }

    /// Null without members.
    async fn average_transactions(&self) -> Option<f64> {
        self.0.figures.average_transactions
    }

    /// Over the last 12 months. Null without members.
    async fn average_spending(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.figures.average_spending.map(|minor| Money::new(ctx, minor))
    }

    /// Null without members.
    async fn average_clv(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.figures.average_clv.map(|minor| Money::new(ctx, minor))
    }

    /// The rule as a sentence, for example: spending in the last 180 days is at least 500 and country is PL or DE.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Against the segment it would replace.
    async fn would_join(&self) -> Option<i32> {
        self.0.turnover.as_ref().map(|turnover| size(&turnover.joiners))
    }

    /// Against the segment it would replace.
    async fn would_leave(&self) -> Option<i32> {
        self.0.turnover.as_ref().map(|turnover| size(&turnover.leavers))
    }

    /// Some of those who would belong, the first to be known first. At most 250.
    async fn sample(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] first: Option<i32>,
    ) -> Result<Vec<Quick<Member>>, Error> {
        some(ctx, Some(&self.0.members), first).await
    }

    /// Some of those who would come; nobody where nothing would be replaced. At most 250.
    async fn joiners(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] first: Option<i32>,
    ) -> Result<Vec<Quick<Member>>, Error> {
        some(ctx, self.0.turnover.as_ref().map(|turnover| &turnover.joiners), first).await
    }

    /// Some of those who would leave; nobody where nothing would be replaced. At most 250.
    async fn leavers(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] first: Option<i32>,
    ) -> Result<Vec<Quick<Member>>, Error> {
        some(ctx, self.0.turnover.as_ref().map(|turnover| &turnover.leavers), first).await
    }

    async fn duration_ms(&self) -> i32 {
        int(Millis::try_from(self.0.took.as_millis()).unwrap_or(Millis::MAX))
    }
}

#[derive(Default)]
pub(crate) struct RuleQuery;

#[Object]
impl RuleQuery {
    /// `replacing` compares with a segment as it is now.
    #[graphql(guard = "ANYONE")]
    async fn preview_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "rule")] input: RuleInput,
        replacing: Option<SegmentRef>,
    ) -> Result<RulePreview, Error> {
        let rule = rule(&input, &["rule"]).map_err(Stop::Refused)?;
        Ok(RulePreview(rules::preview(app(ctx), &rule, replacing.map(Into::into).as_ref()).await?))
    }
}

/// The first of some members, by id.
async fn some(
    ctx: &Context<'_>,
    members: Option<&RoaringTreemap>,
    first: Option<i32>,
) -> Result<Vec<Quick<Member>>, Error> {
    let length = page::length("first", first.unwrap_or(10))?;
    let ids = members.into_iter().flatten().map(|member| MemberId(member.cast_signed()));
    let ids: Vec<MemberId> = ids.take(usize::try_from(length).unwrap_or(usize::MAX)).collect();
    Ok(load_each(ctx, ids).await?.into_iter().map(|row| Quick(Member::new(row))).collect())
}

fn size(members: &RoaringTreemap) -> i32 {
    i32::try_from(members.len()).unwrap_or(i32::MAX)
}
