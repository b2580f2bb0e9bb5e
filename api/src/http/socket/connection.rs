//! The life of one socket: it says whose it is, asks, is answered, and is closed with a reason.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, interval_at, sleep, timeout, timeout_at};
use tungstenite::Error as SocketError;

use super::Peer;
use super::closing::Closing;
use super::message::{Said, Say, read};
use super::operation::{Operation, Outgoing};
use super::places::Place;
use super::running::{NoRoom, Running};
use crate::auth::{self, Caller};
use crate::http::body::Parameters;
use crate::http::graphql::known;
use crate::http::verdict::{Problem, Verdict};
use crate::http::{Api, response};

/// How long a stranger may wait before saying who it is.
const INIT: Duration = Duration::from_secs(5);
/// How often it is looked whether the caller is still who it was.
const LOOK: Duration = Duration::from_secs(3);
/// How often the other end is asked whether it is there.
const PING: Duration = Duration::from_secs(20);
/// How many of these may stay without an answer.
const MISSED: u32 = 2;
/// How long a message may wait until it is taken.
const TAKEN: Duration = Duration::from_secs(20);
/// How many messages may wait.
const QUEUE: usize = 16;
/// How long the last frames may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Closes a socket whose protocol nobody speaks here.
pub(super) async fn refuse(socket: WebSocket) {
    let (mut sink, mut stream) = socket.split();
    close(&mut sink, &mut stream, &Closing::OTHER_PROTOCOL).await;
}

/// Serves a socket to its end.
pub(super) async fn serve(api: Arc<Api>, socket: WebSocket, peer: Peer, place: Place) {
    let (mut sink, mut stream) = socket.split();
    let (queue, mut queued) = channel(QUEUE);
    let unanswered = AtomicU32::new(0);
    let running = Arc::new(Running::default());
    let mut connection =
        Connection { api: Arc::clone(&api), peer, place, queue, running: Arc::clone(&running), caller: None };
    let closing = tokio::select! {
        closing = connection.read(&mut stream, &unanswered) => closing,
        closing = write(&mut sink, &mut queued, &unanswered) => closing,
        () = api.sockets.stopping() => Closing::GOING_AWAY,
    };
    running.end_all();
    let caller = connection.caller.as_ref().map(|caller| caller.user.0);
    tracing::info!(caller, code = closing.code, "a socket was closed");
    api.app.metrics.socket_closed(closing.code);
    close(&mut sink, &mut stream, &closing).await;
}

struct Connection {
    api: Arc<Api>,
    peer: Peer,
    place: Place,
    queue: Sender<Outgoing>,
    running: Arc<Running>,
    caller: Option<Caller>,
}

impl Connection {
    /// Reads until there is a reason to close.
    async fn read(&mut self, stream: &mut SplitStream<WebSocket>, unanswered: &AtomicU32) -> Closing {
        let outcome = async {
            let (token, caller) = self.init(stream, unanswered).await?;
            let watching = watch(&self.api, &self.peer, &token, &caller);
            tokio::select! {
                closed = self.listen(stream, unanswered, &caller) => closed,
                closing = watching => Err(closing),
            }
        };
        match outcome.await {
            Ok(never) => never,
            Err(closing) => closing,
        }
    }

    /// Waits for the token of a caller.
    async fn init(
        &mut self,
        stream: &mut SplitStream<WebSocket>,
        unanswered: &AtomicU32,
    ) -> Result<(String, Caller), Closing> {
        let until = Instant::now() + INIT;
        let token = loop {
            let said = tokio::select! {
                said = timeout_at(until, next(stream, unanswered)) => said.map_err(|_| Closing::TOO_LATE)??,
                () = self.place.lost() => return Err(Closing::DISPLACED),
            };
            match said {
                Said::Init(token) => break token,
                Said::Subscribe(..) => return Err(Closing::UNAUTHORIZED),
                Said::Ping => self.say(&Say::Pong).await?,
                Said::Pong | Said::Complete(_) => {}
            }
        };
        let token = token.ok_or(Closing::FORBIDDEN)?;
        let caller = match known(&self.api, &token, self.peer.address).await {
            Ok(Some(caller)) => caller,
            Ok(None) => {
                let slowed = self.api.app.requests.wrong_token(self.peer.address).is_err();
                return Err(if slowed { Closing::TOO_MANY_TOKENS } else { Closing::FORBIDDEN });
            }
            Err(_) => return Err(Closing::UNAVAILABLE),
        };
        if !self.place.is_of(caller.user) {
            return Err(Closing::TOO_MANY);
        }
        self.caller = Some(caller.clone());
        self.say(&Say::ConnectionAck).await?;
        Ok((token, caller))
    }

