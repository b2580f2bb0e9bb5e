//! A document as it comes from outside, and its check.

use engine::calendar::Millis;
use engine::money::{AMOUNT_LIMIT, AmountError, Currency};
use entity::kinds::TransactionKind;
use rust_decimal::Decimal;

use crate::error::{Refusal, RefusalCode};
use crate::ingest;
use crate::members::{LabelInput, MemberRef, check_labels};
use crate::text_input::{length, optional, required};

/// A document as it came.
#[derive(Clone, Debug)]
pub struct TransactionInput {
    /// The system that numbers the documents.
    pub source: String,
    /// The document's number, unique with the source.
    pub document: String,
    /// A sale, or goods that come back.
    pub kind: TransactionKind,
    /// Whose; none for an anonymous sale, or for a return that takes its sale's.
    pub member: Option<MemberRef>,
    /// What was paid, never negative; the sum of the lines where it is absent.
    pub amount: Option<Decimal>,
    /// When.
    pub at: Millis,
    /// Where it was sold, for example web.
    pub channel: Option<String>,
    /// The shop.
    pub location: Option<String>,
    /// The lines.
    pub items: Vec<ItemInput>,
    /// Labels.
    pub labels: Vec<LabelInput>,
    /// The sale that a return takes back.
    pub returns_document: Option<String>,
}

/// A line as it came.
#[derive(Clone, Debug)]
pub struct ItemInput {
    /// The article.
    pub sku: String,
    /// Its name.
    pub name: Option<String>,
    /// Its brand.
    pub brand: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// How many, or how much.
    pub quantity: Decimal,
    /// What the line comes to; a deposit or a discount may be negative.
    pub amount: Decimal,
}

/// A document whose every field was found right. Amounts are minor units.
#[derive(Clone, Debug)]
pub struct Checked {
    pub(super) source: String,
    pub(super) document: String,
    pub(super) kind: TransactionKind,
    pub(super) member: Option<MemberRef>,
    pub(super) amount: i64,
    pub(super) at: Millis,
    pub(super) channel: Option<String>,
    pub(super) location: Option<String>,
    pub(super) items: Vec<Item>,
    pub(super) labels: Vec<LabelInput>,
    pub(super) returns_document: Option<String>,
}

/// A line whose every field was found right.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) sku: String,
    pub(super) name: Option<String>,
    pub(super) brand: Option<String>,
    pub(super) category: Option<String>,
    pub(super) quantity: Decimal,
    pub(super) amount: i64,
}

/// How many lines a document may have.
const MOST_ITEMS: usize = 10_000;

impl TransactionInput {
    /// Finds every field right, or names the first that is not.
    pub fn check(mut self, currency: Currency, now: Millis) -> Result<Checked, Refusal> {
        let invalid = |message: &str, field: &str| Refusal::new(RefusalCode::Invalid, message, &[field]);
        let source = required(&self.source, length::NUMBER, &["source"])?;
        let document = required(&self.document, length::NUMBER, &["document"])?;
        let text = |text: &Option<String>, field: &str| match text {
            Some(text) => optional(text, length::TEXT, &[field]),
            None => Ok(None),
        };
        let returns_document = match &self.returns_document {
            Some(text) => optional(text, length::NUMBER, &["returnsDocument"])?,
            None => None,
        };
        if returns_document.is_some() && self.kind == TransactionKind::Sale {
            return Err(invalid("only a RETURN names the sale that it takes back", "returnsDocument"));
        }
        if returns_document.as_ref() == Some(&document) {
            return Err(invalid("a return cannot take back itself", "returnsDocument"));
        }
        let items = self.checked_items(currency)?;
        let amount = match self.amount {
            Some(amount) => minor(currency, amount, &["amount"])?,
            None if items.is_empty() => {
                return Err(Refusal::new(RefusalCode::Blank, "must be given, or lines", &["amount"]));
            }
            None => items.iter().map(|item| item.amount).sum(),
        };
        if amount < 0 {
            return Err(invalid("must not be negative: the kind says whether it is a sale or a return", "amount"));
        }
        if amount >= AMOUNT_LIMIT {
            return Err(invalid("is too large", "amount"));
        }
        check_labels(&mut self.labels)?;
        Ok(Checked {
            at: ingest::instant(self.at, now, &["at"])?,
            channel: text(&self.channel, "channel")?,
            location: text(&self.location, "location")?,
            source,
            document,
            kind: self.kind,
            member: self.member,
            amount,
            items,
            labels: self.labels,
            returns_document,
        })
    }

    fn checked_items(&self, currency: Currency) -> Result<Vec<Item>, Refusal> {
        if self.items.len() > MOST_ITEMS {
            return Err(Refusal::new(
                RefusalCode::TooMany,
                format!("must have at most {MOST_ITEMS} lines"),
                &["items"],
            ));
        }
        self.items.iter().enumerate().map(|(place, item)| item.check(currency, &place.to_string())).collect()
    }
}

impl ItemInput {
    fn check(&self, currency: Currency, place: &str) -> Result<Item, Refusal> {
        let text = |text: &Option<String>, field: &str| match text {
            Some(text) => optional(text, length::TEXT, &["items", place, field]),
            None => Ok(None),
        };
        let quantity = self.quantity.normalize();
        if quantity.abs() >= Decimal::from(1_000_000_000) || quantity.scale() > 6 {
            let message = "must be less than a thousand million, with at most 6 digits after the point";
            return Err(Refusal::new(RefusalCode::Invalid, message, &["items", place, "quantity"]));
        }
        Ok(Item {
            sku: required(&self.sku, length::NUMBER, &["items", place, "sku"])?,
            name: text(&self.name, "name")?,
            brand: text(&self.brand, "brand")?,
            category: text(&self.category, "category")?,
            quantity,
            amount: minor(currency, self.amount, &["items", place, "amount"])?,
        })
    }
}

fn minor(currency: Currency, amount: Decimal, path: &[&str]) -> Result<i64, Refusal> {
    currency.minor(amount).map_err(|error| {
        let message = match error {
            AmountError::TooManyDigits => {
                format!("has more digits after the point than {} has: {}", currency.code(), currency.digits())
            }
            AmountError::TooLarge => "is too large".to_owned(),
        };
        Refusal::new(RefusalCode::Invalid, message, path)
    })
}
