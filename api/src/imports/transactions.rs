//! Rows of sales and returns, and what the rows of a file of lines say of their document.

use engine::calendar::Millis;
use entity::kinds::TransactionKind;
use rust_decimal::Decimal;

use super::mapping::{Mapping, Mistake};
use super::profile::{self, Profile};
use super::row::{Column, Reading, Row, Wrong, labels};
use super::unit::Body;
use super::write::MemberRule;
use crate::members::{LabelInput, MemberInput, MemberRef};
use crate::transactions::{ItemInput, TransactionInput};

/// The columns of a file of sales and returns.
#[derive(Clone, Debug)]
pub(super) struct Transactions {
    /// None where the number of the line is the document's.
    pub(super) document: Option<Column>,
    source: Option<Column>,
    default_source: String,
    at: Column,
    member: Option<Column>,
    kind: Option<Column>,
    channel: Option<Column>,
    location: Option<Column>,
    returns_document: Option<Column>,
    labels: Vec<(String, Column)>,
    profile: Profile,
    create_members: bool,
    negative_is_return: bool,
}

/// What a row says of its document, but for the amount.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) source: String,
    pub(super) document: String,
    pub(super) at: Millis,
    pub(super) kind: TransactionKind,
    pub(super) member: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) location: Option<String>,
    pub(super) returns_document: Option<String>,
    pub(super) labels: Vec<LabelInput>,
    /// What the row says of the member; none where there is nothing to make or change.
    pub(super) profile: Option<Box<MemberInput>>,
}

/// The names of the fields, but for those of amounts and lines.
pub(super) fn names() -> Vec<String> {
    let own = ["document", "at", "member", "kind", "channel", "location", "returns_document", "source", "label.KEY"];
    [own.map(str::to_owned).to_vec(), profile::names("member.")].concat()
}

impl Transactions {
    pub(super) fn new(
        mapping: &Mapping,
        default_source: String,
        create_members: bool,
        negative_is_return: bool,
    ) -> Result<Self, Mistake> {
        let document = if mapping.is_line("document") { None } else { Some(mapping.needed("document")?) };
        let columns = Self {
            document,
            source: mapping.column("source"),
            default_source,
            at: mapping.needed("at")?,
            member: mapping.column("member"),
            kind: mapping.column("kind"),
            channel: mapping.column("channel"),
            location: mapping.column("location"),
            returns_document: mapping.column("returns_document"),
            labels: mapping.keys("label."),
            profile: Profile::of(mapping, "member."),
            create_members,
            negative_is_return,
        };
        let MemberRule { create, profile } = columns.member_rule();
        if columns.member.is_none() && (create || profile) {
            return Err(Mistake("Members can be made or changed only where the field member has a column.".to_owned()));
        }
        Ok(columns)
    }

    /// What the file does to the members that it names.
    pub(super) fn member_rule(&self) -> MemberRule {
        MemberRule { create: self.create_members, profile: !self.profile.is_empty() }
    }

    /// The source of a row's document, as it stands there.
    pub(super) fn source_bytes<'a>(&'a self, row: &Row<'a>) -> &'a [u8] {
        let source = self.source.as_ref().map(|column| row.bytes(column.slot)).filter(|source| !source.is_empty());
        source.unwrap_or(self.default_source.as_bytes())
    }

    /// What a row says of its document.
    pub(super) fn head(&self, row: &Row<'_>, reading: &Reading) -> Result<Head, Wrong> {
        let text = |column: &Option<Column>| Ok(row.maybe(column.as_ref())?.map(str::to_owned));
        let (number, rule) = (row.maybe(self.member.as_ref())?, self.member_rule());
        Ok(Head {
            document: match &self.document {
                Some(column) => row.needed(column)?.to_owned(),
                None => row.line.to_string(),
            },
            source: text(&self.source)?.unwrap_or_else(|| self.default_source.clone()),
            at: row.instant(&self.at, reading.zone)?,
            kind: self.kind(row)?,
            member: number.map(str::to_owned),
            channel: text(&self.channel)?,
            location: text(&self.location)?,
            returns_document: text(&self.returns_document)?,
            labels: labels(row, &self.labels)?,
            profile: match number {
                Some(number) if rule.create || rule.profile => {
                    Some(Box::new(self.profile.read(row, ("member", number), reading)?))
                }
                _ => None,
            },
        })
    }

