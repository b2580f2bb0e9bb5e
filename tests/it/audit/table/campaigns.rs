//! The rows of campaigns.

use serde_json::{Value, json};
use tests::TestApp;

use super::{Row, from, new};
use crate::calls::{days, segment};
use crate::campaigns::draft;

pub const ROWS: &[Row] = &[
    Row {
        field: "createCampaign",
        call: "createCampaign(input: {name: \"Made\", segment: {key: \"all\"}, startsAt: \"2030-01-01T00:00:00Z\", endsAt: \"2030-02-01T00:00:00Z\"}) {
            campaign { id } userErrors { code } }",
        entries: || {
            let changes = json!({"name": new("Made"), "holdoutPercent": new("10"), "startsAt": new("2030-01-01T00:00:00.000Z"),
                "endsAt": new("2030-02-01T00:00:00.000Z"), "cost": new("0.00"), "segment": new("*")});
            vec![("Campaign", "Made", changes)]
        },
        silent: &["createCampaign(input: {name: \"\", segment: {key: \"all\"}, startsAt: \"2030-01-01T00:00:00Z\", endsAt: \"2030-02-01T00:00:00Z\"}) {
            campaign { id } userErrors { code } }"],
    },
    Row {
        field: "updateCampaign",
        call: "updateCampaign(input: {id: \"<campaign>\", name: \"Better\", cost: \"5\", offer: \"All\"}) { campaign { id } userErrors { code } }",
        entries: || {
            let changes = json!({"name": from("Spring", "Better"), "cost": from("0.00", "5.00"), "offer": new("All")});
            vec![("Campaign", "Spring", changes)]
        },
        silent: &[
            "updateCampaign(input: {id: \"<campaign>\", name: \"Better\", cost: 5}) { campaign { id } userErrors { code } }",
            "updateCampaign(input: {id: \"<campaign>\", name: \"\"}) { campaign { id } userErrors { code } }",
            "updateCampaign(input: {id: \"none\", name: \"x\"}) { campaign { id } userErrors { code } }",
        ],
    },
    Row {
        field: "startCampaign",
        call: "startCampaign(input: {id: \"<campaign>\"}) { campaign { id } userErrors { code } }",
        entries: || {
            let changes = json!({"status": from("DRAFT", "RUNNING"), "startsAt": from("*", "*"), "targeted": new("*"), "heldOut": new("*")});
            vec![("Campaign", "Better", changes)]
        },
        silent: &[
            "startCampaign(input: {id: \"<campaign>\"}) { campaign { id } userErrors { code } }",
            "startCampaign(input: {id: \"none\"}) { campaign { id } userErrors { code } }",
        ],
    },
    Row {
        field: "recordCampaignEngagement",
        call: "recordCampaignEngagement(input: {campaign: \"<campaign>\", events: [
            {member: {number: \"m2\"}, kind: OPENED, at: \"2024-01-01T00:00:00Z\", document: \"a\"},
            {member: {number: \"nobody\"}, kind: OPENED, at: \"2024-01-01T00:00:00Z\", document: \"a\"}]}) { created userErrors { code } }",
        entries: || vec![("Campaign", "Better", json!({"recorded": new(1), "duplicates": new(0)}))],
        silent: &["recordCampaignEngagement(input: {campaign: \"<campaign>\", events: [
            {member: {number: \"m2\"}, kind: OPENED, at: \"2024-01-01T00:00:00Z\", document: \"a\"}]}) { created userErrors { code } }"],
    },
    Row {
        field: "endCampaign",
        call: "endCampaign(input: {id: \"<campaign>\"}) { campaign { id } userErrors { code } }",
        entries: || vec![("Campaign", "Better", json!({"status": from("RUNNING", "ENDED"), "endsAt": from("*", "*")}))],
        silent: &[
            "endCampaign(input: {id: \"<campaign>\"}) { campaign { id } userErrors { code } }",
            "endCampaign(input: {id: \"<removed>\"}) { campaign { id } userErrors { code } }",
        ],
    },
    Row {
        field: "removeCampaign",
        call: "removeCampaign(input: {id: \"<removed>\"}) { removedId userErrors { code } }",
        entries: || vec![("Campaign", "Spring", json!({"name": from("Spring", Value::Null)}))],
        silent: &[
            "removeCampaign(input: {id: \"<removed>\"}) { removedId userErrors { code } }",
            "removeCampaign(input: {id: \"<campaign>\"}) { removedId userErrors { code } }",
        ],
    },
];

/// A draft that will be started, and one that will be removed.
pub async fn filled(app: &TestApp) -> Vec<(&'static str, String)> {
    segment(app, "all", &["m2"]).await;
    let dates = json!({"holdoutPercent": "0", "startsAt": days(-1), "endsAt": days(5)});
    vec![("<campaign>", draft(app, dates.clone()).await), ("<removed>", draft(app, dates).await)]
}
