//! `POST /imports/{members|transactions|points|feedback}` and `POST /imports/segments/{key}`: files come in.
//!
//! A file comes whole, in one call that also begins its import; or in parts, each in a call with `upload`, `part` and
//! `parts`, in any order, each as often as need be, and a last call without `part` and without a body begins the import. The
//! sender names the upload, and the same call again is answered as the first time.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, EXPECT, HeaderValue};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use entity::job;
use entity::kinds::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::graphql::callers;
use super::negotiate::Format;
use super::request_log::Facts;
use super::upload_parameters::{Call, Given};
use super::verdict::{Problem, Verdict};
use super::{Api, body, client, response};
use crate::auth::{Bearer, Caller};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::imports::Kind;
use crate::imports::upload::{self, Receiving, State as Standing, Upload, Whole};
use crate::partners::PartnerCaller;

/// How long the next bytes of a file may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of the rest of a body that is refused is thrown away, so that the sender gets to see why.
const REST: usize = 16 * 1024 * 1024;
/// After how many seconds one of the uploads that wait may be gone.
const RETRY_BUSY: u64 = 60;

/// Files of rows.
pub(super) fn of_rows() -> MethodRouter<Arc<Api>> {
    post(async |State(api): State<Arc<Api>>, Path(word): Path<String>, request: Request| {
        let kinds = [Kind::Members, Kind::Transactions, Kind::Points, Kind::Feedback];
        let kind = kinds.into_iter().find(|kind| kind.word() == word);
        answer(&api, request, kind.map(|kind| (kind, None))).await
    })
    .fallback(wrong_method)
}

/// Lists of members for a segment.
pub(super) fn of_segment() -> MethodRouter<Arc<Api>> {
    post(async |State(api): State<Arc<Api>>, Path(key): Path<String>, request: Request| {
        answer(&api, request, Some((Kind::Segment, Some(key)))).await
    })
    .fallback(wrong_method)
}

async fn answer(api: &Api, request: Request, target: Option<(Kind, Option<String>)>) -> Response {
    let mut facts = Facts { operation: Some("import".to_owned()), ..Facts::default() };
    let (parts, body) = request.into_parts();
    let outcome = match target {
        Some(target) => take(api, &parts, body, target, &mut facts).await,
        None => {
            let message = "Files of members, transactions, points, feedback and segments/KEY are imported.";
            Err(Problem::new(Verdict::NotFound, message))
        }
    };
    let mut response = match outcome {
        Ok(response) => {
            facts.outcome = "ok".to_owned();
            response
        }
        Err(problem) => {
            facts.outcome = problem.verdict.code().to_lowercase();
            response::problem(problem, Format::Json)
        }
    };
    response.extensions_mut().insert(facts);
    response
}

async fn take(
    api: &Api,
    parts: &Parts,
    body: Body,
    (kind, segment): (Kind, Option<String>),
    facts: &mut Facts,
) -> Result<Response, Problem> {
    let address = client::address(&parts.extensions, &parts.headers, &api.app.settings.trusted_proxies);
    let (caller, partner) = callers(api, &parts.headers, address).await?;
    facts.partner = partner.as_ref().map(|partner| partner.partner.0);
    let caller = administrator(caller, partner)?;
    facts.caller = Some(caller.user.0);
    api.app.requests.count(Bearer::from(&caller))?;
    let Given { call, key, asked, count } = Given::read(parts, kind, segment.clone())?;
    let upload = Upload { key, kind, segment, format: asked.format, parts: count };
    let by = caller.by();
    match call {
        Call::Part(part) => {
            let Whole { state, .. } = receive(api, parts, body, &caller, (&upload, part)).await?;
            Ok((StatusCode::OK, Json(shown(&state))).into_response())
        }
        Call::Begin => {
            if body.size_hint().lower() > 0 {
                return Err(malformed("part is missing: the call that begins the import has no body"));
            }
            let job = upload::begin(&api.app, by, &upload, &asked).await.map_err(problem)?;
            Ok(begun(&job, &upload))
        }
        Call::Whole => {
            receive(api, parts, body, &caller, (&upload, 1)).await?;
            let job = upload::begin(&api.app, by, &upload, &asked).await.map_err(problem)?;
            Ok(begun(&job, &upload))
        }
    }
}

