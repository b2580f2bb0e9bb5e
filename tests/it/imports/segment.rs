//! Lists of members that go into a segment.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tessera::imports::{self, Kind, Options};
use tests::{TestApp, command, on_both};

use super::{counts, file, import, options, query};
use crate::segments::{CREATE, numbers, shop};

const SWITCH: [&str; 2] = [
    "mutation($input: SegmentRefInput!) { deactivateSegment(input: $input) { userErrors { message } } }",
    "mutation($input: SegmentRefInput!) { activateSegment(input: $input) { userErrors { message } } }",
];
const REMOVE: &str =
    "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { removedSegmentId userErrors { message } } }";
const VIP: &str = "vip";

fn list(file: PathBuf) -> Options {
    Options { segment: Some(VIP.to_owned()), ..options(Kind::Segment, file, "") }
}

async fn vip(app: &TestApp, members: Value) {
    let made = app.graphql(CREATE, json!({"input": {"name": "Best Gäste", "key": VIP, "members": members}})).await;
    assert_eq!(made["createSegment"]["userErrors"], json!([]));
}

async fn belonging(app: &TestApp) -> u64 {
    let text = "{ segment(ref: {key: \"vip\"}) { memberCount members { totalCount } } }";
    let segment = &app.graphql(text, json!({})).await["segment"];
    assert_eq!(segment["memberCount"], segment["members"]["totalCount"]);
    segment["memberCount"].as_u64().unwrap()
}

/// Members m1, m2 … by a file, which takes less time than by the API.
async fn crowd(app: &TestApp, members: usize) {
    let text: String = std::iter::once("number\n".to_owned()).chain((1..=members).map(|n| format!("m{n}\n"))).collect();
    let report = import(app, options(Kind::Members, file(app, "crowd.csv", text), "")).await;
    assert_eq!(report.created, u64::try_from(members).unwrap());
}

/// The list of so many rows: members m1 … of the crowd, again and again, and every tenth a number that nobody has.
fn rows(count: usize, crowd: usize) -> String {
    let number =
        |row: usize| if row.is_multiple_of(10) { format!("x{row}\n") } else { format!("m{}\n", row % crowd + 1) };
    std::iter::once("number\n".to_owned()).chain((1..=count).map(number)).collect()
}

/// Whom `rows` names.
fn named(count: usize, crowd: usize) -> usize {
    let known = (1..=count).filter(|row| !row.is_multiple_of(10));
    known.map(|row| row % crowd + 1).collect::<BTreeSet<_>>().len()
}

async fn position(app: &TestApp) -> i64 {
    let rows = query(&app.app, &["COALESCE(SUM(position), 0)"], "import WHERE kind = 'segment'").await;
    rows[0].parse().unwrap()
}

