//! Whoever wants to know is told that a campaign started and ended, in the order of its segment.

use serde_json::{Value, json};

use super::{END, START, crowd, done, draft};
use crate::webhooks::receiver::Receiver;
use crate::webhooks::{Sender, all_settled, endpoint, quick, with_receivers};

with_receivers! {
    async fn a_start_and_an_end_are_told_with_the_segment(app) {
        crowd(&app, 10).await;
        let receiver = Receiver::start().await;
        endpoint(&app, &receiver.url, &["CAMPAIGN_STARTED", "CAMPAIGN_ENDED", "SEGMENT_UPDATED"]).await;
        let id = draft(&app, json!({"name": "Spring"})).await;
        done(&app, START, &id).await;
        done(&app, START, &id).await;
        let edit = "mutation($i: UpdateSegmentInput!) { updateSegment(input: $i) { userErrors { code } } }";
        crate::dynamic::call(&app, edit, json!({"segment": {"key": "all"}, "name": "Everybody"})).await;
        done(&app, END, &id).await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        sender.stop().await;
        let received = receiver.received();
        let told: Vec<(&str, Value, Value)> = received
            .iter()
            .map(|one| (one.kind(), one.body["data"]["campaign"].clone(), one.body["data"]["segment"]["name"].clone()))
            .collect();
        let spring = json!({"id": id, "name": "Spring"});
        assert_eq!(told, [
            ("campaign.started", spring.clone(), json!("all")),
            ("segment.updated", Value::Null, json!("Everybody")),
            ("campaign.ended", spring, json!("Everybody")),
        ]);
        assert!(received.iter().all(|one| one.body["data"].get("members").is_none()));
    }
}
