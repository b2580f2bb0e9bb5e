//! An answer to a survey as it comes from outside, and its check.

use engine::calendar::Millis;

use crate::error::{Refusal, RefusalCode};
use crate::ingest;
use crate::members::MemberRef;
use crate::text_input::{length, optional, required};

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct FeedbackInput {
    /// Whose.
    pub member: MemberRef,
    /// To which survey; case makes no difference.
    pub survey: String,
    /// 0 to 10.
    pub score: i64,
    /// What the member has to say.
    pub comment: Option<String>,
    /// When.
    pub at: Millis,
    /// Unique with the member.
    pub document: String,
}

/// An answer whose every field was found right.
#[derive(Clone, Debug)]
pub struct Checked(pub(super) FeedbackInput);

impl FeedbackInput {
    /// Finds every field right, or names the first that is not.
    pub fn check(mut self, now: Millis) -> Result<Checked, Refusal> {
        self.document = required(&self.document, length::NUMBER, &["document"])?;
        self.survey = required(&self.survey, length::LABEL_KEY, &["survey"])?;
        self.comment = match &self.comment {
            // Forms and files of Windows end a line with two letters.
            Some(comment) => optional(&comment.replace("\r\n", "\n"), length::DESCRIPTION, &["comment"])?,
            None => None,
        };
        if !(0..=10).contains(&self.score) {
            return Err(Refusal::new(RefusalCode::Invalid, "must lie between 0 and 10", &["score"]));
        }
        self.at = ingest::instant(self.at, now, &["at"])?;
        Ok(Checked(self))
    }
}
