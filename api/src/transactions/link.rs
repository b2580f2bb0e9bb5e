//! Returns find their sales, whichever comes first, so that the order of arrival never changes a figure.

use std::collections::{HashMap, HashSet};

use engine::ledger::{Direction, is_purchase};
use entity::ids::{MemberId, TransactionId};
use entity::kinds::TransactionKind;

use super::input::Checked;
use super::store::{Known, Waiting};
use crate::error::{Refusal, RefusalCode};
use crate::figures::{MemberMove, Reckoning};

/// What names a document.
pub(super) type Key = (String, String);

/// A document in the books: recorded before, or about to be.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its row; none while it is new.
    pub(super) id: Option<TransactionId>,
    pub(super) kind: TransactionKind,
    pub(super) member: Option<MemberId>,
    pub(super) amount: i64,
    pub(super) at: i64,
    pub(super) returns: i64,
    pub(super) returned: i64,
    pub(super) body: i64,
}

impl Entry {
    /// Whether it counts as a purchase.
    pub(super) fn purchase(&self) -> bool {
        self.kind == TransactionKind::Sale && is_purchase(self.amount, self.returns, self.returned)
    }
}

/// What became of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is to be recorded.
    New,
    /// It is recorded already.
    Duplicate,
}

/// The books as far as a batch touches them, and how members' sums move.
pub(super) struct Books<'a> {
    reckoning: &'a Reckoning,
    entries: HashMap<Key, Entry>,
    /// Returns whose sale is not known yet, by the sale's key.
    waiting: HashMap<Key, Vec<Key>>,
    moves: HashMap<MemberId, MemberMove>,
    /// Members of whom a purchase stopped being one.
    lost: HashSet<MemberId>,
    /// Recorded documents that changed.
    changed: HashSet<Key>,
}

impl<'a> Books<'a> {
    /// The books with what is recorded of the documents of a batch, of the sales they take back, and of the returns that
    /// wait for them.
    pub(super) fn open(reckoning: &'a Reckoning, known: Vec<Known>, waiting: Vec<Waiting>) -> Self {
        let mut books = Self {
            reckoning,
            entries: HashMap::new(),
            waiting: HashMap::new(),
            moves: HashMap::new(),
            lost: HashSet::new(),
            changed: HashSet::new(),
        };
        for row in known {
            books.entries.insert((row.source.clone(), row.document.clone()), row.entry());
        }
        for row in waiting {
            let key = (row.source.clone(), row.document.clone());
            books.waiting.entry((row.source.clone(), row.returns_document.clone())).or_default().push(key.clone());
            books.entries.entry(key).or_insert_with(|| row.entry());
        }
        books
    }

    /// Takes a document up, or refuses it and changes nothing.
    pub(super) fn take(&mut self, document: &Checked, member: Option<MemberId>, body: i64) -> Result<Fate, Refusal> {
        let key = (document.source.clone(), document.document.clone());
        if let Some(known) = self.entries.get(&key) {
            if known.body == body {
                return Ok(Fate::Duplicate);
            }
            let message =
                "this document is recorded with another body; a recorded document is not edited, book a RETURN";
            return Err(Refusal::new(RefusalCode::Conflict, message, &["document"]));
        }
        let entry = Entry {
            id: None,
            kind: document.kind,
            member,
            amount: document.amount,
            at: document.at,
            returns: 0,
            returned: 0,
            body,
        };
        match document.kind {
            TransactionKind::Sale => self.take_sale(key, entry)?,
            TransactionKind::Return => self.take_return(key, entry, document.returns_document.as_deref())?,
        }
        Ok(Fate::New)
    }

