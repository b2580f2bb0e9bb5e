//! The SQL of what is counted of audiences, kept beside each campaign.

use entity::ids::{CampaignId, MemberId};
use sea_orm::{ConnectionTrait, DbErr};

use crate::db::{List, Txn, sql};
use crate::error::Fault;

/// What is counted: the column of the campaign, and of whom by the columns of `campaign_member`.
const COUNTED: [(&str, &str); 9] = [
    ("targeted", "NOT held_out"),
    ("held_out", "held_out"),
    ("delivered", "delivered AND NOT held_out"),
    ("opened", "opened AND NOT held_out"),
    ("clicked", "clicked AND NOT held_out"),
    ("redeemed", "redeemed AND NOT held_out"),
    ("reached", "(delivered OR opened OR clicked OR redeemed) AND NOT held_out"),
    ("engaged", "(opened OR clicked OR redeemed) AND NOT held_out"),
    ("held_out_reached", "(delivered OR opened OR clicked OR redeemed) AND held_out"),
];

/// How many there are of each kind.
pub(super) type Counts = [i64; COUNTED.len()];

/// How many of some members there are of each kind in the audience of a campaign.
pub(super) async fn of(txn: &Txn, campaign: CampaignId, members: &[MemberId]) -> Result<Counts, Fault> {
    let list = List::ids(members.iter().map(|member| member.0));
    let counts = COUNTED.map(|(_, which)| format!("COUNT(CASE WHEN {which} THEN 1 END)")).join(", ");
    let text = format!(
        "SELECT {counts} FROM campaign_member WHERE campaign_id = $2 AND member_id IN (SELECT id FROM {})",
        list.table(txn, 1)
    );
    let mut found = Counts::default();
    if let Some(row) = txn.query_one_raw(sql(txn, text, [list.value(txn)?, campaign.into()])).await? {
        for (place, count) in found.iter_mut().enumerate() {
            *count = row.try_get_by_index(place)?;
        }
    }
    Ok(found)
}

/// Moves what is counted of a campaign by the difference between two counts.
pub(super) async fn moved(txn: &Txn, campaign: CampaignId, before: &Counts, after: &Counts) -> Result<(), DbErr> {
    let columns: Vec<String> =
        COUNTED.iter().zip(2..).map(|((column, _), place)| format!("{column} = {column} + ${place}")).collect();
    let text = format!("UPDATE campaign SET {} WHERE id = $1", columns.join(", "));
    let differences = before.iter().zip(after).map(|(before, after)| (after - before).into());
    txn.execute_raw(sql(txn, text, std::iter::once(campaign.into()).chain(differences))).await?;
    Ok(())
}

/// What `UPDATE campaign SET` takes to count members no more whose rows of audiences, named c, are about to be deleted.
pub fn without(members: &str) -> String {
    let less = |(column, which): (&str, &str)| {
        format!(
            "{column} = {column} - (SELECT COUNT(*) FROM campaign_member AS c
                WHERE c.campaign_id = campaign.id AND {members} AND {which})"
        )
    };
    COUNTED.map(less).join(", ")
}

/// Campaigns of which something is counted wrong, a line each.
pub fn differences() -> String {
    let counts = COUNTED.map(|(column, which)| format!("COUNT(CASE WHEN {which} THEN 1 END) AS {column}")).join(", ");
    let differs = COUNTED.map(|(column, _)| format!("c.{column} <> COALESCE(a.{column}, 0)")).join(" OR ");
    let told = COUNTED.map(|(column, _)| {
        let found = format!("COALESCE(a.{column}, 0)");
        format!(
            "CASE WHEN c.{column} <> {found} THEN ' {column} ' || c.{column} || ' for ' || {found} || ';' ELSE '' END"
        )
    });
    format!(
        "SELECT 'campaign ' || c.id || ': counted' || {} AS difference
        FROM campaign AS c LEFT JOIN (SELECT campaign_id, {counts} FROM campaign_member GROUP BY campaign_id) AS a
            ON a.campaign_id = c.id WHERE {differs}",
        told.join(" || ")
    )
}
