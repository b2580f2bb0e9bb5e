//! Files that wait to be imported while somebody is erased who stands in them.

use serde_json::json;
use tests::{TestApp, on_both};

use super::markers::{MARK, holds, lies, place};
use super::{erase, one, person, swept};
use crate::jobs::Working;
use crate::uploads::{CSV, over, pieces, rejects, upload};

/// Whether the database holds the mark, as it is or as PostgreSQL's dump shows bytes.
fn held(app: &TestApp) -> Option<String> {
    let hex: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
    let dumped = |bytes: &[u8]| bytes.windows(hex.len()).any(|window| window == hex.as_bytes());
    let found = lies(app).into_iter().find(|(_, bytes)| holds(bytes) || dumped(bytes));
    found.map(|(name, bytes)| format!("{name} {:?}", place(&bytes)))
}

async fn sent(app: &TestApp, path: &str, text: String) {
    let answer = upload(app, path, CSV, text).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

on_both! {
    async fn an_import_after_the_erasure_refuses_the_person_and_leaves_nothing(app) {
        person(&app, MARK).await;
        let number = format!("n{MARK}");
        sent(&app, "members?upload=x&part=1&parts=2", format!("number,email,label.a\n{number},,{MARK}\n")).await;
        sent(&app, "transactions?upload=y&part=1&parts=1", format!("document,member,at,amount\nd{MARK},{number},2026-01-01,1.00\n")).await;
        erase(&app, &number).await;
        swept(&app).await;
        assert!(held(&app).is_some(), "what waits holds what was sent");
        sent(&app, "members?upload=x&part=2&parts=2", format!("o1,e{MARK}@example.org,\no2,,{}\n", "x".repeat(90))).await;

        let working = Working::product(&app.app);
        let job = over(&app, upload(&app, "members?upload=x&parts=2", CSV, "").await.job()).await;
        assert_eq!((&job["status"], &job["rejected"]), (&json!("SUCCEEDED"), &json!(2)), "{job}");
        let text = rejects(&app, &job).await;
        assert!(text.matches("erased").count() == 2 && !holds(text.as_bytes()), "{text}");
        let sales = over(&app, upload(&app, "transactions?upload=y&parts=1&create-members", CSV, "").await.job()).await;
        assert_eq!((&sales["status"], &sales["rejected"]), (&json!("SUCCEEDED"), &json!(1)), "{sales}");
        working.stop().await;
        assert_eq!(one(&app, "SELECT COUNT(*) FROM member WHERE erased_at IS NULL").await, 1);
        assert_eq!(pieces(&app).await, 0);
        swept(&app).await;
        assert_eq!(held(&app), None);
    }

    async fn what_nobody_comes_back_to_is_swept_too(app) {
        person(&app, MARK).await;
        let number = format!("n{MARK}");
        sent(&app, "members?upload=x&part=1&parts=2", format!("number,email\n{number},\n")).await;
        erase(&app, &number).await;
        swept(&app).await;
        crate::webhooks::sql(&app, "UPDATE upload SET touched_at = 0").await;
        tessera::imports::upload::tidy(&app.app).await.unwrap();
        swept(&app).await;
        assert_eq!(held(&app), None);
        assert_eq!(one(&app, "SELECT COUNT(*) FROM upload").await, 0);
    }
}
