//! The texts of a segment, checked.

use crate::error::{Refusal, RefusalCode};
use crate::text_input::{length, optional, required};

/// How many tags a segment may have.
const MOST_TAGS: usize = 20;

/// A segment's name.
pub(super) fn name(name: &str) -> Result<String, Refusal> {
    required(name, length::NAME, &["input", "name"])
}

/// A key of the caller's choice.
pub fn key(key: &str) -> Result<String, Refusal> {
    let key = key.trim();
    if key.is_empty() {
        return Err(Refusal::new(RefusalCode::Blank, "must not be blank", &["input", "key"]));
    }
    if key.chars().count() > 64 {
        return Err(Refusal::new(RefusalCode::TooLong, "must have at most 64 characters", &["input", "key"]));
    }
    if !engine::text::is_key(key) {
        let message = "must be made of a-z, 0-9 and hyphens, and must not begin with a hyphen";
        return Err(Refusal::new(RefusalCode::Invalid, message, &["input", "key"]));
    }
    Ok(key.to_owned())
}

/// A description.
pub(super) fn description(text: Option<&str>) -> Result<Option<String>, Refusal> {
    text.map_or(Ok(None), |text| optional(text, length::DESCRIPTION, &["input", "description"]))
}

/// Tags, each once.
pub(super) fn tags(tags: &[String]) -> Result<Vec<String>, Refusal> {
    if tags.len() > MOST_TAGS {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("must have at most {MOST_TAGS} tags"),
            &["input", "tags"],
        ));
    }
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for (place, tag) in tags.iter().enumerate() {
        let tag = required(tag, length::TAG, &["input", "tags", &place.to_string()])?;
        if seen.insert(engine::text::fold(&tag)) {
            kept.push(tag);
        }
    }
    Ok(kept)
}
