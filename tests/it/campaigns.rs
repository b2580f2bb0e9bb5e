//! Campaigns: drawn once, compared side by side, told to rules, and whole whatever happens.

mod clause;
mod export;
mod kills;
mod large;
mod life;
mod privacy;
mod races;
mod refused;
mod results;
mod told;

use std::collections::BTreeSet;

use engine::campaigns::Holdout;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tessera::global_id::GlobalId;
use tests::TestApp;

use crate::calls::{days, members};
use crate::dynamic::call;
use crate::segments::numbers;

pub const CREATE: &str = "mutation($i: CreateCampaignInput!) { createCampaign(input: $i) { campaign { id name description offer
    segment { key } status holdoutPercent startsAt endsAt cost { amount currencyCode } targeted heldOut results { basis } }
    userErrors { code field message } } }";
const UPDATE: &str =
    "mutation($i: UpdateCampaignInput!) { updateCampaign(input: $i) { campaign { id name description offer
    segment { key } status holdoutPercent startsAt endsAt cost { amount } } userErrors { code field message } } }";
pub const START: &str =
    "mutation($i: NodeInput!) { startCampaign(input: $i) { campaign { id status targeted heldOut startsAt endsAt }
    userErrors { code field message } } }";
pub const END: &str =
    "mutation($i: NodeInput!) { endCampaign(input: $i) { campaign { id status targeted heldOut startsAt endsAt }
    userErrors { code field message } } }";
const REMOVE: &str =
    "mutation($i: NodeInput!) { removeCampaign(input: $i) { removedId userErrors { code field message } } }";
pub const RECORD: &str =
    "mutation($i: CampaignEngagementInput!) { recordCampaignEngagement(input: $i) { created updated duplicates
    problems { path code message } userErrors { code field message } } }";
const CAMPAIGN: &str =
    "query($id: ID!) { campaign(id: $id) { id name status targeted heldOut startsAt endsAt segment { key } } }";

/// Members m1, m2 … in a segment `all`.
pub async fn crowd(app: &TestApp, count: usize) {
    let names: Vec<String> = (1..=count).map(|number| format!("m{number}")).collect();
    members(app, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let input = json!({"name": "all", "key": "all", "members": numbers(1..=count)});
    let made = app.graphql(crate::segments::CREATE, json!({ "input": input })).await;
    assert_eq!(made["createSegment"]["userErrors"], json!([]), "{made}");
}

/// A draft for the members of `all` that begins now and lasts ten days, with other fields where some are given; its id.
pub async fn draft(app: &TestApp, fields: Value) -> String {
    let plain = json!({"name": "Spring", "segment": {"key": "all"}, "startsAt": days(-1), "endsAt": days(10)});
    let payload = call(app, CREATE, crate::documents::with(&plain, &fields)).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["campaign"]["id"].as_str().unwrap().to_owned()
}

/// The campaign of a mutation that must succeed.
pub async fn done(app: &TestApp, text: &str, id: &str) -> Value {
    let payload = call(app, text, json!({ "id": id })).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["campaign"].clone()
}

/// A draft that is started.
pub async fn started(app: &TestApp, fields: Value) -> String {
    let id = draft(app, fields).await;
    assert_eq!(done(app, START, &id).await["status"], "RUNNING");
    id
}

async fn campaign(app: &TestApp, id: &str) -> Value {
    app.graphql(CAMPAIGN, json!({ "id": id })).await["campaign"].clone()
}

/// The numbers of an audience, or of a side of it, in its order.
pub async fn side(app: &TestApp, id: &str, held_out: Option<bool>) -> Vec<String> {
    let text = "query($id: ID!, $after: String, $side: Boolean) { campaign(id: $id) { audience(first: 250, after: $after, heldOut: $side) {
        totalCount nodes { number } pageInfo { hasNextPage endCursor } } } }";
    let (mut found, mut after): (Vec<String>, Value) = (Vec::new(), Value::Null);
    loop {
        let data = app.graphql(text, json!({"id": id, "after": after, "side": held_out})).await;
        let page = &data["campaign"]["audience"];
        let nodes = page["nodes"].as_array().unwrap().iter();
        found.extend(nodes.map(|node| node["number"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], found.len(), "{page}");
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Both sides: targeted, held out.
async fn sides(app: &TestApp, id: &str) -> (Vec<String>, Vec<String>) {
    (side(app, id, Some(false)).await, side(app, id, Some(true)).await)
}

/// Whom of some numbers a campaign's draw holds out.
async fn drawn(app: &TestApp, id: &str, percent: &str, numbers: &[String]) -> BTreeSet<String> {
    let Some(GlobalId::Campaign(campaign)) = GlobalId::read(id) else { panic!("{id} is no campaign's") };
    let holdout = Holdout::new(campaign.0, percent.parse().unwrap());
    let mut found = BTreeSet::new();
    for number in numbers {
        let member = count(app, &format!("SELECT id AS number FROM member WHERE number = '{number}'")).await;
        if holdout.has(member) {
            found.insert(number.clone());
        }
    }
    found
}

/// A number that a statement calls `number`.
async fn count(app: &TestApp, text: &str) -> i64 {
    let db = app.app.db.writer();
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text.to_owned())).await.unwrap();
    row.unwrap().try_get("", "number").unwrap()
}

/// An event of a member.
pub fn event(number: &str, kind: &str) -> Value {
    json!({"member": {"number": number}, "kind": kind, "at": days(0), "document": format!("{number}-{kind}")})
}

/// Records events and expects no mistakes but problems of rows; how many are new, and how many known.
async fn record(app: &TestApp, id: &str, events: Vec<Value>) -> (u64, u64, Vec<String>) {
    let payload = call(app, RECORD, json!({"campaign": id, "events": events})).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let problem = |problem: &Value| {
        let path: Vec<&str> = problem["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        format!("{} {}", problem["code"].as_str().unwrap(), path.join("."))
    };
    let problems = payload["problems"].as_array().unwrap().iter().map(problem).collect();
    (payload["created"].as_u64().unwrap(), payload["duplicates"].as_u64().unwrap(), problems)
}
