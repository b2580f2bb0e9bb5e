//! What a request must say of its body, and in which of the two types it is answered.

use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use mime::Mime;

use super::verdict::{Problem, Verdict};

/// The type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `application/json`: statuses as clients know them from before the draft.
    Json,
    /// `application/graphql-response+json`: statuses that mean what they say.
    GraphqlResponse,
}

impl Format {
    /// The value of `content-type`.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }

    fn essence(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::GraphqlResponse => ("application", "graphql-response+json"),
        }
    }
}

/// The type that the caller likes best, after `accept` with its weights.
///
/// Of two types that are liked equally the one that is named wins over the one that only a wildcard covers; of two that
/// are named, the newer; of two that a wildcard covers, the older, because whoever sends a wildcard expects that.
pub(super) fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let accept: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if !headers.contains_key(ACCEPT) || (accept.len() == 1 && accept.iter().all(|value| value.trim().is_empty())) {
        return Ok(Format::Json);
    }
    let ranges: Vec<Range> = accept.iter().flat_map(|value| list(value)).filter_map(Range::parse).collect();
    let newer = liking(&ranges, Format::GraphqlResponse);
    let older = liking(&ranges, Format::Json);
    match (newer, older) {
        (None, None) => Err(Problem::new(
            Verdict::NotAcceptable,
            "Answers are application/graphql-response+json or application/json; accept one of them.",
        )),
        (Some(_), None) => Ok(Format::GraphqlResponse),
        (None, Some(_)) => Ok(Format::Json),
        (Some(newer), Some(older)) if newer > older => Ok(Format::GraphqlResponse),
        (Some(newer), Some(older)) if newer == older && newer.precision >= NAMED => Ok(Format::GraphqlResponse),
        _ => Ok(Format::Json),
    }
}

/// Refuses a body that is not uncompressed JSON in UTF-8, before a byte of it is read.
///
/// A page of another origin cannot send this type without asking first, so that nothing can be done in a visitor's name.
pub(super) fn content(headers: &HeaderMap) -> Result<(), Problem> {
    let wrong = |message| Err(Problem::new(Verdict::WrongContent, message));
    let Some(kind) = only(headers, CONTENT_TYPE).and_then(|value| value.parse::<Mime>().ok()) else {
        return wrong("Send the request as application/json.");
    };
    if kind.essence_str() != mime::APPLICATION_JSON.essence_str() {
        return wrong("Send the request as application/json.");
    }
    if kind.get_param(mime::CHARSET).is_some_and(|charset| charset != mime::UTF_8) {
        return wrong("Send the request in UTF-8.");
    }
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return wrong("Send the request uncompressed.");
    }
    Ok(())
}

/// The value of a header that must not come twice.
pub(super) fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok()).flatten()
}

/// One entry of `accept`.
struct Range {
    kind: Mime,
    /// In thousandths.
    weight: u16,
}

/// How much a type is liked: first by weight, then by how precisely it was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Liking {
    weight: u16,
    precision: u8,
}

const NAMED: u8 = 2;

impl Range {
    /// An entry that cannot be read is passed over, as servers do.
    fn parse(entry: &str) -> Option<Self> {
        let kind: Mime = entry.trim().parse().ok()?;
        let weight = match kind.get_param("q") {
            Some(weight) => thousandths(weight.as_str())?,
            None => 1000,
        };
        Some(Self { kind, weight })
    }

    /// How precisely the entry names the type, if it covers it.
    fn precision(&self, format: Format) -> Option<u8> {
        let (kind, subtype) = format.essence();
        if self.kind.get_param(mime::CHARSET).is_some_and(|charset| charset != mime::UTF_8) {
            return None;
        }
        // `mime` keeps a suffix such as `+json` apart.
        let (_, own_subtype) = self.kind.essence_str().split_once('/')?;
        match (self.kind.type_().as_str(), own_subtype) {
            ("*", "*") => Some(0),
            (own, "*") if own == kind => Some(1),
            (own, own_subtype) if own == kind && own_subtype == subtype => Some(NAMED),
            _ => None,
        }
    }
}

