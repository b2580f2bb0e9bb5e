//! The SQL of what a delivery tells of the log of memberships.

use engine::calendar::Millis;
use entity::ids::{MemberId, MembershipEventId, SegmentId};
use entity::kinds::MembershipEventKind;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::db::sql;
use crate::error::Fault;

/// A coming or going.
#[derive(Debug, FromQueryResult)]
pub(super) struct Move {
    pub(super) member_id: MemberId,
    pub(super) number: String,
    pub(super) reason: String,
    pub(super) at: Millis,
}

/// The comings or goings of a segment between two rows of the log, both included. Members who are not there any more are
/// left out.
pub(super) async fn moves(
    db: &impl ConnectionTrait,
    segment: SegmentId,
    kind: MembershipEventKind,
    first: MembershipEventId,
    last: MembershipEventId,
) -> Result<Vec<Move>, Fault> {
    let text = "SELECT e.member_id, m.number, e.reason, e.at
        FROM membership_event AS e JOIN member AS m ON m.id = e.member_id
        WHERE e.id >= $1 AND e.id <= $2 AND e.segment_id = $3 AND e.kind = $4 ORDER BY e.id";
    let values = [first.0.into(), last.0.into(), segment.0.into(), kind.word().into()];
    Ok(Move::find_by_statement(sql(db, text, values)).all(db).await?)
}
