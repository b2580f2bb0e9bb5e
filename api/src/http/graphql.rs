//! `POST /graphql`.
//!
//! The integration crate's own handler stands behind us for good reasons: it takes mutations by GET and as plain text, reads
//! bodies of any length, answers every error with 200, and hands every document to a parser that a short text can bring
//! down. So everything up to the execution happens here, in the order in which it costs least to refuse; what the crate
//! does well, writing what was executed, is left to it (see `response`).

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection};
use async_graphql::{Positioned, Request as Execution, ServerError, Value};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::EXPECT;
use axum::http::request::Parts;
use axum::response::Response;
use futures::FutureExt;

use super::body::Parameters;
use super::documents::Document;
use super::guard::Admitted;
use super::negotiate::Format;
use super::plan::Plan;
use super::request_log::Facts;
use super::verdict::{Problem, Verdict};
use super::{Api, body, client, negotiate, response};
use crate::app::App;
use crate::auth::{self, Bearer, Caller};
use crate::graphql::{Loading, RequestScope};
use crate::partners::{self, PartnerCaller};
use crate::schema::Schema;

/// The longest body of a caller without a valid token.
const STRANGERS_BODY: usize = 256 * 1024;
/// The longest body of a caller with one.
const CALLERS_BODY: usize = 16 * 1024 * 1024;
/// A longer body is read into values where it keeps no other request waiting.
const LONG_BODY: usize = 256 * 1024;
/// How long a query may take.
const QUERY_LIMIT: Duration = Duration::from_secs(10);
/// How long a change may take, which may have to wait for others before it.
const CHANGE_LIMIT: Duration = Duration::from_secs(60);
/// How long the look at the caller's session may take before the database counts as gone.
const SESSION_LIMIT: Duration = Duration::from_secs(4);
/// The fields that are free of a token, beside `__typename`.
const FREE: [&str; 2] = ["signIn", "refreshSession"];
/// The fields that are free of a token in development.
const DESCRIPTION: [&str; 2] = ["__schema", "__type"];

/// Answers a request.
pub(super) async fn endpoint(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut facts = Facts::default();
    let (format, outcome) = match negotiate::format(&parts.headers) {
        Ok(format) => (format, answer(&api, &parts, body, &mut facts).await),
        Err(problem) => (Format::Json, Err(problem)),
    };
    facts.outcome = name_of(&outcome);
    let mut response = match outcome {
        Ok(executed) => response::executed(executed, format),
        Err(problem) => response::problem(problem, format),
    };
    response.extensions_mut().insert(facts);
    response
}

async fn answer(api: &Api, parts: &Parts, body: Body, facts: &mut Facts) -> Result<async_graphql::Response, Problem> {
    negotiate::content(&parts.headers)?;
    let address = client::address(&parts.extensions, &parts.headers, &api.app.settings.trusted_proxies);
    let (caller, partner) = callers(api, &parts.headers, address).await?;
    if let Some(bearer) = bearer(caller.as_ref(), partner.as_ref()) {
        // Before a long body is read; a short one is thrown away, so that the connection can be used again.
        if let Err(late) = api.app.requests.count(bearer) {
            body::discard(body, STRANGERS_BODY).await;
            return Err(late.into());
        }
    }
    facts.caller = caller.as_ref().map(|caller| caller.user.0);
    facts.partner = partner.as_ref().map(|partner| partner.partner.0);
    let is_known = caller.is_some() || partner.is_some();
    let limit = if is_known { CALLERS_BODY } else { STRANGERS_BODY };
    let body = body::read(body, limit, parts.headers.contains_key(EXPECT)).await?;
    let parameters = parameters(body).await?;
    let reached = client::reached(&parts.extensions, &parts.headers, &api.app.settings.trusted_proxies);
    let prepared = prepare(api, parameters, RequestScope { caller, partner, address, reached }, facts).await?;
    if prepared.operation == OperationType::Subscription {
        return Err(Problem::new(Verdict::Refused, "Subscriptions are answered at /graphql/ws alone."));
    }
    prepared.executed(&api.app).await
}

