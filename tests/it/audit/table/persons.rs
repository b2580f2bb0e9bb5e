//! The rows of what a member may ask for.

use serde_json::json;

use super::{Row, new};

pub const ROWS: &[Row] = &[
    Row {
        field: "requestMemberData",
        call: "requestMemberData(input: {member: {number: \"m1\"}}) { data userErrors { code } }",
        entries: || vec![("Member", "m1", json!({}))],
        silent: &["requestMemberData(input: {member: {number: \"nobody\"}}) { data userErrors { code } }"],
    },
    Row {
        field: "eraseMember",
        // The third who was made.
        call: "eraseMember(input: {member: {number: \"n1\"}}) { memberId userErrors { code } }",
        entries: || vec![("Member", "erased-3", json!({"segmentsLeft": new("*"), "rowsCleared": new("*")}))],
        silent: &[
            "eraseMember(input: {member: {number: \"n1\"}}) { memberId userErrors { code } }",
            "eraseMember(input: {member: {number: \"nobody\"}}) { memberId userErrors { code } }",
        ],
    },
];
