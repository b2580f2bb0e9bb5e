//! Writes answers.

use async_graphql::ServerError;
use async_graphql_axum::GraphQLResponse;
use axum::Json;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::negotiate::Format;
use super::verdict::{BAD_USER_INPUT, Problem, Verdict};

/// Errors beyond these are not told: whoever sees ten has enough to mend.
const MOST_ERRORS: usize = 10;
/// A message that repeats what the caller sent is cut there.
const LONGEST_MESSAGE: usize = 500;

/// The answer of an operation that was executed.
///
/// The integration crate writes it; it stands behind us because it reads whatever comes and answers everything with 200
/// and its own type (see `graphql`).
pub(super) fn executed(mut response: async_graphql::Response, format: Format) -> Response {
    tell(&mut response.errors);
    let mut answer = GraphQLResponse::from(response).into_response();
    *answer.status_mut() = Verdict::Executed.status(format);
    answer.headers_mut().insert(CONTENT_TYPE, format.content_type());
    answer
}

/// The answer of a request that was not executed or has nothing to show for it: it has no `data`.
pub(super) fn problem(mut problem: Problem, format: Format) -> Response {
    tell(&mut problem.errors);
    // A path belongs to a field, and there is none in this answer.
    problem.errors.iter_mut().for_each(|error| error.path.clear());
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, format.content_type())]);
    match problem.verdict {
        Verdict::Unauthenticated => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        Verdict::WrongMethod => headers.insert(ALLOW, HeaderValue::from_static("POST")),
        _ => None,
    };
    if let Some(seconds) = problem.retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    (problem.verdict.status(format), headers, Json(Errors { errors: &problem.errors })).into_response()
}

#[derive(Serialize)]
struct Errors<'a> {
    errors: &'a [ServerError],
}

/// Makes errors fit to be told: few, short, each with a code.
pub(super) fn tell(errors: &mut Vec<ServerError>) {
    errors.truncate(MOST_ERRORS);
    for error in errors {
        keep_value(&mut error.message);
        if error.message.len() > LONGEST_MESSAGE {
            error.message.truncate(error.message.floor_char_boundary(LONGEST_MESSAGE));
            error.message.push('…');
        }
        // Our resolvers give every error its code. One without is async-graphql's own, about the document or a value.
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", BAD_USER_INPUT);
        }
    }
}

/// async-graphql repeats a value of the wrong type, which may be a password that stands where its object should.
fn keep_value(message: &mut String) {
    let expected = message.starts_with("Expected input type \"").then(|| message.find(", found "));
    if let Some(found) = expected.flatten() {
        message.truncate(found);
        message.push('.');
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{PathSegment, Value};
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    async fn read(answer: Response) -> (StatusCode, HeaderMap, serde_json::Value) {
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn a_problem_has_no_data_and_the_status_of_its_format() {
        for (format, expected, kind) in [
            (Format::Json, StatusCode::OK, "application/json; charset=utf-8"),
            (Format::GraphqlResponse, StatusCode::BAD_REQUEST, "application/graphql-response+json; charset=utf-8"),
        ] {
            let mut error = ServerError::new("No.", None);
            error.path = vec![PathSegment::Field("a".to_owned())];
            let (status, headers, body) = read(problem(Problem::of(Verdict::Refused, vec![error]), format)).await;
            assert_eq!(status, expected);
            assert_eq!(headers[CONTENT_TYPE], kind);
            assert_eq!(body, json!({"errors": [{"message": "No.", "extensions": {"code": "BAD_USER_INPUT"}}]}));
        }
    }

    #[tokio::test]
    async fn an_executed_operation_is_200_also_with_field_errors() {
        for format in [Format::Json, Format::GraphqlResponse] {
            let mut response = async_graphql::Response::new(Value::Null);
            let mut error = ServerError::new("No.", None);
            error.path = vec![PathSegment::Field("a".to_owned())];
            response.errors.push(error);
            let (status, headers, body) = read(executed(response, format)).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers[CONTENT_TYPE], format.content_type());
            let error = json!({"message": "No.", "path": ["a"], "extensions": {"code": "BAD_USER_INPUT"}});
            assert_eq!(body, json!({"data": null, "errors": [error]}));
        }
    }

    #[tokio::test]
    async fn errors_are_few_and_short() {
        let errors = vec![ServerError::new("ż".repeat(1_000_000), None); 50];
        let (_, _, body) = read(problem(Problem::of(Verdict::Refused, errors), Format::Json)).await;
        let errors = body["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 10);
        assert!(errors.iter().all(|error| error["message"].as_str().unwrap().len() < 510));
    }

    #[tokio::test]
    async fn who_shall_try_again_is_told_when() {
        let mut error = ServerError::new("Too often.", None);
        error.extensions.get_or_insert_default().set("retryAfter", 17);
        let (status, headers, _) = read(problem(Problem::of(Verdict::RateLimited, vec![error]), Format::Json)).await;
        assert_eq!((status, &headers[RETRY_AFTER]), (StatusCode::TOO_MANY_REQUESTS, &HeaderValue::from(17)));
        let (status, headers, _) = read(problem(Problem::unavailable(), Format::Json)).await;
        assert_eq!((status, &headers[RETRY_AFTER]), (StatusCode::SERVICE_UNAVAILABLE, &HeaderValue::from(5)));
    }
}