    /// The entry of a key.
    pub(super) fn entry(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Recorded documents that changed, with their entries.
    pub(super) fn changed(&self) -> Vec<(TransactionId, &Entry)> {
        let entries = self.changed.iter().filter_map(|key| self.entries.get(key));
        entries.filter_map(|entry| Some((entry.id?, entry))).collect()
    }

    /// How members' sums move, in the order of their ids, and who lost a purchase.
    pub(super) fn moves(self) -> (Vec<MemberMove>, Vec<MemberId>) {
        let mut moves: Vec<MemberMove> = self.moves.into_values().collect();
        moves.sort_unstable_by_key(|one| one.member_id);
        (moves, self.lost.into_iter().collect())
    }

    fn take_sale(&mut self, key: Key, mut sale: Entry) -> Result<(), Refusal> {
        let waiting = self.waiting.get(&key).cloned().unwrap_or_default();
        let returns: Vec<&Entry> = waiting.iter().filter_map(|key| self.entries.get(key)).collect();
        let another = |one: &&Entry| matches!((one.member, sale.member), (Some(theirs), Some(ours)) if theirs != ours);
        if returns.iter().any(another) {
            let message = "a return of this sale names another member";
            return Err(Refusal::new(RefusalCode::Invalid, message, &["member"]));
        }
        sale.returns = i64::try_from(returns.len()).unwrap_or(i64::MAX);
        sale.returned = returns.iter().map(|one| one.amount).sum();
        self.waiting.remove(&key);
        for waiting in waiting {
            self.give_member(&waiting, sale.member);
        }
        if let Some(member) = sale.member {
            let moved = self.moves.entry(member).or_insert_with(|| MemberMove::none(member));
            moved.spend(Direction::Sale.net(sale.amount), sale.at, self.reckoning);
            if sale.purchase() {
                moved.purchase(sale.at);
            }
        }
        self.entries.insert(key, sale);
        Ok(())
    }

    /// A return without a member takes its sale's.
    fn give_member(&mut self, key: &Key, member: Option<MemberId>) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        if let (None, Some(member)) = (entry.member, member) {
            entry.member = Some(member);
            let moved = self.moves.entry(member).or_insert_with(|| MemberMove::none(member));
            moved.spend(Direction::Return.net(entry.amount), entry.at, self.reckoning);
            self.changed.insert(key.clone());
        }
    }

    fn take_return(&mut self, key: Key, mut back: Entry, sale: Option<&str>) -> Result<(), Refusal> {
        if self.waiting.contains_key(&key) {
            let message = "a return names this document as its sale, so that it cannot be a return itself";
            return Err(Refusal::new(RefusalCode::Invalid, message, &["kind"]));
        }
        if let Some(sale) = sale {
            let sale_key = (key.0.clone(), sale.to_owned());
            match self.entries.get_mut(&sale_key) {
                None => self.waiting.entry(sale_key).or_default().push(key.clone()),
                Some(sale) => {
                    back.member = returned_by(sale, back.member)?;
                    let counted = sale.purchase();
                    sale.returns += 1;
                    sale.returned += back.amount;
                    if let (true, false, Some(member)) = (counted, sale.purchase(), sale.member) {
                        let moved = self.moves.entry(member).or_insert_with(|| MemberMove::none(member));
                        moved.transactions -= 1;
                        self.lost.insert(member);
                    }
                    self.changed.insert(sale_key);
                }
            }
        }
        if let Some(member) = back.member {
            let moved = self.moves.entry(member).or_insert_with(|| MemberMove::none(member));
            moved.spend(Direction::Return.net(back.amount), back.at, self.reckoning);
        }
        self.entries.insert(key, back);
        Ok(())
    }
}

/// Whose a return of a sale is: the one it names, else the sale's. An anonymous sale may be brought back by a member.
fn returned_by(sale: &Entry, named: Option<MemberId>) -> Result<Option<MemberId>, Refusal> {
    if sale.kind == TransactionKind::Return {
        let message = "names a return, not a sale";
        return Err(Refusal::new(RefusalCode::Invalid, message, &["returnsDocument"]));
    }
    match (named, sale.member) {
        (Some(named), Some(buyer)) if named != buyer => {
            Err(Refusal::new(RefusalCode::Invalid, "the sale is another member's", &["member"]))
        }
        (named, buyer) => Ok(named.or(buyer)),
    }
}
