//! The integration tests, one module a room, over the real server and both databases.

// Nothing outside sees a test.
#![allow(unreachable_pub)]

mod access;
mod auth;
mod browser;
mod calls;
mod demo;
mod imports;
mod documents;
mod http;
mod http_fuzz;
mod lists;
mod member_lists;
mod points;
mod schema;
mod segment_lists;
mod segments;
mod tidy;
mod tokens;
