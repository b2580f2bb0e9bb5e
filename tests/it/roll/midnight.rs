//! Around local midnight: the edges of days with 23 and 25 hours, what is recorded between midnight and the roll, and the
//! server's own housekeeping.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Database, TestApp};
use tokio_util::sync::CancellationToken;

use super::{day, ends, reopened, run, unrolled};
use crate::calls::{RECORD, figures, make, members, metrics, segment};

/// Both databases, with a programme that stands at the end of a day.
macro_rules! standing_on {
    ($today:literal: $(async fn $name:ident($app:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn body($app: Arc<TestApp>) $body

            #[test]
            fn sqlite() {
                run(Database::Sqlite, $today, body);
            }

            #[test]
            fn postgres() {
                run(Database::Postgres, $today, body);
            }
        }
    )*};
}

fn row(document: &str, amount: &str, at: impl Into<Value>) -> Value {
    json!({"document": document, "member": {"number": "m1"}, "amount": amount, "at": at.into()})
}

async fn year(app: &TestApp) -> (String, String) {
    let text = |value: Value| value.as_str().unwrap().to_owned();
    (
        text(metrics(app, "m1").await["spendingLast12Months"].clone()),
        text(figures(app, "s").await["averageSpending"].clone()),
    )
}

fn both(amount: &str) -> (String, String) {
    (amount.to_owned(), amount.to_owned())
}

