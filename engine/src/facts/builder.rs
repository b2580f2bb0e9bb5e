//! Facts are put together from rows that come member by member.

use chrono::NaiveDate;

use super::Dictionary;
use super::columns::{Answer, Facts, Pair, Transactions, end};
use super::participation::Participation;
use super::rows::{ItemRow, MemberRow, PointsRow, TransactionRow};
use super::valuation::{Valuation, Valued};

/// Puts facts together, member by member: a member, then what is known of it, each kind in the order of time, and a
/// document's lines right after the document.
pub struct Builder<'d> {
    dictionary: &'d mut Dictionary,
    facts: Facts,
    keeps_ids: bool,
}

impl<'d> Builder<'d> {
    /// Facts whose texts are numbered by a dictionary.
    pub fn new(dictionary: &'d mut Dictionary) -> Self {
        Self { dictionary, facts: Facts::default(), keeps_ids: false }
    }

    /// The same with the ids of transactions, so that they can be shown as evidence.
    #[must_use]
    pub fn with_evidence(mut self) -> Self {
        self.keeps_ids = true;
        self
    }

    /// Begins a member; its id is larger than those before.
    pub fn member(&mut self, row: &MemberRow<'_>) {
        self.facts.close_member();
        self.facts.push_member(row, self.dictionary);
    }

    /// Adds a label of the member.
    pub fn label(&mut self, key: &str, value: &str) {
        self.facts.labels.items.push(Pair::of(key, value, self.dictionary));
    }

    /// Adds a document of the member.
    pub fn transaction(&mut self, row: &TransactionRow<'_>) {
        self.facts.transactions.push(row, self.dictionary);
        if self.keeps_ids {
            self.facts.transactions.ids.push(row.id);
        }
    }

    /// Adds a line of the document.
    pub fn item(&mut self, row: &ItemRow<'_>) {
        self.facts.transactions.items.push(row, self.dictionary);
    }

    /// Adds an entry of the member's ledger.
    pub fn points(&mut self, row: &PointsRow<'_>) {
        self.facts.points.push(row, self.dictionary);
    }

    /// Adds an answer of the member.
    pub fn answer(&mut self, day: NaiveDate, survey: &str, score: i64) {
        self.facts.feedback.items.push(Answer::of(day, survey, score, self.dictionary));
    }

    /// Notes what the nightly analyses found out about the member.
    pub fn valuation(&mut self, valuation: &Valuation) {
        if let Some(valued) = self.facts.valued.last_mut() {
            *valued = Valued::of(valuation);
        }
    }

    /// Adds a campaign in whose audience the member is, each campaign once: whether it is held out, and whether it opened,
    /// clicked or redeemed.
    pub fn participation(&mut self, campaign: i64, held_out: bool, engaged: bool) {
        self.facts.campaigns.items.push(Participation::new(campaign, held_out, engaged));
    }

    /// The facts.
    pub fn finish(mut self) -> Facts {
        self.facts.close_member();
        self.facts
    }
}

impl Facts {
    /// Notes where the last member's rows end.
    fn close_member(&mut self) {
        if self.members.is_empty() {
            return;
        }
        self.transactions.close_document();
        self.labels.ends.push(end(&self.labels.items));
        self.transaction_ends.push(end(&self.transactions.days));
        self.points_ends.push(end(&self.points.days));
        self.feedback.ends.push(end(&self.feedback.items));
        self.campaigns.ends.push(end(&self.campaigns.items));
    }
}

impl Transactions {
    /// Notes where the last document's lines end.
    pub(super) fn close_document(&mut self) {
        if self.items.documents() < self.days.len() {
            self.items.close();
        }
    }
}
