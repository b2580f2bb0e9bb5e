//! Receivers that fail, hang, drip and go away.

use std::time::Duration;

use chrono::DateTime;
use serde_json::{Value, json};
use tests::TestApp;

use super::receiver::{Behaviour, Receiver, dripping};
use super::{
    ALL, REDELIVER, Sender, UPDATE, all_settled, due, endpoint, lapse, quick, rows, shown, sql, with_receivers,
};
use crate::calls::segment;
use crate::dynamic::{call, mistakes};
use crate::jobs::until;

/// An instant of an answer in milliseconds.
fn at(value: &Value) -> i64 {
    DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap().timestamp_millis()
}

/// Waits for so many attempts, and answers the first delivery with its attempts.
async fn attempted(app: &TestApp, id: &str, times: i64) -> (Value, Vec<Value>) {
    until(&format!("{times} attempts"), async || rows(app, "webhook_attempt").await >= times).await;
    let (_, deliveries) = shown(app, id).await;
    let attempts = deliveries[0]["attempts"].as_array().unwrap().clone();
    assert_eq!(attempts.len() as i64, times);
    (deliveries[0].clone(), attempts)
}

/// How long the first delivery waits after its last attempt.
fn wait(delivery: &Value, attempt: &Value) -> Duration {
    let ended = at(&attempt["at"]) + attempt["durationMs"].as_i64().unwrap();
    Duration::from_millis(u64::try_from(at(&delivery["nextAttemptAt"]) - ended).unwrap())
}

