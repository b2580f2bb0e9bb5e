//! What is said of a member from outside, and its check.

use engine::calendar::{FIRST_DAY, Millis};
use serde_json::{Map, Value};

use crate::error::{Refusal, RefusalCode};
use crate::patch::Patch;
use crate::text_input::{length, optional, required};

/// A label as it came.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct LabelInput {
    /// What it is about.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// A member as it came. Absent fields stay as they are, null empties.
#[derive(Clone, Debug, Default)]
pub struct MemberInput {
    /// The shop's number.
    pub number: String,
    /// When the member joined the programme.
    pub enrolled_at: Patch<Millis>,
    /// ISO date.
    pub birth_date: Patch<chrono::NaiveDate>,
    /// The texts, in the order of [`TEXTS`].
    pub texts: [Patch<String>; TEXTS.len()],
    /// All labels, in the place of those before.
    pub labels: Patch<Vec<LabelInput>>,
    /// All attributes, in the place of those before.
    pub attributes: Patch<Map<String, Value>>,
    /// Whether the member may be contacted.
    pub marketing_consent: Patch<bool>,
}

/// The plain texts of a member, by the names of their fields.
pub const TEXTS: [&str; 11] =
    ["firstName", "lastName", "email", "phone", "gender", "country", "region", "city", "postalCode", "street", "tier"];

/// Where the e-mail stands among them.
pub(super) const EMAIL: usize = 2;

/// A member whose every field was found right.
#[derive(Clone, Debug)]
pub struct Checked(pub(super) MemberInput);

impl Checked {
    /// The shop's number, trimmed.
    pub fn number(&self) -> &str {
        &self.0.number
    }
}

impl MemberInput {
    /// Finds every field right, or names the first that is not. `now` bounds the days that may lie ahead.
    pub fn check(mut self, now: Millis) -> Result<Checked, Refusal> {
        self.number = required(&self.number, length::NUMBER, &["number"])?;
        if is_shell(&self.number) {
            let message = "is kept for what is left of erased members";
            return Err(Refusal::new(RefusalCode::Invalid, message, &["number"]));
        }
        for (text, name) in self.texts.iter_mut().zip(TEXTS) {
            if let Patch::Set(given) = text {
                *text = optional(given, length::TEXT, &[name])?.map_or(Patch::Clear, Patch::Set);
            }
        }
        if let Patch::Set(email) = &self.texts[EMAIL]
            && !is_email(email)
        {
            return Err(Refusal::new(RefusalCode::Invalid, "is not an e-mail address", &["email"]));
        }
        if let Patch::Set(at) = self.enrolled_at {
            crate::ingest::instant(at, now, &["enrolledAt"])?;
        }
        if let Patch::Set(day) = self.birth_date {
            let today = engine::calendar::utc_datetime(now).date_naive();
            if day < FIRST_DAY || day > today.succ_opt().unwrap_or(today) {
                return Err(Refusal::new(
                    RefusalCode::Invalid,
                    "must lie between 1900-01-01 and today",
                    &["birthDate"],
                ));
            }
        }
        if let Patch::Set(labels) = &mut self.labels {
            check_labels(labels)?;
        }
        if let Patch::Set(attributes) = &self.attributes {
            check_attributes(attributes)?;
        }
        Ok(Checked(self))
    }
}

/// Trims and bounds labels: at most 50, a key of 50 and a value of 200 characters.
pub fn check_labels(labels: &mut [LabelInput]) -> Result<(), Refusal> {
    const MOST: usize = 50;
    if labels.len() > MOST {
        return Err(Refusal::new(RefusalCode::TooMany, format!("must have at most {MOST} labels"), &["labels"]));
    }
    for (place, label) in labels.iter_mut().enumerate() {
        let place = place.to_string();
        label.key = required(&label.key, length::LABEL_KEY, &["labels", &place, "key"])?;
        label.value = required(&label.value, length::TEXT, &["labels", &place, "value"])?;
    }
    Ok(())
}

fn check_attributes(attributes: &Map<String, Value>) -> Result<(), Refusal> {
    let whole = Value::Object(attributes.clone());
    if whole.to_string().len() > length::ATTRIBUTES {
        return Err(Refusal::new(RefusalCode::TooLong, "must have at most 16 kB as JSON", &["attributes"]));
    }
    // PostgreSQL's JSON functions take no NUL, and nobody means one.
    if holds_nul(&whole) {
        return Err(Refusal::new(RefusalCode::Invalid, "must not hold the character NUL", &["attributes"]));
    }
    Ok(())
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// The number under which the row of an erased member stays.
pub fn shell(id: i64) -> String {
    format!("{SHELL}{id}")
}

const SHELL: &str = "erased-";

fn is_shell(number: &str) -> bool {
    let id = number.strip_prefix(SHELL);
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|letter| letter.is_ascii_digit()))
}

/// Something on both sides of the last `@`, and no blank: more can only be told by writing to it.
fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(person, host)| !person.is_empty() && !host.is_empty()) && !text.contains(char::is_whitespace)
}
