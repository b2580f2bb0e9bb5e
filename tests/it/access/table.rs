//! The table: who may ask for a field of a root at least, and a call that is valid for whoever may.

mod mutations;
mod partners;
mod queries;

use entity::kinds::Role;
use serde_json::json;
use tests::TestApp;

/// Who may at least.
#[derive(Clone, Copy)]
pub enum Lowest {
    /// Everyone, without a token.
    Free,
    /// Callers of this role or one that can do more.
    Role(Role),
    /// Partner systems, and nobody else.
    Partner,
}

pub struct Row {
    /// The field, with its root.
    pub field: &'static str,
    /// Who may.
    pub lowest: Lowest,
    /// What is asked.
    pub call: &'static str,
}

const FREE: Lowest = Lowest::Free;
const ANALYST: Lowest = Lowest::Role(Role::Analyst);
const ADMIN: Lowest = Lowest::Role(Role::Admin);
const OWNER: Lowest = Lowest::Role(Role::Owner);
const PARTNER: Lowest = Lowest::Partner;

const fn row(field: &'static str, lowest: Lowest, call: &'static str) -> Row {
    Row { field, lowest, call }
}

/// All rows.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    queries::ROWS.iter().chain(mutations::ROWS).chain(partners::ROWS)
}

/// Something for the calls to find.
pub async fn prepare(app: &TestApp) {
    let made = app
        .graphql(
            "mutation { upsertMembers(input: {members: [{number: \"m1\", email: \"m1@example.org\"}]}) { created }
                createSegment(input: {name: \"Some\", members: [{number: \"m1\"}]}) { userErrors { code } } }",
            json!({}),
        )
        .await;
    assert_eq!(made, json!({"upsertMembers": {"created": 1}, "createSegment": {"userErrors": []}}));
}
