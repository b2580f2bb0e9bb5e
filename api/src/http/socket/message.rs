//! The messages of `graphql-transport-ws`.

use async_graphql::ServerError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::closing::Closing;
use crate::http::body::Parameters;

/// The longest message that is read.
pub(super) const LONGEST: usize = 64 * 1024;

/// What a client says.
#[derive(Debug)]
pub(super) enum Said {
    /// The first message; its payload holds the token.
    Init(Option<String>),
    /// Something to be executed, under an id of the client's own.
    Subscribe(String, Box<Parameters>),
    /// An operation is to be ended.
    Complete(String),
    Ping,
    Pong,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    payload: Option<Value>,
}

/// Reads a message.
pub(super) fn read(text: &str) -> Result<Said, Closing> {
    // A structure would also be read from a list.
    if !text.trim_start().starts_with('{') {
        return Err(Closing::malformed("a message is a JSON object"));
    }
    let Ok(Message { kind, id, payload }) = serde_json::from_str(text) else {
        return Err(Closing::malformed("a message is a JSON object with a type, and an id that is a text"));
    };
    let id = || id.filter(|id| !id.is_empty()).ok_or(Closing::malformed("the message needs an id"));
    let object = || match payload {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err(Closing::malformed("the payload must be an object")),
    };
    match kind.as_str() {
        "connection_init" => Ok(Said::Init(object()?.and_then(|payload| token(&payload)))),
        "ping" => object().map(|_| Said::Ping),
        "pong" => object().map(|_| Said::Pong),
        "complete" => Ok(Said::Complete(id()?)),
        "subscribe" => {
            let payload = object()?.unwrap_or_default();
            let parameters = serde_json::from_value(Value::Object(payload));
            let parameters = parameters.map_err(|_| Closing::malformed("the payload must be a GraphQL request"))?;
            Ok(Said::Subscribe(id()?, Box::new(parameters)))
        }
        _ => Err(Closing::malformed("there is no such type of message")),
    }
}

/// The token of `authorization`, spelt in any way, as the header of that name has it.
fn token(payload: &Map<String, Value>) -> Option<String> {
    let (_, value) = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let (scheme, token) = value.as_str()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned()).filter(|token| !token.is_empty())
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Say<'a> {
    ConnectionAck,
    Pong,
    Next { id: &'a str, payload: &'a async_graphql::Response },
    Error { id: &'a str, payload: &'a [ServerError] },
    Complete { id: &'a str },
}

impl Say<'_> {
    /// The text of the message.
    pub(super) fn text(&self) -> String {
        // What is said here can be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<u16> {
        read(text).err().and_then(|closing| closing.code)
    }

    #[test]
    fn what_is_no_message_is_malformed() {
        let deep = format!("{{\"type\":\"ping\",\"payload\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for text in [
            "",
            "x",
            "null",
            "[]",
            "[\"ping\",null,null]",
            "{}",
            "{\"type\":1}",
            "{\"type\":\"start\"}",
            "{\"type\":\"ping\",\"payload\":1}",
            "{\"type\":\"connection_init\",\"payload\":\"x\"}",
            "{\"type\":\"complete\"}",
            "{\"type\":\"complete\",\"id\":\"\"}",
            "{\"type\":\"complete\",\"id\":1}",
            "{\"type\":\"subscribe\",\"id\":\"1\"}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":[\"{a}\",null,null,null]}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":1}}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"{a}\",\"variables\":[]}}",
            "{\"type\":\"subscribe\",\"payload\":{\"query\":\"{a}\"}}",
            &deep,
        ] {
            assert_eq!(code(text), Some(4400), "{text}");
        }
    }

    #[test]
    fn the_token_is_found_however_its_name_is_spelt() {
        for (payload, found) in [
            ("{\"authorization\":\"Bearer a.b.c\"}", Some("a.b.c")),
            ("{\"Authorization\":\"bearer  a \"}", Some("a")),
            ("{\"Authorization\":\"Basic a\"}", None),
            ("{\"authorization\":1}", None),
            ("{}", None),
            ("null", None),
        ] {
            let said = read(&format!("{{\"type\":\"connection_init\",\"payload\":{payload}}}")).unwrap();
            let Said::Init(token) = said else { panic!("{said:?}") };
            assert_eq!(token.as_deref(), found, "{payload}");
        }
    }
}
