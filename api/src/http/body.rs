//! Reads a request's body, never more of it than the caller may send, and what GraphQL over HTTP has in it.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use async_graphql::Variables;
use axum::body::{Body, Bytes, HttpBody};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::verdict::{Problem, Verdict};

/// The parameters of a request. Others are ignored, as the draft wants it.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    /// The document's text.
    #[serde(deserialize_with = "text")]
    pub(super) query: String,
    /// Which of the document's operations.
    #[serde(default, rename = "operationName", deserialize_with = "optional_text")]
    pub(super) operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default, deserialize_with = "variables")]
    pub(super) variables: Variables,
    #[serde(default, rename = "extensions", deserialize_with = "object")]
    _extensions: (),
}

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the rest of a body that is too large is read and thrown away, so that the caller gets to see the answer.
const DRAIN: Duration = Duration::from_secs(2);

/// The whole body, if it is not over the limit. What announces to be over it is refused before it is read, and does not
/// even set out where the caller `asked_first`.
pub(super) async fn read(body: Body, limit: usize, asked_first: bool) -> Result<Bytes, Problem> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced <= limit {
        return read_within(PATIENCE, body, limit).await;
    }
    if !asked_first {
        discard(body, limit).await;
    }
    Err(too_large(limit))
}

/// The parameters that a body says.
pub(super) fn parse(bytes: &[u8]) -> Result<Parameters, Problem> {
    // A structure would also be read from a list.
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') => return Err(malformed("Several requests in one are not answered; send them one by one.")),
        Some(_) => return Err(malformed("The body must be a JSON object with the key \"query\".")),
        None => return Err(malformed("The body is empty; it must be a JSON object with the key \"query\".")),
    }
    serde_json::from_slice(bytes).map_err(|error| malformed(format!("The body cannot be read: {error}.")))
}

async fn read_within(patience: Duration, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut limited = Limited::new(body, limit);
    match tokio::time::timeout(patience, (&mut limited).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if is_too_long(error.as_ref()) => Err(too_large(limit)),
        Ok(Err(_)) => Err(Problem::new(Verdict::Malformed, "The body broke off.")),
        Err(_) => Err(Problem::new(Verdict::TooSlow, "The body did not arrive in time.")),
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Verdict::TooLarge, format!("The request has more than {limit} bytes, the limit for this caller."))
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(Verdict::Malformed, message)
}

/// Throws away as much again as would have been read: whoever writes a body without listening sees only a broken
/// connection when nobody reads it.
pub(super) async fn discard(body: Body, limit: usize) {
    let mut rest = Limited::new(body, limit.saturating_mul(2));
    let all = async { while let Some(Ok(_)) = rest.frame().await {} };
    let _ = tokio::time::timeout(DRAIN, all).await;
}

fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_long)
}

// The messages of serde repeat what was sent, which may be long; ours name the parameter.

fn text<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    String::deserialize(value).map_err(|_| D::Error::custom("\"query\" must be a text"))
}

fn optional_text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(value).map_err(|_| D::Error::custom("\"operationName\" must be a text or null"))
}

fn variables<'de, D: Deserializer<'de>>(value: D) -> Result<Variables, D::Error> {
    Variables::deserialize(value).map_err(|_| D::Error::custom("\"variables\" must be an object or null"))
}

fn object<'de, D: Deserializer<'de>>(value: D) -> Result<(), D::Error> {
    Option::<BTreeMap<String, IgnoredAny>>::deserialize(value)
        .map(|_| ())
        .map_err(|_| D::Error::custom("\"extensions\" must be an object or null"))
}

#[cfg(test)]
mod tests {
    use axum::BoxError;
    use futures::stream;

    use super::*;

    #[test]
    fn parameters_are_read() {
        let parameters = parse(br#" {"query": "{ a }", "operationName": "Q", "variables": {"n": 1}, "more": [1]} "#);
        let parameters = parameters.unwrap();
        assert_eq!(parameters.query, "{ a }");
        assert_eq!(parameters.operation_name.as_deref(), Some("Q"));
        assert_eq!(parameters.variables.len(), 1);
        let nulls = br#"{"query": "", "operationName": null, "variables": null, "extensions": null}"#;
        assert!(parse(nulls).unwrap().variables.is_empty());
        assert!(parse(br#"{"query": "", "extensions": {"a": 1}}"#).is_ok());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let nested = format!(r#"{{"query": "", "variables": {{"a": {}}}}}"#, "[".repeat(100_000));
        let table: &[(&[u8], &str)] = &[
            (b"", "is empty"),
            (b" \n", "is empty"),
            (b"7", "must be a JSON object"),
            (b"\"{ a }\"", "must be a JSON object"),
            (b"null", "must be a JSON object"),
            (b"[]", "one by one"),
            (br#"[{"query": "{ a }"}]"#, "one by one"),
            (br#"["{ a }"]"#, "one by one"),
            (b"{", "cannot be read"),
            (b"{}", "missing field `query`"),
            (br#"{"qeury": "{ a }"}"#, "missing field `query`"),
            (br#"{"query": null}"#, "\"query\" must be a text"),
            (br#"{"query": 7}"#, "\"query\" must be a text"),
            (br#"{"query": ["a"]}"#, "\"query\" must be a text"),
            (br#"{"query": "a", "query": "b"}"#, "duplicate field `query`"),
            (br#"{"query": "", "operationName": 7}"#, "\"operationName\" must be"),
            (br#"{"query": "", "operationName": {}}"#, "\"operationName\" must be"),
            (br#"{"query": "", "variables": "a"}"#, "\"variables\" must be"),
            (br#"{"query": "", "variables": 0}"#, "\"variables\" must be"),
            (br#"{"query": "", "variables": false}"#, "\"variables\" must be"),
            (br#"{"query": "", "variables": []}"#, "\"variables\" must be"),
            (br#"{"query": "", "extensions": "a"}"#, "\"extensions\" must be"),
            (br#"{"query": "", "extensions": ["a"]}"#, "\"extensions\" must be"),
            (br#"{"query": ""} x"#, "trailing characters"),
            (br#"{"query": "\ud800"}"#, "\"query\" must be a text"),
            (b"{\"query\": \"\xff\"}", "\"query\" must be a text"),
            (nested.as_bytes(), "\"variables\" must be"),
        ];
        for (body, expected) in table {
            let problem = parse(body).unwrap_err();
            assert_eq!(problem.verdict, Verdict::Malformed);
            let message = &problem.errors.first().unwrap().message;
            assert!(message.contains(expected), "{message} for {:?}", String::from_utf8_lossy(body));
            assert!(message.len() < 200, "{message}");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_not_read_to_its_end() {
        assert_eq!(read(Body::from("12345"), 5, false).await.unwrap(), "12345");
        assert_eq!(read(Body::from("123456"), 5, false).await.unwrap_err().verdict, Verdict::TooLarge);
        // Without an announced length; it would never end.
        let endless = stream::repeat_with(|| Ok::<_, BoxError>(Bytes::from_static(b"1234")));
        assert_eq!(read(Body::from_stream(endless), 5, false).await.unwrap_err().verdict, Verdict::TooLarge);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_said_so() {
        let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(BoxError::from("gone"))]);
        assert_eq!(read(Body::from_stream(broken), 5, false).await.unwrap_err().verdict, Verdict::Malformed);
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let silent = Body::from_stream(stream::pending::<Result<Bytes, BoxError>>());
        let problem = read_within(Duration::from_millis(10), silent, 5).await.unwrap_err();
        assert_eq!(problem.verdict, Verdict::TooSlow);
    }
}
