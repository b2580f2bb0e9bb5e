//! Clients that do not take what they asked for, or are gone without a word.

use futures::{SinkExt, StreamExt};
use serde_json::json;
use tests::{Database, TestApp, on_both, run};
use tokio::io::AsyncReadExt;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message};
use tokio_tungstenite::{MaybeTlsStream, client_async};

use super::client::opening;
use super::{Client, assign};
use crate::segments::{CREATE, shop};

/// A client that the kernel keeps little for.
async fn narrow(app: &TestApp) -> Client {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(app.base.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let (socket, _) = client_async(opening(&app.base), MaybeTlsStream::Plain(stream)).await.unwrap();
    let mut client = Client(socket);
    client.init(&app.token).await;
    assert_eq!(client.next().await, json!({"type": "connection_ack"}));
    client
}

on_both! {
    async fn who_does_not_take_what_it_asked_for_is_dropped_and_others_are_told(app) {
        shop(&app, 2_000).await;
        app.graphql(CREATE, json!({"input": {"name": "Long", "description": "x".repeat(2_000)}})).await;
        let copies: String = (0..25).map(|n| format!("d{n}: description ")).collect();
        let text = format!("subscription {{ membershipEvents {{ cursor node {{ segment {{ {copies} }} }} }} }}");
        let (mut slow, mut other) = (narrow(&app).await, Client::owner(&app).await);
        slow.subscribe("1", &text, json!({})).await;
        other.subscribe("1", "subscription { membershipEvents { cursor } }", json!({})).await;
        // Both have begun when the answer to what they asked next is there.
        for client in [&mut slow, &mut other] {
            client.subscribe("2", "{ __typename }", json!({})).await;
            assert_eq!(client.data("2").await, json!({"__typename": "Query"}));
            assert_eq!(client.next().await["type"], "complete");
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        // 2,000 times 50 kB: far more than sockets and queues hold.
        assign(&app, "long", 1..=2_000).await;
        for _ in 0..2_000 {
            other.data("1").await;
        }
        crate::jobs::until("the slow one to be dropped", async || {
            app.app.metrics.encode().contains("tessera_sockets_closed_total{code=\"1013\"} 1\n")
        })
        .await;
        let mut taken = 0;
        let end = loop {
            match slow.0.next().await {
                Some(Ok(Message::Text(_))) => taken += 1,
                Some(Ok(_)) => {}
                end => break end,
            }
        };
        println!("the slow one had {taken} messages and then {end:?}");
        assert!(taken < 2_000);
        assign(&app, "long", 1..=1).await;
        other.subscribe("2", "{ __typename }", json!({})).await;
        assert_eq!(other.data("2").await, json!({"__typename": "Query"}));
    }
}

#[test]
fn who_answers_no_ping_is_closed_and_who_does_stays() {
    run(Database::Sqlite, async |app: std::sync::Arc<TestApp>| {
        let (silent, mut answering) = (Client::owner(&app).await, Client::owner(&app).await);
        // Reading is what answers pings.
        let reading = tokio::spawn(async move {
            let mut pings = 0;
            while pings < 4 {
                match answering.0.next().await {
                    Some(Ok(Message::Ping(_))) => pings += 1,
                    other => panic!("{other:?}"),
                }
            }
            answering
        });
        let mut answering = reading.await.unwrap();
        crate::jobs::until("the silent one to be closed", async || {
            app.app.metrics.encode().contains("tessera_sockets_closed_total{code=\"1013\"} 1\n")
        })
        .await;
        // Its client would answer the pings before it reads on, and nobody is there any more.
        let mut bytes = Vec::new();
        let MaybeTlsStream::Plain(mut stream) = silent.0.into_inner() else { panic!("there is no TLS") };
        let _ = stream.read_to_end(&mut bytes).await;
        let reason = b"two pings were not answered";
        let frame = [&[0x88, 2 + reason.len() as u8], 1013_u16.to_be_bytes().as_slice(), reason].concat();
        assert!(bytes.ends_with(&frame), "{bytes:?}");
        answering.subscribe("1", "{ __typename }", json!({})).await;
        assert_eq!(answering.data("1").await, json!({"__typename": "Query"}));
        answering.0.close(Some(CloseFrame { code: 1000.into(), reason: "bye".into() })).await.unwrap();
        let _ = answering.0.flush().await;
    });
}
