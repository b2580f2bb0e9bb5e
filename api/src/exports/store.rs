//! The SQL of downloads: which links were used, and the statements that both databases read rows by.

use engine::calendar::{FIRST_DAY, LAST_DAY, Millis, Zone};
use engine::insights::SnapshotGroup;
use entity::download;
use entity::ids::{CampaignId, JobId, SegmentId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};

use super::columns::Field;
use super::whom::{GroupAsked, Whom};
use crate::db::{Txn, sql};
use crate::error::Fault;

/// Whether a link was used.
pub(super) async fn is_used(db: &impl ConnectionTrait, link: &str) -> Result<bool, Fault> {
    Ok(download::Entity::find_by_id(link).one(db).await?.is_some())
}

/// Notes that a link is used; false where it was already. Links long over are forgotten on this occasion: they are refused
/// for their age alone.
pub(super) async fn use_up(txn: &Txn, link: &str, expires_at: Millis, now: Millis) -> Result<bool, Fault> {
    download::Entity::delete_many().filter(download::Column::ExpiresAt.lt(now - FORGET)).exec(txn).await?;
    let row = download::ActiveModel {
        token_id: ActiveValue::Set(link.to_owned()),
        used_at: ActiveValue::Set(now),
        expires_at: ActiveValue::Set(expires_at),
    };
    let unless_used = OnConflict::column(download::Column::TokenId).do_nothing().to_owned();
    let done = download::Entity::insert(row).on_conflict(unless_used).exec_without_returning(txn).await?;
    Ok(done == 1)
}

/// An hour: far more than the clocks of two processes can differ by.
const FORGET: Millis = 3_600_000;

/// A row of the rejects of a job.
#[derive(Debug, FromQueryResult)]
pub(super) struct RejectRow {
    pub(super) place: i64,
    pub(super) line: i64,
    pub(super) field: String,
    pub(super) reason: String,
}

/// How many rejects a job has.
pub(super) async fn count_rejects(db: &impl ConnectionTrait, job: JobId) -> Result<i64, Fault> {
    let text = "SELECT COUNT(*) AS rows FROM import_reject WHERE job_id = $1";
    let row = db.query_one_raw(sql(db, text, [job.0.into()])).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get("", "rows")?))
}

/// Some rejects of a job from a place on, in the order of the file.
pub(super) async fn rejects(
    db: &impl ConnectionTrait,
    job: JobId,
    from: i64,
    until: i64,
) -> Result<Vec<RejectRow>, Fault> {
    let text = "SELECT place, line, field, reason FROM import_reject
        WHERE job_id = $1 AND place >= $2 AND place < $3 ORDER BY place LIMIT 1000";
    let values = [job.0.into(), from.into(), until.into()];
    Ok(RejectRow::find_by_statement(sql(db, text, values)).all(db).await?)
}

/// The statements that a file is read by.
#[derive(Clone, Debug)]
pub(super) struct Statements {
    /// A name, and how many rows there are at this moment; nothing where whom it is of is not there any more.
    pub(super) head: String,
    /// Where the rows stand.
    tables: String,
    /// Which, and in which order.
    clauses: String,
    has_joined: bool,
}

