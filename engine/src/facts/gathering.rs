//! Facts of everybody are put together from rows that come table by table, each read once from its beginning to its end.
//!
//! To look up each member's rows takes a database twenty times as long. So members come first, then each kind of row in
//! the order of its ids, which is that of the disk; every row is put onto the pile of its member, and each pile is
//! sorted by itself in the end.

use chrono::NaiveDate;

use super::Dictionary;
use super::columns::{Answer, Facts, Pair, Points, Transactions, end};
use super::participation::Participation;
use super::rows::{ItemRow, MemberRow, PointsRow, TransactionRow};
use super::valuation::{Valuation, Valued};
use crate::calendar::Millis;

/// Rows that were read so far.
#[derive(Debug)]
pub struct Gathering {
    dictionary: Dictionary,
    /// Ids, rising.
    members: Vec<i64>,
    piles: Vec<Pile>,
    /// How many members a pile has.
    size: usize,
    /// The pile of the last document, where its member is known.
    last: Option<usize>,
}

/// Rows of some members.
#[derive(Debug, Default)]
pub struct Pile {
    /// What stands in a member's own row.
    facts: Facts,
    labels: Loose<Pair>,
    transactions: Transactions,
    transactions_of: Vec<Place>,
    points: Points,
    points_of: Vec<Place>,
    answers: Loose<Answer>,
    campaigns: Loose<Participation>,
}

/// Where a row belongs: to a member, and in the order of time; the order of ids is that in which it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    row: u32,
    at: Millis,
}

#[derive(Debug)]
struct Loose<T> {
    places: Vec<Place>,
    items: Vec<T>,
}

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self { places: Vec::new(), items: Vec::new() }
    }
}

impl Gathering {
    /// Nothing yet. Each pile gets so many members.
    pub fn new(size: usize) -> Self {
        Self {
            dictionary: Dictionary::default(),
            members: Vec::new(),
            piles: Vec::new(),
            size: size.max(1),
            last: None,
        }
    }

    /// Adds a member; its id is larger than those before. All members come before any other row; the rows of those who did
    /// not come are passed over.
    pub fn member(&mut self, row: &MemberRow<'_>) {
        if self.members.len() == self.piles.len() * self.size {
            self.piles.push(Pile::default());
        }
        self.members.push(row.id);
        if let Some(pile) = self.piles.last_mut() {
            pile.facts.push_member(row, &mut self.dictionary);
        }
    }

    /// Adds a label of a member, after those that stand before it.
    pub fn label(&mut self, member: i64, key: &str, value: &str) {
        let Some((pile, row)) = self.find(member) else { return };
        let pair = Pair::of(key, value, &mut self.dictionary);
        self.piles[pile].labels.push(Place { row, at: 0 }, pair);
    }

    /// Adds a document of a member, after those of smaller ids.
    pub fn transaction(&mut self, member: i64, at: Millis, row: &TransactionRow<'_>) {
        let found = self.find(member);
        self.last = found.map(|(pile, _)| pile);
        let Some((pile, place)) = found else { return };
        let pile = &mut self.piles[pile];
        pile.transactions.push(row, &mut self.dictionary);
        pile.transactions_of.push(Place { row: place, at });
    }

    /// Adds a line of the last document.
    pub fn item(&mut self, row: &ItemRow<'_>) {
        let Some(pile) = self.last else { return };
        self.piles[pile].transactions.items.push(row, &mut self.dictionary);
    }

    /// Adds an entry of a member's ledger, after those of smaller ids.
    pub fn points(&mut self, member: i64, at: Millis, entry: &PointsRow<'_>) {
        let Some((pile, row)) = self.find(member) else { return };
        let pile = &mut self.piles[pile];
        pile.points.push(entry, &mut self.dictionary);
        pile.points_of.push(Place { row, at });
    }

