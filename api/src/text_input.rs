//! Texts from outside: trimmed, bounded, without control characters.

use crate::error::{Refusal, RefusalCode};

/// Lengths, in characters, after semantics.md §1.
pub mod length {
    /// Of a name.
    pub const NAME: usize = 200;
    /// Of a description.
    pub const DESCRIPTION: usize = 2_000;
    /// What is said of a pin.
    pub const NOTE: usize = 500;
    /// Of a tag.
    pub const TAG: usize = 50;
    /// Of a number, document, source, or sku.
    pub const NUMBER: usize = 100;
    /// Of a label's key.
    pub const LABEL_KEY: usize = 50;
    /// Of a label's value, and of every other short text.
    pub const TEXT: usize = 200;
    /// Of a member's attributes as JSON, in bytes.
    pub const ATTRIBUTES: usize = 16_000;
}

/// A text that must be there.
pub fn required(text: &str, limit: usize, path: &[&str]) -> Result<String, Refusal> {
    optional(text, limit, path)?.ok_or_else(|| Refusal::new(RefusalCode::Blank, "must not be blank", path))
}

/// A text that may be blank, which is as if it were not there.
pub fn optional(text: &str, limit: usize, path: &[&str]) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    // A description may have lines, everything else is one line.
    let breaks = limit == length::DESCRIPTION;
    if text.chars().any(|letter| letter.is_control() && !(breaks && letter == '\n')) {
        return Err(Refusal::new(RefusalCode::Invalid, "must not hold control characters", path));
    }
    if text.chars().take(limit + 1).count() > limit {
        return Err(Refusal::new(RefusalCode::TooLong, format!("must have at most {limit} characters"), path));
    }
    Ok(Some(text).filter(|text| !text.is_empty()).map(str::to_owned))
}
