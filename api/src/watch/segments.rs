//! Segments for one who watches, whenever what is shown of them changed.

use std::sync::Arc;

use entity::ids::SegmentId;
use futures::{Stream, stream};

use super::store;
use crate::app::App;
use crate::error::Fault;

/// The ids of segments, or of one, each time when its definition or its figures are others than before; what changed
/// several times in a moment is told once. The stream of one ends when it is removed.
pub async fn updated(
    app: &Arc<App>,
    segment: Option<SegmentId>,
) -> Result<impl Stream<Item = SegmentId> + use<>, Fault> {
    let mut watching = app.watch.segments.watch(segment);
    app.watch.wanted.notify_one();
    let one = segment.map(|id| [id]);
    watching.know(store::marks(app.db.reader(), one.as_ref().map(<[_; 1]>::as_slice)).await?);
    Ok(stream::unfold(watching, async |mut watching| {
        let (id, _) = watching.next().await?;
        Some((id, watching))
    }))
}
