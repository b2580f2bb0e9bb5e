//! A partner pushes fifty thousand numbers, beside SQL that writes the same rows.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::assign::{figures, numbers, rates};
use crate::http::Question;
use crate::report::{Report, thousands};
use crate::scene::Scene;
use crate::sql::{self, Segment};

/// As many as one call may name.
const MEMBERS: usize = 50_000;
/// The partner's key, which stands before those of its segments.
const PARTNER: &str = "bench";

const CREATE: &str = "mutation($input: CreatePartnerInput!) {
    createPartner(input: $input) { partner { id } userErrors { message } }
}";
const TOKEN: &str = "mutation($input: CreatePartnerTokenInput!) {
    createPartnerToken(input: $input) { token userErrors { message } }
}";
const REGISTER: &str = "mutation($input: RegisterExternalSegmentInput!) {
    registerExternalSegment(input: $input) { segment { key } userErrors { message } }
}";
const PUSH: &str = "mutation($input: PushSegmentMembersInput!) {
    pushSegmentMembers(input: $input) { receipt { id joined pending problemCount segment { memberCount } } userErrors { message } }
}";

/// A partner's system.
struct Partner<'a> {
    scene: &'a Scene<'a>,
    token: String,
}

/// Measures the push, to a new segment each time.
pub(crate) async fn push(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let numbers = numbers(scene, MEMBERS, 2);
    let partner = Partner::new(scene).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..scene.run.rounds + 1 {
        let mine = format!("pushed-{round}");
        partner.register(&mine).await?;
        ours.push(partner.push(&mine, &numbers).await?);
        let other = format!("pushed-by-sql-{round}");
        partner.register(&other).await?;
        let [mine, other] = [mine, other].map(|key| format!("{PARTNER}/{key}"));
        let segment = Segment::of_key(scene, &other).await?;
        let began = Instant::now();
        sql::push(scene, &segment, &other, &numbers).await?;
        theirs.push(began.elapsed().as_secs_f64());
        let (found, expected) = (figures(scene, &other).await?, figures(scene, &mine).await?);
        ensure!(found == expected, "SQL came to other figures: {found}, not {expected}");
    }
    rates(report, &format!("push {} numbers", thousands(numbers.len())), numbers.len(), (ours, theirs), 1.0);
    Ok(())
}

impl<'a> Partner<'a> {
    async fn new(scene: &'a Scene<'a>) -> Result<Self> {
        let made = scene.data(CREATE, &json!({"input": {"key": PARTNER, "name": "Bench"}})).await?;
        let scopes = ["SEGMENTS_READ", "SEGMENTS_PUSH"];
        let input = json!({"partner": made["createPartner"]["partner"]["id"], "name": "bench", "scopes": scopes});
        let made = scene.data(TOKEN, &json!({ "input": input })).await?;
        let token = made["createPartnerToken"]["token"].as_str().context("no token")?.to_owned();
        Ok(Self { scene, token })
    }

    fn question(&self, query: &str, input: &Value) -> Question {
        Question::graphql(&self.scene.server.address, Some(&self.token), query, &json!({ "input": input }))
    }

    async fn register(&self, key: &str) -> Result<()> {
        let answer = self.question(REGISTER, &json!({"key": key, "name": key})).json().await?;
        let made = answer.pointer("/data/registerExternalSegment/segment/key").and_then(Value::as_str);
        ensure!(made == Some(key), "no segment was registered: {answer}");
        Ok(())
    }

    /// Pushes members and answers how many seconds it took.
    async fn push(&self, key: &str, numbers: &[String]) -> Result<f64> {
        let members: Vec<Value> = numbers.iter().map(|number| json!({"number": number})).collect();
        let input = json!({"segment": {"key": key}, "idempotencyKey": key, "join": members});
        let question = self.question(PUSH, &input);
        let began = Instant::now();
        let answer = question.json().await?;
        let seconds = began.elapsed().as_secs_f64();
        let joined = answer.pointer("/data/pushSegmentMembers/receipt/joined").and_then(Value::as_u64);
        ensure!(joined == Some(numbers.len() as u64), "not all were pushed: {answer}");
        Ok(seconds)
    }
}