/// As whose the request counts.
fn bearer(caller: Option<&Caller>, partner: Option<&PartnerCaller>) -> Option<Bearer> {
    caller.map(Bearer::from).or(partner.map(|partner| Bearer::Partner(partner.token)))
}

/// An operation that may be executed.
pub(super) struct Prepared {
    /// As the caller sees it.
    pub(super) schema: Schema,
    pub(super) execution: Execution,
    pub(super) loading: Loading,
    pub(super) operation: OperationType,
    pub(super) plan: Arc<Plan>,
    bearer: Option<Bearer>,
}

/// Holds an operation against everything that is known before its execution.
pub(super) async fn prepare(
    api: &Api,
    parameters: Parameters,
    scope: RequestScope,
    facts: &mut Facts,
) -> Result<Prepared, Problem> {
    let Parameters { query, operation_name, variables, .. } = parameters;
    let is_known = scope.caller.is_some() || scope.partner.is_some();
    let document = api.documents.get(&query, is_known)?;
    let admitted = document.examined.admit(operation_name.as_deref(), variables, api.documents.limits())?;
    facts.operation.clone_from(&admitted.operation_name);
    facts.cost = Some(admitted.cost);
    let operation = admitted.operation_type;
    allow(&admitted, is_known, api.app.settings.dev)?;
    if operation == OperationType::Subscription && !names_one_field(&admitted.document) {
        let message = "A subscription names one field, directly and without a directive.";
        return Err(Problem::new(Verdict::Refused, message));
    }
    if admitted.pruned {
        validate(api, &document, &admitted).await?;
    }
    let plan = api.documents.plan(&document, admitted.operation_name.as_deref())?;
    let schema = if scope.partner.is_some() { api.partners_schema.clone() } else { api.schema.clone() };
    let bearer = bearer(scope.caller.as_ref(), scope.partner.as_ref());
    let (execution, loading) = crate::graphql::scoped(admitted.into_request(), &api.app, scope);
    Ok(Prepared { schema, execution, loading, operation, plan, bearer })
}

/// Whether a subscription is one stream, as the specification wants it. async-graphql would mix several, and passes over a
/// field that stands in a fragment.
fn names_one_field(document: &ExecutableDocument) -> bool {
    let is_plain = |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if field.node.directives.is_empty());
    document.operations.iter().all(|(_, operation)| match operation.node.selection_set.node.items.as_slice() {
        [item] => is_plain(item),
        _ => false,
    })
}

impl Prepared {
    /// The answer of a query or a change, when it is the caller's turn.
    pub(super) async fn executed(self, app: &App) -> Result<async_graphql::Response, Problem> {
        let Self { schema, execution, loading, operation, plan, bearer } = self;
        let limit = if operation == OperationType::Mutation { CHANGE_LIMIT } else { QUERY_LIMIT };
        let _turn = match bearer {
            Some(bearer) => Some(app.requests.turn(bearer, limit).await?),
            None => None,
        };
        settle(execute(&schema, execution, loading, limit).await?, &plan)
    }
}

