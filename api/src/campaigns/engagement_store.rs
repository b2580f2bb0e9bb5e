//! The SQL of what members did with what campaigns sent.

use engine::calendar::Millis;
use entity::ids::{CampaignId, MemberId};
use entity::kinds::EngagementKind;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;

use super::EngagementInput;
use super::record::Members;
use crate::db::Column::{Bool, Int, Text};
use crate::db::{Batch, Column, List, Txn, sql};
use crate::error::Fault;
use crate::ingest::Named;

/// An event of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, FromQueryResult)]
pub(super) struct EventRow {
    pub(super) member_id: MemberId,
    pub(super) document: String,
    pub(super) kind: EngagementKind,
    pub(super) at: Millis,
}

impl Named for EventRow {
    const WHAT: &'static str = "event";

    fn name(&self) -> (MemberId, &str) {
        (self.member_id, &self.document)
    }
}

impl EventRow {
    pub(super) fn new(member_id: MemberId, row: &EngagementInput) -> Self {
        Self { member_id, document: row.document.clone(), kind: row.kind, at: row.at }
    }
}

/// Which kinds of events come to those that are recorded of a member.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Marks {
    pub(super) member_id: MemberId,
    delivered: bool,
    opened: bool,
    clicked: bool,
    redeemed: bool,
}

impl Marks {
    pub(super) fn none(member_id: MemberId) -> Self {
        Self { member_id, delivered: false, opened: false, clicked: false, redeemed: false }
    }

    pub(super) fn note(&mut self, kind: EngagementKind) {
        let mark = match kind {
            EngagementKind::Delivered => &mut self.delivered,
            EngagementKind::Opened => &mut self.opened,
            EngagementKind::Clicked => &mut self.clicked,
            EngagementKind::Redeemed => &mut self.redeemed,
        };
        *mark = true;
    }

    /// Opened, clicked or redeemed.
    pub(super) fn is_engaged(&self) -> bool {
        self.opened || self.clicked || self.redeemed
    }
}

const EVENT: &[(&str, Column)] = &[("member_id", Int), ("document", Text), ("kind", Text), ("at", Int)];
const MARKS: &[(&str, Column)] =
    &[("member_id", Int), ("delivered", Bool), ("opened", Bool), ("clicked", Bool), ("redeemed", Bool)];

/// Which of some members are in the audience of a campaign.
pub(super) async fn audience(
    txn: &Txn,
    campaign: CampaignId,
    members: impl Iterator<Item = &MemberId>,
) -> Result<Members, Fault> {
    let list = List::ids(members.map(|member| member.0));
    let text = format!(
        "SELECT member_id FROM campaign_member WHERE campaign_id = $2 AND member_id IN (SELECT id FROM {})",
        list.table(txn, 1)
    );
    let rows = txn.query_all_raw(sql(txn, text, [list.value(txn)?, campaign.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "member_id")).collect::<Result<_, DbErr>>()?)
}

/// What is recorded under the members and documents of some events.
pub(super) async fn known(
    txn: &Txn,
    campaign: CampaignId,
    rows: impl Iterator<Item = &EventRow>,
) -> Result<Vec<EventRow>, Fault> {
    let rows: Vec<&EventRow> = rows.collect();
    let batch = Batch::new(&EVENT[..2], &rows);
    let text = format!(
        "SELECT DISTINCT e.member_id, e.document, e.kind, e.at FROM {} JOIN engagement AS e
        ON e.member_id = batch.member_id AND e.campaign_id = $2 AND e.document = batch.document",
        batch.table(txn, 1)
    );
    Ok(EventRow::find_by_statement(sql(txn, text, [batch.value()?, campaign.into()])).all(txn).await?)
}

/// Records events and answers how many; those that another operation recorded meanwhile are not counted.
pub(super) async fn insert(txn: &Txn, campaign: CampaignId, rows: &[EventRow]) -> Result<usize, Fault> {
    let batch = Batch::new(EVENT, rows);
    let text = format!(
        "INSERT INTO engagement (member_id, campaign_id, document, kind, at)
        SELECT member_id, CAST($2 AS BIGINT), document, kind, at FROM {} WHERE TRUE
        ON CONFLICT (member_id, campaign_id, document) DO NOTHING",
        batch.table(txn, 1)
    );
    let done = txn.execute_raw(sql(txn, text, [batch.value()?, campaign.into()])).await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// Notes which kinds of events are recorded of members, who are locked.
pub(super) async fn mark(txn: &Txn, campaign: CampaignId, marks: &[Marks]) -> Result<(), Fault> {
    let batch = Batch::new(MARKS, marks);
    let flags = ["delivered", "opened", "clicked", "redeemed"];
    let flags = flags.map(|flag| format!("{flag} = campaign_member.{flag} OR batch.{flag}")).join(", ");
    let text = format!(
        "UPDATE campaign_member SET {flags} FROM {}
        WHERE campaign_member.member_id = batch.member_id AND campaign_member.campaign_id = $2",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?, campaign.into()])).await?;
    Ok(())
}
