//! The same file does the same, whichever way it comes in.

use serde_json::json;
use tessera::imports::{Kind, Options};
use tests::{Random, TestApp, on_both, random};

use super::{CSV, NDJSON, imported, ndjson, over, packed, pieces, rejects, send, upload};
use crate::imports::{books, file, import, options, same, shop};
use crate::jobs::Working;

const FIGURES: &str = "{ segments { nodes { memberCount averageSpending { amount } averageClv { amount } } } }";

/// Another shop into which the file came at the command line.
async fn beside(app: &TestApp, text: &str, change: impl FnOnce(&mut Options)) -> (TestApp, String) {
    let other = TestApp::start(app.database).await;
    let mut given =
        Options { create_members: true, ..options(Kind::Transactions, file(&other, "sales.csv", text), "") };
    change(&mut given);
    let report = import(&other, given).await;
    let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
    (other, rejects.replace("--create", "create"))
}

async fn expect_same(app: &TestApp, other: TestApp) {
    same(&books(&app.app).await, &books(&other.app).await);
    assert_eq!(app.graphql(FIGURES, json!({})).await, other.graphql(FIGURES, json!({})).await);
    assert_eq!(pieces(app).await, 0, "what was imported is not kept");
    other.stop().await;
}

fn sales(random: &mut Random) -> String {
    shop::sales(6_500, random)
}

