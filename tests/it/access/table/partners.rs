//! Partners, and what they alone may do.

use super::{ADMIN, PARTNER, Row, row};

pub const ROWS: &[Row] = &[
    row("Query.partners", ADMIN, "{ partners { totalCount nodes { key tokens { name } pushes { nodes { id } } } } }"),
    row(
        "Mutation.createPartner",
        ADMIN,
        "mutation { createPartner(input: {key: \"crm\", name: \"CRM\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.updatePartner",
        ADMIN,
        "mutation { updatePartner(input: {id: \"nothing\", name: \"x\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.createPartnerToken",
        ADMIN,
        "mutation { createPartnerToken(input: {partner: \"nothing\", name: \"x\", scopes: [EXPORT]}) { token userErrors { code } } }",
    ),
    row(
        "Mutation.revokePartnerToken",
        ADMIN,
        "mutation { revokePartnerToken(input: {id: \"nothing\"}) { token userErrors { code } } }",
    ),
    row(
        "Mutation.registerExternalSegment",
        PARTNER,
        "mutation { registerExternalSegment(input: {key: \"s\", name: \"s\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.pushSegmentMembers",
        PARTNER,
        "mutation { pushSegmentMembers(input: {segment: {key: \"s\"}, idempotencyKey: \"k\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.beginSegmentSync",
        PARTNER,
        "mutation { beginSegmentSync(input: {segment: {key: \"s\"}}) { userErrors { code } } }",
    ),
    row(
        "Mutation.appendSegmentSync",
        PARTNER,
        "mutation { appendSegmentSync(input: {sync: \"nothing\", part: 0, members: []}) { userErrors { code } } }",
    ),
    row(
        "Mutation.commitSegmentSync",
        PARTNER,
        "mutation { commitSegmentSync(input: {sync: \"nothing\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.abortSegmentSync",
        PARTNER,
        "mutation { abortSegmentSync(input: {sync: \"nothing\"}) { userErrors { code } } }",
    ),
];
