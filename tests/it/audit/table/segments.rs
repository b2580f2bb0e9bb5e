//! The rows of segments.

use serde_json::json;

use super::{Row, new};

pub const ROWS: &[Row] = &[
    Row {
        field: "createSegment",
        call: "createSegment(input: {name: \"Fresh\", members: [{number: \"m1\"}]}) { segment { id } userErrors { code } }",
        entries: || vec![("Segment", "Fresh", json!("*"))],
        silent: &["createSegment(input: {name: \"fresh\"}) { segment { id } userErrors { code } }"],
    },
    Row {
        field: "assignMembers",
        call: "assignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m2\"}]}) { changed userErrors { code } }",
        entries: || vec![("Segment", "some", json!("*"))],
        silent: &[
            "assignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m2\"}, {number: \"nobody\"}]}) { changed userErrors { code } }",
            "assignMembers(input: {segment: {key: \"none\"}, members: [{number: \"m2\"}]}) { changed userErrors { code } }",
        ],
    },
    Row {
        field: "unassignMembers",
        call: "unassignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m2\"}]}) { changed userErrors { code } }",
        entries: || vec![("Segment", "some", json!("*"))],
        silent: &[
            "unassignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m2\"}]}) { changed userErrors { code } }",
        ],
    },
    Row {
        field: "createSegmentsFromTemplate",
        call: "createSegmentsFromTemplate(input: {template: NEW_MEMBERS}) { segments { id } userErrors { code } }",
        entries: || vec![("Segment", "New members", json!("*"))],
        silent: &["createSegmentsFromTemplate(input: {template: NEW_MEMBERS}) { segments { id } userErrors { code } }"],
    },
    Row {
        field: "unpinMembers",
        call: "unpinMembers(input: {segment: {key: \"pinned\"}, members: [{number: \"m2\"}, {number: \"m1\"}]}) { changed userErrors { code } }",
        entries: || vec![("Segment", "pinned", json!({"unpinned": new(1)}))],
        silent: &[
            "unpinMembers(input: {segment: {key: \"pinned\"}, members: [{number: \"m2\"}]}) { changed userErrors { code } }",
            "unpinMembers(input: {segment: {key: \"some\"}, members: [{number: \"m2\"}]}) { changed userErrors { code } }",
        ],
    },
    Row {
        field: "updateSegment",
        call: "updateSegment(input: {segment: {key: \"some\"}, name: \"Other\", description: \"About\", tags: [\"t\"]}) { userErrors { code } }",
        entries: || {
            let changes = json!({"name": {"old": "some", "new": "Other"}, "description": {"old": null, "new": "About"}, "tags": {"old": [], "new": ["t"]}});
            vec![("Segment", "some", changes)]
        },
        silent: &[
            "updateSegment(input: {segment: {key: \"some\"}, name: \"Other\", tags: [\"t\"]}) { userErrors { code } }",
            "updateSegment(input: {segment: {key: \"some\"}, expectedVersion: 1, name: \"Stale\"}) { userErrors { code } }",
        ],
    },
    Row {
        field: "deactivateSegment",
        call: "deactivateSegment(input: {segment: {key: \"some\"}}) { userErrors { code } }",
        entries: || vec![("Segment", "Other", json!({"active": {"old": true, "new": false}}))],
        silent: &["deactivateSegment(input: {segment: {key: \"some\"}}) { userErrors { code } }"],
    },
    Row {
        field: "activateSegment",
        call: "activateSegment(input: {segment: {key: \"some\"}}) { userErrors { code } }",
        entries: || vec![("Segment", "Other", json!({"active": {"old": false, "new": true}}))],
        silent: &["activateSegment(input: {segment: {key: \"some\"}}) { userErrors { code } }"],
    },
    Row {
        field: "duplicateSegment",
        call: "duplicateSegment(input: {segment: {key: \"some\"}, name: \"Copy\"}) { userErrors { code } }",
        entries: || vec![("Segment", "Copy", json!("*"))],
        silent: &["duplicateSegment(input: {segment: {key: \"some\"}, name: \"copy\"}) { userErrors { code } }"],
    },
    Row {
        field: "removeSegment",
        call: "removeSegment(input: {segment: {key: \"some\"}}) { removedSegmentId userErrors { code } }",
        entries: || vec![("Segment", "Other", json!("*"))],
        silent: &["removeSegment(input: {segment: {key: \"some\"}}) { removedSegmentId userErrors { code } }"],
    },
];
