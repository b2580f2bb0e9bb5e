//! Rows of the points ledger.

use entity::kinds::PointsKind;
use rust_decimal::prelude::ToPrimitive;

use super::document::Document;
use super::mapping::{Mapping, Mistake};
use super::profile::{self, Profile};
use super::row::{Column, Reading, Row, Wrong};
use super::unit::Body;
use super::write::MemberRule;
use crate::members::MemberRef;
use crate::points::PointsInput;

/// The columns of a file of points entries.
#[derive(Clone, Debug)]
pub(super) struct Points {
    document: Document,
    member: Column,
    kind: Column,
    points: Column,
    at: Column,
    origin: Option<Column>,
    profile: Profile,
    create_members: bool,
}

/// The names of the fields.
pub(super) fn names() -> Vec<String> {
    let own = ["document", "member", "kind", "points", "at", "origin"];
    [own.map(str::to_owned).to_vec(), profile::names("member.")].concat()
}

impl Points {
    pub(super) fn new(mapping: &Mapping, file_name: String, create_members: bool) -> Result<Self, Mistake> {
        Ok(Self {
            document: Document::of(mapping, file_name)?,
            member: mapping.needed("member")?,
            kind: mapping.needed("kind")?,
            points: mapping.needed("points")?,
            at: mapping.needed("at")?,
            origin: mapping.column("origin"),
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
        let entry = PointsInput {
            member: MemberRef::Number(number.to_owned()),
            kind: self.kind(row)?,
            points: self.points(row)?,
            at: row.instant(&self.at, reading.zone)?,
            origin: row.maybe(self.origin.as_ref())?.map(str::to_owned),
            document: self.document.read(row)?,
        };
        let entry = entry.check(reading.now).map_err(|refusal| Wrong::refused(&refusal, ""))?;
        let MemberRule { create, profile } = self.member_rule();
        let member = match create || profile {
            true => Some(Box::new(self.profile.read(row, (&self.member.field, number), reading)?)),
            false => None,
        };
        Ok(Body::Points(Box::new(entry), member))
    }

    fn kind(&self, row: &Row<'_>) -> Result<PointsKind, Wrong> {
        match row.needed(&self.kind)?.to_ascii_uppercase().as_str() {
            "EARNED" => Ok(PointsKind::Earned),
            "REDEEMED" => Ok(PointsKind::Redeemed),
            "EXPIRED" => Ok(PointsKind::Expired),
            "ADJUSTED" => Ok(PointsKind::Adjusted),
            _ => Err(Wrong::new(&self.kind.field, "is none of EARNED, REDEEMED, EXPIRED, ADJUSTED")),
        }
    }

    fn points(&self, row: &Row<'_>) -> Result<i64, Wrong> {
        let points = row.decimal(&self.points)?;
        let whole = points.to_i64().filter(|_| points.fract().is_zero());
        whole.ok_or_else(|| Wrong::new(&self.points.field, "is not a whole number such as 250"))
    }
}
