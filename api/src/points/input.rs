//! A points entry as it comes from outside, and its check.

use engine::calendar::Millis;
use entity::kinds::PointsKind;

use crate::error::{Refusal, RefusalCode};
use crate::ingest;
use crate::members::MemberRef;
use crate::text_input::{length, optional, required};

/// An entry as it came.
#[derive(Clone, Debug)]
pub struct PointsInput {
    /// Whose.
    pub member: MemberRef,
    /// What it moves.
    pub kind: PointsKind,
    /// How many; only ADJUSTED may be negative.
    pub points: i64,
    /// When.
    pub at: Millis,
    /// PURCHASE, REFERRAL, SOCIAL, PROMOTION, REWARD …
    pub origin: Option<String>,
    /// Unique with the member.
    pub document: String,
}

/// An entry whose every field was found right.
#[derive(Clone, Debug)]
pub struct Checked(pub(super) PointsInput);

impl PointsInput {
    /// Finds every field right, or names the first that is not.
    pub fn check(mut self, now: Millis) -> Result<Checked, Refusal> {
        self.document = required(&self.document, length::NUMBER, &["document"])?;
        self.origin = match &self.origin {
            Some(origin) => optional(origin, length::LABEL_KEY, &["origin"])?,
            None => None,
        };
        if self.points < 0 && self.kind != PointsKind::Adjusted {
            let message = "must not be negative: only ADJUSTED entries may be";
            return Err(Refusal::new(RefusalCode::Invalid, message, &["points"]));
        }
        if i32::try_from(self.points).is_err() {
            return Err(Refusal::new(RefusalCode::Invalid, "is too large", &["points"]));
        }
        self.at = ingest::instant(self.at, now, &["at"])?;
        Ok(Checked(self))
    }
}
