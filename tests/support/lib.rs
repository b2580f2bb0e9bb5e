//! What all tests share: a server over a database of its own, clients, and a look at every figure at the end.
//!
//! Tests talk to real parts: the HTTP server, SQLite and PostgreSQL. The harness starts its own PostgreSQL as an ordinary
//! user in a temporary folder, once for a run, and gives each test a database of its own.

// A test says what went wrong by failing there, and waits as long as it takes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::large_futures,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods
)]

mod app;
mod binary;
mod postgres;
mod random;
mod small_disk;

pub use app::{Answer, Database, OWNER, PASSWORD, TestApp, block_on, run, run_with};
pub use binary::{Served, binary, command, free_port, wait_until};
pub use postgres::{Postgres, give, new_database};
pub use random::{Random, random};
pub use small_disk::SmallDisk;

/// Makes a test of each database from one body: `on_both! { async fn name(app) { … } }`, where `app` is an
/// `Arc<TestApp>`. At the end every figure is worked out from rows once more.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($app: std::sync::Arc<$crate::TestApp>) $body

            #[test]
            fn sqlite() {
                $crate::run($crate::Database::Sqlite, body);
            }

            #[test]
            fn postgres() {
                $crate::run($crate::Database::Postgres, body);
            }
        }
    )*};
}
