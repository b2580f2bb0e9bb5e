//! The integration tests, one module a room, over the real server and both databases.

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
// Nothing outside sees a test.
#![allow(unreachable_pub)]

mod access;
mod audit;
mod auth;
mod browser;
mod calls;
mod campaigns;
mod defaults;
mod demo;
mod documents;
mod dynamic;
mod exports;
mod faults;
mod feedback;
mod history;
mod http;
mod http_fuzz;
mod imports;
mod insights;
mod jobs;
mod lens;
mod limits;
mod lists;
mod locks;
mod member_lists;
mod members;
mod moving_lists;
mod outside;
mod partners;
mod plain;
mod points;
mod privacy;
mod program;
mod races;
mod rates;
mod refusals;
mod roll;
mod rules;
mod schema;
mod secrets;
mod segment_lists;
mod segments;
mod sockets;
mod statements;
mod tidy;
mod tokens;
mod uploads;
mod users;
mod value;
mod verify;
mod webhooks;
