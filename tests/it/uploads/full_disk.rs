//! The database's disk is full: whoever sends a file is told so, and sends it again when there is room.

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{OWNER, PASSWORD, Served, SmallDisk};

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_nothing_behind() {
    let (disk, folder) = (SmallDisk::new(48, 1_024), TempDir::new().unwrap());
    let url = format!("sqlite://{}/tessera.db", disk.path().display());
    let served = Served::start_as(disk.command(Served::usual(&url, folder.path())), folder.path());
    let client = Client::builder().no_proxy().build().unwrap();
    let token = signed_in(&client, &served.base).await;
    let text: String = std::iter::once("number,city\n".to_owned())
        .chain((0..60_000).map(|n| format!("m{n},{}\n", "x".repeat(40))))
        .collect();
    let send = async || {
        let request = client.post(format!("{}/imports/members?upload=people", served.base)).bearer_auth(&token);
        let answer = request.header("content-type", "text/csv").body(text.clone()).send().await.unwrap();
        let (status, later) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
        (status, later, answer.json::<Value>().await.unwrap())
    };
    disk.fill(&[served.child.id()]);
    for _ in 0..3 {
        let (status, later, body) = send().await;
        assert_eq!(
            (status, later, &body["errors"][0]["extensions"]["code"]),
            (507, true, &json!("INTERNAL")),
            "{body}"
        );
    }
    disk.make_room(&[served.child.id()]);
    let (status, _, body) = send().await;
    assert_eq!(status, 202, "{body}");
    crate::jobs::until("the import", async || {
        let text = "query($id: ID!) { job(id: $id) { status } members { totalCount } }";
        let found = call(&client, &served.base, Some(&token), text, json!({"id": body["job"]["id"]})).await.unwrap();
        assert!(found["job"]["status"] != "FAILED", "{found}");
        found == json!({"job": {"status": "SUCCEEDED"}, "members": {"totalCount": 60_000}})
    })
    .await;
}

async fn call(client: &Client, base: &str, token: Option<&str>, query: &str, variables: Value) -> Option<Value> {
    let mut request = client.post(format!("{base}/graphql")).json(&json!({"query": query, "variables": variables}));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer: Value = request.send().await.ok()?.json().await.ok()?;
    Some(answer["data"].clone()).filter(Value::is_object)
}

async fn signed_in(client: &Client, base: &str) -> String {
    let variables = json!({"email": OWNER, "password": PASSWORD});
    let mut token = None;
    crate::jobs::until("a token", async || {
        let answer = call(client, base, None, crate::auth::SIGN_IN, variables.clone()).await;
        token = answer.and_then(|data| data["signIn"]["accessToken"].as_str().map(str::to_owned));
        token.is_some()
    })
    .await;
    token.unwrap()
}