standing_on! { "2025-12-31":
    async fn a_day_begins_and_ends_at_local_midnight(app) {
        members(&app, &["m1"]).await;
        segment(&app, "s", &["m1"]).await;
        // The days on which the clocks went forward and back have 23 and 25 hours.
        assert_eq!(ends(day("2024-03-31")), ["2024-03-31T00:00:00.000+01:00", "2024-03-31T23:59:59.999+02:00"]);
        assert_eq!(ends(day("2024-10-27")), ["2024-10-27T00:00:00.000+02:00", "2024-10-27T23:59:59.999+01:00"]);
        let mut rows = Vec::new();
        let days = ["2024-03-30", "2024-03-31", "2024-04-01", "2024-10-26", "2024-10-27", "2024-10-28"];
        for (place, on) in days.into_iter().enumerate() {
            for (edge, at) in ends(day(on)).into_iter().enumerate() {
                rows.push(row(&format!("{on}-{edge}"), &format!("{}.00", 10_i64.pow(place as u32) * (edge as i64 + 1)), at));
            }
        }
        make(&app, RECORD, rows.into()).await;
        for (today, expected) in [
            ("2024-03-30", "3.00"),
            ("2024-03-31", "33.00"),
            ("2024-04-01", "333.00"),
            ("2024-10-26", "3333.00"),
            ("2024-10-27", "33333.00"),
            ("2024-10-28", "333333.00"),
            ("2025-03-29", "333333.00"),
            ("2025-03-30", "333330.00"),
            ("2025-03-31", "333300.00"),
            ("2025-04-01", "333000.00"),
            ("2025-10-25", "333000.00"),
            ("2025-10-26", "330000.00"),
            ("2025-10-27", "300000.00"),
            ("2025-10-28", "0.00"),
        ] {
            let later = reopened(&app, day(today)).await;
            assert_eq!(year(&later).await, both(expected), "{today}");
            later.stop().await;
        }
    }

    async fn what_is_recorded_between_midnight_and_the_roll_counts_when_it_rolls(app) {
        members(&app, &["m1"]).await;
        segment(&app, "s", &["m1"]).await;
        // One that leaves at midnight, one that stays, and one a day ahead.
        let ahead = ends(day("2026-01-01"));
        make(&app, RECORD, json!([row("leaves", "1.00", ends(day("2025-01-01"))[1].clone()), row("stays", "10.00", ends(day("2025-01-02"))[0].clone()),
            row("ahead", "100.00", ahead[0].clone()), row("last", "1000.00", ahead[1].clone())])).await;
        assert_eq!(year(&app).await, both("11.00"));
        let before = figures(&app, "s").await["statsAt"].clone();
        // It is midnight, and nothing was rolled yet.
        let (tomorrow, _folder) = unrolled(&app, day("2026-01-01")).await;
        record(&tomorrow, "late", 5, &ends(day("2026-01-02"))[0]).await;
        record(&tomorrow, "new", 7, &ends(day("2026-01-01"))[0]).await;
        record(&tomorrow, "old", 9, &ends(day("2025-01-01"))[0]).await;
        assert_eq!(year(&app).await, both("20.00"));
        app.verify().await;
        assert!(tessera::figures::roll::to_today(&tomorrow).await.unwrap());
        assert!(!tessera::figures::roll::to_today(&tomorrow).await.unwrap(), "it was rolled already");
        assert_eq!(year(&app).await, both("1117.00"));
        assert_ne!(figures(&app, "s").await["statsAt"], before);
        // What comes afterwards, by a caller whose clock is behind, is reckoned with the day that was rolled to.
        make(&app, RECORD, json!([row("behind", "2.00", ends(day("2025-01-01"))[0].clone()), row("ahead too", "3.00", ahead[0].clone())])).await;
        assert_eq!(year(&app).await, both("1120.00"));
        app.verify().await;
        tomorrow.db.close().await.unwrap();
    }

    async fn a_return_leaves_with_its_own_day(app) {
        members(&app, &["m1"]).await;
        segment(&app, "s", &["m1"]).await;
        let mut back = row("back", "30.00", ends(day("2025-06-01"))[0].clone());
        back["kind"] = json!("RETURN");
        back["returnsDocument"] = json!("sale");
        make(&app, RECORD, json!([row("sale", "50.00", ends(day("2025-01-15"))[0].clone()), back])).await;
        assert_eq!(year(&app).await, both("20.00"));
        for (today, expected) in [("2026-01-14", "20.00"), ("2026-01-15", "-30.00"), ("2026-05-31", "-30.00"), ("2026-06-01", "0.00"), ("2025-03-01", "50.00")] {
            let later = reopened(&app, day(today)).await;
            assert_eq!(year(&later).await, both(expected), "{today}");
            assert_eq!(metrics(&later, "m1").await["transactions"], 1);
            later.stop().await;
        }
    }

    async fn the_servers_housekeeping_rolls(app) {
        members(&app, &["m1"]).await;
        segment(&app, "s", &["m1"]).await;
        make(&app, RECORD, json!([row("d", "4.00", ends(day("2026-01-01"))[0].clone())])).await;
        assert_eq!(year(&app).await, both("0.00"));
        let (tomorrow, _folder) = unrolled(&app, day("2026-01-01")).await;
        let stop = CancellationToken::new();
        let housekeeping = tokio::spawn(tessera::housekeeping::run(Arc::clone(&tomorrow), stop.clone()));
        for _ in 0..100 {
            if year(&app).await == both("4.00") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(year(&app).await, both("4.00"));
        stop.cancel();
        housekeeping.await.unwrap();
        tomorrow.db.close().await.unwrap();
    }

    async fn rolling_and_recording_at_once_agree(app) {
        members(&app, &["m1"]).await;
        segment(&app, "s", &["m1"]).await;
        let (tomorrow, _folder) = unrolled(&app, day("2026-01-01")).await;
        let (yesterday, _other) = unrolled(&app, day("2025-12-31")).await;
        for turn in 0..6 {
            let recording = (0..4).map(|part| {
                let on = day("2024-12-31") + TimeDelta::days(part % 3);
                let (app, document) = (&app, format!("{turn}-{part}"));
                async move { make(app, RECORD, json!([row(&document, "1.00", ends(on)[0].clone())])).await }
            });
            let rolled = if turn % 2 == 0 { &tomorrow } else { &yesterday };
            let (_, rolled) = futures::join!(futures::future::join_all(recording), tessera::figures::roll::to_today(rolled));
            assert!(rolled.unwrap());
            app.verify().await;
        }
        for other in [tomorrow, yesterday] {
            other.db.close().await.unwrap();
        }
    }
}

/// Records a sale of whole euros through a room that has not rolled its figures.
async fn record(app: &tessera::app::App, document: &str, euros: i64, at: &str) {
    let input = tessera::transactions::TransactionInput {
        source: "pos".to_owned(),
        document: document.to_owned(),
        kind: entity::kinds::TransactionKind::Sale,
        member: Some(tessera::members::MemberRef::Number("m1".to_owned())),
        amount: Some(euros.into()),
        at: chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp_millis(),
        channel: None,
        location: None,
        items: Vec::new(),
        labels: Vec::new(),
        returns_document: None,
    };
    let done = tessera::transactions::record(app, tessera::audit::By::command("a test"), vec![input]).await.unwrap();
    assert_eq!((done.created, done.problems.len()), (1, 0), "{done:?}");
}
