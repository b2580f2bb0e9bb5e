//! The tables as SeaORM entities: one file a table, rows and typed ids, nothing else.
//!
//! Instants are milliseconds since 1970-01-01T00:00:00Z, amounts are minor units of the programme's currency.

pub mod audit_entry;
pub mod campaign;
pub mod campaign_member;
pub mod download;
pub mod engagement;
pub mod feedback;
pub mod ids;
pub mod import;
pub mod job;
pub mod kinds;
pub mod member;
pub mod member_label;
pub mod member_metrics;
pub mod membership_event;
pub mod partner;
pub mod partner_token;
pub mod points_entry;
pub mod program;
pub mod push;
pub mod segment;
pub mod segment_day;
pub mod segment_evaluation;
pub mod segment_member;
pub mod segment_past;
pub mod segment_pin;
pub mod segment_stats;
pub mod segment_sync;
pub mod segment_tag;
pub mod session;
pub mod transaction;
pub mod transaction_item;
pub mod user;
pub mod webhook_attempt;
pub mod webhook_delivery;
pub mod webhook_endpoint;
pub mod webhook_endpoint_segment;
