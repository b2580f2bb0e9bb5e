//! What a change of a member says in the audit log.

use engine::calendar::{Millis, utc_datetime};
use entity::member;
use serde_json::{Value, json};

use super::LabelInput;
use super::input::TEXTS;
use crate::audit::{Changes, Entry, Object};

/// The entry of a member that was known before. Labels are none where they stay.
pub(super) fn entry(
    action: &'static str,
    before: &member::Model,
    after: &member::Model,
    labels: Option<(&[LabelInput], &[LabelInput])>,
) -> Entry {
    let mut changes = Changes::none()
        .field("enrolledAt", before.enrolled_at.map(shown), after.enrolled_at.map(shown))
        .field("birthDate", &before.birth_date, &after.birth_date);
    for ((name, old), new) in TEXTS.into_iter().zip(texts(before)).zip(texts(after)) {
        changes = changes.field(name, old, new);
    }
    if let Some((old, new)) = labels {
        changes = changes.field("labels", listed(old), listed(new));
    }
    let changes = changes.field("attributes", object(&before.attributes), object(&after.attributes)).field(
        "marketingConsent",
        before.marketing_consent,
        after.marketing_consent,
    );
    Entry { action, object: Object::one("Member", after.id.0, after.number.as_str()), changes }
}

/// The plain texts, in the order of [`TEXTS`].
fn texts(row: &member::Model) -> [&Option<String>; TEXTS.len()] {
    [
        &row.first_name,
        &row.last_name,
        &row.email,
        &row.phone,
        &row.gender,
        &row.country,
        &row.region,
        &row.city,
        &row.postal_code,
        &row.street,
        &row.tier,
    ]
}

fn listed(labels: &[LabelInput]) -> Vec<Value> {
    labels.iter().map(|label| json!({"key": label.key, "value": label.value})).collect()
}

fn object(attributes: &str) -> Value {
    serde_json::from_str(attributes).unwrap_or_default()
}

fn shown(at: Millis) -> String {
    utc_datetime(at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
