//! Everybody's facts in memory: they are those of the rows, whatever happens, in every process.

mod equal;
mod everybody;
mod processes;

pub use processes::beside;

use std::sync::Arc;

use engine::facts::Facts;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use tessera::facts::{self, LensView, Needs, Whose};
use tests::TestApp;

/// Makes a test of each database from one body, with the lens on whatever the run says.
macro_rules! with_lens {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($app: std::sync::Arc<tests::TestApp>) $body

            #[test]
            fn sqlite() {
                tests::run_with(tests::Database::Sqlite, |settings| settings.lens = true, body);
            }

            #[test]
            fn postgres() {
                tests::run_with(tests::Database::Postgres, |settings| settings.lens = true, body);
            }
        }
    )*};
}
pub(crate) use with_lens;

/// What the lens shows, with everything that was committed before the call.
pub async fn seen(app: &TestApp) -> Arc<LensView> {
    // On a crowded machine the two seconds that it waits may not be enough; half a minute always is.
    for _ in 0..15 {
        let begun = std::time::Instant::now();
        let view = facts::caught_up(&app.app).await.expect("the lens is on");
        if begun.elapsed().as_millis() < 1_900 {
            return view;
        }
    }
    panic!("the lens did not catch up");
}

/// Everybody of a view in one piece.
pub fn joined(view: &LensView) -> Facts {
    view.chunks.iter().fold(Facts::default(), |all, chunk| all.replaced(chunk, |_| false))
}

/// Expects the lens to be what the rows say, and answers it.
pub async fn right(app: &TestApp) -> Arc<LensView> {
    let view = seen(app).await;
    let shown = joined(&view);
    let mut dictionary = (*view.dictionary).clone();
    let everybody = Whose::Between(i64::MIN, i64::MAX);
    let read = facts::read(app.app.db.reader(), everybody, Needs::ALL, view.zone, &mut dictionary).await.unwrap();
    assert_eq!(shown.members(), read.members());
    for row in 0..read.len() {
        let [shown, read] = [&shown, &read].map(|facts| facts.part(row..row + 1));
        assert_eq!(shown, read, "member {} at {:?}", read.members()[0], view.horizon.position);
    }
    assert_eq!(dictionary.spellings(), view.dictionary.spellings(), "the rows have texts that the lens does not know");
    assert_eq!((view.members(), view.transactions()), (read.len(), read.transactions()));
    view
}

/// A transaction that has its number and does not end; on SQLite nobody could write beside it.
pub async fn under_way(app: &TestApp) -> Option<DatabaseTransaction> {
    if app.app.db.backend() != DbBackend::Postgres {
        return None;
    }
    let txn = app.app.db.begin().await.unwrap();
    txn.execute_unprepared("SELECT pg_current_xact_id()").await.unwrap();
    Some(txn)
}
