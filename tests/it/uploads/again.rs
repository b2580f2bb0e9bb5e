//! The same call again, at once or later, does the work once.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Database, on_both, run};

use super::{CSV, imported, over, pieces, upload};
use crate::jobs::Working;
use crate::lens::beside;

const ROWS: &str = "number\nm1\nm2\n";
const COUNT: &str = "{ members { totalCount } jobs { totalCount } }";

on_both! {
    async fn the_same_upload_is_imported_once(app) {
        let sent = join_all((0..8).map(|_| upload(&app, "members?upload=people", CSV, ROWS))).await;
        for answer in &sent {
            assert_eq!((answer.status, answer.job()), (202, sent[0].job()), "{answer:?}");
        }
        let other = upload(&app, "members?upload=people", CSV, "number\nm3\n").await;
        assert_eq!(other.status, 409, "{other:?}");
        let otherwise = upload(&app, "members?upload=people&map=number=number", CSV, ROWS).await;
        assert_eq!(otherwise.status, 409, "{otherwise:?}");
        for path in ["points?upload=people", "segments/some?upload=people", "members?upload=people&part=1&parts=2"] {
            let answer = upload(&app, path, CSV, ROWS).await;
            assert!([404, 409].contains(&answer.status), "{path}: {answer:?}");
        }
        let working = Working::product(&app.app);
        assert_eq!(over(&app, sent[0].job()).await["status"], "SUCCEEDED");
        let late = upload(&app, "members?upload=people", CSV, ROWS).await;
        assert_eq!((late.status, late.job()), (202, sent[0].job()));
        assert_eq!(app.graphql(COUNT, json!({})).await, json!({"members": {"totalCount": 2}, "jobs": {"totalCount": 1}}));
        assert_eq!(pieces(&app).await, 0);
        // Without a name each call is an upload of its own, and what it says is known.
        let again = imported(&app, "members", CSV, ROWS).await;
        assert_eq!(again["status"], "SUCCEEDED");
        assert_eq!(app.graphql(COUNT, json!({})).await, json!({"members": {"totalCount": 2}, "jobs": {"totalCount": 2}}));
        working.stop().await;
    }

    async fn a_job_that_was_stopped_leaves_nothing_behind(app) {
        let sent = upload(&app, "members", CSV, ROWS).await;
        let cancel = "mutation($input: NodeInput!) { cancelJob(input: $input) { job { status } userErrors { code } } }";
        let done = app.graphql(cancel, json!({"input": {"id": sent.job()}})).await;
        assert_eq!(done["cancelJob"]["job"]["status"], "CANCELLED");
        assert_eq!(pieces(&app).await, 1);
        tessera::imports::upload::tidy(&app.app).await.unwrap();
        assert_eq!(pieces(&app).await, 0);
        assert_eq!(app.graphql(COUNT, json!({})).await["members"], json!({"totalCount": 0}));
    }
}

#[test]
fn parts_go_to_any_process_and_any_process_imports_them() {
    run(Database::Postgres, async |app| {
        let other = beside(&app, false).await;
        for (server, part, text) in [(&*app, 1, "number\nm"), (&other, 2, "1\nm2\n"), (&*app, 3, "m3\n")] {
            let sent = upload(server, &format!("members?upload=x&part={part}&parts=3"), CSV, text).await;
            assert_eq!(sent.status, 200, "{sent:?}");
        }
        let working = Working::product(&other.app);
        let begun = upload(&app, "members?upload=x&parts=3", CSV, "").await;
        let job = over(&app, begun.job()).await;
        assert_eq!((&job["status"], &job["rejects"]), (&json!("SUCCEEDED"), &Value::Null), "{job}");
        assert_eq!(app.graphql(COUNT, json!({})).await["members"], json!({"totalCount": 3}));
        working.stop().await;
        other.stop().await;
    });
}