/// The caller, if the request has a token that is valid. One that is not makes a stranger of the caller, who can still
/// exchange it for a new one, but not try as many as it wants.
pub(super) async fn callers(
    api: &Api,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<(Option<Caller>, Option<PartnerCaller>), Problem> {
    let Some(token) = client::bearer(headers) else { return Ok((None, None)) };
    if let Some(caller) = known(api, token, address).await? {
        return Ok((Some(caller), None));
    }
    match tokio::time::timeout(SESSION_LIMIT, partners::authenticate(&api.app, token, address)).await {
        Ok(partner) => {
            let partner = partner?;
            if partner.is_none() {
                api.app.requests.wrong_token(address)?;
            }
            Ok((None, partner))
        }
        Err(_) => Err(Problem::unavailable()),
    }
}

/// The person of a token, if it is valid.
pub(super) async fn known(api: &Api, token: &str, address: IpAddr) -> Result<Option<Caller>, Problem> {
    match tokio::time::timeout(SESSION_LIMIT, auth::authenticate(&api.app, token, address)).await {
        Ok(caller) => Ok(caller?),
        Err(_) => Err(Problem::unavailable()),
    }
}

async fn parameters(bytes: Bytes) -> Result<Parameters, Problem> {
    if bytes.len() <= LONG_BODY {
        return body::parse(&bytes);
    }
    match tokio::task::spawn_blocking(move || body::parse(&bytes)).await {
        Ok(parameters) => parameters,
        Err(_) => Err(Problem::broken()),
    }
}

/// Refuses what the caller may not ask for at all, before anything of the schema is looked at.
fn allow(admitted: &Admitted, is_known: bool, development: bool) -> Result<(), Problem> {
    let is_free = admitted.asks_only_for(&FREE) || (development && admitted.asks_only_for(&DESCRIPTION));
    if is_known || is_free {
        Ok(())
    } else {
        Err(Problem::new(Verdict::Unauthenticated, "Sign in, and send the access token as `authorization: Bearer …`."))
    }
}

/// Holds the whole operation against the schema where the guard has taken out arguments without a value: a mistake in
/// them would pass unseen. Nothing is resolved.
async fn validate(api: &Api, document: &Document, admitted: &Admitted) -> Result<(), Problem> {
    let mut request = Execution::new(String::new()).only_introspection();
    request.operation_name.clone_from(&admitted.operation_name);
    request.set_parsed_query(document.examined.unpruned(admitted.operation_name.as_deref())?);
    let mut errors = api.schema.execute(request).await.errors;
    match admitted.operation_type {
        // It is not executed here, and that alone is told without a place.
        OperationType::Subscription => errors.retain(|error| !error.locations.is_empty()),
        _ => errors.retain(|error| error.path.is_empty()),
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::of(Verdict::Refused, errors)) }
}

async fn execute(
    schema: &Schema,
    request: Execution,
    mut loading: Loading,
    limit: Duration,
) -> Result<async_graphql::Response, Problem> {
    // What is dropped at the limit gives its connections back and takes its transaction back.
    let execution = AssertUnwindSafe(loading.along(schema.execute(request))).catch_unwind();
    match tokio::time::timeout(limit, execution).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_panic)) => {
            tracing::error!("an execution panicked");
            Err(Problem::broken())
        }
        Err(_elapsed) => Err(Problem::timed_out()),
    }
}

/// Tells what was executed from what was refused, which async-graphql answers alike.
fn settle(mut response: async_graphql::Response, plan: &Plan) -> Result<async_graphql::Response, Problem> {
    let is_refused = |error: &ServerError| error.path.is_empty();
    if response.data == Value::Null && !response.errors.is_empty() && response.errors.iter().all(is_refused) {
        return Err(Problem::of(Verdict::Refused, response.errors));
    }
    plan.put_right(&mut response.data, &response.errors);
    match response.errors.iter().find_map(Verdict::of_field_error).filter(|_| shows_nothing(&response.data)) {
        Some(verdict) => Err(Problem::of(verdict, response.errors)),
        None => Ok(response),
    }
}

/// Whether none of the fields that were asked for has come to anything.
pub(super) fn shows_nothing(data: &Value) -> bool {
    match data {
        Value::Object(fields) => fields.values().all(|value| value == &Value::Null),
        _ => true,
    }
}

/// The outcome's name for the log and the metrics: `ok`, `refused` where it says what the caller has to mend, or the code
/// of its first error.
pub(super) fn name_of(outcome: &Result<async_graphql::Response, Problem>) -> String {
    let response = match outcome {
        Ok(response) => response,
        Err(problem) => return problem.verdict.code().to_lowercase(),
    };
    match response.errors.first() {
        Some(error) => match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
            Some(Value::String(code)) => code.to_lowercase(),
            _ => Verdict::Refused.code().to_lowercase(),
        },
        None if has_user_errors(&response.data) => "refused".to_owned(),
        None => "ok".to_owned(),
    }
}

fn has_user_errors(data: &Value) -> bool {
    let Value::Object(fields) = data else { return false };
    fields.values().any(|payload| {
        matches!(payload, Value::Object(payload)
            if matches!(payload.get("userErrors"), Some(Value::List(errors)) if !errors.is_empty()))
    })
}
