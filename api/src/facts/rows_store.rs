//! The SQL of facts, each kind of row in the order of its members and of time.

use engine::facts::{CampaignPart, Valuation, share_of_units};
use engine::groups::Worded;
use engine::ledger::{Direction, PointsMove};
use entity::ids::CampaignId;
use entity::kinds::{PointsKind, TransactionKind};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::Whose;
use crate::db::{List, concatenated, ids_of, sql};
use crate::error::Fault;

/// The columns of a member, named m.
pub(super) const MEMBER: &str = "m.id, m.number, m.email, m.enrolled_at, m.birth_date, m.gender, m.country, m.region,
    m.city, m.postal_code, m.tier, m.marketing_consent, m.attributes";
/// The columns of a label, named l.
pub(super) const LABEL: &str = "l.member_id, l.key, l.value";
/// The columns of a document, named t.
pub(super) const DOCUMENT: &str = "t.member_id, t.id, t.at, t.kind, t.amount, t.purchase, t.channel, t.location";
/// The columns of a line, named i.
pub(super) const ITEM: &str = "i.transaction_id, i.amount, i.sku, i.brand, i.category";
/// The columns of a points entry, named p.
pub(super) const ENTRY: &str = "p.member_id, p.at, p.kind, p.points, p.origin";
/// The columns of an answer, named f.
pub(super) const ANSWER: &str = "f.member_id, f.at, f.survey, f.score";
/// The columns of what the nightly analyses keep of a member, named v.
pub(super) const VALUE: &str = "v.member_id, v.predicted_clv, v.order_probability, v.expected_orders, v.rfm_group,
    v.value_group, v.presence";

/// The columns of a part in a campaign, named c.
pub(super) const PART: &str = "c.member_id, c.campaign_id, c.held_out, (c.opened OR c.clicked OR c.redeemed)";

pub(super) struct Member {
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) email: Option<String>,
    pub(super) enrolled_at: Option<i64>,
    pub(super) birth_date: Option<String>,
    pub(super) gender: Option<String>,
    pub(super) country: Option<String>,
    pub(super) region: Option<String>,
    pub(super) city: Option<String>,
    pub(super) postal_code: Option<String>,
    pub(super) tier: Option<String>,
    pub(super) marketing_consent: bool,
    pub(super) attributes: String,
}

pub(super) struct Label {
    pub(super) member_id: i64,
    pub(super) key: String,
    pub(super) value: String,
}

pub(super) struct Document {
    pub(super) member_id: i64,
    pub(super) id: i64,
    pub(super) at: i64,
    pub(super) kind: TransactionKind,
    pub(super) amount: i64,
    pub(super) purchase: bool,
    pub(super) channel: Option<String>,
    pub(super) location: Option<String>,
    pub(super) labels: String,
    /// Its lines, in order.
    pub(super) items: Vec<Item>,
}

impl Document {
    pub(super) fn direction(&self) -> Direction {
        direction(self.kind)
    }
}

/// A line of a document.
pub(super) struct Item {
    pub(super) amount: i64,
    pub(super) sku: String,
    pub(super) brand: Option<String>,
    pub(super) category: Option<String>,
}

pub(super) struct Entry {
    pub(super) member_id: i64,
    pub(super) at: i64,
    kind: PointsKind,
    pub(super) points: i64,
    pub(super) origin: Option<String>,
}

impl Entry {
    pub(super) fn kind(&self) -> PointsMove {
        points_move(self.kind)
    }
}

pub(super) struct Answer {
    pub(super) member_id: i64,
    pub(super) at: i64,
    pub(super) survey: String,
    pub(super) score: i64,
}

pub(super) struct Part {
    pub(super) member_id: i64,
    pub(super) campaign_id: i64,
    pub(super) held_out: bool,
    pub(super) engaged: bool,
}

