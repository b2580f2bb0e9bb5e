//! The lines of documents.

use std::ops::Range;

use super::columns::{bytes, end, range};
use super::parts::{copy_ends, span};
use super::rows::ItemRow;
use super::{Dictionary, TextId};

/// Lines, document by document, a column a field: who asks for categories reads nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Items {
    /// Where each document's end.
    pub(super) ends: Vec<u32>,
    /// Minor units, as the document says it.
    pub(crate) amounts: Vec<i64>,
    pub(crate) skus: Vec<TextId>,
    pub(crate) brands: Vec<TextId>,
    pub(crate) categories: Vec<TextId>,
}

impl Items {
    /// The lines of a document.
    pub(crate) fn of(&self, document: usize) -> Range<usize> {
        range(&self.ends, document)
    }

    /// The lines of some documents.
    pub(crate) fn of_all(&self, documents: Range<usize>) -> Range<usize> {
        span(&self.ends, &documents)
    }

    /// How many documents are closed.
    pub(super) fn documents(&self) -> usize {
        self.ends.len()
    }

    /// Adds a line of the last document.
    pub(super) fn push(&mut self, row: &ItemRow<'_>, dictionary: &mut Dictionary) {
        self.amounts.push(row.amount);
        self.skus.push(dictionary.intern(row.sku));
        self.brands.push(dictionary.intern_maybe(row.brand));
        self.categories.push(dictionary.intern_maybe(row.category));
    }

    /// Closes a document: the lines that follow are another's.
    pub(super) fn close(&mut self) {
        self.ends.push(end(&self.amounts));
    }

    pub(super) fn copy(&mut self, from: &Self, documents: Range<usize>) {
        let (lines, base) = (span(&from.ends, &documents), end(&self.amounts));
        copy_ends(&mut self.ends, &from.ends[documents], lines.start, base);
        self.amounts.extend_from_slice(&from.amounts[lines.clone()]);
        self.skus.extend_from_slice(&from.skus[lines.clone()]);
        self.brands.extend_from_slice(&from.brands[lines.clone()]);
        self.categories.extend_from_slice(&from.categories[lines]);
    }

    pub(super) fn compact(&mut self) {
        let Self { ends, amounts, skus, brands, categories } = self;
        amounts.shrink_to_fit();
        [ends, skus, brands, categories].into_iter().for_each(Vec::shrink_to_fit);
    }

    /// Bytes on the heap, without where each document's lines end.
    pub(super) fn bytes(&self) -> usize {
        bytes(&self.amounts) + [&self.skus, &self.brands, &self.categories].into_iter().map(bytes).sum::<usize>()
    }
}
