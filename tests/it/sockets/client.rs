//! A client of the protocol that does what it is told, also what no client should.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tests::TestApp;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A socket.
pub struct Client(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

/// The address of a server's sockets.
pub fn url_of(base: &str) -> String {
    format!("{}/graphql/ws", base.replacen("http", "ws", 1))
}

/// The opening of a socket that speaks the protocol.
pub fn opening(base: &str) -> Request {
    let mut request = url_of(base).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    request
}

impl Client {
    /// Opens a socket and says nothing.
    pub async fn open(base: &str) -> Self {
        Self::with(opening(base)).await
    }

    /// Opens a socket in a way of the test's own.
    pub async fn with(request: Request) -> Self {
        Self(connect_async(request).await.unwrap().0)
    }

    /// Opens a socket for a token.
    pub async fn of(base: &str, token: &str) -> Self {
        let mut client = Self::open(base).await;
        client.init(token).await;
        assert_eq!(client.next().await, json!({"type": "connection_ack"}));
        client
    }

    /// Opens a socket of the owner.
    pub async fn owner(app: &TestApp) -> Self {
        Self::of(&app.base, &app.token).await
    }

    /// Says who it is.
    pub async fn init(&mut self, token: &str) {
        let payload = json!({"Authorization": format!("Bearer {token}")});
        self.say(&json!({"type": "connection_init", "payload": payload})).await;
    }

    /// Sends a message.
    pub async fn say(&mut self, message: &Value) {
        self.send(&message.to_string()).await;
    }

    /// Sends a text.
    pub async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// Asks for something.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say(&json!({"type": "subscribe", "id": id, "payload": payload})).await;
    }

    /// Ends an operation.
    pub async fn complete(&mut self, id: &str) {
        self.say(&json!({"type": "complete", "id": id})).await;
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        let patience = std::time::Duration::from_secs(60);
        loop {
            match tokio::time::timeout(patience, self.0.next()).await.expect("a minute without a message") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("the socket ended: {other:?}"),
            }
        }
    }

    /// The data of what an operation says next.
    pub async fn data(&mut self, id: &str) -> Value {
        let mut message = self.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        assert!(message["payload"].get("errors").is_none(), "{message}");
        message["payload"]["data"].take()
    }

    /// The code of the error that ends an operation.
    pub async fn error(&mut self, id: &str) -> String {
        let message = self.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)), "{message}");
        message["payload"][0]["extensions"]["code"].as_str().unwrap().to_owned()
    }

    /// Reads on to the end: its code and its reason.
    pub async fn closed(mut self) -> (u16, String) {
        let end = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                    Some(Ok(_)) => {}
                    other => panic!("the socket ended without a reason: {other:?}"),
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(120), end).await.expect("two minutes without an end")
    }
}
