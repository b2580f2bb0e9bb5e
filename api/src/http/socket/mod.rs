//! `GET /graphql/ws`: GraphQL over a WebSocket, by the protocol `graphql-transport-ws`.
//!
//! The integration crate's own handler asks nobody where a page comes from, lets a text of any size in, and closes with
//! other codes than the protocol names. So the socket is ours, over what it is for: the guard and the execution that
//! `graphql` has, once for each operation.

mod closing;
mod connection;
mod message;
mod operation;
mod origin;
mod places;
mod running;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Request, State, WebSocketUpgrade};
use axum::http::HeaderValue;
use axum::http::header::{ALLOW, UPGRADE};
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use self::message::LONGEST;
pub(super) use self::places::Sockets;
use super::negotiate::Format;
use super::request_log::Facts;
use super::verdict::{Problem, Verdict};
use super::{Api, client, response};
use crate::exports::Reached;

/// The one protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";
/// After how many seconds others may have closed theirs.
const RETRY_BUSY: u64 = 10;

/// Who sits at the other end.
#[derive(Clone, Debug)]
struct Peer {
    address: IpAddr,
    reached: Reached,
}

/// The one method.
pub(super) fn routes() -> MethodRouter<Arc<Api>> {
    get(open).head(wrong_method).fallback(wrong_method)
}

async fn open(
    State(api): State<Arc<Api>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let mut facts = Facts { operation: Some("socket".to_owned()), ..Facts::default() };
    let mut response = match upgraded(&api, upgrade, &request) {
        Ok(response) => {
            facts.outcome = "ok".to_owned();
            response
        }
        Err(problem) => {
            facts.outcome = problem.verdict.code().to_lowercase();
            refused(problem)
        }
    };
    response.extensions_mut().insert(facts);
    response
}

fn upgraded(
    api: &Arc<Api>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: &Request,
) -> Result<Response, Problem> {
    let settings = &api.app.settings;
    let (extensions, headers) = (request.extensions(), request.headers());
    let upgrade = upgrade.map_err(|_| {
        Problem::new(Verdict::UpgradeRequired, "Open a WebSocket here; single requests go to POST /graphql.")
    })?;
    let reached = client::reached(extensions, headers, &settings.trusted_proxies);
    if !origin::may(headers, settings, &reached) {
        return Err(Problem::new(Verdict::Forbidden, "Pages of this origin may not connect."));
    }
    let address = client::address(extensions, headers, &settings.trusted_proxies);
    let place = api.sockets.enter(&api.app, address).ok_or_else(|| {
        let problem = Problem::new(Verdict::Busy, "As many sockets are open as may be. Try again soon.");
        Problem { retry_after: Some(RETRY_BUSY), ..problem }
    })?;
    let (api, peer) = (Arc::clone(api), Peer { address, reached });
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(LONGEST).max_frame_size(LONGEST);
    let speaks = upgrade.selected_protocol().is_some();
    let tracked = api.sockets.track();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _tracked = tracked;
        if speaks {
            connection::serve(api, socket, peer, place).await;
        } else {
            connection::refuse(socket).await;
        }
    }))
}

fn refused(problem: Problem) -> Response {
    let needs_upgrade = problem.verdict == Verdict::UpgradeRequired;
    let mut response = response::problem(problem, Format::Json);
    if needs_upgrade {
        response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    response
}

async fn wrong_method() -> Response {
    let problem = Problem::new(Verdict::WrongMethod, "Open a socket by GET.");
    let mut response = response::problem(problem, Format::Json);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
    response
}
