//! How long an upload lasts, and that what lasted is what came.

use serde_json::{Value, json};
use tests::{Database, TestApp, on_both, run_with};

use super::{CSV, NDJSON, imported, over, packed, pieces, upload};
use crate::jobs::Working;
use crate::webhooks::{rows, sql};

const MEMBERS: &str = "{ members { totalCount } }";

async fn members(app: &TestApp) -> Value {
    app.graphql(MEMBERS, json!({})).await["members"]["totalCount"].clone()
}

/// A list of members of more than two pieces.
fn list() -> String {
    (0..250_000).fold("number\n".to_owned(), |text, number| text + &format!("m{number:09}\n"))
}

async fn received(app: &TestApp, part: usize) -> Value {
    upload(app, &format!("members?upload=x&part={part}&parts=3"), CSV, "number\nm1\n").await.body["received"].clone()
}

on_both! {
    async fn an_upload_is_forgotten_a_day_after_its_last_part(app) {
        let tidied = async || tessera::imports::upload::tidy(&app.app).await.unwrap();
        let passed = format!("UPDATE upload SET created_at = created_at - {0}, touched_at = touched_at - {0}", 20 * 3_600_000);
        for part in 1..=3 {
            assert_eq!(received(&app, part).await, json!((1..=part).collect::<Vec<_>>()), "after {} hours", 20 * part);
            sql(&app, &passed).await;
            tidied().await;
        }
        // Nothing came for 40 hours: it begins anew.
        sql(&app, &passed).await;
        tidied().await;
        assert_eq!((pieces(&app).await, rows(&app, "upload").await, rows(&app, "upload_part").await), (0, 0, 0));
        assert_eq!(received(&app, 2).await, json!([2]));
    }

    async fn what_is_not_there_as_it_came_is_not_imported(app) {
        let working = Working::product(&app.app);
        let damages = [
            "DELETE FROM upload_piece WHERE piece = 1",
            "DELETE FROM upload_piece WHERE piece = 2",
            "DELETE FROM upload_piece",
            "UPDATE upload_piece SET bytes = (SELECT o.bytes FROM upload_piece AS o WHERE o.piece = 0) WHERE piece = 1",
        ];
        let text = list();
        for (place, damage) in damages.into_iter().enumerate() {
            let name = format!("members?upload=u{place}");
            assert_eq!(upload(&app, &format!("{name}&part=1&parts=1"), CSV, text.clone()).await.status, 200);
            sql(&app, damage).await;
            let job = over(&app, upload(&app, &format!("{name}&parts=1"), CSV, "").await.job()).await;
            let says = "Part 1 of the file is not in the database as it was received: send the file once more, under another name.";
            assert_eq!((&job["status"], &job["error"]), (&json!("FAILED"), &json!(says)), "{damage}");
            assert_eq!(members(&app).await, 0, "{damage}");
            tessera::imports::upload::tidy(&app.app).await.unwrap();
        }
        assert_eq!(pieces(&app).await, 0);
        working.stop().await;
    }

    async fn an_import_that_was_over_when_its_process_died_stays_over(app) {
        let working = Working::product(&app.app);
        let done = imported(&app, "members?upload=x", CSV, "number\nm1\n\u{7}\n").await;
        assert_eq!((&done["status"], &done["rejected"]), (&json!("SUCCEEDED"), &json!(1)), "{done}");
        working.stop().await;
        // It died before it said so, and after the file was gone.
        sql(&app, "UPDATE job SET status = 'RUNNING', holder = 'dead', lease_until = 0, finished_at = NULL WHERE kind = 'IMPORT'").await;
        let working = Working::product(&app.app);
        let begun = upload(&app, "members?upload=x", CSV, "number\nm1\n\u{7}\n").await;
        let again = over(&app, begun.job()).await;
        assert_eq!((&again["status"], &again["rejected"]), (&json!("SUCCEEDED"), &json!(1)), "{again}");
        assert_eq!((pieces(&app).await, members(&app).await), (0, json!(1)));
        working.stop().await;
    }

    async fn a_file_without_a_header_puts_nobody_into_its_job(app) {
        let working = Working::product(&app.app);
        let mark = "Qzxmarker78";
        let csv = format!("{mark},{mark}@example.org\nb,b@example.org\n");
        let json = format!("{{\"{mark}\": 1, \"{mark}@example.org\": 2}}\n");
        for (path, kind, text, says) in [
            ("members", CSV, csv.clone(), "Members need the field number: give map number=COLUMN. There are 2 columns."),
            ("members?map=number=id", CSV, csv, "The file has no column \"id\". There are 2 columns."),
            ("members", NDJSON, json.clone(), "Members need the field number: give map number=COLUMN."),
            ("transactions?lines&map=document=id", NDJSON, json, "The file has no column \"id\"."),
        ] {
            let job = imported(&app, path, kind, text).await;
            let error = job["error"].as_str().unwrap_or_default();
            assert!(job["status"] == "FAILED" && error.starts_with(says), "{job}");
            assert!(!job.to_string().to_lowercase().contains(&mark.to_lowercase()), "{job}");
        }
        tessera::imports::upload::tidy(&app.app).await.unwrap();
        assert_eq!(pieces(&app).await, 0);
        for (table, column) in [("job", "error"), ("job", "arguments"), ("audit_entry", "changes"), ("import_reject", "reason"), ("upload", "asked")] {
            assert_eq!(rows(&app, &format!("{table} WHERE {column} LIKE '%{mark}%'")).await, 0, "{table}");
        }
        working.stop().await;
    }
}

#[test]
fn a_small_file_may_not_unpack_to_a_large_one() {
    for database in [Database::Sqlite, Database::Postgres] {
        run_with(
            database,
            |settings| settings.upload_bytes = 100_000,
            async |app| {
                let working = Working::product(&app.app);
                for (kind, header, row) in [(CSV, "number\n", "m1\n"), (NDJSON, "", "{\"number\":\"m1\"}\n")] {
                    let text = header.to_owned() + &row.repeat(1_000_000 / row.len());
                    let bomb = packed(text.as_bytes());
                    assert!(bomb.len() < 100_000, "{}", bomb.len());
                    let job = imported(&app, "members", kind, bomb).await;
                    let error = job["error"].as_str().unwrap_or_default();
                    assert!(
                        job["status"] == "FAILED" && error.contains("it unpacks to more than 800000 bytes"),
                        "{job}"
                    );
                    let fits = header.to_owned() + &row.repeat(700_000 / row.len());
                    let job = imported(&app, "members", kind, packed(fits.as_bytes())).await;
                    assert_eq!(job["status"], "SUCCEEDED", "{job}");
                }
                working.stop().await;
            },
        );
    }
}
