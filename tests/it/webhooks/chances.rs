//! Hands for those that answer, and another chance for those that did not.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;

use super::receiver::{Behaviour, Receiver};
use super::{REDELIVER, Sender, UPDATE, all_settled, due, endpoint, quick, rows, shown, sql, with_receivers};
use crate::calls::segment;
use crate::dynamic::call;
use crate::jobs::until;

with_receivers! {
    async fn however_many_hang_some_hands_are_free_for_those_that_answer(app) {
        let hanging = [Receiver::start().await, Receiver::start().await];
        let well = Receiver::start().await;
        for receiver in &hanging {
            receiver.always(Behaviour::Answer(500));
            endpoint(&app, &receiver.url, &["SEGMENT_CREATED"]).await;
        }
        for number in 0..4 {
            segment(&app, &format!("s{number}"), &[]).await;
        }
        let pace = tessera::webhooks::Pace { at_once: 4, to_one: 2, kept: 2, limit: Duration::from_secs(3_600), ..quick() };
        let sender = Sender::start(&app.app, pace);
        until("all to fail", async || rows(&app, "webhook_delivery WHERE tries = 1").await == 8).await;
        // From now on they do not even say so, and would have all hands.
        for receiver in &hanging {
            receiver.forget();
            receiver.always(Behaviour::Hang);
        }
        due(&app).await;
        until("some to hang", async || hanging.iter().map(|one| one.received().len()).sum::<usize>() == 2).await;
        endpoint(&app, &well.url, &["SEGMENT_CREATED"]).await;
        for number in 0..4 {
            segment(&app, &format!("t{number}"), &[]).await;
        }
        until("the one that answers", async || well.accepted().len() == 4).await;
        assert_eq!(hanging.iter().map(|one| one.received().len()).sum::<usize>(), 2, "so many hands at most");
        sender.stop().await;
    }

    async fn who_is_given_another_chance_during_the_last_attempt_has_it(app) {
        let (receiver, another) = (Receiver::start().await, Receiver::start().await);
        let (id, _) = endpoint(&app, &receiver.url, &["SEGMENT_CREATED"]).await;
        let chances: [(&str, u16, i64); 4] = [("url", 500, 8), ("active", 500, 8), ("again", 500, 8), ("url", 410, 0)];
        for (round, (chance, code, tries)) in chances.into_iter().enumerate() {
            // The next answer comes when the chance was given.
            let (answer, mut first) = (Arc::new(Semaphore::new(0)), true);
            let gate = Arc::clone(&answer);
            receiver.forget();
            receiver.behave(move |_| match std::mem::take(&mut first) {
                true => Behaviour::When(Arc::clone(&gate), code),
                false => Behaviour::Answer(200),
            });
            segment(&app, &format!("s{round}"), &[]).await;
            sql(&app, &format!("UPDATE webhook_delivery SET tries = {tries} WHERE status = 'PENDING'")).await;
            let sender = Sender::start(&app.app, tessera::webhooks::Pace { limit: Duration::from_secs(60), ..quick() });
            until("the last attempt", async || receiver.received().len() == 1).await;
            let delivery = shown(&app, &id).await.1[round]["id"].clone();
            match chance {
                "url" => drop(call(&app, UPDATE, json!({"id": id, "url": another.url})).await),
                "active" => {
                    call(&app, UPDATE, json!({"id": id, "active": false})).await;
                    call(&app, UPDATE, json!({"id": id, "active": true})).await;
                }
                _ => drop(call(&app, REDELIVER, json!({"id": delivery})).await),
            }
            answer.add_permits(1);
            all_settled(&app).await;
            let (endpoint, deliveries) = shown(&app, &id).await;
            assert_eq!(endpoint, json!({"active": true, "disabledReason": null}), "{chance} {code}");
            assert_eq!(deliveries[round]["status"], "DELIVERED", "{chance} {code}");
            assert_eq!(deliveries[round]["attempts"].as_array().unwrap().len(), 2, "{chance} {code}");
            call(&app, UPDATE, json!({"id": id, "url": receiver.url})).await;
            sender.stop().await;
        }
        assert_eq!(another.accepted().len(), 2);
        let text = "query($id: ID) { auditLog(object: $id, actor: \"tessera serve\") { nodes { action } } }";
        let audited = app.graphql(text, json!({"id": id})).await;
        assert_eq!(audited["auditLog"]["nodes"], json!([]), "{audited}");
    }
}
