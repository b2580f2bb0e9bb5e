//! Consent moves the reach of the segments at once.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::calls::{UPSERT, figures, make, segment, send};

async fn reach(app: &TestApp, key: &str) -> (u64, u64) {
    let found = figures(app, key).await;
    (found["memberCount"].as_u64().unwrap(), found["reachableCount"].as_u64().unwrap())
}

fn consent(numbers: &[&str], consent: impl Into<Value>) -> Value {
    let consent = consent.into();
    numbers.iter().map(|number| json!({"number": number, "marketingConsent": consent})).collect()
}

on_both! {
    async fn consent_given_and_withdrawn_moves_every_segment(app) {
        make(&app, UPSERT, consent(&["m1", "m2", "m3"], false)).await;
        make(&app, UPSERT, consent(&["m4"], true)).await;
        segment(&app, "two", &["m1", "m2"]).await;
        segment(&app, "all", &["m1", "m2", "m3", "m4"]).await;
        segment(&app, "none", &[]).await;
        assert_eq!((reach(&app, "two").await, reach(&app, "all").await), ((2, 0), (4, 1)));
        for (rows, two, all) in [
            (consent(&["m1"], true), 1, 2),
            (consent(&["m1"], true), 1, 2),
            (consent(&["m2", "m3"], true), 2, 4),
            (json!([{"number": "m2", "firstName": "B"}]), 2, 4),
            (consent(&["m1"], Value::Null), 1, 3),
            (consent(&["m1", "m2", "m3", "m4"], false), 0, 0),
            (json!([{"number": "m1", "marketingConsent": true}, {"number": "m1", "marketingConsent": false}]), 0, 0),
            (json!([{"number": "m1", "marketingConsent": false}, {"number": "m1", "marketingConsent": true}, {"number": "m1", "city": "X"}]), 1, 1),
        ] {
            send(&app, UPSERT, rows.clone()).await;
            assert_eq!((reach(&app, "two").await, reach(&app, "all").await), ((2, two), (4, all)), "{rows}");
            app.verify().await;
        }
        assert_eq!(reach(&app, "none").await, (0, 0));
    }

    async fn consent_and_assigning_at_once_lose_nobody(app) {
        let numbers: Vec<String> = (0..24).map(|number| format!("m{number}")).collect();
        let all: Vec<&str> = numbers.iter().map(String::as_str).collect();
        make(&app, UPSERT, consent(&all, false)).await;
        segment(&app, "s", &[]).await;
        let (app, all) = (&app, &all);
        let consents = (0..6).map(|part| async move { send(app, UPSERT, consent(&all[part * 4..part * 4 + 4], true)).await.updated });
        let joins = (0..6).map(|part| async move {
            let members: Value = all[part * 4..part * 4 + 4].iter().map(|number| json!({ "number": number })).collect();
            let input = json!({"segment": {"key": "s"}, "members": members});
            app.graphql(crate::segments::ASSIGN, json!({ "input": input })).await["assignMembers"]["changed"].as_u64().unwrap()
        });
        let (consents, joins) = futures::join!(futures::future::join_all(consents), futures::future::join_all(joins));
        assert_eq!((consents.iter().sum::<u64>(), joins.iter().sum::<u64>()), (24, 24));
        assert_eq!(reach(app, "s").await, (24, 24));
    }
}
