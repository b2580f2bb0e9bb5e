//! Ids as the outside sees them: opaque, and of one kind each.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::{MemberId, MembershipEventId, PointsEntryId, SegmentId, TransactionId, UserId};

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalId {
    /// A member.
    Member(MemberId),
    /// A coming or going.
    MembershipEvent(MembershipEventId),
    /// A points entry.
    PointsEntry(PointsEntryId),
    /// A segment.
    Segment(SegmentId),
    /// A transaction.
    Transaction(TransactionId),
    /// A person who signs in.
    User(UserId),
}

impl GlobalId {
    /// The opaque text.
    pub fn text(self) -> String {
        let (kind, id) = match self {
            Self::Member(id) => ("member", id.0),
            Self::MembershipEvent(id) => ("event", id.0),
            Self::PointsEntry(id) => ("points", id.0),
            Self::Segment(id) => ("segment", id.0),
            Self::Transaction(id) => ("transaction", id.0),
            Self::User(id) => ("user", id.0),
        };
        URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
    }

    /// What a text names; none for a text that is no id of ours.
    pub fn read(text: &str) -> Option<Self> {
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (kind, number) = decoded.split_once(':')?;
        let id: i64 = number.parse().ok().filter(|id: &i64| *id > 0 && id.to_string() == number)?;
        Some(match kind {
            "member" => Self::Member(MemberId(id)),
            "event" => Self::MembershipEvent(MembershipEventId(id)),
            "points" => Self::PointsEntry(PointsEntryId(id)),
            "segment" => Self::Segment(SegmentId(id)),
            "transaction" => Self::Transaction(TransactionId(id)),
            "user" => Self::User(UserId(id)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let id = GlobalId::Member(MemberId(42));
        assert_eq!(GlobalId::read(&id.text()), Some(id));
        for wrong in ["", "42", "member:42", "bWVtYmVyOjA", "bWVtYmVyOi0x", "bWVtYmVyOjA0Mg", "\u{0}", "§"] {
            assert_eq!(GlobalId::read(wrong), None, "{wrong}");
        }
    }
}
