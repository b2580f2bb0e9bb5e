//! Everywhere that something of a person lies, and the SQL that takes it away.

use engine::calendar::Millis;
use entity::ids::MemberId;
use entity::member;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::db::{Txn, for_update, sql};
use crate::error::Fault;
use crate::{campaigns, members};

/// The places. Whoever adds a table that says something of a person adds a line here, and says in `person_store.rs` how it
/// is told; `$1` is the member. The audit log has its own way: see `audit::clear`.
const PLACES: &[(&str, &str)] = &[
    ("pushed_member", "DELETE FROM pushed_member WHERE member_id = $1"),
    // Names that wait, such as those of inactive segments and of an e-mail that several have.
    (
        "pushed_name",
        "DELETE FROM pushed_name WHERE (kind = 'NUMBER' AND name = (SELECT number FROM member WHERE id = $1))
            OR (kind = 'EMAIL' AND name = (SELECT email_folded FROM member WHERE id = $1))",
    ),
    (
        "segment_sync_name",
        "DELETE FROM segment_sync_name WHERE (kind = 'NUMBER' AND name = (SELECT number FROM member WHERE id = $1))
            OR (kind = 'EMAIL' AND name = (SELECT email_folded FROM member WHERE id = $1))",
    ),
    ("member_label", "DELETE FROM member_label WHERE member_id = $1"),
    ("segment_pin", "DELETE FROM segment_pin WHERE member_id = $1"),
    ("member_value", "DELETE FROM member_value WHERE member_id = $1"),
    ("points_entry", "DELETE FROM points_entry WHERE member_id = $1"),
    ("feedback", "DELETE FROM feedback WHERE member_id = $1"),
    ("engagement", "DELETE FROM engagement WHERE member_id = $1"),
    // Each campaign is smaller by the person, and by what it did: what is counted stands in the braces.
    (
        "campaign",
        "UPDATE campaign SET {less} WHERE id IN (SELECT c.campaign_id FROM campaign_member AS c WHERE c.member_id = $1)",
    ),
    ("campaign_member", "DELETE FROM campaign_member WHERE member_id = $1"),
    // The sales stay, those of one person together, with no word that somebody wrote about the person. A hash of such words
    // goes with them.
    (
        "\"transaction\"",
        "UPDATE \"transaction\" SET member_id = NULL, erased_member_id = $1, labels = '[]',
            body = CASE WHEN labels = '[]' THEN body ELSE 0 END WHERE member_id = $1",
    ),
    (
        "member_metrics",
        "UPDATE member_metrics SET transactions = 0, spending = 0, spending_12m = 0, first_purchase_at = NULL,
            last_purchase_at = NULL, points_earned = 0, points_redeemed = 0, points_expired = 0, points_adjusted = 0,
            points_balance = 0 WHERE member_id = $1",
    ),
];

/// What the row of a person becomes.
const SHELL: &str = "UPDATE member SET number = $2, number_folded = '', enrolled_at = NULL, first_name = NULL,
    last_name = NULL, name_folded = '', search_words = '', email = NULL, email_folded = NULL, phone = NULL, gender = NULL,
    birth_date = NULL, country = NULL, country_folded = NULL, region = NULL, city = NULL, city_folded = NULL,
    postal_code = NULL, street = NULL, tier = NULL, tier_folded = NULL, attributes = '{}', marketing_consent = FALSE,
    created_at = $3, updated_at = $3, erased_at = $3 WHERE id = $1";

/// The tables in which something was cleared, for whoever sweeps them.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    PLACES.iter().map(|(table, _)| *table).chain(["member", "audit_entry", "upload_piece"])
}

/// The row of a member, locked.
pub(super) async fn lock(txn: &Txn, id: MemberId) -> Result<Option<member::Model>, Fault> {
    let text = format!("SELECT * FROM member WHERE id = $1{}", for_update(txn));
    Ok(member::Model::find_by_statement(sql(txn, text, [id.into()])).one(txn).await?)
}

/// Takes everything away, and answers how many rows it was. The member and its sums are locked.
pub(super) async fn clear(txn: &Txn, id: MemberId, at: Millis) -> Result<u64, Fault> {
    let mut cleared = 0;
    let less = campaigns::without("c.member_id = $1");
    for (_, text) in PLACES {
        let text = text.replace("{less}", &less);
        cleared += txn.execute_raw(sql(txn, text, [id.into()])).await?.rows_affected();
    }
    let values = [id.into(), members::shell(id.0).into(), at.into()];
    Ok(cleared + txn.execute_raw(sql(txn, SHELL, values)).await?.rows_affected())
}