/// The most precise entry decides about a type; a weight of nothing excludes it.
fn liking(ranges: &[Range], format: Format) -> Option<Liking> {
    let likings =
        ranges.iter().filter_map(|range| Some(Liking { weight: range.weight, precision: range.precision(format)? }));
    likings.max_by_key(|liking| (liking.precision, liking.weight)).filter(|liking| liking.weight > 0)
}

/// A weight as RFC 9110 writes it: 0 to 1 with at most three digits.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

/// The entries of a list, whose quoted texts may hold commas.
fn list(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value.split(move |letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn the_answer_has_the_type_that_is_liked_best() {
        let newer = Some(Format::GraphqlResponse);
        let older = Some(Format::Json);
        let table: &[(&[&str], Option<Format>)] = &[
            (&[], older),
            (&[""], older),
            (&["*/*"], older),
            (&["application/*"], older),
            (&["application/json"], older),
            (&["APPLICATION/JSON"], older),
            (&["application/json; charset=UTF-8"], older),
            (&["application/graphql-response+json"], newer),
            (&["application/graphql-response+json; charset=utf-8"], newer),
            (&["application/graphql-response+json, application/json"], newer),
            (&["application/json, application/graphql-response+json"], newer),
            (&["application/json", "application/graphql-response+json"], newer),
            (&["application/graphql-response+json, application/json;q=0.9"], newer),
            (&["application/graphql-response+json;q=0.5, application/json;q=0.9"], older),
            (&["application/graphql-response+json;q=0, */*"], older),
            (&["application/json;q=0, */*"], newer),
            (&["application/graphql-response+json, */*"], newer),
            (&["application/graphql-response+json;q=0.5, */*"], older),
            (&["application/json, */*"], older),
            (&["text/html, application/xhtml+xml, */*;q=0.8"], older),
            (&["*/*;q=0.1, application/graphql-response+json;q=0.001"], older),
            (&["text/plain;note=\"a,b\", application/json"], older),
            (&["nonsense, application/json"], older),
            (&["text/html"], None),
            (&["multipart/mixed"], None),
            (&["text/*"], None),
            (&["*/*;q=0"], None),
            (&["application/json;q=0"], None),
            (&["application/json;q=0.000"], None),
            (&["application/json;q=2"], None),
            (&["application/json;q=0.1234"], None),
            (&["application/json;q=NaN"], None),
            (&["application/json; charset=latin1"], None),
            (&["application/jsonp"], None),
            (&["nonsense"], None),
        ];
        for (accept, expected) in table {
            let format = format(&headers(ACCEPT, accept));
            assert_eq!(format.as_ref().ok(), expected.as_ref(), "{accept:?}");
            if let Err(problem) = format {
                assert_eq!(problem.verdict, Verdict::NotAcceptable);
            }
        }
    }

    #[test]
    fn the_body_is_json_in_utf_8_and_nothing_else() {
        let table: &[(&[&str], bool)] = &[
            (&["application/json"], true),
            (&["Application/JSON"], true),
            (&["application/json; charset=utf-8"], true),
            (&["application/json;charset=\"UTF-8\""], true),
            (&["application/json; note=x"], true),
            (&[], false),
            (&[""], false),
            (&["application/json; charset=utf-16"], false),
            (&["application/json; charset=latin1"], false),
            (&["application/json", "application/json"], false),
            (&["application/json, text/plain"], false),
            (&["application/graphql"], false),
            (&["application/graphql-response+json"], false),
            (&["application/x-www-form-urlencoded"], false),
            (&["multipart/form-data; boundary=application/json"], false),
            (&["text/plain"], false),
            (&["text/plain; application/json"], false),
            (&["text/json"], false),
        ];
        for (kind, good) in table {
            let outcome = content(&headers(CONTENT_TYPE, kind));
            assert_eq!(outcome.is_ok(), *good, "{kind:?}");
            if let Err(problem) = outcome {
                assert_eq!(problem.verdict, Verdict::WrongContent);
            }
        }
    }

    #[test]
    fn the_body_is_not_compressed() {
        for (encoding, good) in [("identity", true), ("Identity", true), ("gzip", false), ("identity, gzip", false)] {
            let mut headers = headers(CONTENT_TYPE, &["application/json"]);
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            assert_eq!(content(&headers).is_ok(), good, "{encoding}");
        }
    }
}
