//! The SQL of downloads: which links were used, and the statements that both databases read a segment's members by.

use engine::calendar::Millis;
use entity::download;
use entity::ids::JobId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};

use super::columns::Field;
use super::exported::Of;
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

/// What is asked for, by `$1`: its name, and how many members it has at this moment, which is kept exact with every change.
pub(super) fn heading(of: Of) -> &'static str {
    match of {
        Of::Segment(_) => {
            "SELECT s.name, f.members FROM segment AS s JOIN segment_stats AS f ON f.segment_id = s.id WHERE s.id = $1"
        }
        Of::Campaign(_) => "SELECT c.name, c.targeted FROM campaign AS c WHERE c.id = $1",
    }
}

/// The facts of the members, by their ids. The order costs nothing: it is that of the keys.
pub(super) fn members(of: Of, fields: &[Field]) -> String {
    let (table, which) = match of {
        Of::Segment(id) => ("segment_member", format!("s.segment_id = {}", id.0)),
        // When its audience was fixed stands for when each of them joined.
        Of::Campaign(id) => (
            "(SELECT a.member_id, a.campaign_id, a.held_out, c.drawn_at AS joined_at
            FROM campaign_member AS a JOIN campaign AS c ON c.id = a.campaign_id)",
            format!("s.campaign_id = {} AND NOT s.held_out", id.0),
        ),
    };
    let list: Vec<&str> = fields.iter().map(|field| expression(*field)).collect();
    let kept = list.iter().any(|expression| expression.starts_with("k."));
    let metrics = if kept { " JOIN member_metrics AS k ON k.member_id = s.member_id" } else { "" };
    format!(
        "SELECT {} FROM {table} AS s JOIN member AS m ON m.id = s.member_id{metrics}
        WHERE {which} ORDER BY s.member_id",
        list.join(", ")
    )
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
