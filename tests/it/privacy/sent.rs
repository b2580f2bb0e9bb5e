//! A person is told what partners pushed of them, and who was told of it.

use serde_json::json;

use super::{DATA, person};
use crate::calls::{UPSERT, send};
use crate::dynamic::call;
use crate::partners::{SCOPES, partner};
use crate::webhooks::receiver::Receiver;
use crate::webhooks::{CREATE, Sender, all_settled, quick, with_receivers};

with_receivers! {
    async fn what_was_pushed_and_sent_is_told_too(app) {
        person(&app, "x").await;
        let receiver = Receiver::start().await;
        call(&app, CREATE, json!({"url": receiver.url, "events": ["MEMBER_JOINED_SEGMENT", "MEMBER_LEFT_SEGMENT"]})).await;
        let crm = partner(&app, "crm", &SCOPES).await;
        for key in ["s", "off"] {
            crm.segment(&app, key).await;
        }
        crm.moves(&app, "s", "1", &["nx", "nobody"], &[]).await;
        crm.moves(&app, "s", "2", &[], &["nx"]).await;
        // The address is another's as well, so that nobody is meant; and it waits.
        crm.push(&app, json!({"segment": {"key": "off"}, "idempotencyKey": "3", "join": [{"email": "twice@example.org"}]})).await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        sender.stop().await;
        send(&app, UPSERT, json!([{"number": "y", "email": "twice@example.org"}, {"number": "nx", "email": "twice@example.org"}])).await;
        let data = call(&app, DATA, json!({"member": {"number": "nx"}})).await["data"].clone();
        assert_eq!((&data["pushed"][0]["segment"], &data["pushed"][0]["belongs"], data["pushed"].as_array().unwrap().len()), (&json!("crm/s"), &json!(false), 1), "{data}");
        assert_eq!((&data["pushedNames"][0]["segment"], &data["pushedNames"][0]["name"]), (&json!("crm/off"), &json!("twice@example.org")), "{data}");
        let sent: Vec<_> = data["sent"].as_array().unwrap().iter().map(|one| (one["event"].as_str().unwrap(), one["status"].as_str().unwrap(), one["to"].as_str().unwrap())).collect();
        assert_eq!(sent, [("MEMBER_JOINED_SEGMENT", "DELIVERED", receiver.url.as_str()), ("MEMBER_LEFT_SEGMENT", "DELIVERED", receiver.url.as_str())]);
        let other = call(&app, DATA, json!({"member": {"number": "y"}})).await["data"].clone();
        assert_eq!((&other["sent"], &other["pushed"]), (&json!([]), &json!([])));
    }
}
