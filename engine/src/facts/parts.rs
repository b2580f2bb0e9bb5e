//! Facts out of other facts, whole runs of members at a time. All of them number their texts by the same dictionary, and
//! none keeps the ids of transactions.

use std::ops::Range;

use super::Facts;
use super::Valuation;
use super::columns::{Grouped, Points, Texts, Transactions, end};
use super::participation::{CampaignPart, Participation};
use super::valuation::Valued;

impl Facts {
    /// These facts with some members as others have them, and without those that are gone.
    pub fn replaced(&self, by: &Facts, gone: impl Fn(i64) -> bool) -> Facts {
        let mut merged = Facts::default();
        let mut kept = 0;
        for (row, member) in by.members.iter().enumerate() {
            let place = kept + self.members[kept..].partition_point(|ours| ours < member);
            merged.copy_without(self, kept..place, &gone);
            merged.copy(by, row..row + 1);
            kept = place + usize::from(self.members.get(place) == Some(member));
        }
        merged.copy_without(self, kept..self.len(), &gone);
        merged
    }

    /// A part of the facts.
    pub fn part(&self, rows: Range<usize>) -> Facts {
        let mut part = Facts::default();
        part.copy(self, rows);
        part
    }

    /// These facts with what an analysis has just found out about their members, in their order.
    pub fn revalued(&self, valuations: impl IntoIterator<Item = Valuation>) -> Facts {
        let mut revalued = self.clone();
        for (valued, valuation) in revalued.valued.iter_mut().zip(valuations) {
            *valued = Valued::of(&valuation);
        }
        revalued
    }

    /// These facts with other parts in a campaign: some of those of these members and others, rising by member.
    pub fn with_campaign(&self, campaign: i64, parts: &[CampaignPart]) -> Facts {
        let first = self.members.first().copied().unwrap_or(i64::MAX);
        let mut left = parts[parts.partition_point(|part| part.member < first)..].iter().peekable();
        let mut changed = self.clone();
        changed.campaigns = Default::default();
        let mut all: Vec<Participation> = Vec::new();
        for (row, member) in self.members.iter().enumerate() {
            while left.next_if(|part| part.member < *member).is_some() {}
            let theirs = left.next_if(|part| part.member == *member).map(|part| Participation::from(*part));
            all.clear();
            all.extend(self.campaigns.of(row).iter().filter(|one| one.campaign() != campaign));
            all.extend(theirs);
            all.sort_unstable_by_key(|one| one.campaign());
            changed.campaigns.push(all.iter().copied());
        }
        changed
    }

    /// Gives back the room that was kept for more.
    pub fn compact(&mut self) {
        let Self { members, profiles, numbers, emails, labels, attributes, transaction_ends, .. } = self;
        members.shrink_to_fit();
        profiles.compact();
        numbers.compact();
        emails.compact();
        labels.compact();
        attributes.compact();
        transaction_ends.shrink_to_fit();
        self.points_ends.shrink_to_fit();
        self.feedback.compact();
        self.valued.shrink_to_fit();
        self.campaigns.compact();
        let Transactions { ids, days, nets, flags, channels, locations, labels, items } = &mut self.transactions;
        ids.shrink_to_fit();
        days.shrink_to_fit();
        nets.shrink_to_fit();
        flags.shrink_to_fit();
        channels.shrink_to_fit();
        locations.shrink_to_fit();
        labels.compact();
        items.compact();
        let Points { days, kinds, points, origins } = &mut self.points;
        days.shrink_to_fit();
        kinds.shrink_to_fit();
        points.shrink_to_fit();
        origins.shrink_to_fit();
    }

    fn copy_without(&mut self, from: &Facts, rows: Range<usize>, gone: impl Fn(i64) -> bool) {
        let mut kept = rows.start;
        for row in rows.clone().filter(|row| gone(from.members[*row])) {
            self.copy(from, kept..row);
            kept = row + 1;
        }
        self.copy(from, kept..rows.end);
    }

    fn copy(&mut self, from: &Facts, rows: Range<usize>) {
        if rows.is_empty() {
            return;
        }
        self.members.extend_from_slice(&from.members[rows.clone()]);
        self.profiles.copy(&from.profiles, rows.clone());
        self.numbers.copy(&from.numbers, rows.clone());
        self.emails.copy(&from.emails, rows.clone());
        self.labels.copy(&from.labels, rows.clone());
        self.attributes.copy(&from.attributes, rows.clone());
        let (documents, base) = (span(&from.transaction_ends, &rows), end(&self.transactions.days));
        copy_ends(&mut self.transaction_ends, &from.transaction_ends[rows.clone()], documents.start, base);
        self.transactions.copy(&from.transactions, documents);
        let (entries, base) = (span(&from.points_ends, &rows), end(&self.points.days));
        copy_ends(&mut self.points_ends, &from.points_ends[rows.clone()], entries.start, base);
        self.points.copy(&from.points, entries);
        self.feedback.copy(&from.feedback, rows.clone());
        self.valued.extend_from_slice(&from.valued[rows.clone()]);
        self.campaigns.copy(&from.campaigns, rows);
    }
}

impl Transactions {
    pub(super) fn copy(&mut self, from: &Self, documents: Range<usize>) {
        self.days.extend_from_slice(&from.days[documents.clone()]);
        self.nets.extend_from_slice(&from.nets[documents.clone()]);
        self.flags.extend_from_slice(&from.flags[documents.clone()]);
        self.channels.extend_from_slice(&from.channels[documents.clone()]);
        self.locations.extend_from_slice(&from.locations[documents.clone()]);
        self.labels.copy(&from.labels, documents.clone());
        self.items.copy(&from.items, documents);
    }
}

impl Points {
    pub(super) fn copy(&mut self, from: &Self, entries: Range<usize>) {
        self.days.extend_from_slice(&from.days[entries.clone()]);
        self.kinds.extend_from_slice(&from.kinds[entries.clone()]);
        self.points.extend_from_slice(&from.points[entries.clone()]);
        self.origins.extend_from_slice(&from.origins[entries]);
    }
}

impl<T: Copy> Grouped<T> {
    fn copy(&mut self, from: &Self, groups: Range<usize>) {
        let (items, base) = (span(&from.ends, &groups), end(&self.items));
        copy_ends(&mut self.ends, &from.ends[groups], items.start, base);
        self.items.extend_from_slice(&from.items[items]);
    }

    fn compact(&mut self) {
        self.ends.shrink_to_fit();
        self.items.shrink_to_fit();
    }
}

impl Texts {
    fn copy(&mut self, from: &Self, rows: Range<usize>) {
        let (letters, base) = (span(&from.ends, &rows), end(self.text.as_bytes()));
        copy_ends(&mut self.ends, &from.ends[rows], letters.start, base);
        self.text.push_str(from.text.get(letters).unwrap_or_default());
    }

    fn compact(&mut self) {
        self.ends.shrink_to_fit();
        self.text.shrink_to_fit();
    }
}

/// The items of some groups.
pub(super) fn span(ends: &[u32], groups: &Range<usize>) -> Range<usize> {
    let before = |group: usize| if group == 0 { 0 } else { ends[group - 1] as usize };
    before(groups.start)..before(groups.end)
}

/// Adds the ends of groups whose items began at one place and begin at another now.
pub(super) fn copy_ends(ends: &mut Vec<u32>, from: &[u32], began: usize, begin: u32) {
    let began = u32::try_from(began).unwrap_or(u32::MAX);
    ends.extend(from.iter().map(|end| end - began + begin));
}
