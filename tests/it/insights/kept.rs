//! Figures are worked out once for as long as nothing changes, and whoever has changed something sees it.

use std::sync::Arc;

use entity::kinds::Role;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Database, TestApp, on_both};

use crate::calls::{RECORD, UPSERT, days, make, members, segment, send};

const SNAPSHOT: &str =
    "{ valueSnapshot { asOf nonMembers { transactions customers } members { transactions customers } } }";

/// How many figures were found, and how many were worked out.
fn counts(app: &TestApp) -> (u64, u64) {
    let text = app.app.metrics.encode();
    let count = |outcome: &str| {
        let line = format!("tessera_figures_total{{outcome=\"{outcome}\"}} ");
        text.lines().find_map(|found| found.strip_prefix(&line)).map_or(0, |count| count.parse().unwrap())
    };
    (count("hit"), count("miss"))
}

/// The programme began long ago, so that the snapshot has 12 months.
async fn began(app: &TestApp) {
    let updated = crate::program::update(app, json!({"launchedOn": "2020-01-01"})).await;
    assert_eq!(updated["userErrors"], json!([]), "{updated}");
}

async fn snapshot(app: &TestApp) -> Value {
    app.graphql(SNAPSHOT, json!({})).await["valueSnapshot"].clone()
}

fn sale(document: &str, number: Option<&str>) -> Value {
    json!({"document": document, "member": number.map(|number| json!({"number": number})), "amount": "1", "at": days(-1)})
}

