//! What is refused, and that the answer names what is wrong.

use entity::kinds::Role;
use serde_json::json;
use tests::on_both;

use super::{CSV, NDJSON, imported, pieces, send, upload};
use crate::jobs::Working;

const ROWS: &str = "number\nm1\n";

on_both! {
    async fn mistakes_are_named(app) {
        app.graphql(crate::segments::CREATE, json!({"input": {"name": "Still", "active": false}})).await;
        for (path, status, says) in [
            ("members?nonsense=1", 400, "nonsense is not a parameter"),
            ("members?upload=a/b", 400, "upload must have"),
            ("members?upload=", 400, "upload must have"),
            ("members?upload=a&upload=b", 400, "upload is given twice"),
            ("members?upload=a&part=0&parts=2", 400, "part must be a number"),
            ("members?upload=a&part=x&parts=2", 400, "part must be a number"),
            ("members?upload=a&part=3&parts=2", 400, "part is more than parts"),
            ("members?upload=a&part=1", 400, "parts is missing"),
            ("members?upload=a&part=1&parts=20000", 400, "parts must be a number"),
            ("members?part=1&parts=2", 400, "upload is missing"),
            ("members?upload=a&part=1&parts=2&map=number=id", 400, "map belongs to the call that begins"),
            ("members?upload=a&parts=1", 400, "part is missing"),
            ("members?map=number", 400, "map it must be FIELD=COLUMN"),
            ("members?lines=maybe", 400, "lines must be true or false"),
            ("members?lines", 400, "lines"),
            ("members?create-members", 400, "create-members"),
            ("points?source=till", 400, "lines, negative-is-return and source"),
            ("transactions?lines&map=document=@line", 400, "lines brings"),
            ("transactions?map=document=@line,at=at,amount=amount", 400, "file is missing"),
            ("members?file=a%2Fb.csv", 400, "file must be the name"),
            ("members?format=xml", 400, "format must be csv or ndjson"),
            ("segments/none", 404, "segment: there is no such segment"),
            ("segments/still", 409, "segment: the segment is inactive"),
            ("nothing", 404, "Files of members"),
        ] {
            let answer = upload(&app, path, CSV, ROWS).await;
            assert_eq!(answer.status, status, "{path}: {answer:?}");
            assert!(answer.message().starts_with(says), "{path}: {answer:?}");
            assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
        }
        for (kind, encoding) in [("", ""), ("application/json", ""), ("text/plain", ""), ("text/csv; charset=latin1", ""), (CSV, "br"), (CSV, "gzip, br")] {
            let answer = send(&app, Some(&app.token), "members", &[("content-type", kind), ("content-encoding", encoding)], ROWS).await;
            let plain = kind == CSV && encoding.is_empty();
            assert_eq!(answer.status, if plain { 202 } else { 415 }, "{kind} {encoding}: {answer:?}");
        }
        for method in [reqwest::Method::GET, reqwest::Method::PUT] {
            let answer = app.client().request(method, format!("{}/imports/members", app.base)).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "POST"));
        }
    }

    async fn strangers_and_analysts_may_not(app) {
        let analyst = app.token_of(Role::Analyst).await;
        let admin = app.token_of(Role::Admin).await;
        for (token, status) in [(None, 401), (Some("x"), 401), (Some(analyst.as_str()), 403), (Some(admin.as_str()), 202)] {
            let answer = send(&app, token, "members", &[("content-type", CSV)], ROWS).await;
            assert_eq!(answer.status, status, "{answer:?}");
        }
    }

    async fn a_file_that_cannot_be_read_fails_its_job_with_a_sentence(app) {
        let working = Working::product(&app.app);
        for (path, kind, body, says) in [
            ("members", CSV, "", "is empty"),
            ("members", CSV, "name\nAnn\n", "Members need the field number: give map number=COLUMN."),
            ("members?map=number=id", CSV, ROWS, "The file has no column \"id\"."),
            ("members", NDJSON, "", "is empty"),
            ("members?file=a.gz", "application/gzip", "no gzip", "Members need the field number"),
        ] {
            let job = imported(&app, path, kind, body).await;
            let error = job["error"].as_str().unwrap_or_default();
            assert!(job["status"] == "FAILED" && error.contains(says), "{path}: {job}");
            assert!(!error.contains("--"), "{error}");
        }
        tessera::imports::upload::tidy(&app.app).await.unwrap();
        assert_eq!(pieces(&app).await, 0);
        working.stop().await;
    }
}
