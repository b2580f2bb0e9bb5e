//! How many members segments share.

use std::collections::HashMap;
use std::sync::Arc;

use entity::ids::SegmentId;

use super::overlaps_store;
use crate::app::App;
use crate::error::Fault;
use crate::segments::SegmentRow;
use crate::segments::store::{all_rows, rows_of};

/// What a segment shares with another.
#[derive(Clone, Debug)]
pub struct Overlap {
    /// The other.
    pub segment: Arc<SegmentRow>,
    /// How many members belong to both.
    pub shared: i64,
    /// Shared members as a part of the union, 0 to 1; 0 where both are empty.
    pub jaccard: f64,
}

/// What each of some segments shares with each of some others, or with all others; the most shared first.
pub async fn overlaps(
    app: &App,
    segments: &[SegmentId],
    with: Option<&[SegmentId]>,
) -> Result<HashMap<SegmentId, Vec<Overlap>>, Fault> {
    let db = app.db.reader();
    let others = match with {
        Some(ids) => rows_of(db, ids.to_vec()).await?,
        None => all_rows(db).await?,
    };
    let others: Vec<Arc<SegmentRow>> = others.into_iter().map(Arc::new).collect();
    let sizes: HashMap<SegmentId, i64> =
        rows_of(db, segments.to_vec()).await?.into_iter().map(|row| (row.segment.id, row.stats.members)).collect();
    let shared = overlaps_store::shared(db, segments, with).await?;
    let of = |segment: SegmentId| {
        let one = |other: &Arc<SegmentRow>| {
            let shared = shared.get(&(segment, other.segment.id)).copied().unwrap_or_default();
            let size = sizes.get(&segment).copied().unwrap_or_default();
            Overlap { segment: other.clone(), shared, jaccard: jaccard(shared, size, other.stats.members) }
        };
        let mut overlaps: Vec<Overlap> = others.iter().filter(|other| other.segment.id != segment).map(one).collect();
        overlaps.sort_by_key(|overlap| (-overlap.shared, overlap.segment.segment.id));
        (segment, overlaps)
    };
    Ok(segments.iter().map(|segment| of(*segment)).collect())
}

/// |A ∩ B| ÷ |A ∪ B| (Jaccard, 1901). Sizes are read a moment apart, so that the share is held to 1.
fn jaccard(shared: i64, one: i64, other: i64) -> f64 {
    let union = one + other - shared;
    if union <= 0 { 0.0 } else { (engine::figures::ratio(shared, union)).min(1.0) }
}
