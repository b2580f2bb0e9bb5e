//! What the log keeps of rows that came in by the thousand: counts, and no personal values.

use super::{Changes, Entry, Object};
use crate::ingest::Ingested;

/// The entry of a call that brought rows of a type; none where it changed nothing.
pub fn ingested(action: &'static str, kind: &'static str, done: &Ingested) -> Option<Entry> {
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    let counts = [("created", done.created), ("updated", done.updated), ("duplicates", done.duplicates)];
    (done.created + done.updated > 0).then(|| {
        let changed = count(done.created + done.updated);
        counted(action, kind, changed, &counts.map(|(name, rows)| (name, count(rows))))
    })
}

/// An entry over so many objects of a type, with counts of what became of them.
pub fn counted(action: &'static str, kind: &'static str, changed: u64, counts: &[(&str, u64)]) -> Entry {
    let changes = counts.iter().fold(Changes::none(), |changes, (name, count)| changes.new_field(name, count));
    Entry { action, object: Object::many(kind, name(kind, changed)), changes }
}

/// So many of a type, in words.
fn name(kind: &str, count: u64) -> String {
    let (one, many) = match kind {
        "Member" => ("member", "members"),
        "Transaction" => ("transaction", "transactions"),
        "PointsEntry" => ("points entry", "points entries"),
        "Feedback" => ("feedback response", "feedback responses"),
        _ => ("object", "objects"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}