on_both! {
    async fn what_is_asked_again_is_worked_out_once(app) {
        began(&app).await;
        members(&app, &["a"]).await;
        make(&app, RECORD, json!([sale("1", Some("a"))])).await;
        let first = snapshot(&app).await;
        assert_eq!(counts(&app), (0, 1));
        for _ in 0..3 {
            assert_eq!(snapshot(&app).await, first, "with the instant at which it was worked out");
        }
        assert_eq!(counts(&app), (3, 1));
        // Another question is another figure; the same in other words is not.
        app.graphql("{ valueSnapshot(from: \"2024-01-01\") { notes } }", json!({})).await;
        assert_eq!(counts(&app), (3, 2));
        app.graphql("query($d: Date) { valueSnapshot(from: $d) { to } }", json!({"d": "2024-01-01"})).await;
        assert_eq!(counts(&app), (4, 2));
        make(&app, RECORD, json!([sale("2", Some("a"))])).await;
        let after = snapshot(&app).await;
        assert_eq!(counts(&app), (4, 3));
        assert!(after["asOf"].as_str() > first["asOf"].as_str(), "{first} {after}");
    }

    async fn many_who_ask_at_once_wait_for_one(app) {
        began(&app).await;
        members(&app, &["a", "b"]).await;
        make(&app, RECORD, json!([sale("1", Some("a")), sale("2", None)])).await;
        let answers = join_all((0..12).map(|_| snapshot(&app))).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(counts(&app), (11, 1));
        // A page of segments is one figure; what is known of some of them is not worked out anew.
        for key in ["one", "two", "three"] {
            segment(&app, key, &["a"]).await;
        }
        let page = "query($n: Int) { segments(first: $n, orderBy: {field: NAME}) { nodes { profile(by: COUNTRY) { value } snapshot { notes } } } }";
        app.graphql(page, json!({"n": 2})).await;
        assert_eq!(counts(&app), (11, 3));
        app.graphql(page, json!({"n": 3})).await;
        assert_eq!(counts(&app), (15, 5), "two were found of each, one of each was missing");
    }

    async fn whoever_changed_something_sees_it(app) {
        began(&app).await;
        let numbers: Vec<String> = (0..12).map(|number| format!("m{number}")).collect();
        make(&app, UPSERT, numbers.iter().map(|number| json!({"number": number})).collect()).await;
        segment(&app, "some", &[]).await;
        let ask = async |question: &str, path: &str| app.graphql(&format!("{{ {question} }}"), json!({})).await.pointer(path).unwrap().clone();
        for (place, number) in numbers.iter().enumerate() {
            // Of somebody, and of nobody.
            let own = (place % 2 == 0).then_some(number.as_str());
            make(&app, RECORD, json!([sale(number, own)])).await;
            assert_eq!(snapshot(&app).await["nonMembers"]["transactions"], place + 1);
            let call = "mutation($i: AssignMembersInput!) { assignMembers(input: $i) { changed } }";
            app.graphql(call, json!({"i": {"segment": {"key": "some"}, "members": [{"number": number}]}})).await;
            let bought = ask("segment(ref: {key: \"some\"}) { snapshot { nonMembers { customers } } }", "/segment/snapshot/nonMembers/customers").await;
            assert_eq!(bought, place / 2 + 1, "who came to a segment changes its figures");
        }
        for left in (0..5).rev() {
            let call = "mutation($i: AssignMembersInput!) { unassignMembers(input: $i) { changed } }";
            let number = &numbers[left * 2];
            app.graphql(call, json!({"i": {"segment": {"key": "some"}, "members": [{"number": number}]}})).await;
            let bought = ask("segment(ref: {key: \"some\"}) { snapshot { nonMembers { customers } } }", "/segment/snapshot/nonMembers/customers").await;
            assert_eq!(bought, left + 1, "who left it does, too");
        }
        // A return of nobody's sale takes it out of the transactions.
        let back = json!({"document": "back", "kind": "RETURN", "amount": "1", "at": days(0), "returnsDocument": "m1"});
        make(&app, RECORD, json!([back])).await;
        assert_eq!(snapshot(&app).await["nonMembers"]["transactions"], 11);
        for (margin, value) in [("0.5", "3.00"), ("0.25", "1.50")] {
            crate::program::update(&app, json!({"grossMargin": margin})).await;
            let missing = ask("rfm { groups { members averageClv { amount } spending { amount } } }", "/rfm/groups").await;
            let clv: f64 = missing.as_array().unwrap().iter().map(|group| group["averageClv"]["amount"].as_str().map_or(0.0, |mean| mean.parse::<f64>().unwrap() * group["members"].as_f64().unwrap())).sum();
            assert_eq!(format!("{clv:.2}"), value, "{missing}");
        }
        // An enrolment turns a guest into a member.
        make_changed(&app, "m0").await;
        let shown = snapshot(&app).await;
        assert_eq!((&shown["members"]["transactions"], &shown["nonMembers"]["transactions"]), (&json!(1), &json!(10)));
    }

    async fn nobody_is_counted_twice_while_persons_are_erased(app) {
        began(&app).await;
        const PEOPLE: usize = 25;
        let numbers: Vec<String> = (0..PEOPLE).map(|number| format!("m{number}")).collect();
        make(&app, UPSERT, numbers.iter().map(|number| json!({"number": number, "enrolledAt": days(-9)})).collect()).await;
        make(&app, RECORD, numbers.iter().flat_map(|number| [sale(number, Some(number)), sale(&format!("{number} too"), Some(number))]).collect()).await;
        let all = json!(2 * PEOPLE);
        assert_eq!(snapshot(&app).await["members"]["transactions"], all);
        let erasing = {
            let app = Arc::clone(&app);
            async move {
                for number in &numbers {
                    crate::privacy::erase(&app, number).await;
                }
            }
        };
        let erasing = tokio::spawn(erasing);
        let mut seen = 0;
        while !erasing.is_finished() {
            let shown = snapshot(&app).await;
            let count = |group: &str, name: &str| shown[group][name].as_i64().unwrap();
            assert_eq!(json!(count("members", "transactions") + count("nonMembers", "transactions")), all, "{shown}");
            assert_eq!(2 * count("members", "customers"), count("members", "transactions"), "{shown}");
            seen += 1;
        }
        erasing.await.unwrap();
        println!("looked {seen} times");
        assert_eq!(snapshot(&app).await["nonMembers"]["transactions"], all);
    }
}

async fn make_changed(app: &TestApp, number: &str) {
    let taken = send(app, UPSERT, json!([{"number": number, "enrolledAt": days(-2)}])).await;
    assert_eq!((taken.updated, taken.problems.len()), (1, 0));
}

/// Another process writes; this one has kept an answer.
async fn beside(app: Arc<TestApp>) {
    began(&app).await;
    let other = crate::lens::beside(&app, true).await;
    for number in 0..10 {
        make(&other, RECORD, json!([sale(&number.to_string(), None)])).await;
        for app in [&*app, &other] {
            assert_eq!(snapshot(app).await["nonMembers"]["transactions"], number + 1);
        }
    }
    other.stop().await;
}

#[test]
fn another_process_is_seen() {
    tests::run(Database::Postgres, beside);
}

on_both! {
    async fn everyone_may_see_what_was_worked_out_for_another(app) {
        let analyst = app.token_of(Role::Analyst).await;
        snapshot(&app).await;
        let answer = app.send(Some(&analyst), SNAPSHOT, Value::Null).await;
        assert!(answer.body.get("errors").is_none(), "{}", answer.body);
        assert_eq!(counts(&app), (1, 1));
    }
}
