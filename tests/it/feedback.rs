//! Answers to surveys: what is taken, what is refused, what counts once, and which surveys there are.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tessera::members::{MemberRef, resolve_one};
use tests::{Database, TestApp, on_both};

use crate::calls::{FEEDBACK, Taken, UPSERT, days, from_now, make, members, metrics, problems, refused, send};
use crate::documents::with;

fn answer(document: &str, score: i64) -> Value {
    json!({"member": {"number": "m1"}, "survey": "post-purchase", "score": score, "at": days(-1), "document": document})
}

/// The answers that are kept, by member and document.
async fn kept(app: &TestApp) -> Vec<String> {
    let db = app.app.db.writer();
    let text = "SELECT m.number || '|' || f.document || '|' || f.survey || '|' || f.survey_folded || '|' || f.score || '|'
        || COALESCE(f.comment, '-') AS line FROM feedback AS f JOIN member AS m ON m.id = f.member_id ORDER BY m.number, f.document";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "line").unwrap()).collect()
}

async fn surveys(app: &TestApp) -> Value {
    app.graphql("{ surveys { key responses lastAt } }", json!({})).await["surveys"].clone()
}

/// Sends one list of answers by several callers at once.
async fn at_once(app: &Arc<TestApp>, lists: Vec<Vec<Value>>) -> Vec<Taken> {
    let calls = lists.into_iter().map(|rows| {
        let app = Arc::clone(app);
        tokio::spawn(async move { send(&app, FEEDBACK, json!(rows)).await })
    });
    join_all(calls).await.into_iter().map(|taken| taken.unwrap()).collect()
}