fn administrator(caller: Option<Caller>, partner: Option<PartnerCaller>) -> Result<Caller, Problem> {
    if partner.is_some() {
        let message = "Partners push members of their segments by pushSegmentMembers or a full list, at POST /graphql.";
        return Err(Problem::new(Verdict::Forbidden, message));
    }
    let caller = caller.ok_or_else(|| {
        Problem::new(Verdict::Unauthenticated, "Sign in, and send the access token as `authorization: Bearer …`.")
    })?;
    match caller.role {
        Role::Owner | Role::Admin => Ok(caller),
        Role::Analyst => Err(Problem::new(Verdict::Forbidden, "Imports need the role ADMIN, and you have ANALYST.")),
    }
}

/// Receives a part, in constant memory.
async fn receive(
    api: &Api,
    parts: &Parts,
    body: Body,
    caller: &Caller,
    (upload, part): (&Upload, i64),
) -> Result<Whole, Problem> {
    let mut receiving = match Receiving::begin(&api.app, caller.by(), upload, part).await {
        Ok(receiving) => receiving,
        Err(stop) => {
            // A sender whose connection ends in the middle of the body does not see the answer.
            if !parts.headers.contains_key(EXPECT) {
                body::discard(body, REST).await;
            }
            return Err(problem(stop));
        }
    };
    let room = receiving.room();
    if body.size_hint().lower() > room {
        if !parts.headers.contains_key(EXPECT) {
            body::discard(body, REST).await;
        }
        receiving.give_up().await;
        return Err(too_large(room));
    }
    match stream(&mut receiving, body).await {
        Ok(()) => receiving.finish().await.map_err(problem),
        Err(problem) => {
            receiving.give_up().await;
            Err(problem)
        }
    }
}

async fn stream(receiving: &mut Receiving<'_>, mut body: Body) -> Result<(), Problem> {
    loop {
        let frame = match tokio::time::timeout(PATIENCE, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) => return Err(malformed("the body broke off")),
            Ok(None) => return Ok(()),
            Err(_elapsed) => return Err(Problem::new(Verdict::TooSlow, "The body did not arrive in time.")),
        };
        if let Ok(bytes) = frame.into_data()
            && let Err(stop) = receiving.take(&bytes).await
        {
            body::discard(body, REST).await;
            return Err(problem(stop));
        }
    }
}

fn begun(job: &job::Model, upload: &Upload) -> Response {
    let id = GlobalId::Job(job.id).text();
    let job = json!({ "id": id, "kind": job.kind, "status": job.status.word() });
    (StatusCode::ACCEPTED, Json(json!({ "upload": upload.key, "job": job }))).into_response()
}

fn shown(state: &Standing) -> Value {
    let job = state.job.map(|job| json!({ "id": GlobalId::Job(job).text() }));
    json!({ "upload": state.key, "parts": state.parts, "received": state.received, "missing": state.missing(), "job": job })
}

/// What a refusal means to the sender.
fn problem(stop: Stop) -> Problem {
    let refusal = match stop {
        Stop::Fault(fault) => return fault.into(),
        Stop::Refused(refusals) => refusals.into_iter().next(),
    };
    let Some(Refusal { code, message, path }) = refusal else { return Problem::broken() };
    let verdict = match code {
        RefusalCode::TooLong => Verdict::TooLarge,
        RefusalCode::TooMany => Verdict::Busy,
        RefusalCode::NotFound => Verdict::NotFound,
        RefusalCode::Conflict | RefusalCode::NotAllowed => Verdict::Conflict,
        _ => Verdict::Malformed,
    };
    let retry_after = (verdict == Verdict::Busy).then_some(RETRY_BUSY);
    Problem { retry_after, ..Problem::new(verdict, format!("{}: {message}.", path.join("."))) }
}

fn too_large(room: u64) -> Problem {
    Problem::new(
        Verdict::TooLarge,
        format!("There is room for {room} bytes: a file is limited, all its parts together."),
    )
}

fn malformed(message: &str) -> Problem {
    Problem::new(Verdict::Malformed, format!("{message}."))
}

async fn wrong_method() -> Response {
    let problem = Problem::new(Verdict::WrongMethod, "Send files by POST.");
    let mut response = response::problem(problem, Format::Json);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}
