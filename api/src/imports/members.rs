//! Rows of members.

use super::mapping::{Mapping, Mistake};
use super::profile::{self, Profile};
use super::row::{Column, Reading, Row, Wrong};
use super::unit::Body;

/// The columns of a file of members.
#[derive(Clone, Debug)]
pub(super) struct Members {
    number: Column,
    profile: Profile,
}

/// The names of the fields.
pub(super) fn names() -> Vec<String> {
    [vec!["number".to_owned()], profile::names("")].concat()
}

impl Members {
    pub(super) fn new(mapping: &Mapping) -> Result<Self, Mistake> {
        Ok(Self { number: mapping.needed("number")?, profile: Profile::of(mapping, "") })
    }

    /// What a row says.
    pub(super) fn read(&self, row: &Row<'_>, reading: &Reading) -> Result<Body, Wrong> {
        let number = row.needed(&self.number)?;
        let member = self.profile.read(row, (&self.number.field, number), reading)?;
        Ok(Body::Member(Box::new(member)))
    }
}
