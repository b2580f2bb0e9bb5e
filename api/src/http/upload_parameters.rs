//! What a call that sends a file says besides the file: the type of its rows, and parameters with the names of the command.

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use mime::Mime;

use super::negotiate::only;
use super::verdict::{Problem, Verdict};
use crate::imports::upload::Asked;
use crate::imports::{Format, Kind, pairs};

/// What a call says.
pub(super) struct Given {
    pub(super) call: Call,
    /// The sender's name for the upload.
    pub(super) key: String,
    /// How the file is to be read.
    pub(super) asked: Asked,
    /// In how many parts it comes.
    pub(super) count: i64,
}

/// Which of the three calls it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// A file, and its import.
    Whole,
    /// A part of a file.
    Part(i64),
    /// The import of a file whose parts are there.
    Begin,
}

/// In so many parts a file may come.
const MOST_PARTS: i64 = 10_000;
/// The longest name of an upload.
const LONGEST_KEY: usize = 64;
/// The longest name of a file.
const LONGEST_NAME: usize = 200;

impl Given {
    /// Reads a call, or says which of its parameters is wrong.
    pub(super) fn read(parts: &Parts, kind: Kind, segment: Option<String>) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut given = Parameters::default();
        for (name, value) in &pairs {
            given.add(name, value).map_err(|why| malformed(&format!("{name} {why}")))?;
        }
        let Parameters { upload, part, parts: count, says_how, mut asked } = given;
        let call = match (part, count) {
            (Some(part), Some(count)) if part > count => return Err(malformed("part is more than parts")),
            (Some(part), Some(_)) => Call::Part(part),
            (Some(_), None) => return Err(malformed("parts is missing: in how many parts does the file come")),
            (None, Some(_)) => Call::Begin,
            (None, None) => Call::Whole,
        };
        let key = match upload {
            Some(key) => key,
            None if call == Call::Whole => format!("{:032x}", rand::random::<u128>()),
            None => return Err(malformed("upload is missing: the parts of a file are known by a name of yours")),
        };
        if let (Call::Part(_), Some(name)) = (call, says_how) {
            return Err(malformed(&format!("{name} belongs to the call that begins the import, which has no part")));
        }
        asked.kind = kind.word().to_owned();
        asked.segment = segment;
        if call != Call::Begin {
            asked.format = format(&parts.headers, &asked.file, given_format(&pairs))?;
        }
        if !matches!(call, Call::Part(_)) {
            asked.check().map_err(|why| malformed(why.trim_end_matches('.')))?;
        }
        Ok(Self { call, key, asked, count: count.unwrap_or(1) })
    }
}

struct Parameters {
    upload: Option<String>,
    part: Option<i64>,
    parts: Option<i64>,
    /// The name of a parameter that says how the file is to be read.
    says_how: Option<&'static str>,
    asked: Asked,
}

impl Default for Parameters {
    fn default() -> Self {
        let asked = Asked {
            kind: String::new(),
            segment: None,
            file: String::new(),
            map: Vec::new(),
            create_members: false,
            lines: false,
            negative_is_return: false,
            source: None,
            format: Format::Csv,
        };
        Self { upload: None, part: None, parts: None, says_how: None, asked }
    }
}

impl Parameters {
    /// Adds a parameter; the error is the rest of a sentence that begins with its name.
    fn add(&mut self, name: &str, value: &str) -> Result<(), String> {
        let once = |is_new: bool| if is_new { Ok(()) } else { Err("is given twice".to_owned()) };
        match name {
            "upload" => {
                once(self.upload.is_none())?;
                let is_sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
                if value.is_empty() || value.len() > LONGEST_KEY || !value.bytes().all(is_sane) {
                    return Err("must have 1 to 64 letters, digits, hyphens, points or underscores".to_owned());
                }
                self.upload = Some(value.to_owned());
            }
            "part" => {
                once(self.part.is_none())?;
                self.part = Some(number(value)?);
            }
            "parts" => {
                once(self.parts.is_none())?;
                self.parts = Some(number(value)?);
            }
            // Each part says it in its type.
            "format" => drop(format_named(value)?),
            "file" => {
                once(self.asked.file.is_empty())?;
                if value.is_empty()
                    || value.len() > LONGEST_NAME
                    || value.contains(['/', '\\'])
                    || value.contains(char::is_control)
                {
                    return Err("must be the name of a file, without folders".to_owned());
                }
                self.says("file").file = value.to_owned();
            }
            "map" => self.says("map").map.extend(pairs(value)?),
            "create-members" => self.says("create-members").create_members = flag(value)?,
            "lines" => self.says("lines").lines = flag(value)?,
            "negative-is-return" => self.says("negative-is-return").negative_is_return = flag(value)?,
            "source" => {
                once(self.asked.source.is_none())?;
                self.says("source").source = Some(value.to_owned());
            }
            _ => return Err(format!("is not a parameter: they are {NAMES}")),
        }
        Ok(())
    }

    fn says(&mut self, name: &'static str) -> &mut Asked {
        self.says_how = Some(name);
        &mut self.asked
    }
}

const NAMES: &str = "upload, part, parts, format, file, map, create-members, lines, negative-is-return and source";

fn number(value: &str) -> Result<i64, String> {
    let number = value.parse().ok().filter(|number| (1..=MOST_PARTS).contains(number));
    number.ok_or_else(|| format!("must be a number from 1 to {MOST_PARTS}"))
}

fn flag(value: &str) -> Result<bool, String> {
    match value {
        "" | "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

fn format_named(value: &str) -> Result<Format, String> {
    match value {
        "csv" => Ok(Format::Csv),
        "ndjson" => Ok(Format::Ndjson),
        _ => Err("must be csv or ndjson".to_owned()),
    }
}

fn given_format(pairs: &[(String, String)]) -> Option<Format> {
    pairs.iter().rev().find(|(name, _)| name == "format").and_then(|(_, value)| format_named(value).ok())
}

/// How the rows are written: by the type of the body, or where that only says that it is packed, by `format` or the
/// file's name.
fn format(headers: &HeaderMap, file: &str, named: Option<Format>) -> Result<Format, Problem> {
    let wrong = |message| Problem::new(Verdict::WrongContent, message);
    let expected = "Send the file as text/csv or application/x-ndjson, packed or not, or as application/gzip.";
    let kind =
        only(headers, CONTENT_TYPE).and_then(|value| value.parse::<Mime>().ok()).ok_or_else(|| wrong(expected))?;
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter().map(|value| value.as_bytes().to_ascii_lowercase());
    if encodings.any(|encoding| !matches!(encoding.as_slice(), b"identity" | b"gzip" | b"x-gzip")) {
        return Err(wrong("Send the file unpacked, or packed by gzip."));
    }
    if kind.get_param(mime::CHARSET).is_some_and(|charset| charset != mime::UTF_8) {
        return Err(wrong("Send the file in UTF-8."));
    }
    match kind.essence_str() {
        "text/csv" => Ok(Format::Csv),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Format::Ndjson),
        "application/gzip" | "application/x-gzip" => Ok(named.unwrap_or_else(|| Format::of(file.as_ref()))),
        _ => Err(wrong(expected)),
    }
}

fn malformed(message: &str) -> Problem {
    Problem::new(Verdict::Malformed, format!("{message}."))
}