/// The members themselves; nothing is known of who was erased.
pub(super) async fn members(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<Vec<Member>, Fault> {
    let text = format!("SELECT {MEMBER} FROM member AS m WHERE m.erased_at IS NULL AND {{m.id}} ORDER BY m.id");
    let member = |row: &QueryResult| {
        Ok(Member {
            id: row.try_get_by_index(0)?,
            number: row.try_get_by_index(1)?,
            email: row.try_get_by_index(2)?,
            enrolled_at: row.try_get_by_index(3)?,
            birth_date: row.try_get_by_index(4)?,
            gender: row.try_get_by_index(5)?,
            country: row.try_get_by_index(6)?,
            region: row.try_get_by_index(7)?,
            city: row.try_get_by_index(8)?,
            postal_code: row.try_get_by_index(9)?,
            tier: row.try_get_by_index(10)?,
            marketing_consent: row.try_get_by_index(11)?,
            attributes: row.try_get_by_index(12)?,
        })
    };
    all(db, &text, "m.id", whose, member).await
}

/// Their labels.
pub(super) async fn labels(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<Vec<Label>, Fault> {
    let text = format!("SELECT {LABEL} FROM member_label AS l WHERE {{l.member_id}} ORDER BY l.member_id, l.position");
    let label = |row: &QueryResult| {
        let (member_id, key) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Label { member_id, key, value: row.try_get_by_index(2)? })
    };
    all(db, &text, "l.member_id", whose, label).await
}

/// Their points entries.
pub(super) async fn entries(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<Vec<Entry>, Fault> {
    // At one instant points are earned before they are spent, whichever arrived first.
    let kind = "CASE p.kind WHEN 'EARNED' THEN 0 WHEN 'REDEEMED' THEN 1 WHEN 'EXPIRED' THEN 2 ELSE 3 END";
    let text = format!(
        "SELECT {ENTRY} FROM points_entry AS p WHERE {{p.member_id}} ORDER BY p.member_id, p.at, {kind}, p.points, p.id"
    );
    let entry = |row: &QueryResult| {
        let (member_id, at) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let (kind, points) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
        Ok(Entry { member_id, at, kind, points, origin: row.try_get_by_index(4)? })
    };
    all(db, &text, "p.member_id", whose, entry).await
}

/// Their answers in surveys.
pub(super) async fn answers(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<Vec<Answer>, Fault> {
    let text =
        format!("SELECT {ANSWER} FROM feedback AS f WHERE {{f.member_id}} ORDER BY f.member_id, f.at, f.score, f.id");
    let answer = |row: &QueryResult| {
        let (member_id, at) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Answer { member_id, at, survey: row.try_get_by_index(2)?, score: row.try_get_by_index(3)? })
    };
    all(db, &text, "f.member_id", whose, answer).await
}

/// Their parts in campaigns.
pub(super) async fn parts(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<Vec<Part>, Fault> {
    let text =
        format!("SELECT {PART} FROM campaign_member AS c WHERE {{c.member_id}} ORDER BY c.member_id, c.campaign_id");
    let part = |row: &QueryResult| {
        let (member_id, campaign_id) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Part { member_id, campaign_id, held_out: row.try_get_by_index(2)?, engaged: row.try_get_by_index(3)? })
    };
    all(db, &text, "c.member_id", whose, part).await
}

/// Everybody's parts in a campaign, rising by member. Members come as one text a kind of part: a row each would take several
/// times as long to carry.
pub(super) async fn campaign_parts(
    db: &impl ConnectionTrait,
    campaign: CampaignId,
) -> Result<Vec<CampaignPart>, Fault> {
    let concatenated = concatenated(db, "c.member_id");
    let engaged = "(c.opened OR c.clicked OR c.redeemed)";
    let text = format!(
        "SELECT c.held_out, {engaged}, {concatenated} FROM campaign_member AS c WHERE c.campaign_id = $1
        GROUP BY c.held_out, {engaged}"
    );
    let mut parts = Vec::new();
    for row in db.query_all_raw(sql(db, text, [campaign.into()])).await? {
        let (held_out, engaged) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let members: String = row.try_get_by_index(2)?;
        let part = |member| CampaignPart { member, campaign: campaign.0, held_out, engaged };
        parts.extend(ids_of(&members).map(part));
    }
    parts.sort_unstable_by_key(|part| part.member);
    Ok(parts)
}

/// What the nightly analyses keep of them.
pub(super) async fn valuations(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<Vec<(i64, Valuation)>, Fault> {
    let text = format!("SELECT {VALUE} FROM member_value AS v WHERE {{v.member_id}} ORDER BY v.member_id");
    let valued = |row: &QueryResult| {
        let [predicted, chance, orders] = [1, 2, 3].map(|place| row.try_get_by_index::<Option<i64>>(place));
        let [rfm, value, presence] = [4, 5, 6].map(|place| row.try_get_by_index::<String>(place));
        Ok((row.try_get_by_index(0)?, valuation((predicted?, chance?, orders?), (&rfm?, &value?, &presence?))))
    };
    all(db, &text, "v.member_id", whose, valued).await
}

/// Reads rows whose member, by a column that stands in braces in the text, is one of those that are asked for.
async fn all<T>(
    db: &impl ConnectionTrait,
    text: &str,
    column: &str,
    whose: Whose<'_>,
    read: impl Fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<Vec<T>, Fault> {
    let rows = rows(db, text, column, whose).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// Such rows as they are.
pub(super) async fn rows(
    db: &impl ConnectionTrait,
    text: &str,
    column: &str,
    whose: Whose<'_>,
) -> Result<Vec<QueryResult>, Fault> {
    let (condition, values): (String, Vec<Value>) = match whose {
        Whose::Members(members) => {
            let ids = List::ids(members.iter().map(|member| member.0));
            (format!("{column} IN (SELECT id FROM {})", ids.table(db, 1)), vec![ids.value(db)?])
        }
        Whose::Between(after, last) => (format!("{column} > $1 AND {column} <= $2"), vec![after.into(), last.into()]),
    };
    let text = text.replace(&format!("{{{column}}}"), &condition);
    Ok(db.query_all_raw(sql(db, text, values)).await?)
}

pub(super) fn direction(kind: TransactionKind) -> Direction {
    match kind {
        TransactionKind::Sale => Direction::Sale,
        TransactionKind::Return => Direction::Return,
    }
}

pub(super) fn points_move(kind: PointsKind) -> PointsMove {
    match kind {
        PointsKind::Earned => PointsMove::Earned,
        PointsKind::Redeemed => PointsMove::Redeemed,
        PointsKind::Expired => PointsMove::Expired,
        PointsKind::Adjusted => PointsMove::Adjusted,
    }
}

/// What is kept: a predicted value, a chance and a number of orders, and the words of the groups.
pub(super) fn valuation(
    (predicted_clv, chance, orders): (Option<i64>, Option<i64>, Option<i64>),
    (rfm, value, presence): (&str, &str, &str),
) -> Valuation {
    Valuation {
        predicted_clv,
        order_probability: chance.map(share_of_units),
        expected_orders: orders.map(share_of_units),
        rfm_group: Worded::of_word(rfm),
        value_group: Worded::of_word(value),
        presence: Worded::of_word(presence),
    }
}
