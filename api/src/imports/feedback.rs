//! Rows of answers to surveys.

use rust_decimal::prelude::ToPrimitive;

use super::document::Document;
use super::mapping::{Mapping, Mistake};
use super::profile::{self, Profile};
use super::row::{Column, Reading, Row, Wrong};
use super::unit::Body;
use super::write::MemberRule;
use crate::feedback::FeedbackInput;
use crate::members::MemberRef;

/// The columns of a file of answers.
#[derive(Clone, Debug)]
pub(super) struct Feedback {
    document: Document,
    member: Column,
    survey: Column,
    score: Column,
    comment: Option<Column>,
    at: Column,
    profile: Profile,
    create_members: bool,
}

/// The names of the fields.
pub(super) fn names() -> Vec<String> {
    let own = ["document", "member", "survey", "score", "at", "comment"];
    [own.map(str::to_owned).to_vec(), profile::names("member.")].concat()
}

impl Feedback {
    pub(super) fn new(mapping: &Mapping, file_name: String, create_members: bool) -> Result<Self, Mistake> {
        Ok(Self {
            document: Document::of(mapping, file_name)?,
            member: mapping.needed("member")?,
            survey: mapping.needed("survey")?,
            score: mapping.needed("score")?,
            comment: mapping.column("comment"),
            at: mapping.needed("at")?,
            profile: Profile::of(mapping, "member."),
            create_members,
        })
    }

    /// What the file does to the members that it names.
    pub(super) fn member_rule(&self) -> MemberRule {
        MemberRule { create: self.create_members, profile: !self.profile.is_empty() }
    }

    /// What a row says.
    pub(super) fn read(&self, row: &Row<'_>, reading: &Reading) -> Result<Body, Wrong> {
        let number = row.needed(&self.member)?;
        let response = FeedbackInput {
            member: MemberRef::Number(number.to_owned()),
            survey: row.needed(&self.survey)?.to_owned(),
            score: self.score(row)?,
            comment: row.maybe(self.comment.as_ref())?.map(str::to_owned),
            at: row.instant(&self.at, reading.zone)?,
            document: self.document.read(row)?,
        };
        let response = response.check(reading.now).map_err(|refusal| Wrong::refused(&refusal, ""))?;
        let MemberRule { create, profile } = self.member_rule();
        let member = match create || profile {
            true => Some(Box::new(self.profile.read(row, (&self.member.field, number), reading)?)),
            false => None,
        };
        Ok(Body::Feedback(Box::new(response), member))
    }

    fn score(&self, row: &Row<'_>) -> Result<i64, Wrong> {
        let score = row.decimal(&self.score)?;
        let whole = score.to_i64().filter(|_| score.fract().is_zero());
        whole.ok_or_else(|| Wrong::new(&self.score.field, "is not a whole number such as 9"))
    }
}