    /// The document of a head and an amount in minor units.
    pub(super) fn document(
        &self,
        head: Head,
        amount: i64,
        items: Vec<ItemInput>,
        reading: &Reading,
    ) -> Result<Body, TransactionRefused> {
        let mut document = TransactionInput {
            source: head.source,
            document: head.document,
            kind: head.kind,
            member: head.member.map(MemberRef::Number),
            amount: Some(reading.currency.decimal(amount)),
            at: head.at,
            channel: head.channel,
            location: head.location,
            items,
            labels: head.labels,
            returns_document: head.returns_document,
        };
        if amount < 0 {
            if !self.negative_is_return {
                let reason = "must not be negative, unless --negative-is-return makes it a return";
                return Err(TransactionRefused { item: None, wrong: Wrong::new("amount", reason) });
            }
            turn(&mut document);
        }
        match document.check(reading.currency, reading.now) {
            Ok(document) => Ok(Body::Transaction(Box::new(document), head.profile)),
            Err(mut refusal) => {
                let item = match refusal.path.as_slice() {
                    [items, place, ..] if items == "items" => place.parse().ok(),
                    _ => None,
                };
                if item.is_some() {
                    refusal.path.drain(..2);
                }
                Err(TransactionRefused { item, wrong: Wrong::refused(&refusal, "") })
            }
        }
    }

    fn kind(&self, row: &Row<'_>) -> Result<TransactionKind, Wrong> {
        let Some(column) = &self.kind else { return Ok(TransactionKind::Sale) };
        match row.text(column)?.map(str::to_ascii_uppercase).as_deref() {
            None | Some("SALE") => Ok(TransactionKind::Sale),
            Some("RETURN") => Ok(TransactionKind::Return),
            Some(_) => Err(Wrong::new(&column.field, "is neither SALE nor RETURN")),
        }
    }
}

/// Why a document is left out, and which of its lines is the reason where it is one.
#[derive(Debug)]
pub(super) struct TransactionRefused {
    pub(super) item: Option<usize>,
    pub(super) wrong: Wrong,
}

/// Makes a document with a negative amount a return. Its lines turn with it, so that they still add up.
fn turn(document: &mut TransactionInput) {
    document.kind = TransactionKind::Return;
    document.amount = document.amount.map(|amount| amount.abs());
    for item in &mut document.items {
        item.quantity = negated(item.quantity);
        item.amount = negated(item.amount);
    }
}

/// The number with the other sign; zero has none.
fn negated(number: Decimal) -> Decimal {
    if number.is_zero() { number } else { -number }
}

/// The columns of a file of documents, each in a row.
#[derive(Clone, Debug)]
pub(super) struct Single {
    columns: Transactions,
    amount: Column,
}

impl Single {
    pub(super) fn new(columns: Transactions, mapping: &Mapping) -> Result<Self, Mistake> {
        Ok(Self { columns, amount: mapping.needed("amount")? })
    }

    /// What the file does to the members that it names.
    pub(super) fn member_rule(&self) -> MemberRule {
        self.columns.member_rule()
    }

    /// What a row says.
    pub(super) fn read(&self, row: &Row<'_>, reading: &Reading) -> Result<Body, Wrong> {
        let head = self.columns.head(row, reading)?;
        let amount = row.amount(&self.amount, reading.currency)?;
        self.columns.document(head, amount, Vec::new(), reading).map_err(|refused| refused.wrong)
    }
}