on_both! {
    async fn what_cannot_be_recorded_is_named(app) {
        members(&app, &["m1"]).await;
        make(&app, UPSERT, json!([{"number": "x", "email": "t@example.org"}, {"number": "y", "email": "T@example.org"}])).await;
        let good = answer("f", 9);
        for (change, problem) in [
            (json!({"score": -1}), "score INVALID"),
            (json!({"score": 11}), "score INVALID"),
            (json!({"score": 2_147_483_648_i64}), "score INVALID"),
            (json!({"score": i64::MIN}), "score INVALID"),
            (json!({"survey": ""}), "survey BLANK"),
            (json!({"survey": " \u{a0}"}), "survey BLANK"),
            (json!({"survey": "s".repeat(51)}), "survey TOO_LONG"),
            (json!({"survey": "a\nb"}), "survey INVALID"),
            (json!({"survey": "a\u{0}"}), "survey INVALID"),
            (json!({"comment": "c".repeat(2_001)}), "comment TOO_LONG"),
            (json!({"comment": "c".repeat(1 << 20)}), "comment TOO_LONG"),
            (json!({"comment": "a\u{0}b"}), "comment INVALID"),
            (json!({"comment": "a\rb"}), "comment INVALID"),
            (json!({"document": " "}), "document BLANK"),
            (json!({"document": "\u{0}"}), "document INVALID"),
            (json!({"document": "x".repeat(101)}), "document TOO_LONG"),
            (json!({"at": "1899-12-31T00:00:00Z"}), "at INVALID"),
            (json!({"at": "0000-01-01T00:00:00Z"}), "at INVALID"),
            (json!({"at": from_now(chrono::TimeDelta::minutes(24 * 60 + 1))}), "at INVALID"),
            (json!({"member": {"number": "nobody"}}), "member NOT_FOUND"),
            (json!({"member": {"number": " "}}), "member INVALID"),
            (json!({"member": {"email": "t@Example.org"}}), "member AMBIGUOUS"),
            (json!({"member": {"id": "junk"}}), "member NOT_FOUND"),
        ] {
            assert_eq!(refused(&app, FEEDBACK, with(&good, &change)).await, problem, "{change}");
        }
        for change in [
            json!({"score": 9_223_372_036_854_775_808_u64}), json!({"score": 9.5}), json!({"score": "9"}), json!({"score": null}),
            json!({"survey": null}), json!({"survey": 7}), json!({"at": "10000-01-01T00:00:00Z"}), json!({"member": null}), json!({"document": null}),
        ] {
            let answer = app.send(Some(&app.token), FEEDBACK, json!({"t": [with(&good, &change)]})).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{change}: {}", answer.body);
            let field = change.as_object().unwrap().keys().next().unwrap();
            assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains(field), "{change}: {}", answer.body);
        }
        assert_eq!((kept(&app).await, surveys(&app).await), (vec![], json!([])));
        // Good rows between bad ones are kept, also at their bounds.
        let long = format!("{}\n{}", "c".repeat(999), "d".repeat(1_000));
        let rows = json!([
            good,
            with(&good, &json!({"document": "g", "score": 12, "survey": "s"})),
            with(&good, &json!({"document": "h", "score": 0, "survey": format!(" {} ", "S".repeat(50)), "comment": long})),
            with(&good, &json!({"document": "i", "score": 10, "comment": " \n "})),
            with(&good, &json!({"document": "j", "comment": "one\r\ntwo"})),
            with(&good, &json!({"document": "k", "member": {"number": "nobody"}})),
        ]);
        let taken = send(&app, FEEDBACK, rows).await;
        let named = vec!["1.score INVALID".to_owned(), "5.member NOT_FOUND".to_owned()];
        assert_eq!(taken, Taken { created: 4, updated: 0, duplicates: 0, problems: named });
        let expected = [
            "m1|f|post-purchase|post-purchase|9|-".to_owned(),
            format!("m1|h|{}|{}|0|{long}", "S".repeat(50), "s".repeat(50)),
            "m1|i|post-purchase|post-purchase|10|-".to_owned(),
            "m1|j|post-purchase|post-purchase|9|one\ntwo".to_owned(),
        ];
        assert_eq!(kept(&app).await, expected);
    }

    async fn ten_thousand_are_taken_and_no_more(app) {
        let names: Vec<String> = (0..50).map(|member| format!("n{member}")).collect();
        members(&app, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let many: Vec<Value> = (0..10_001)
            .map(|row| with(&answer(&format!("t{row}"), row % 11), &json!({"member": {"number": names[row as usize % 50]}})))
            .collect();
        let refused = app.graphql(FEEDBACK, json!({ "t": many })).await;
        assert_eq!(refused["recordFeedback"]["userErrors"][0]["code"], "TOO_MANY");
        assert_eq!(refused["recordFeedback"]["userErrors"][0]["field"], json!(["input", "responses"]));
        assert_eq!(surveys(&app).await, json!([]));
        make(&app, FEEDBACK, many[..10_000].iter().cloned().collect()).await;
        assert_eq!(surveys(&app).await, json!([{"key": "post-purchase", "responses": 10_000, "lastAt": days(-1)}]));
        assert_eq!(send(&app, FEEDBACK, many[..10_000].iter().cloned().collect()).await.duplicates, 10_000);
        assert_eq!(send(&app, FEEDBACK, json!([])).await, Taken { created: 0, updated: 0, duplicates: 0, problems: vec![] });
    }

    async fn an_answer_counts_once(app) {
        make(&app, UPSERT, json!([{"number": "m1", "email": "m1@example.org"}, {"number": "m2"}])).await;
        let row = with(&answer("f1", 9), &json!({"comment": "Fine"}));
        let other = with(&row, &json!({"member": {"number": "m2"}}));
        let again = with(&row, &json!({"member": {"email": "M1@example.org"}, "document": " f1 ", "comment": " Fine\r\n", "survey": " post-purchase"}));
        let taken = send(&app, FEEDBACK, json!([row, row, other, again])).await;
        assert_eq!(taken, Taken { created: 2, updated: 0, duplicates: 2, problems: vec![] });
        assert_eq!(send(&app, FEEDBACK, json!([again, other])).await.duplicates, 2);
        for change in [
            json!({"score": 8}), json!({"survey": "Post-Purchase"}), json!({"survey": "nps"}), json!({"at": days(-2)}),
            json!({"comment": "Fine!"}), json!({"comment": null}),
        ] {
            assert_eq!(refused(&app, FEEDBACK, with(&row, &change)).await, "document CONFLICT", "{change}");
        }
        let twice = with(&row, &json!({"document": "f2"}));
        assert_eq!(problems(&app, FEEDBACK, json!([twice, with(&twice, &json!({"score": 0}))])).await, ["1.document CONFLICT"]);
        assert_eq!(kept(&app).await, ["m1|f1", "m1|f2", "m2|f1"].map(|begin| format!("{begin}|post-purchase|post-purchase|9|Fine")));
        // The books know nothing of it.
        assert_eq!(metrics(&app, "m1").await["pointsBalance"], "0");
    }

    async fn surveys_are_told_apart_by_their_folded_keys(app) {
        members(&app, &["m1", "m2"]).await;
        assert_eq!(surveys(&app).await, json!([]));
        let given = |document: &str, survey: &str, at: &str| with(&answer(document, 5), &json!({"survey": survey, "at": at}));
        make(&app, FEEDBACK, json!([
            given("a", "NPS", "2024-01-03T00:00:00Z"), given("b", "nps", "2024-01-02T00:00:00Z"), given("c", "ＮPs", "2024-01-01T00:00:00Z"),
            given("d", "żurek", "2024-01-01T00:00:00Z"), given("e", "Zurich", "2023-01-01T00:00:00+02:00"), given("f", "apples", "2024-01-01T00:00:00.250Z"),
        ])).await;
        let other = with(&given("a", "APPLES", "2024-01-01T00:00:00.250Z"), &json!({"member": {"number": "m2"}}));
        make(&app, FEEDBACK, json!([other])).await;
        let expected = json!([
            {"key": "APPLES", "responses": 2, "lastAt": "2024-01-01T00:00:00.250Z"},
            {"key": "NPS", "responses": 3, "lastAt": "2024-01-03T00:00:00.000Z"},
            {"key": "Zurich", "responses": 1, "lastAt": "2022-12-31T22:00:00.000Z"},
            {"key": "żurek", "responses": 1, "lastAt": "2024-01-01T00:00:00.000Z"},
        ]);
        assert_eq!(surveys(&app).await, expected);
        let answer = app.send(Some(&app.token), "{ surveys { key } }", json!({})).await;
        assert_eq!(answer.statements(), 1, "{}", answer.body);
    }

    async fn the_same_answers_at_once_count_once(app) {
        let names: Vec<String> = (0..30).map(|member| format!("n{member}")).collect();
        members(&app, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let row = |place: usize, score: i64| with(&answer(&format!("f{}", place / 30), score), &json!({"member": {"number": names[place % 30]}}));
        for round in 0_usize..4 {
            // Every caller names the members in another order.
            let places = |caller: usize| (0..60).map(move |place| round * 60 + (place * 7 + caller * 13) % 60);
            let taken = at_once(&app, (0..6).map(|caller| places(caller).map(|place| row(place, 9)).collect()).collect()).await;
            let sum = |of: fn(&Taken) -> u64| taken.iter().map(of).sum::<u64>();
            assert_eq!((sum(|one| one.created), sum(|one| one.duplicates)), (60, 300), "{taken:?}");
            assert!(taken.iter().all(|one| one.problems.is_empty()), "{taken:?}");
        }
        // Of different bodies one stays, and the others are told so.
        let taken = at_once(&app, (0..6).map(|score| vec![row(1_000, score)]).collect()).await;
        assert_eq!(taken.iter().map(|one| one.created).sum::<u64>(), 1, "{taken:?}");
        assert_eq!(taken.iter().filter(|one| one.problems == ["0.document CONFLICT"]).count(), 5, "{taken:?}");
        assert_eq!(kept(&app).await.len(), 241);
    }

    async fn an_answer_waits_for_whoever_holds_its_member(app) {
        members(&app, &["m1", "m2"]).await;
        make(&app, FEEDBACK, json!([answer("known", 3)])).await;
        let found = resolve_one(app.app.db.reader(), &MemberRef::Number("m1".to_owned())).await.unwrap().unwrap();
        let txn = app.app.db.begin().await.unwrap();
        tessera::figures::lock_members(&txn, &[found]).await.unwrap();
        let recording = tokio::spawn({
            let app = Arc::clone(&app);
            async move { send(&app, FEEDBACK, json!([answer("f", 9)])).await }
        });
        if app.database == Database::Postgres {
            // Nobody waits for a member of whom nothing is written.
            let other = with(&answer("f", 9), &json!({"member": {"number": "m2"}}));
            let taken = send(&app, FEEDBACK, json!([answer("known", 3), other])).await;
            assert_eq!((taken.created, taken.duplicates), (1, 1), "{taken:?}");
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!recording.is_finished(), "{:?}", recording.await);
        txn.commit().await.unwrap();
        assert_eq!(recording.await.unwrap().created, 1);
    }
}
