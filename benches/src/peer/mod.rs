//! The hand-written peer: axum and sqlx, two handlers made for their two questions. It checks the token as the server
//! does, but for the look at the session, and answers the very same JSON.

mod answer;
mod store;
mod token;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};

use crate::args;
use answer::{Data, SegmentPage, SegmentWithMembers};
use store::Store;
use token::Key;

struct Peer {
    key: Key,
    store: Store,
}

/// Serves until it is killed.
pub(crate) async fn serve(arguments: args::Peer) -> Result<()> {
    let peer = Peer { key: Key::read(&arguments.key)?, store: Store::open(&arguments.database_url).await? };
    let router = Router::new().route("/segments", get(segments)).route("/segment", get(segment));
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router.with_state(Arc::new(peer))).await?;
    Ok(())
}

/// Which segments.
#[derive(Deserialize)]
struct Segments {
    name: String,
    members: i64,
    first: i64,
}

async fn segments(State(peer): State<Arc<Peer>>, headers: HeaderMap, Query(asked): Query<Segments>) -> Response {
    if !peer.is_known(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match peer.store.segments(&asked.name, asked.members, asked.first + 1).await {
        Ok(rows) => json(&Data { data: SegmentPage::new(&rows, asked.first) }),
        Err(error) => broken(&error),
    }
}

/// Which segment, and how many of its members.
#[derive(Deserialize)]
struct Segment {
    key: String,
    first: i64,
}

async fn segment(State(peer): State<Arc<Peer>>, headers: HeaderMap, Query(asked): Query<Segment>) -> Response {
    if !peer.is_known(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match peer.store.segment(&asked.key, asked.first + 1).await {
        Ok(Some((segment, members))) => json(&Data { data: SegmentWithMembers::new(&segment, &members, asked.first) }),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => broken(&error),
    }
}

impl Peer {
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|given| given.to_str().ok());
        given.and_then(|given| given.strip_prefix("Bearer ")).is_some_and(|token| self.key.signed(token))
    }
}

fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => broken(&error),
    }
}

fn broken(error: &dyn std::error::Error) -> Response {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