fn tessera(app: &TestApp, arguments: &str) -> Output {
    command(&app.url, app.folder()).args(arguments.split_whitespace()).output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

on_both! {
    async fn a_list_goes_into_a_segment(app) {
        shop(&app, 6).await;
        vip(&app, numbers([1])).await;
        let text = "card,note\nm1,a\n m2 ,b\nm3,c\nm2,d\nnobody,e\n,f\nm\x07,g\nm4\nm5,h\n";
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
        file(&app, "list.csv.gz", packed.finish().unwrap());
        let (code, text) = said(&tessera(&app, "import segment vip list.csv.gz --map number=card"));
        assert!(text.starts_with("9 members: 3 new, 2 known already, 4 rejected in "), "{text}");
        assert_eq!(code, Some(0));
        let rejects = std::fs::read_to_string(app.folder().join("list.csv.rejects.csv")).unwrap();
        assert_eq!(rejects, "line,field,reason
6,number,there is no such member
7,number,must not be blank
8,number,this cannot be the name of a member
9,,has 1 cells where the file has 2 columns
");
        let event = ["m.number", "e.kind", "e.reason", "e.actor", "e.segment_key"];
        let events = query(&app.app, &event, "membership_event AS e JOIN member AS m ON m.id = e.member_id ORDER BY e.id").await;
        let came = |number: &str| format!("{number}|JOINED|IMPORTED|tessera import|vip");
        assert_eq!(events, ["m1|JOINED|ASSIGNED|owner@example.org|vip".to_owned(), came("m2"), came("m3"), came("m5")]);
        let members = query(&app.app, &["m.number", "b.via"], "segment_member AS b JOIN member AS m ON m.id = b.member_id ORDER BY m.number").await;
        assert_eq!(members, ["m1|ASSIGNED", "m2|ASSIGNED", "m3|ASSIGNED", "m5|ASSIGNED"]);
        let figures = "{ segment(ref: {key: \"vip\"}) { memberCount reachableCount averageTransactionValue { amount } averageTransactions } }";
        let figures = app.graphql(figures, json!({})).await;
        assert_eq!(figures["segment"], json!({"memberCount": 4, "reachableCount": 1, "averageTransactionValue": {"amount": "27.50"}, "averageTransactions": 1.0}));

        // The same file again finds nothing to do, and leaves no trace.
        let again = import(&app, Options { map: vec![("number".to_owned(), "card".to_owned())], ..list(app.folder().join("list.csv.gz")) }).await;
        assert_eq!(counts(&again), [0, 0, 5, 4]);
        assert_eq!(belonging(&app).await, 4);
        let entry = ["actor", "action", "object_kind", "object_name", "changes", "ip"];
        let entries = query(&app.app, &entry, "audit_entry WHERE action = 'tessera import' AND object_kind = 'Segment'").await;
        let changes = r#"{"duplicates":{"new":2,"old":null},"joined":{"new":3,"old":null},"rejected":{"new":4,"old":null}}"#;
        assert_eq!(entries, [format!("tessera import|tessera import|Segment|Best Gäste|{changes}|-")]);
        assert_eq!(query(&app.app, &["object_id"], "audit_entry WHERE action = 'tessera import' AND object_kind = 'Segment'").await, query(&app.app, &["id"], "segment").await);
    }

    async fn what_cannot_be_meant_is_told_in_a_sentence(app) {
        shop(&app, 2).await;
        vip(&app, numbers([])).await;
        file(&app, "list.csv", "card\nm1\n");
        for (arguments, code, sentence) in [
            ("segment vip", 2, "The segment's key is missing: tessera import segment KEY FILE."),
            ("members vip list.csv", 2, "a key stands only behind segment."),
            ("segment vip list.csv --create-members", 2, "a segment takes members that are there."),
            ("segment vip list.csv --lines", 2, "--lines is for transactions alone."),
            ("segment vip list.csv", 2, "Member lists need the field number: give --map number=COLUMN. The file's columns are card."),
            ("segment vip list.csv --map number=card,email=card", 2, "Member lists have no field \"email\". The fields are number."),
            ("segment vip none.csv", 1, "none.csv cannot be read"),
            ("segment none list.csv --map number=card", 1, "there is no segment with the key \"none\""),
            ("segment No! list.csv --map number=card", 1, "there is no segment with the key \"No!\""),
        ] {
            let (ended, text) = said(&tessera(&app, &format!("import {arguments}")));
            assert!(text.starts_with("error: ") && text.contains(sentence) && text.lines().count() == 1, "{arguments}: {text}");
            assert_eq!(ended, Some(code), "{arguments}: {text}");
        }
        app.graphql(SWITCH[0], json!({"input": {"segment": {"key": VIP}}})).await;
        let (ended, text) = said(&tessera(&app, "import segment vip list.csv --map number=card"));
        assert_eq!((ended, text.as_str()), (Some(1), "error: the segment vip is inactive, so that its membership stands still: activate it first\n"));
        assert_eq!(query(&app.app, &["COUNT(*)"], "import").await, ["0"], "nothing was begun");
        assert_eq!(belonging(&app).await, 0);
    }

    async fn a_killed_list_goes_on_where_it_stopped(app) {
        const ROWS: usize = 40_000;
        const CROWD: usize = 15_000;
        crowd(&app, CROWD).await;
        vip(&app, numbers([2, 3])).await;
        let path = file(&app, "list.csv", rows(ROWS, CROWD));
        let start = || -> Child {
            let mut command = command(&app.url, app.folder());
            command.args(["import", "segment", VIP, "list.csv"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let mut last = 0;
        // Twice, each time after more was taken up.
        for _ in 0..2 {
            let mut process = start();
            while position(&app).await == last {
                assert!(process.try_wait().unwrap().is_none(), "{:?}", process.wait_with_output());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            process.kill().unwrap();
            process.wait().unwrap();
            last = position(&app).await;
        }
        let (code, text) = said(&start().wait_with_output().unwrap());
        let came = named(ROWS, CROWD);
        let (known, unknown) = (ROWS - ROWS / 10 - (came - 2), ROWS / 10);
        assert!(text.starts_with(&format!("40,000 members: {} new, {} known already, {} rejected", thousands(came - 2), thousands(known), thousands(unknown))), "{text}");
        assert!(text.contains(" had been taken up before the interruption."), "{text}");
        assert_eq!(code, Some(0));
        assert_eq!(belonging(&app).await, u64::try_from(came).unwrap());
        let events = query(&app.app, &["COUNT(*)", "COUNT(DISTINCT member_id)"], "membership_event").await;
        assert_eq!(events, [format!("{came}|{came}")]);
        let rejects = std::fs::read_to_string(app.folder().join("list.csv.rejects.csv")).unwrap();
        let lines = (1..=ROWS).filter(|row| row.is_multiple_of(10)).map(|row| format!("{},number,there is no such member\n", row + 1));
        assert_eq!(rejects, std::iter::once("line,field,reason\n".to_owned()).chain(lines).collect::<String>());
        let entries = query(&app.app, &["changes"], "audit_entry WHERE action = 'tessera import' AND object_kind = 'Segment'").await;
        assert_eq!(entries.len(), 1, "one, however often it was interrupted");
        assert!(entries[0].contains(&format!("\"joined\":{{\"new\":{},", came - 2)), "{entries:?}");

        // Another segment of the same key is another one to the same command.
        app.graphql(REMOVE, json!({"input": {"segment": {"key": VIP}}})).await;
        vip(&app, numbers([])).await;
        let report = import(&app, list(path)).await;
        assert_eq!((report.resumed_at, report.created), (None, u64::try_from(came).unwrap()));
    }

    async fn a_segment_that_goes_meanwhile_stops_the_list(app) {
        const ROWS: usize = 60_000;
        const CROWD: usize = 15_000;
        crowd(&app, CROWD).await;
        vip(&app, numbers([])).await;
        let path = file(&app, "list.csv", rows(ROWS, CROWD));
        let mut stayed = 0;
        for (change, sentence) in [
            (SWITCH[0], "the segment vip was switched off meanwhile; what was taken up before stays"),
            (REMOVE, "the segment vip was removed meanwhile; what was taken up before stays"),
        ] {
            let before = position(&app).await;
            let running = tokio::spawn({
                let (app, given) = (app.app.clone(), list(path.clone()));
                async move { imports::run(&app, given).await }
            });
            while position(&app).await == before {
                assert!(!running.is_finished(), "{:?}", running.await);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            app.graphql(change, json!({"input": {"segment": {"key": VIP}}})).await;
            let error = running.await.unwrap().unwrap_err();
            assert_eq!(error.to_string(), sentence);
            let came: i64 = query(&app.app, &["COUNT(*)"], "membership_event WHERE reason = 'IMPORTED'").await[0].parse().unwrap();
            if change == SWITCH[0] {
                stayed = belonging(&app).await;
                assert!(stayed > 0 && i64::try_from(stayed).unwrap() == came, "{stayed} {came}");
                app.graphql(SWITCH[1], json!({"input": {"segment": {"key": VIP}}})).await;
            } else {
                assert!(came > i64::try_from(stayed).unwrap(), "it went on where it had stopped: {stayed} {came}");
            }
        }
    }
}

fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}
