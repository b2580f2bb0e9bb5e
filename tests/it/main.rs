//! The integration tests, one module a room, over the real server and both databases.

// Nothing outside sees a test.
#![allow(unreachable_pub)]

mod demo;
mod schema;
mod segments;
mod tidy;
