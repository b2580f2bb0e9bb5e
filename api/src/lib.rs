//! Tessera: a GraphQL backend for loyalty dashboards.

pub mod app;
pub mod audit;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod error;
pub mod figures;
pub mod global_id;
pub mod graphql;
pub mod housekeeping;
pub mod http;
pub mod imports;
pub mod ingest;
pub mod members;
pub mod points;
pub mod program;
pub mod schema;
pub mod segments;
pub mod shutdown;
pub mod telemetry;
pub mod text_input;
pub mod transactions;
pub mod verify;
