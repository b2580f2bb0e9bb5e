//! The rows of partners that people call; what partners call themselves has a test of its own.

use serde_json::json;
use tests::TestApp;

use super::{Row, from, new};
use crate::partners::{SCOPES, partner};

pub const ROWS: &[Row] = &[
    Row {
        field: "createPartner",
        call: "createPartner(input: {key: \"pos\", name: \"POS\"}) { partner { id } userErrors { code } }",
        entries: || vec![("Partner", "POS", json!({"key": new("pos"), "name": new("POS")}))],
        silent: &[
            "createPartner(input: {key: \"pos\", name: \"POS\"}) { partner { id } userErrors { code } }",
            "createPartner(input: {key: \"-\", name: \"\"}) { partner { id } userErrors { code } }",
        ],
    },
    Row {
        field: "updatePartner",
        call: "updatePartner(input: {id: \"<partner>\", name: \"Our CRM\", active: false}) { partner { id } userErrors { code } }",
        entries: || vec![("Partner", "Our CRM", json!({"name": from("CRM", "Our CRM"), "active": from(true, false)}))],
        silent: &[
            "updatePartner(input: {id: \"<partner>\", name: \"Our CRM\"}) { partner { id } userErrors { code } }",
            "updatePartner(input: {id: \"none\", name: \"x\"}) { partner { id } userErrors { code } }",
        ],
    },
    Row {
        field: "createPartnerToken",
        call: "createPartnerToken(input: {partner: \"<partner>\", name: \"nightly\", scopes: [EXPORT]}) { partnerToken { id } userErrors { code } }",
        entries: || vec![("Partner", "Our CRM", json!({"token": new("nightly"), "scopes": new(json!(["EXPORT"]))}))],
        silent: &[
            "createPartnerToken(input: {partner: \"<partner>\", name: \"\", scopes: []}) { token userErrors { code } }",
            "createPartnerToken(input: {partner: \"none\", name: \"x\", scopes: [EXPORT]}) { token userErrors { code } }",
        ],
    },
    Row {
        field: "revokePartnerToken",
        call: "revokePartnerToken(input: {id: \"<token>\"}) { partnerToken { id } userErrors { code } }",
        entries: || vec![("Partner", "Our CRM", json!({"token": from("test", json!(null))}))],
        silent: &[
            "revokePartnerToken(input: {id: \"<token>\"}) { partnerToken { id } userErrors { code } }",
            "revokePartnerToken(input: {id: \"none\"}) { partnerToken { id } userErrors { code } }",
        ],
    },
];

/// A partner with a token, which the log must not tell.
pub async fn filled(app: &TestApp) -> (Vec<(&'static str, String)>, String) {
    let one = partner(app, "crm", &SCOPES).await;
    let listed = app.graphql("{ partners { nodes { tokens { id } } } }", json!({})).await;
    let token = listed["partners"]["nodes"][0]["tokens"][0]["id"].as_str().unwrap().to_owned();
    (vec![("<partner>", one.id), ("<token>", token)], one.token)
}
