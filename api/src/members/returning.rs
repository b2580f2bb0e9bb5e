//! Rows that would bring an erased person back: under the old number, or under another one with the old e-mail.

use std::collections::HashMap;

use engine::text::fold;
use entity::member;
use sea_orm::ConnectionTrait;

use super::input::{Checked, EMAIL};
use super::reference::ERASED;
use crate::erased::{self, Name};
use crate::error::{Fault, Refusal, RefusalCode};
use crate::patch::Patch;

/// Which rows would bring an erased person back, by their places. `known` are the members of the rows' numbers, locked. An
/// e-mail that a member has already stays: two may share one, and only one of them was erased.
pub(super) async fn returning(
    db: &impl ConnectionTrait,
    rows: &[Checked],
    known: &[member::Model],
) -> Result<HashMap<usize, Refusal>, Fault> {
    let known: HashMap<&str, Option<&str>> =
        known.iter().map(|row| (row.number.as_str(), row.email_folded.as_deref())).collect();
    let emails: Vec<Option<String>> = rows.iter().map(|Checked(row)| email(&row.texts[EMAIL])).collect();
    let (mut names, mut places) = (Vec::new(), Vec::new());
    for (place, (row, email)) in rows.iter().zip(&emails).enumerate() {
        let before = known.get(row.number());
        if before.is_none() {
            names.push(Name::Number(row.number()));
            places.push((place, "number"));
        }
        if let Some(email) = email.as_deref().filter(|email| before.is_none_or(|before| *before != Some(email))) {
            names.push(Name::Email(email));
            places.push((place, "email"));
        }
    }
    let erased = erased::are_erased(db, &names).await?;
    let mut refused = HashMap::new();
    for ((place, field), _) in places.into_iter().zip(erased).filter(|(_, erased)| *erased) {
        refused.entry(place).or_insert_with(|| Refusal::new(RefusalCode::ErasedMember, ERASED, &[field]));
    }
    Ok(refused)
}

fn email(patch: &Patch<String>) -> Option<String> {
    match patch {
        Patch::Set(email) => Some(fold(email)),
        Patch::Keep | Patch::Clear => None,
    }
}
