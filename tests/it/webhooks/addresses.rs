//! Where deliveries may go: looked at when an endpoint is made, and again when it is connected to.

use serde_json::json;
use tempfile::TempDir;
use tessera::app::App;
use tessera::config::Settings;
use tests::on_both;

use super::receiver::{Behaviour, Receiver};
use super::{ALL, CREATE, Sender, UPDATE, all_settled, due, endpoint, quick, rows, shown, sql, with_receivers};
use crate::calls::segment;
use crate::dynamic::{call, mistakes};
use crate::jobs::until;

on_both! {
    async fn only_the_public_internet_may_be_named(app) {
        for url in [
            "https://127.0.0.1/hook",
            "https://localhost/hook",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://192.168.0.1:8443/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://does-not-exist.invalid/",
            "http://8.8.8.8/",
            "ftp://8.8.8.8/",
            "https://me:secret@8.8.8.8/",
            "https://8.8.8.8/#part",
            "/hook",
        ] {
            let payload = call(&app, CREATE, json!({"url": url, "events": ALL})).await;
            assert_eq!(mistakes(&payload), ["INVALID input.url"], "{url}: {payload}");
            assert_eq!((&payload["endpoint"], &payload["secret"]), (&json!(null), &json!(null)));
        }
        let (id, _) = endpoint(&app, "https://8.8.8.8/hook", &ALL).await;
        let payload = call(&app, UPDATE, json!({"id": id, "url": "https://127.0.0.1/"})).await;
        assert_eq!(mistakes(&payload), ["INVALID input.url"]);
        assert_eq!(rows(&app, "webhook_endpoint WHERE url = 'https://8.8.8.8/hook'").await, 1);
        assert_eq!(rows(&app, "webhook_endpoint").await, 1);
    }
}

with_receivers! {
    async fn what_leads_inside_when_it_is_connected_to_is_not_connected_to(app) {
        let receiver = Receiver::start().await;
        let named = receiver.url.replace("127.0.0.1", "localhost");
        let (without_tls, _) = endpoint(&app, &receiver.url, &ALL).await;
        let (by_address, _) = endpoint(&app, &receiver.url.replace("http:", "https:"), &ALL).await;
        // TLS lets it be named; the address is what does not.
        let (by_name, _) = endpoint(&app, &named.replace("http:", "https:"), &ALL).await;
        segment(&app, "a", &[]).await;
        // A process that does not allow it, as if the name had led elsewhere when the endpoint was made.
        let folder = TempDir::new().unwrap();
        let settings = Settings {
            database_url: app.url.as_str().into(),
            data_dir: folder.path().to_path_buf(),
            metrics_listen: None,
            ..Settings::default()
        };
        let strict = App::open(settings).await.unwrap();
        let sender = Sender::start(&strict, quick());
        until("three attempts", async || rows(&app, "webhook_attempt").await == 3).await;
        sender.stop().await;
        for (id, why) in [
            (without_tls, "The URL must begin with https: what is delivered would be read on its way."),
            (by_address, "The URL leads to an address that is not of the public internet."),
            (by_name, "The receiver could not be reached: its name leads to an address that is not of the public internet."),
        ] {
            let (endpoint, deliveries) = shown(&app, &id).await;
            assert_eq!((&endpoint["active"], &deliveries[0]["status"]), (&json!(true), &json!("PENDING")));
            let attempt = &deliveries[0]["attempts"][0];
            assert_eq!((&attempt["responseStatus"], &attempt["error"]), (&json!(null), &json!(why)));
        }
        assert_eq!(receiver.received().len(), 0, "nobody was called");
        strict.db.close().await.unwrap();
        sql(&app, "DELETE FROM webhook_endpoint").await;
        let left = rows(&app, "webhook_delivery").await + rows(&app, "webhook_attempt").await;
        assert_eq!(left, 0, "everything goes with an endpoint");
    }

    async fn redirects_are_failures_and_are_not_followed(app) {
        let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
        let (id, _) = endpoint(&app, &receiver.url, &ALL).await;
        let statuses = [301, 302, 303, 307, 308];
        let (mut place, to) = (0, elsewhere.url.clone());
        receiver.behave(move |_| {
            place += 1;
            match statuses.get(place - 1) {
                Some(status) => Behaviour::AnswerWith(*status, "location", to.clone()),
                None => Behaviour::Answer(200),
            }
        });
        segment(&app, "a", &[]).await;
        let sender = Sender::start(&app.app, quick());
        for tries in 1..=5 {
            until("an attempt", async || rows(&app, "webhook_attempt").await >= tries).await;
            due(&app).await;
        }
        all_settled(&app).await;
        let (_, deliveries) = shown(&app, &id).await;
        let attempts = deliveries[0]["attempts"].as_array().unwrap();
        for (attempt, status) in attempts.iter().zip(statuses) {
            let why = format!("The receiver answered {status}, and redirects are not followed.");
            assert_eq!((&attempt["responseStatus"], &attempt["error"]), (&json!(status), &json!(why)));
        }
        assert_eq!((attempts.len(), elsewhere.received().len()), (6, 0));
        sender.stop().await;
    }
}