    /// Adds an answer of a member, after those of smaller ids.
    pub fn answer(&mut self, member: i64, at: Millis, day: NaiveDate, survey: &str, score: i64) {
        let Some((pile, row)) = self.find(member) else { return };
        let answer = Answer::of(day, survey, score, &mut self.dictionary);
        self.piles[pile].answers.push(Place { row, at }, answer);
    }

    /// Notes what the nightly analyses found out about a member.
    pub fn valuation(&mut self, member: i64, valuation: &Valuation) {
        let Some((pile, row)) = self.find(member) else { return };
        if let Some(valued) = self.piles[pile].facts.valued.get_mut(row as usize) {
            *valued = Valued::of(valuation);
        }
    }

    /// Adds a campaign in whose audience a member is, each campaign once: whether the member is held out, and whether it
    /// opened, clicked or redeemed.
    pub fn participation(&mut self, member: i64, campaign: i64, held_out: bool, engaged: bool) {
        let Some((pile, row)) = self.find(member) else { return };
        let participation = Participation::new(campaign, held_out, engaged);
        self.piles[pile].campaigns.push(Place { row, at: 0 }, participation);
    }

    /// How many members came.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody came.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The piles in the order of their members, to be finished side by side, and what numbers their texts.
    pub fn finish(self) -> (Vec<Pile>, Dictionary) {
        (self.piles, self.dictionary)
    }

    /// The pile of a member, and its row there.
    fn find(&self, member: i64) -> Option<(usize, u32)> {
        let first = *self.members.first()?;
        // Ids are whole numbers: no member stands further behind the first than its id does, and most stand there.
        let most = usize::try_from(member.checked_sub(first)?).ok()?;
        let place = match self.members.get(most) {
            Some(id) if *id == member => most,
            _ => self.members[..most.min(self.members.len())].binary_search(&member).ok()?,
        };
        Some((place / self.size, u32::try_from(place % self.size).ok()?))
    }
}

impl Pile {
    /// The facts.
    pub fn finish(self) -> Facts {
        let Self { mut facts, labels, mut transactions, transactions_of, points, points_of, answers, campaigns } = self;
        let members = facts.len();
        // At one instant the smaller document comes first, points are earned before they are spent, and the lower score is
        // the earlier one: so no order of arrival is seen.
        for row in runs(&labels.places, members, |_| 0) {
            facts.labels.push(row.into_iter().map(|place| labels.items[place]));
        }
        transactions.close_document();
        for row in runs(&transactions_of, members, |place| transactions.nets[place]) {
            row.into_iter().for_each(|place| facts.transactions.copy(&transactions, place..place + 1));
            facts.transaction_ends.push(end(&facts.transactions.days));
        }
        for row in runs(&points_of, members, |place| (points.kinds[place] as u8, points.points[place])) {
            row.into_iter().for_each(|place| facts.points.copy(&points, place..place + 1));
            facts.points_ends.push(end(&facts.points.days));
        }
        for row in runs(&answers.places, members, |place| answers.items[place].score) {
            facts.feedback.push(row.into_iter().map(|place| answers.items[place]));
        }
        for row in runs(&campaigns.places, members, |_| 0) {
            facts.campaigns.push(row.into_iter().map(|place| campaigns.items[place]));
        }
        facts.compact();
        facts
    }
}

impl<T> Loose<T> {
    fn push(&mut self, place: Place, item: T) {
        self.places.push(place);
        self.items.push(item);
    }
}

/// For each member, which rows are its, in the order of time, and at one instant in that of another key.
fn runs<K: Ord>(places: &[Place], members: usize, key: impl Fn(usize) -> K) -> impl Iterator<Item = Vec<usize>> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    // Stable: of what is the same in both the smaller id comes first.
    order.sort_by_key(|place| (places[*place], key(*place)));
    let mut order = order.into_iter().peekable();
    (0..members).map(move |row| {
        let mut run = Vec::new();
        while let Some(place) = order.next_if(|place| places[*place].row as usize == row) {
            run.push(place);
        }
        run
    })
}
