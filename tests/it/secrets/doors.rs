//! Everything that comes in by the other doors, and what is given out for them: partners, receivers, sockets, files.

use serde_json::{Value, json};

use super::Planted;
use super::planted::{Client, MARKER};
use crate::jobs::until;
use crate::partners::{CREATE_PARTNER, CREATE_TOKEN, PUSH, REGISTER, SCOPES};
use crate::sockets;
use crate::webhooks::CREATE;
use crate::webhooks::receiver::Receiver;

/// A partner who pushes; answers the token.
pub async fn partner(client: &Client<'_>, token: &str) -> Planted {
    let key = format!("planted-{}", rand::random::<u32>());
    let made = client.ask(Some(token), CREATE_PARTNER, json!({"input": {"key": key, "name": MARKER}})).await;
    let id = &made["data"]["createPartner"]["partner"]["id"];
    let input = json!({"partner": id, "name": "planted", "scopes": SCOPES});
    let made = client.ask(Some(token), CREATE_TOKEN, json!({ "input": input })).await;
    let own = made["data"]["createPartnerToken"]["token"].as_str().unwrap_or_else(|| panic!("{made}"));
    let registered = client.ask(Some(own), REGISTER, json!({"input": {"key": key, "name": MARKER}})).await;
    assert_eq!(registered["data"]["registerExternalSegment"]["segment"]["key"], json!(key), "{registered}");
    let push = json!({"segment": {"key": key}, "idempotencyKey": key, "join": [{"number": format!("{MARKER}-new")},
        {"email": format!("{MARKER}@example.org")}]});
    let pushed = client.ask(Some(own), PUSH, json!({ "input": push })).await;
    assert!(pushed["data"]["pushSegmentMembers"]["receipt"].is_object(), "{pushed}");
    client.ask(Some(&format!("{own}x")), PUSH, json!({ "input": push })).await;
    let parts = own.split('.').skip(1).map(|part| ("part of a partner's token".to_owned(), part.to_owned()));
    parts.chain([("partner's token".to_owned(), own.to_owned())]).collect()
}

/// An endpoint that is told; answers its secrets.
pub async fn webhook(client: &Client<'_>, token: &str, receiver: &Receiver) -> Planted {
    let input = json!({"url": format!("{}/{MARKER}", receiver.url), "events": ["SEGMENT_CREATED"]});
    let made = client.ask(Some(token), CREATE, json!({ "i": input })).await["data"]["createWebhookEndpoint"].clone();
    let mut secrets = vec![made["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()];
    let rotate = "mutation($i: NodeInput!) { rotateWebhookSecret(input: $i) { secret } }";
    let rotated = client.ask(Some(token), rotate, json!({"i": {"id": made["endpoint"]["id"]}})).await;
    secrets.push(rotated["data"]["rotateWebhookSecret"]["secret"].as_str().unwrap().to_owned());
    let before = receiver.received().len();
    let text = "mutation($n: String!) { createSegment(input: {name: $n}) { userErrors { code } } }";
    client.ask(Some(token), text, json!({"n": format!("{MARKER} {}", rand::random::<u32>())})).await;
    until("the receiver to be told", async || receiver.received().len() > before).await;
    let bare = |secret: String| secret.trim_start_matches("whsec_").to_owned();
    secrets.into_iter().map(|secret| ("secret of a webhook".to_owned(), bare(secret))).collect()
}

/// Sockets that say too much, right and wrong.
pub async fn socket(base: &str, token: &str) {
    let init = |token: &str| {
        let payload = json!({"Authorization": format!("Bearer {token}"), MARKER: MARKER, "more": {"of": MARKER}});
        json!({"type": "connection_init", "payload": payload})
    };
    let mut right = sockets::Client::open(base).await;
    right.say(&init(token)).await;
    assert_eq!(right.next().await, json!({"type": "connection_ack"}));
    let query = "query Planted($s: String!) { members(search: $s) { totalCount } }";
    right.subscribe("1", query, json!({"s": MARKER})).await;
    right.data("1").await;
    right.send(&format!("{{\"type\": \"{MARKER}\"}}")).await;
    assert_eq!(right.closed().await.0, 4400);
    for wrong in [MARKER, &format!("{MARKER}.{MARKER}.{MARKER}")] {
        let mut client = sockets::Client::open(base).await;
        client.say(&init(wrong)).await;
        assert_eq!(client.closed().await.0, 4403);
    }
}

/// Files that are taken up, and files that are not.
pub async fn files(client: &Client<'_>, base: &str, token: &str) {
    let (csv, ndjson) = ("text/csv", "application/x-ndjson");
    let person = format!("{MARKER}-file,{MARKER}@example.org,{MARKER}");
    for (path, kind, text) in [
        ("members", csv, format!("number,email,label.x\n{person}\n{MARKER}\u{7},{MARKER},\n{MARKER}\n")),
        ("members", csv, format!("{person}\n{person}\n")),
        ("members?map=number=id", csv, format!("{person}\n{person}\n")),
        ("members", ndjson, format!("{{\"{MARKER}\": \"{MARKER}\"}}\n{MARKER}\n")),
        ("members", ndjson, format!("{{\"number\": \"{MARKER}-n\"}}\n{{\"number\": {{\"{MARKER}\": 1}}}}\n{MARKER}\n")),
        (
            "transactions?create-members&lines",
            csv,
            format!("document,member,sku,amount,at\n{MARKER},{MARKER},{MARKER},{MARKER},{MARKER}\n"),
        ),
        ("points", csv, format!("document,member,kind,points,at\n{MARKER},{MARKER},{MARKER},1,{MARKER}\n")),
        (
            "feedback",
            csv,
            format!("document,member,survey,score,at,comment\n{MARKER},{MARKER},{MARKER},1,2026-01-01,{MARKER}\n"),
        ),
    ] {
        let request = client.http.post(format!("{base}/imports/{path}")).bearer_auth(token);
        let answer = request.header("content-type", kind).body(text).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let id = answer["job"]["id"].as_str().unwrap_or_else(|| panic!("{path}: {answer}")).to_owned();
        until("the import to be over", async || {
            let text = "query($id: ID!) { job(id: $id) { status error } }";
            let job = client.ask(Some(token), text, json!({ "id": id })).await["data"]["job"].clone();
            assert!(!job.to_string().contains(MARKER), "{path}: {job}");
            !["QUEUED", "RUNNING"].contains(&job["status"].as_str().unwrap())
        })
        .await;
    }
    // Bodies that are refused.
    for (path, kind) in
        [(format!("members?upload={MARKER}!"), csv), ("nothing".to_owned(), csv), ("members".to_owned(), MARKER)]
    {
        let request = client.http.post(format!("{base}/imports/{path}")).bearer_auth(token);
        let answer = request.header("content-type", kind).body(person.clone()).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
    }
}
