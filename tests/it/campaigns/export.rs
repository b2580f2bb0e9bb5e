//! The file for the tool that sends: whom a campaign targets, and nobody who is held out.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{START, crowd, done, draft, sides};
use crate::audit::{mark, since};
use crate::exports::{File, fetch};

async fn link(app: &TestApp, id: &str, arguments: &str) -> Value {
    let text = format!("query($id: ID!) {{ campaign(id: $id) {{ export{arguments} {{ url fileName rows }} }} }}");
    app.graphql(&text, json!({ "id": id })).await["campaign"]["export"].clone()
}

async fn file(app: &TestApp, id: &str, arguments: &str) -> File {
    let link = link(app, id, arguments).await;
    let file = fetch(app, link["url"].as_str().unwrap()).await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert_eq!(file.headers["x-row-count"].to_str().unwrap(), link["rows"].to_string());
    file
}

on_both! {
    async fn those_held_out_are_in_no_file(app) {
        crowd(&app, 120).await;
        let id = draft(&app, json!({"name": "Été: 10 %", "holdoutPercent": "30"})).await;
        let before = link(&app, &id, "").await;
        assert_eq!(before["rows"], 0, "nobody is targeted before the start");
        assert_eq!(file(&app, &id, "").await.text.lines().count(), 1, "the header");
        done(&app, START, &id).await;
        let (targeted, _) = sides(&app, &id).await;
        let asked = link(&app, &id, "").await;
        assert_eq!(asked["rows"], targeted.len());
        let today = app.app.clock.today(app.app.program().zone);
        assert_eq!(asked["fileName"], format!("ete-10-{today}.csv"));
        let numbers = |file: &File| file.text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect::<Vec<_>>();
        let mark = mark(&app).await;
        let full = file(&app, &id, "").await;
        assert_eq!(numbers(&full), targeted);
        let drawn_at = full.text.lines().nth(1).unwrap();
        assert!(drawn_at.contains(&format!("{today}T")), "when the audience was fixed: {drawn_at}");
        let log = since(&app, &mark).await;
        assert_eq!((log.len(), &log[0]["action"], &log[0]["objectKind"], &log[0]["objectId"]), (1, &json!("download"), &json!("Campaign"), &json!(id)));
        let lines = file(&app, &id, "(format: NDJSON)").await.text;
        let found: Vec<Value> = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].clone()).collect();
        assert_eq!(json!(found), json!(targeted));
        assert_eq!(file(&app, &id, "(layout: MAILCHIMP)").await.text.lines().count(), targeted.len() + 1);
        // One of a name without letters, and once more after an erasure.
        let other = draft(&app, json!({"name": "！", "holdoutPercent": "0"})).await;
        done(&app, START, &other).await;
        assert_eq!(link(&app, &other, "").await["fileName"], format!("campaign-{today}.csv"));
        crate::dynamic::call(&app, crate::privacy::ERASE, json!({"member": {"number": targeted[0]}})).await;
        assert_eq!(numbers(&file(&app, &id, "").await), targeted[1..]);
    }
}