with_receivers! {
    async fn the_schedule_goes_over_a_day_and_then_the_endpoint_is_disabled(app) {
        let receiver = Receiver::start().await;
        receiver.always(Behaviour::Answer(500));
        let (id, _) = endpoint(&app, &receiver.url, &ALL).await;
        segment(&app, "a", &[]).await;
        call(&app, "mutation($i: UpdateSegmentInput!) { updateSegment(input: $i) { userErrors { code } } }",
            json!({"segment": {"key": "a"}, "description": "later"})).await;
        let sender = Sender::start(&app.app, quick());
        let waits = tessera::webhooks::WAITS;
        for (place, planned) in waits.iter().enumerate() {
            let (delivery, attempts) = attempted(&app, &id, place as i64 + 1).await;
            assert_eq!(delivery["status"], "PENDING");
            let last = attempts.last().unwrap();
            assert_eq!((&last["responseStatus"], &last["error"]), (&json!(500), &json!("The receiver answered 500.")));
            let waited = wait(&delivery, last);
            // What passes between the attempt and its writing down counts as well.
            assert!(waited >= planned.mul_f64(0.8) && waited <= planned.mul_f64(1.2) + Duration::from_secs(30), "{waited:?} for {planned:?}");
            due(&app).await;
        }
        let last = waits.len() as i64 + 1;
        attempted(&app, &id, last).await;
        let (gone, deliveries) = shown(&app, &id).await;
        assert_eq!(gone, json!({"active": false, "disabledReason": "A delivery failed 9 times. The receiver answered 500."}));
        assert_eq!((&deliveries[0]["status"], &deliveries[0]["nextAttemptAt"]), (&json!("FAILED"), &Value::Null));
        // The same id each time, and one after it was never tried.
        let received = receiver.received();
        assert_eq!(received.len() as i64, last);
        assert!(received.iter().all(|one| one.id() == received[0].id() && one.text == received[0].text));
        assert_eq!((&deliveries[1]["status"], &deliveries[1]["attempts"]), (&json!("PENDING"), &json!([])));
        // Nothing happens to it while it is off, and what happens is not written down.
        segment(&app, "c", &[]).await;
        assert_eq!(rows(&app, "webhook_delivery").await, 2);
        let refused = call(&app, REDELIVER, json!({"id": deliveries[0]["id"]})).await;
        assert_eq!(mistakes(&refused), ["NOT_ALLOWED input.id"]);

        // Somebody mends it and switches it on: what waited goes on, what failed is sent when it is asked for.
        receiver.forget();
        receiver.always(Behaviour::Answer(200));
        let on = call(&app, UPDATE, json!({"id": id, "active": true})).await;
        assert_eq!((&on["endpoint"]["active"], &on["endpoint"]["disabledReason"]), (&json!(true), &Value::Null));
        all_settled(&app).await;
        assert_eq!(receiver.received().iter().map(|one| one.kind().to_owned()).collect::<Vec<_>>(), ["segment.updated"]);
        let again = call(&app, REDELIVER, json!({"id": deliveries[0]["id"]})).await;
        assert_eq!((&again["delivery"]["status"], &again["userErrors"]), (&json!("PENDING"), &json!([])));
        all_settled(&app).await;
        let (_, deliveries) = shown(&app, &id).await;
        assert_eq!(deliveries[0]["status"], "DELIVERED");
        assert_eq!(deliveries[0]["attempts"].as_array().unwrap().len() as i64, last + 1, "earlier attempts are kept");
        // Also what was delivered may be sent once more.
        call(&app, REDELIVER, json!({"id": deliveries[0]["id"]})).await;
        all_settled(&app).await;
        assert_eq!(receiver.received().len(), 3);
        sender.stop().await;
    }

    async fn what_the_receiver_asks_for_is_kept(app) {
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(&app, &receiver.url, &ALL).await;
        let later = (app.app.clock.real() + chrono::TimeDelta::hours(3)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut answers = vec![
            Behaviour::AnswerWith(503, "retry-after", "soon".to_owned()),
            Behaviour::AnswerWith(503, "retry-after", "99999999999".to_owned()),
            Behaviour::AnswerWith(503, "retry-after", later),
            Behaviour::AnswerWith(429, "retry-after", "3600".to_owned()),
        ];
        receiver.behave(move |_| answers.pop().unwrap_or(Behaviour::Answer(204)));
        segment(&app, "a", &[]).await;
        let sender = Sender::start(&app.app, quick());
        let hour = 3_600.0;
        for (tries, (least, most)) in [(1.0, 1.01), (2.9, 3.01), (24.0, 24.01), (0.0, 1.0)].into_iter().enumerate() {
            let (delivery, attempts) = attempted(&app, &id, tries as i64 + 1).await;
            let waited = wait(&delivery, attempts.last().unwrap()).as_secs_f64() / hour;
            assert!(waited >= least && waited <= most, "{waited} hours after attempt {}", tries + 1);
            due(&app).await;
        }
        all_settled(&app).await;
        sender.stop().await;
    }

    async fn what_waits_goes_at_once_where_an_endpoint_is_switched_on_or_leads_elsewhere(app) {
        let (receiver, another) = (Receiver::start().await, Receiver::start().await);
        receiver.always(Behaviour::AnswerWith(503, "retry-after", "36000".to_owned()));
        let (id, _) = endpoint(&app, &receiver.url, &["SEGMENT_CREATED"]).await;
        let sender = Sender::start(&app.app, quick());
        for (round, elsewhere) in [false, true].into_iter().enumerate() {
            for key in ["a", "b"] {
                segment(&app, &format!("{key}{round}"), &[]).await;
            }
            let before = rows(&app, "webhook_attempt").await;
            until("both to fail", async || rows(&app, "webhook_delivery WHERE tries = 1 AND next_attempt_at > 0").await == 2).await;
            if elsewhere {
                call(&app, UPDATE, json!({"id": id, "url": another.url})).await;
            } else {
                call(&app, UPDATE, json!({"id": id, "active": false})).await;
                receiver.always(Behaviour::Answer(200));
                call(&app, UPDATE, json!({"id": id, "active": true})).await;
            }
            all_settled(&app).await;
            assert!(rows(&app, "webhook_attempt").await >= before + 2);
            receiver.always(Behaviour::AnswerWith(503, "retry-after", "36000".to_owned()));
        }
        assert_eq!((receiver.accepted().len(), another.accepted().len()), (2, 2));
        sender.stop().await;
    }

    async fn a_receiver_that_is_gone_is_left_alone(app) {
        let receiver = Receiver::start().await;
        receiver.always(Behaviour::Answer(410));
        let (id, _) = endpoint(&app, &receiver.url, &ALL).await;
        segment(&app, "a", &[]).await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        let (endpoint, deliveries) = shown(&app, &id).await;
        assert_eq!(endpoint, json!({"active": false, "disabledReason": "The receiver answered 410: it wants no more deliveries."}));
        assert_eq!((&deliveries[0]["status"], deliveries[0]["attempts"].as_array().unwrap().len()), (&json!("FAILED"), 1));
        // Nobody asked for it: the log says who it was, and why.
        let text = "query($id: ID) { auditLog(object: $id, first: 1) { nodes { actor action objectId objectName changes } } }";
        let entry = app.graphql(text, json!({"id": id})).await["auditLog"]["nodes"][0].clone();
        assert_eq!(entry, json!({"actor": "tessera serve", "action": "tessera serve", "objectId": id, "objectName": receiver.url,
            "changes": {"active": {"old": true, "new": false}, "disabledReason": {"old": null, "new": endpoint["disabledReason"]}}}));
        sender.stop().await;
        assert_eq!(receiver.received().len(), 1);
    }

    async fn whoever_hangs_or_drips_is_cut_off(app) {
        let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
        receivers[0].always(Behaviour::Hang);
        receivers[1].always(Behaviour::DripBody);
        receivers[2].always(Behaviour::Flood);
        let (dripping, server) = dripping().await;
        // Nobody listens there.
        let nobody = format!("http://127.0.0.1:{}/", tests::free_port());
        let mut ids = Vec::new();
        for url in [&receivers[0].url, &receivers[1].url, &dripping, &nobody, &receivers[2].url] {
            ids.push(endpoint(&app, url, &ALL).await.0);
        }
        segment(&app, "a", &[]).await;
        let sender = Sender::start(&app.app, tessera::webhooks::Pace { limit: Duration::from_secs(1), ..quick() });
        until("five attempts", async || rows(&app, "webhook_attempt").await == 5).await;
        let slow = "The receiver took more than 1 seconds.";
        let expected = [
            ("PENDING", Value::Null, Some(slow)),
            ("PENDING", json!(200), Some(slow)),
            ("PENDING", Value::Null, Some(slow)),
            ("PENDING", Value::Null, Some("The receiver could not be reached: Connection refused (os error 111).")),
            // More than anybody needs is not read.
            ("DELIVERED", json!(200), None),
        ];
        for (id, (status, code, error)) in ids.iter().zip(expected) {
            let (endpoint, deliveries) = shown(&app, id).await;
            let attempt = &deliveries[0]["attempts"][0];
            assert_eq!((&deliveries[0]["status"], &endpoint["active"]), (&json!(status), &json!(true)), "{attempt}");
            assert_eq!((&attempt["responseStatus"], &attempt["error"]), (&code, &json!(error)), "{attempt}");
        }
        sender.stop().await;
        server.abort();
    }

    async fn one_that_hangs_does_not_keep_the_others_waiting(app) {
        let (hanging, well) = (Receiver::start().await, Receiver::start().await);
        hanging.always(Behaviour::Hang);
        endpoint(&app, &hanging.url, &["SEGMENT_CREATED"]).await;
        endpoint(&app, &well.url, &["SEGMENT_CREATED"]).await;
        for number in 0..12 {
            segment(&app, &format!("s{number}"), &[]).await;
        }
        let sender = Sender::start(&app.app, tessera::webhooks::Pace { at_once: 6, limit: Duration::from_secs(3_600), ..quick() });
        until("everything but what hangs", async || well.received().len() == 12).await;
        assert_eq!(hanging.received().len(), 4, "so many hands at most");
        // A process that is to stop does not wait for it, and nothing is counted.
        sender.stop().await;
        assert_eq!((rows(&app, "webhook_queue").await, rows(&app, "webhook_attempt").await), (0, 12));
        hanging.always(Behaviour::Answer(200));
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        assert_eq!(hanging.accepted().len(), 12);
        sender.stop().await;
    }

    async fn what_was_told_is_kept_for_thirty_days(app) {
        let receivers = [Receiver::start().await, Receiver::start().await];
        let (told, _) = endpoint(&app, &receivers[0].url, &ALL).await;
        let sender = Sender::start(&app.app, quick());
        segment(&app, "old", &[]).await;
        all_settled(&app).await;
        let days = |days: i64| app.app.clock.real_millis() - days * 24 * 60 * 60 * 1_000;
        sql(&app, &format!("UPDATE webhook_delivery SET settled_at = {}", days(31))).await;
        segment(&app, "new", &[]).await;
        all_settled(&app).await;
        sql(&app, &format!("UPDATE webhook_delivery SET settled_at = {} WHERE segment_key = 'new'", days(29))).await;
        sender.stop().await;
        // What waits for an endpoint that is off, for long or not so long, and for one that is on.
        let mut ids = Vec::new();
        for (key, off_for) in [("waits", None), ("off", Some(31)), ("lately", Some(29))] {
            let (id, _) = endpoint(&app, &receivers[1].url, &ALL).await;
            segment(&app, key, &[]).await;
            ids.push(id.clone());
            if let Some(off_for) = off_for {
                call(&app, UPDATE, json!({"id": id, "active": false})).await;
                sql(&app, &format!("UPDATE webhook_endpoint SET disabled_at = {} WHERE NOT active AND disabled_at > {}", days(off_for), days(1))).await;
            }
        }
        let before = rows(&app, "webhook_delivery").await;
        tessera::webhooks::forget(&app.app, chrono::TimeDelta::days(30)).await.unwrap();
        let left = |deliveries: &[Value]| deliveries.len();
        assert_eq!(left(&shown(&app, &ids[1]).await.1), 0);
        assert!(left(&shown(&app, &ids[0]).await.1) > 0 && left(&shown(&app, &ids[2]).await.1) > 0);
        let kept = shown(&app, &told).await.1;
        assert!(kept.iter().all(|one| one["createdAt"].is_string()) && rows(&app, "webhook_delivery WHERE segment_key = 'old'").await == 0);
        assert_eq!(rows(&app, "webhook_attempt").await, 1, "attempts go with their deliveries");
        assert!(rows(&app, "webhook_delivery").await < before);
        lapse(&app).await;
    }
}
