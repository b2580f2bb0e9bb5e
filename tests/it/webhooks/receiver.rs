//! A receiver of webhooks: a real HTTP server that takes down what arrives and answers as a test wants.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// What arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
    /// Whether it was answered with a 2xx that came to its end.
    pub accepted: bool,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }

    pub fn segment(&self) -> &str {
        self.body["data"]["segment"]["key"].as_str().unwrap()
    }

    /// The numbers of the members it tells of.
    pub fn numbers(&self) -> Vec<String> {
        let members = self.body["data"]["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| member["number"].as_str().unwrap().to_owned()).collect()
    }
}

/// How to answer.
#[derive(Clone, Debug)]
pub enum Behaviour {
    Answer(u16),
    AnswerWith(u16, &'static str, String),
    /// Never.
    Hang,
    /// With 200, and then a byte now and then.
    DripBody,
    /// With 200 and a body of many megabytes.
    Flood,
    /// When a test lets it.
    When(Arc<Semaphore>, u16),
    /// After a while.
    Slowly(Duration, u16),
}

type Behave = Box<dyn FnMut(&Received) -> Behaviour + Send>;

struct Book {
    received: Mutex<Vec<Received>>,
    behave: Mutex<Behave>,
}

pub struct Receiver {
    pub url: String,
    book: Arc<Book>,
    server: JoinHandle<()>,
}

impl Receiver {
    /// One that accepts everything.
    pub async fn start() -> Self {
        let book =
            Arc::new(Book { received: Mutex::default(), behave: Mutex::new(Box::new(|_| Behaviour::Answer(204))) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(Arc::clone(&book));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, book, server }
    }

    pub fn behave(&self, behave: impl FnMut(&Received) -> Behaviour + Send + 'static) {
        *self.book.behave.lock().unwrap() = Box::new(behave);
    }

    pub fn always(&self, behaviour: Behaviour) {
        self.behave(move |_| behaviour.clone());
    }

    /// Everything that arrived, in its order.
    pub fn received(&self) -> Vec<Received> {
        self.book.received.lock().unwrap().clone()
    }

    /// What was accepted, each once, in the order in which it was first accepted.
    pub fn accepted(&self) -> Vec<Received> {
        let mut seen = BTreeSet::new();
        self.received().into_iter().filter(|one| one.accepted && seen.insert(one.id().to_owned())).collect()
    }

    /// Forgets what arrived.
    pub fn forget(&self) {
        self.book.received.lock().unwrap().clear();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(book): State<Arc<Book>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap();
    let mut one = Received { headers, text, body, accepted: false };
    let behaviour = (book.behave.lock().unwrap())(&one);
    let code = |status: u16| StatusCode::from_u16(status).unwrap();
    let (wait, status) = match &behaviour {
        Behaviour::Answer(status) | Behaviour::AnswerWith(status, ..) => (Duration::ZERO, code(*status)),
        Behaviour::Slowly(wait, status) => (*wait, code(*status)),
        Behaviour::When(_, status) => (Duration::ZERO, code(*status)),
        Behaviour::Hang => (Duration::from_secs(3_600), StatusCode::OK),
        Behaviour::DripBody | Behaviour::Flood => (Duration::ZERO, StatusCode::OK),
    };
    one.accepted = status.is_success() && !matches!(behaviour, Behaviour::DripBody | Behaviour::Hang);
    book.received.lock().unwrap().push(one);
    tokio::time::sleep(wait).await;
    if let Behaviour::When(allowed, _) = &behaviour {
        let _allowed = allowed.acquire().await.unwrap();
    }
    let mut answer = Response::builder().status(status);
    if let Behaviour::AnswerWith(_, name, value) = &behaviour {
        answer = answer.header(*name, value);
    }
    let every = |wait: u64, chunk: &'static [u8]| {
        futures::stream::unfold((), move |()| async move {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            Some((Ok::<_, Infallible>(Bytes::from_static(chunk)), ()))
        })
    };
    let body = match behaviour {
        Behaviour::DripBody => Body::from_stream(every(20, b".")),
        Behaviour::Flood => Body::from_stream(every(0, &[b'x'; 16_384])),
        _ => Body::empty(),
    };
    answer.body(body).unwrap()
}

/// A server that begins to send the head of its answer when it is asked, a byte now and then, and never comes to its end;
/// answers its URL.
pub async fn dripping() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // An answer before the question would be another mistake.
                let _ = stream.read_u8().await;
                for byte in b"HTTP/1.1 200 OK\r\nx-long: ".iter().chain(std::iter::repeat(&b'x')) {
                    if stream.write_all(&[*byte]).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
    });
    (url, server)
}