on_both! {
    async fn a_file_comes_whole(app) {
        let text = sales(&mut random("a whole file"));
        let working = Working::product(&app.app);
        let job = imported(&app, "transactions?create-members&file=sales.csv", CSV, text.clone()).await;
        let (other, left_out) = beside(&app, &text, |_| {}).await;
        assert_eq!((&job["status"], &job["kind"], &job["error"]), (&json!("SUCCEEDED"), &json!("IMPORT"), &json!(null)), "{job}");
        assert_eq!(job["done"], job["total"], "{job}");
        assert_eq!(job["rejected"], left_out.lines().count() - 1);
        assert_eq!(rejects(&app, &job).await, left_out);
        let url = job["rejects"]["url"].as_str().unwrap();
        assert_eq!(app.client().get(url).send().await.unwrap().status(), 410, "a link works once");
        expect_same(&app, other).await;
        working.stop().await;
    }

    async fn a_file_comes_packed(app) {
        let text = sales(&mut random("a packed file"));
        let working = Working::product(&app.app);
        let headers = [("content-type", CSV), ("content-encoding", "gzip")];
        let first = send(&app, Some(&app.token), "transactions?create-members=true", &headers, packed(text.as_bytes())).await;
        assert_eq!((first.status, &over(&app, first.job()).await["status"]), (202, &json!("SUCCEEDED")));
        // Again, and as a file that is packed itself: all is known.
        let job = imported(&app, "transactions?create-members&file=sales.csv.gz", "application/gzip", packed(text.as_bytes())).await;
        assert_eq!(job["status"], "SUCCEEDED", "{job}");
        let (other, _) = beside(&app, &text, |_| {}).await;
        expect_same(&app, other).await;
        working.stop().await;
    }

    async fn a_file_comes_as_objects(app) {
        let text = sales(&mut random("a file of objects"));
        let working = Working::product(&app.app);
        let job = imported(&app, "transactions?create-members", NDJSON, ndjson(&text)).await;
        assert_eq!(job["status"], "SUCCEEDED", "{job}");
        let (other, left_out) = beside(&app, &text, |_| {}).await;
        // The first object stands on the first line, the first row on the second.
        let moved = rejects(&app, &job).await.lines().map(|line| match line.split_once(',') {
            Some((number, rest)) if number != "line" => format!("{},{rest}\n", number.parse::<u64>().unwrap() + 1),
            _ => format!("{line}\n"),
        }).collect::<String>();
        assert_eq!(moved, left_out);
        expect_same(&app, other).await;
        working.stop().await;
    }

    async fn lines_come_in_parts_in_any_order_and_again(app) {
        let mut chance = random("a file in parts");
        let text = shop::lines(3_000, 500, &mut chance);
        let bytes = packed(text.as_bytes());
        let size = bytes.len().div_ceil(5);
        let parts: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
        let count = parts.len();
        let call = |part: usize| format!("transactions?upload=sales-1&part={}&parts={count}", part + 1);
        let begin = format!("transactions?upload=sales-1&parts={count}&lines&negative-is-return&create-members&file=sales.csv.gz");
        let early = upload(&app, &begin, CSV, "").await;
        assert_eq!(early.status, 404, "{early:?}");
        for part in (0..count).rev().chain([1, 1]) {
            let noise = upload(&app, &call(part), "application/gzip", b"something else".to_vec()).await;
            assert_eq!(noise.status, 200, "{noise:?}");
            let sent = upload(&app, &call(part), "application/gzip", parts[part].clone()).await;
            assert_eq!(sent.status, 200, "{sent:?}");
            if part > 0 && sent.body["missing"] != json!([]) {
                let missing = upload(&app, &begin, CSV, "").await;
                assert_eq!(missing.status, 409, "{missing:?}");
                assert!(missing.message().starts_with("parts: of "), "{missing:?}");
            }
        }
        let working = Working::product(&app.app);
        let begun = upload(&app, &begin, CSV, "").await;
        assert_eq!(begun.status, 202, "{begun:?}");
        let job = over(&app, begun.job()).await;
        assert_eq!(job["status"], "SUCCEEDED", "{job}");
        let (other, left_out) = beside(&app, &text, |options| (options.lines, options.negative_is_return) = (true, true)).await;
        assert_eq!(rejects(&app, &job).await, left_out);
        expect_same(&app, other).await;
        working.stop().await;
    }

    async fn every_kind_of_rows_comes_in(app) {
        let working = Working::product(&app.app);
        let at = "2026-01-05T10:00:00Z";
        let people = "id,first\nm1,Ann\nm2,Bea\n,Nobody\n";
        let job = imported(&app, "members?map=number=id,first_name=first", CSV, people).await;
        assert_eq!((&job["status"], &job["rejected"]), (&json!("SUCCEEDED"), &json!(1)), "{job}");
        let points = format!("document,member,kind,points,at\np1,m1,EARNED,5,{at}\n");
        assert_eq!(imported(&app, "points", CSV, points).await["rejected"], 0);
        let answers = format!("{{\"member\":\"m1\",\"survey\":\"nps\",\"score\":9,\"at\":\"{at}\"}}\n");
        let path = "feedback?map=document=@line,member=member&map=survey=survey,score=score,at=at&file=answers.ndjson";
        assert_eq!(imported(&app, path, NDJSON, answers).await["status"], "SUCCEEDED");
        app.graphql(crate::segments::CREATE, json!({"input": {"name": "Winter"}})).await;
        let job = imported(&app, "segments/winter", CSV, "number\nm1\nm2\nnobody\n").await;
        assert_eq!((&job["status"], &job["rejected"]), (&json!("SUCCEEDED"), &json!(1)), "{job}");
        assert_eq!(rejects(&app, &job).await, "line,field,reason\n4,number,there is no such member\n");
        let found = app.graphql("{ segment(ref: {key: \"winter\"}) { memberCount } member(ref: {number: \"m1\"}) {
            firstName metrics { pointsBalance } } surveys { key responses } }", json!({})).await;
        assert_eq!(found, json!({"segment": {"memberCount": 2}, "member": {"firstName": "Ann", "metrics": {"pointsBalance": "5"}},
            "surveys": [{"key": "nps", "responses": 1}]}));
        working.stop().await;
    }

    async fn what_came_in_is_in_the_log(app) {
        let working = Working::product(&app.app);
        let job = imported(&app, "members?file=people.csv", CSV, "number,city\nm1,Secretville\n").await;
        assert_eq!((&job["status"], &job["rejects"]), (&json!("SUCCEEDED"), &json!(null)), "{job}");
        let log = app.graphql("{ auditLog(first: 2) { nodes { action actor objectKind objectName changes } } }", json!({})).await;
        let nodes = log["auditLog"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|node| node["action"] == "importFile" && node["actor"] == tests::OWNER), "{log}");
        assert_eq!((&nodes[0]["objectKind"], &nodes[0]["objectName"]), (&json!("Member"), &json!("1 member")));
        assert_eq!((&nodes[1]["objectKind"], &nodes[1]["changes"]["target"]["new"]), (&json!("Job"), &json!("members")), "{log}");
        assert!(!log.to_string().contains("Secretville"), "{log}");
        working.stop().await;
    }
}
