//! Segments to start from that ask what members are worth: each member is in one of a template at most.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::TestApp;

use super::{ask, each_way, fitted, shop, standing};
use crate::calls::members;
use crate::dynamic::{belonging, call, evaluated};

const TEMPLATE: &str = "mutation($i: TemplateInput!) { createSegmentsFromTemplate(input: $i) {
    segments { key name kind } userErrors { code field message } } }";

async fn made(app: &TestApp, template: &str) -> Vec<String> {
    let payload = call(app, TEMPLATE, json!({ "template": template })).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let segments = payload["segments"].as_array().unwrap();
    assert!(segments.iter().all(|segment| segment["kind"] == "DYNAMIC"));
    segments.iter().map(|segment| segment["key"].as_str().unwrap().to_owned()).collect()
}

each_way! { standing;
    async fn value_groups_rfm_groups_and_who_is_missing(app) {
        shop(&app, 140).await;
        members(&app, &["never"]).await;
        let values = made(&app, "VALUE_GROUPS").await;
        assert_eq!(values, ["most-valuable", "most-growable", "below-zero"]);
        evaluated(&app.app).await;
        fitted(&app, None).await;
        let groups = made(&app, "RFM_GROUPS").await;
        assert_eq!(made(&app, "MISSING_MEMBERS").await, ["missing-members"]);
        // All of them beside the levels by points: no two have the same name.
        assert_eq!(made(&app, "POINTS_LEVELS").await.len(), 4);
        evaluated(&app.app).await;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for group in &groups {
            for member in belonging(&app, group).await {
                assert!(seen.insert(member.clone()), "{member} is in two groups");
            }
        }
        assert_eq!((groups.len(), seen.len()), (11, 141));
        assert_eq!(belonging(&app, "prospects").await, ["never"]);
        let mut counted = Vec::new();
        for key in values {
            counted.push(json!(belonging(&app, &key).await.len()));
        }
        let found = ask(&app, "{ valueGroups { groups { group members } } }").await;
        let of = |place: usize| found["groups"][place]["members"].clone();
        assert_eq!(counted, [of(0), of(1), of(3)], "{found}");
        assert!(of(0).as_i64().unwrap() > 10, "{found}");
        let missing: Value = ask(&app, "{ missingMembers { missing } }").await["missing"].clone();
        assert_eq!(missing, json!(belonging(&app, "missing-members").await.len()));
        assert!(missing.as_i64().unwrap() > 0);
    }
}