    async fn listen(
        &self,
        stream: &mut SplitStream<WebSocket>,
        unanswered: &AtomicU32,
        caller: &Caller,
    ) -> Result<Closing, Closing> {
        loop {
            match next(stream, unanswered).await? {
                Said::Init(_) => return Err(Closing::INITIALISED),
                Said::Ping => self.say(&Say::Pong).await?,
                Said::Pong => {}
                Said::Complete(id) => self.running.end(&id),
                Said::Subscribe(id, parameters) => self.begin(id, *parameters, caller).await?,
            }
        }
    }

    async fn begin(&self, id: String, parameters: Parameters, caller: &Caller) -> Result<(), Closing> {
        let ended = match self.running.enter(&id) {
            Ok(ended) => ended,
            Err(NoRoom::Taken) => return Err(Closing::taken(&id)),
            Err(NoRoom::TooMany) => {
                let message = "A socket may have 20 operations under way at most.";
                let mut problem = Problem::new(Verdict::RateLimited, message);
                response::tell(&mut problem.errors);
                return self.say(&Say::Error { id: &id, payload: &problem.errors }).await;
            }
        };
        let operation = Operation {
            api: Arc::clone(&self.api),
            peer: self.peer.clone(),
            caller: caller.clone(),
            id: id.clone(),
            ended: ended.clone(),
            running: Arc::clone(&self.running),
            queue: self.queue.clone(),
        };
        let task = tokio::spawn(operation.run(parameters));
        self.running.works(&id, &ended, task.abort_handle());
        Ok(())
    }

    async fn say(&self, message: &Say<'_>) -> Result<(), Closing> {
        self.queue.send(Outgoing { of: None, text: message.text() }).await.map_err(|_| Closing::GONE)
    }
}

/// Looks from time to time whether the token still speaks for the same person with the same rights.
async fn watch(api: &Api, peer: &Peer, token: &str, caller: &Caller) -> Closing {
    loop {
        sleep(LOOK).await;
        // Where the database cannot be asked, nothing can be read over the socket either.
        if let Ok(found) = auth::authenticate(&api.app, token, peer.address).await
            && found.as_ref() != Some(caller)
        {
            return Closing::ENDED;
        }
    }
}

/// The next message.
async fn next(stream: &mut SplitStream<WebSocket>, unanswered: &AtomicU32) -> Result<Said, Closing> {
    loop {
        let message = stream.next().await.ok_or(Closing::GONE)?;
        unanswered.store(0, Ordering::Relaxed);
        match message {
            Ok(Message::Text(text)) => return read(&text),
            Ok(Message::Binary(_)) => return Err(Closing::malformed("a message is a text")),
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Close(_)) => return Err(Closing::GONE),
            Err(error) => return Err(why(error)),
        }
    }
}

fn why(error: axum::Error) -> Closing {
    match error.into_inner().downcast::<SocketError>().as_deref() {
        Ok(SocketError::Capacity(_)) => Closing::TOO_BIG,
        Ok(SocketError::Protocol(_) | SocketError::Utf8(_)) => Closing::NO_WEBSOCKET,
        _ => Closing::GONE,
    }
}

/// Sends what waits, and asks whether the other end is there, until it does not seem to be.
async fn write(
    sink: &mut SplitSink<WebSocket, Message>,
    queued: &mut Receiver<Outgoing>,
    unanswered: &AtomicU32,
) -> Closing {
    let mut ping = interval_at(Instant::now() + PING, PING);
    loop {
        let message = tokio::select! {
            _ = ping.tick() => {
                if unanswered.fetch_add(1, Ordering::Relaxed) >= MISSED {
                    return Closing::SILENT;
                }
                Message::Ping(bytes::Bytes::new())
            }
            outgoing = queued.recv() => match outgoing {
                Some(Outgoing { of: Some(ended), .. }) if ended.is_so() => continue,
                Some(Outgoing { text, .. }) => Message::Text(Utf8Bytes::from(text)),
                None => return Closing::GONE,
            },
        };
        match timeout(TAKEN, sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Closing::GONE,
            Err(_elapsed) => return Closing::TOO_SLOW,
        }
    }
}

/// Says farewell, and waits a moment for the other end to do so.
async fn close(sink: &mut SplitSink<WebSocket, Message>, stream: &mut SplitStream<WebSocket>, closing: &Closing) {
    let farewell = async {
        if let Some(frame) = closing.frame()
            && sink.send(Message::Close(Some(frame))).await.is_ok()
        {
            while let Some(Ok(_)) = stream.next().await {}
        }
        let _ = sink.close().await;
    };
    let _ = timeout(FAREWELL, farewell).await;
}
