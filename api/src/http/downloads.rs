//! `GET /downloads/{token}`: the file that a link leads to. The link is all that is asked for, so that a browser can fetch
//! it; it works once, and no log shows it.
//!
//! A link that leads nowhere is 404 where we never made it, 410 where it is over, was used or its segment is removed, and
//! 403 where whoever asked for it may not any more. 503 says when to come back; the link is then still good.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{ALLOW, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures::stream;

use super::negotiate::Format;
use super::request_log::Facts;
use super::verdict::{Problem, Verdict};
use super::{Api, client, response};
use crate::exports::{self, Asker, Download, Refused};

const ROW_COUNT: HeaderName = HeaderName::from_static("x-row-count");
/// After how many seconds one of the others may be done.
const RETRY_BUSY: u64 = 10;

/// The one method. HEAD would else be answered as GET is, and use the link up for nothing.
pub(super) fn routes() -> MethodRouter<Arc<Api>> {
    get(download).head(wrong_method).fallback(wrong_method)
}

async fn download(State(api): State<Arc<Api>>, Path(token): Path<String>, request: Request) -> Response {
    let address = client::address(request.extensions(), request.headers(), &api.app.settings.trusted_proxies);
    let mut facts = Facts { operation: Some("download".to_owned()), ..Facts::default() };
    let mut response = match exports::open(&api.app, &token, address).await {
        Ok(download) => {
            match download.asker {
                Asker::User(user) => facts.caller = Some(user.0),
                Asker::Partner(partner, _) => facts.partner = Some(partner.0),
            }
            facts.outcome = "ok".to_owned();
            streamed(download)
        }
        Err(refused) => {
            let slowed = matches!(refused, Refused::Unknown).then(|| api.app.requests.wrong_token(address));
            let problem = match slowed {
                Some(Err(fault)) => fault.into(),
                _ => problem(refused),
            };
            facts.outcome = problem.verdict.code().to_lowercase();
            response::problem(problem, Format::Json)
        }
    };
    response.extensions_mut().insert(facts);
    response
}

fn streamed(download: Download) -> Response {
    let Download { file_name, format, rows, chunks, .. } = download;
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(format.content_type())),
        (ROW_COUNT, HeaderValue::from(rows)),
    ]);
    // A key has small letters, digits and hyphens alone.
    if let Ok(attachment) = HeaderValue::from_str(&format!("attachment; filename=\"{file_name}\"")) {
        headers.insert(CONTENT_DISPOSITION, attachment);
    }
    let chunks = stream::unfold(chunks, |mut chunks| async {
        // An error closes the connection without an end, so that nobody takes half a file for a whole one.
        let chunk = chunks.recv().await?.map_err(|fault| io::Error::other(fault.description().to_owned()));
        Some((chunk, chunks))
    });
    (headers, Body::from_stream(chunks)).into_response()
}

fn problem(refused: Refused) -> Problem {
    match refused {
        Refused::Unknown => Problem::new(Verdict::NotFound, "This link leads nowhere. Ask for a new one."),
        Refused::Expired => Problem::new(Verdict::Gone, "This link's ten minutes are over. Ask for a new one."),
        Refused::Used => Problem::new(Verdict::Gone, "This link was used, and each works once. Ask for a new one."),
        Refused::Gone => Problem::new(Verdict::Gone, "The segment was removed."),
        Refused::NotAllowed => Problem::new(Verdict::Forbidden, "Who asked for this may not have it any more."),
        Refused::Busy => {
            let message = "Too many downloads are under way. Try again soon: the link still works.";
            Problem { retry_after: Some(RETRY_BUSY), ..Problem::new(Verdict::Busy, message) }
        }
        Refused::Fault(fault) => fault.into(),
    }
}

async fn wrong_method() -> Response {
    let problem = Problem::new(Verdict::WrongMethod, "Fetch a download by GET.");
    let mut response = response::problem(problem, Format::Json);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
    response
}
