//! What the columns of a file say of a member. An empty cell leaves the field as it is.

use std::collections::HashMap;

use engine::calendar::Millis;
use engine::text::fold;
use serde_json::Value;

use super::instant;
use super::mapping::Mapping;
use super::row::{Column, Reading, Row, Wrong, labels, read_instant, snake};
use crate::members::{LabelInput, MemberInput, TEXTS};
use crate::patch::Patch;

/// The columns of a member's fields, all but the number.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    prefix: &'static str,
    enrolled_at: Option<Column>,
    birth_date: Option<Column>,
    texts: [Option<Column>; TEXTS.len()],
    marketing_consent: Option<Column>,
    attributes: Option<Column>,
    labels: Vec<(String, Column)>,
}

/// The names of a member's fields behind a prefix, all but the number.
pub(super) fn names(prefix: &str) -> Vec<String> {
    let others = ["enrolled_at", "birth_date", "marketing_consent", "attributes", "label.KEY"];
    let texts = TEXTS.iter().map(|name| snake(name));
    texts.chain(others.map(str::to_owned)).map(|name| format!("{prefix}{name}")).collect()
}

impl Profile {
    /// The columns that a mapping gives to the fields behind a prefix.
    pub(super) fn of(mapping: &Mapping, prefix: &'static str) -> Self {
        let column = |name: &str| mapping.column(&format!("{prefix}{name}"));
        Self {
            prefix,
            enrolled_at: column("enrolled_at"),
            birth_date: column("birth_date"),
            texts: TEXTS.map(|name| column(&snake(name))),
            marketing_consent: column("marketing_consent"),
            attributes: column("attributes"),
            labels: mapping.keys(&format!("{prefix}label.")),
        }
    }

    /// Whether no field has a column.
    pub(super) fn is_empty(&self) -> bool {
        let columns = [&self.enrolled_at, &self.birth_date, &self.marketing_consent, &self.attributes];
        columns.into_iter().chain(&self.texts).all(Option::is_none) && self.labels.is_empty()
    }

    /// What a row says of the member of a number. Every field is right, or the first that is not is named; `number` is
    /// the field of the number.
    pub(super) fn read(&self, row: &Row<'_>, number: (&str, &str), reading: &Reading) -> Result<MemberInput, Wrong> {
        let (field, number) = number;
        let mut member = MemberInput { number: number.to_owned(), ..MemberInput::default() };
        for (text, column) in member.texts.iter_mut().zip(&self.texts) {
            if let Some(given) = row.maybe(column.as_ref())? {
                *text = Patch::Set(given.to_owned());
            }
        }
        if let Some((column, text)) = cell(row, self.enrolled_at.as_ref())? {
            member.enrolled_at = Patch::Set(read_instant(column, text, reading.zone)?);
        }
        if let Some((column, text)) = cell(row, self.birth_date.as_ref())? {
            let wrong = || Wrong::new(&column.field, "is not a day such as 1980-01-31");
            member.birth_date = Patch::Set(instant::date(text).ok_or_else(wrong)?);
        }
        if let Some((column, text)) = cell(row, self.marketing_consent.as_ref())? {
            let wrong = || Wrong::new(&column.field, "is neither true, yes or 1 nor false, no or 0");
            member.marketing_consent = Patch::Set(consent(text).ok_or_else(wrong)?);
        }
        if let Some((column, text)) = cell(row, self.attributes.as_ref())? {
            match serde_json::from_str(text) {
                Ok(Value::Object(attributes)) => member.attributes = Patch::Set(attributes),
                _ => return Err(Wrong::new(&column.field, "is not a JSON object such as {\"size\": 42}")),
            }
        }
        let labels = labels(row, &self.labels)?;
        if !labels.is_empty() {
            member.labels = Patch::Set(labels);
        }
        self.check(&member, field, reading.now)?;
        Ok(member)
    }

    fn check(&self, member: &MemberInput, number: &str, now: Millis) -> Result<(), Wrong> {
        member.clone().check(now).map(drop).map_err(|refusal| match refusal.path.first() {
            Some(first) if first == "number" => Wrong::new(number, refusal.message),
            _ => Wrong::refused(&refusal, self.prefix),
        })
    }
}

fn cell<'a, 'c>(row: &Row<'a>, column: Option<&'c Column>) -> Result<Option<(&'c Column, &'a str)>, Wrong> {
    let Some(column) = column else { return Ok(None) };
    Ok(row.text(column)?.map(|text| (column, text)))
}

fn consent(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Lets what a later row says of a member stand over what an earlier one said.
pub(super) fn overlay(member: &mut MemberInput, later: &MemberInput) {
    fn over<T: Clone>(patch: &mut Patch<T>, later: &Patch<T>) {
        if !matches!(later, Patch::Keep) {
            patch.clone_from(later);
        }
    }
    over(&mut member.enrolled_at, &later.enrolled_at);
    over(&mut member.birth_date, &later.birth_date);
    for (text, later) in member.texts.iter_mut().zip(&later.texts) {
        over(text, later);
    }
    over(&mut member.attributes, &later.attributes);
    over(&mut member.marketing_consent, &later.marketing_consent);
    match (&mut member.labels, &later.labels) {
        (Patch::Set(labels), Patch::Set(later)) => lay_over(labels, later),
        (labels, later) => over(labels, later),
    }
}

/// Completes the labels that rows give with those that their members have, because all are written in the place of those
/// before. A number that stands in several rows finds what the rows before gave.
pub(super) fn complete(members: &mut [MemberInput], mut known: HashMap<String, Vec<LabelInput>>) {
    for member in members {
        if let Patch::Set(labels) = &mut member.labels {
            let all = known.entry(member.number.clone()).or_default();
            lay_over(all, labels);
            labels.clone_from(all);
        }
    }
}

fn lay_over(labels: &mut Vec<LabelInput>, later: &[LabelInput]) {
    for label in later {
        match labels.iter_mut().find(|known| fold(&known.key) == fold(&label.key)) {
            Some(known) => known.value.clone_from(&label.value),
            None => labels.push(label.clone()),
        }
    }
}
