//! The SQL of audiences.

use engine::calendar::Span;
use entity::campaign_member;
use entity::ids::{CampaignId, MemberId, SegmentId};
use roaring::RoaringTreemap;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, FromQueryResult};

use super::AudienceList;
use crate::db::{List, Txn, concatenated, ids_of, sql};
use crate::error::Fault;

/// Makes everybody who belongs to a segment a campaign's audience, some of them held out: one statement, in the order of
/// the keys.
pub(super) async fn fix(
    txn: &Txn,
    campaign: CampaignId,
    segment: SegmentId,
    held_out: &RoaringTreemap,
) -> Result<(), Fault> {
    let list = List::ids(held_out.iter().map(u64::cast_signed));
    let table = list.table(txn, 1);
    // PostgreSQL would look through a list that is too long for its memory once a member, SQLite through one that it joins.
    let (joined, is_held_out) = match txn.get_database_backend() {
        DbBackend::Postgres => {
            (format!("LEFT JOIN {table} ON list.id = b.member_id"), "list.id IS NOT NULL".to_owned())
        }
        _ => (String::new(), format!("b.member_id IN (SELECT id FROM {table})")),
    };
    let text = format!(
        "INSERT INTO campaign_member (member_id, campaign_id, held_out, delivered, opened, clicked, redeemed)
        SELECT b.member_id, $2, {is_held_out}, FALSE, FALSE, FALSE, FALSE FROM segment_member AS b {joined}
        WHERE b.segment_id = $3 ORDER BY b.member_id"
    );
    txn.execute_raw(sql(txn, text, [list.value(txn)?, campaign.into(), segment.into()])).await?;
    Ok(())
}

/// Whom a campaign targets, by rising id.
pub(super) async fn targeted(db: &impl ConnectionTrait, campaign: CampaignId) -> Result<Vec<MemberId>, Fault> {
    let members = concatenated(db, "member_id");
    let text = format!("SELECT {members} FROM campaign_member WHERE campaign_id = $1 AND NOT held_out");
    let row = db.query_one_raw(sql(db, text, [campaign.into()])).await?;
    let members: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    let mut members: Vec<MemberId> = ids_of(members.as_deref().unwrap_or_default()).map(MemberId).collect();
    members.sort_unstable();
    Ok(members)
}

/// Targeted members with a document in a span, so many at most.
pub(super) async fn with_documents(
    txn: &Txn,
    campaign: CampaignId,
    span: Span,
    most: usize,
) -> Result<Vec<MemberId>, Fault> {
    let text = format!(
        "SELECT c.member_id FROM campaign_member AS c WHERE c.campaign_id = $1 AND NOT c.held_out
        AND EXISTS (SELECT 1 FROM \"transaction\" AS t WHERE t.member_id = c.member_id AND t.at >= $2 AND t.at < $3)
        LIMIT {most}"
    );
    let rows = txn.query_all_raw(sql(txn, text, [campaign.into(), span.from.into(), span.until.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "member_id")).collect::<Result<_, DbErr>>()?)
}

/// One of an audience.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct OneOf {
    pub(super) member_id: MemberId,
}

/// The column by which an audience is paged.
pub(super) fn member_id() -> Expr {
    Expr::col(campaign_member::Column::MemberId.as_column_ref())
}

/// A statement over an audience, or a side of it.
pub(super) fn select(campaign: CampaignId, list: &AudienceList) -> SelectStatement {
    let mut select = Query::select();
    select
        .column(campaign_member::Column::MemberId.as_column_ref())
        .from(campaign_member::Entity)
        .and_where(campaign_member::Column::CampaignId.eq(campaign));
    if let Some(held_out) = list.held_out {
        select.and_where(campaign_member::Column::HeldOut.eq(held_out));
    }
    select.to_owned()
}
