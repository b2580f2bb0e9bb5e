//! A client that keeps its connection: one request after the other, as little work as possible beside.

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A question to a server that can be asked often.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    /// The path with its parameters.
    pub(crate) path: String,
    /// The token, where the server wants one.
    pub(crate) token: Option<String>,
    /// The JSON that is posted; without it the path is fetched.
    pub(crate) body: Option<Bytes>,
}

impl Question {
    /// A GraphQL request.
    pub(crate) fn graphql(address: &str, token: Option<&str>, query: &str, variables: &Value) -> Self {
        let body = serde_json::json!({"query": query, "variables": variables}).to_string();
        Self {
            address: address.to_owned(),
            path: "/graphql".to_owned(),
            token: token.map(str::to_owned),
            body: Some(body.into()),
        }
    }

    /// A plain request.
    pub(crate) fn get(address: &str, path: String, token: Option<&str>) -> Self {
        Self { address: address.to_owned(), path, token: token.map(str::to_owned), body: None }
    }

    fn request(&self) -> Result<Request<Full<Bytes>>> {
        let method = if self.body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(&self.path).header("host", &self.address);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if self.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        Ok(request.body(Full::new(self.body.clone().unwrap_or_default()))?)
    }

    /// Asks once, over a connection of its own, and answers the JSON.
    pub(crate) async fn json(&self) -> Result<Value> {
        let body = Connection::open(self).await?.ask().await?;
        serde_json::from_slice(&body).with_context(|| format!("no JSON: {}", String::from_utf8_lossy(&body)))
    }

    /// Asks once, over a connection of its own, and answers the text.
    pub(crate) async fn text(&self) -> Result<String> {
        Ok(String::from_utf8(Connection::open(self).await?.ask().await?.into())?)
    }

    /// Asks once, and counts what is streamed without keeping it: its bytes and its lines.
    pub(crate) async fn stream(&self) -> Result<(usize, usize)> {
        let mut connection = Connection::open(self).await?;
        let response = connection.sender.send_request(connection.request.clone()).await?;
        ensure!(response.status().is_success(), "{} answered {}", self.path, response.status());
        let (mut body, mut bytes, mut lines) = (response.into_body(), 0, 0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            bytes += data.len();
            lines += data.iter().filter(|byte| **byte == b'\n').count();
        }
        Ok((bytes, lines))
    }
}

/// A connection that asks the same question again and again.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(question: &Question) -> Result<Self> {
        let stream = TcpStream::connect(&question.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, request: question.request()? })
    }

    /// Asks, and answers the body of a success.
    pub(crate) async fn ask(&mut self) -> Result<Bytes> {
        self.sender.ready().await?;
        let response = self.sender.send_request(self.request.clone()).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{} answered {status}: {}", self.request.uri(), String::from_utf8_lossy(&body));
        Ok(body)
    }
}
