//! Texts as numbers: each folded text once, however often it stands in the facts.

use std::collections::HashMap;
use std::sync::Arc;

use crate::text::fold;

/// The number of a text in a [`Dictionary`]; [`NO_TEXT`] where there is none.
pub type TextId = u32;

/// No text at all.
pub const NO_TEXT: TextId = 0;

/// Folded texts by number, each with its first spelling. Only ever grows, so that numbers given away stay right.
#[derive(Clone, Debug)]
pub struct Dictionary {
    /// What it had when it last settled; its snapshots share it.
    settled: Arc<Table>,
    /// What came since; its numbers go on from there.
    fresh: Table,
    /// Where the text is put together that is looked for apart from the others.
    apart: String,
}

#[derive(Clone, Debug, Default)]
struct Table {
    by_spelling: HashMap<Arc<str>, TextId>,
    by_fold: HashMap<Arc<str>, TextId>,
    /// Names that are not folded: those of attributes.
    by_name: HashMap<Arc<str>, TextId>,
    texts: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    folded: Arc<str>,
    spelt: Arc<str>,
}

/// Stands before texts that are kept apart. No text of a shop holds it.
const APART: char = '\u{0}';
/// So many fresh texts are copied with every snapshot without a thought.
const FEW: usize = 1_024;

impl Default for Dictionary {
    fn default() -> Self {
        let empty: Arc<str> = "".into();
        let nothing = Entry { folded: Arc::clone(&empty), spelt: empty };
        let settled = Table { texts: vec![nothing], ..Table::default() };
        Self { settled: Arc::new(settled), fresh: Table::default(), apart: String::new() }
    }
}

impl Dictionary {
    /// The number of a text; a new one where neither it nor another spelling of it was seen.
    pub fn intern(&mut self, text: &str) -> TextId {
        if let Some(id) = self.settled.by_spelling.get(text).or_else(|| self.fresh.by_spelling.get(text)) {
            return *id;
        }
        let folded: Arc<str> = fold(text).into();
        let spelt: Arc<str> = if *folded == *text { Arc::clone(&folded) } else { text.into() };
        let id = self.of_fold(&folded).unwrap_or_else(|| {
            let next = number(self.len());
            self.fresh.by_fold.insert(Arc::clone(&folded), next);
            self.fresh.texts.push(Entry { folded, spelt: Arc::clone(&spelt) });
            next
        });
        self.fresh.by_spelling.insert(spelt, id);
        id
    }

    /// The number of a text that may be missing.
    pub fn intern_maybe(&mut self, text: Option<&str>) -> TextId {
        text.map_or(NO_TEXT, |text| self.intern(text))
    }

    /// The number of a text of a kind that keeps its own spellings: that of a label which reads the same does not change how
    /// it is told, and the other way round.
    pub(crate) fn intern_apart(&mut self, text: Option<&str>) -> TextId {
        let Some(text) = text else { return NO_TEXT };
        let mut apart = std::mem::take(&mut self.apart);
        apart.clear();
        apart.push(APART);
        apart.push_str(text);
        let id = self.intern(&apart);
        self.apart = apart;
        id
    }

    /// The folded text of such a number and its first spelling.
    pub(crate) fn told_apart(&self, id: TextId) -> (&str, &str) {
        let bare = |text| str::strip_prefix(text, APART).unwrap_or(text);
        (bare(self.folded(id)), bare(self.spelt(id)))
    }

    /// The number of a text, however it is spelt; none where it was never seen.
    pub fn find(&self, text: &str) -> Option<TextId> {
        self.of_fold(fold(text).as_str())
    }

    /// The number of a name that counts letter by letter, beside the numbers of texts.
    pub fn intern_exactly(&mut self, name: &str) -> TextId {
        self.find_exactly(name).unwrap_or_else(|| {
            let next = number(self.settled.by_name.len() + self.fresh.by_name.len());
            self.fresh.by_name.insert(name.into(), next);
            next
        })
    }

    /// The number of a name that counts letter by letter; none where it was never seen.
    pub fn find_exactly(&self, name: &str) -> Option<TextId> {
        self.settled.by_name.get(name).or_else(|| self.fresh.by_name.get(name)).copied()
    }