impl Statements {
    /// Those of somebody's rows, by the days of a zone.
    pub(super) fn of(whom: &Whom, zone: Zone) -> Self {
        match whom {
            Whom::Segment(SegmentId(segment)) => Self {
                // Kept exact with every change.
                head: format!(
                    "SELECT s.name, f.members FROM segment AS s JOIN segment_stats AS f ON f.segment_id = s.id
                    WHERE s.id = {segment}"
                ),
                tables: "segment_member AS s JOIN member AS m ON m.id = s.member_id".to_owned(),
                // The order costs nothing: it is that of the keys.
                clauses: format!("WHERE s.segment_id = {segment} ORDER BY s.member_id"),
                has_joined: true,
            },
            Whom::Campaign(CampaignId(campaign)) => Self {
                head: format!("SELECT c.name, c.targeted FROM campaign AS c WHERE c.id = {campaign}"),
                // When its audience was fixed stands for when each of them joined.
                tables: "(SELECT a.member_id, a.campaign_id, a.held_out, c.drawn_at AS joined_at
                    FROM campaign_member AS a JOIN campaign AS c ON c.id = a.campaign_id) AS s
                    JOIN member AS m ON m.id = s.member_id"
                    .to_owned(),
                clauses: format!("WHERE s.campaign_id = {campaign} AND NOT s.held_out ORDER BY s.member_id"),
                has_joined: true,
            },
            Whom::Group(group) => Self::of_group(group, zone),
        }
    }

    fn of_group(group: &GroupAsked, zone: Zone) -> Self {
        let bought = zone.span(group.from.max(FIRST_DAY), group.to.min(LAST_DAY));
        let purchase = format!(
            "EXISTS (SELECT 1 FROM \"transaction\" AS t
                WHERE t.member_id = m.id AND t.purchase AND t.at >= {} AND t.at < {})",
            bought.from, bought.until
        );
        let redeemed = "EXISTS (SELECT 1 FROM points_entry AS p WHERE p.member_id = m.id AND p.kind = 'REDEEMED')";
        let belongs = match group.group {
            SnapshotGroup::NonMembers => "m.enrolled_at IS NULL".to_owned(),
            SnapshotGroup::Members => "m.enrolled_at IS NOT NULL".to_owned(),
            SnapshotGroup::RedeemingMembers => format!("m.enrolled_at IS NOT NULL AND {redeemed}"),
            SnapshotGroup::NonRedeemingMembers => format!("m.enrolled_at IS NOT NULL AND NOT {redeemed}"),
        };
        let those = format!("WHERE m.erased_at IS NULL AND {belongs} AND {purchase}");
        let tables = match group.segment {
            Some(SegmentId(segment)) => {
                format!("member AS m JOIN segment_member AS s ON s.member_id = m.id AND s.segment_id = {segment}")
            }
            None => "member AS m".to_owned(),
        };
        let count = format!("(SELECT COUNT(*) FROM {tables} {those})");
        let head = match group.segment {
            Some(SegmentId(segment)) => format!("SELECT name, {count} FROM segment WHERE id = {segment}"),
            None => format!("SELECT '', {count}"),
        };
        Self { head, tables, clauses: format!("{those} ORDER BY m.id"), has_joined: group.segment.is_some() }
    }

    /// The statement of the rows, with some facts of each.
    pub(super) fn rows(&self, fields: &[Field]) -> String {
        let expressions = fields.iter().map(|field| match field {
            Field::JoinedAt if !self.has_joined => "CAST(NULL AS BIGINT)",
            field => expression(*field),
        });
        let list: Vec<&str> = expressions.collect();
        let kept = list.iter().any(|expression| expression.starts_with("k."));
        let metrics = if kept { " JOIN member_metrics AS k ON k.member_id = m.id" } else { "" };
        let Self { tables, clauses, .. } = self;
        format!("SELECT {} FROM {tables}{metrics} {clauses}", list.join(", "))
    }
}

fn expression(field: Field) -> &'static str {
    match field {
        Field::Number => "m.number",
        Field::FirstName => "m.first_name",
        Field::LastName => "m.last_name",
        Field::Email => "m.email",
        Field::Phone => "m.phone",
        Field::Gender => "m.gender",
        Field::BirthDate => "m.birth_date",
        Field::Street => "m.street",
        Field::PostalCode => "m.postal_code",
        Field::City => "m.city",
        Field::Region => "m.region",
        Field::Country => "m.country",
        Field::Tier => "m.tier",
        Field::EnrolledAt => "m.enrolled_at",
        Field::MarketingConsent => "m.marketing_consent",
        Field::JoinedAt => "s.joined_at",
        Field::Transactions => "k.transactions",
        Field::Spending | Field::HistoricClv => "k.spending",
        Field::LastPurchaseAt => "k.last_purchase_at",
        Field::PointsBalance => "k.points_balance",
    }
}