    /// The names of attributes, in no order.
    pub fn names(&self) -> impl Iterator<Item = (&str, TextId)> {
        self.settled.by_name.iter().chain(&self.fresh.by_name).map(|(name, id)| (&**name, *id))
    }

    /// The folded text of a number.
    pub fn folded(&self, id: TextId) -> &str {
        self.entry(id).map_or("", |entry| &entry.folded)
    }

    /// A text as it was first spelt.
    pub fn spelt(&self, id: TextId) -> &str {
        self.entry(id).map_or("", |entry| &entry.spelt)
    }

    /// The folded text of a number and its first spelling, shared: the same number of the same dictionary, or of a copy of
    /// it, gives texts in the same place.
    pub(crate) fn shared(&self, id: TextId) -> Option<(Arc<str>, Arc<str>)> {
        self.entry(id).map(|entry| (Arc::clone(&entry.folded), Arc::clone(&entry.spelt)))
    }

    /// How many numbers were given away, that of no text included.
    pub fn len(&self) -> usize {
        self.settled.texts.len() + self.fresh.texts.len()
    }

    /// Whether no text was seen yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// How many spellings and names it knows. Where it grew by none, the facts that were read meanwhile brought nothing
    /// new.
    pub fn spellings(&self) -> usize {
        self.settled.spellings() + self.fresh.spellings()
    }

    /// A copy that stays as it is. The two share what they know, so that it costs a part of the dictionary at most, and
    /// mostly next to nothing.
    pub fn snapshot(&mut self) -> Self {
        if self.fresh.spellings() > FEW.max(self.settled.spellings() / 8) {
            let fresh = std::mem::take(&mut self.fresh);
            Arc::make_mut(&mut self.settled).take(fresh);
        }
        self.clone()
    }

    /// Bytes on the heap, by a rough count of its tables and texts.
    pub fn bytes(&self) -> usize {
        self.settled.bytes() + self.fresh.bytes()
    }

    fn of_fold(&self, folded: &str) -> Option<TextId> {
        self.settled.by_fold.get(folded).or_else(|| self.fresh.by_fold.get(folded)).copied()
    }

    fn entry(&self, id: TextId) -> Option<&Entry> {
        let (id, settled) = (id as usize, self.settled.texts.len());
        if id < settled { self.settled.texts.get(id) } else { self.fresh.texts.get(id - settled) }
    }
}

impl Table {
    fn spellings(&self) -> usize {
        self.by_spelling.len() + self.by_name.len()
    }

    fn take(&mut self, fresh: Self) {
        self.by_spelling.extend(fresh.by_spelling);
        self.by_fold.extend(fresh.by_fold);
        self.by_name.extend(fresh.by_name);
        self.texts.extend(fresh.texts);
    }

    fn bytes(&self) -> usize {
        let texts: usize = self.texts.iter().map(|entry| entry.folded.len() + entry.spelt.len() + 32).sum();
        let tables = self.by_spelling.capacity() + self.by_fold.capacity() + self.by_name.capacity();
        texts + tables * (size_of::<(Arc<str>, TextId)>() + 1) + self.texts.capacity() * size_of::<Entry>()
    }
}

fn number(count: usize) -> TextId {
    TextId::try_from(count).unwrap_or(TextId::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_stay_as_they_are_and_numbers_stay_right() {
        let mut dictionary = Dictionary::default();
        let mut snapshots = Vec::new();
        for count in 0..5_000 {
            let id = dictionary.intern(&format!("Text {count}"));
            assert_eq!((id, dictionary.intern_exactly(&format!("name {count}"))), (count + 1, count));
            if count % 700 == 0 {
                snapshots.push((id, dictionary.snapshot()));
            }
        }
        for (last, snapshot) in snapshots {
            assert_eq!(snapshot.len(), last as usize + 1);
            for id in [1, last / 2 + 1, last] {
                assert_eq!(snapshot.spelt(id), format!("Text {}", id - 1));
                assert_eq!(snapshot.find(&format!("TEXT {}", id - 1)), Some(id));
                assert_eq!(snapshot.find_exactly(&format!("name {}", id - 1)), Some(id - 1));
            }
            assert_eq!((snapshot.find(&format!("text {last}")), snapshot.spelt(last + 1)), (None, ""));
        }
    }
}
