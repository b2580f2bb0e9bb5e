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

impl Default for Dictionary {
    fn default() -> Self {
        let empty: Arc<str> = "".into();
        let nothing = Entry { folded: Arc::clone(&empty), spelt: empty };
        let (by_spelling, by_fold, by_name) = Default::default();
        Self { by_spelling, by_fold, by_name, texts: vec![nothing] }
    }
}

impl Dictionary {
    /// The number of a text; a new one where neither it nor another spelling of it was seen.
    pub fn intern(&mut self, text: &str) -> TextId {
        if let Some(id) = self.by_spelling.get(text) {
            return *id;
        }
        let folded: Arc<str> = fold(text).into();
        let spelt: Arc<str> = if *folded == *text { Arc::clone(&folded) } else { text.into() };
        let next = TextId::try_from(self.texts.len()).unwrap_or(TextId::MAX);
        let id = *self.by_fold.entry(Arc::clone(&folded)).or_insert(next);
        if id == next {
            self.texts.push(Entry { folded, spelt: Arc::clone(&spelt) });
        }
        self.by_spelling.insert(spelt, id);
        id
    }

    /// The number of a text that may be missing.
    pub fn intern_maybe(&mut self, text: Option<&str>) -> TextId {
        text.map_or(NO_TEXT, |text| self.intern(text))
    }

    /// The number of a text, however it is spelt; none where it was never seen.
    pub fn find(&self, text: &str) -> Option<TextId> {
        self.by_fold.get(fold(text).as_str()).copied()
    }

    /// The number of a name that counts letter by letter, beside the numbers of texts.
    pub fn intern_exactly(&mut self, name: &str) -> TextId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let next = TextId::try_from(self.by_name.len()).unwrap_or(TextId::MAX);
        self.by_name.insert(name.into(), next);
        next
    }

    /// The number of a name that counts letter by letter; none where it was never seen.
    pub fn find_exactly(&self, name: &str) -> Option<TextId> {
        self.by_name.get(name).copied()
    }

    /// The names of attributes, in no order.
    pub fn names(&self) -> impl Iterator<Item = (&str, TextId)> {
        self.by_name.iter().map(|(name, id)| (&**name, *id))
    }

    /// The folded text of a number.
    pub fn folded(&self, id: TextId) -> &str {
        self.texts.get(id as usize).map_or("", |entry| &entry.folded)
    }

    /// A text as it was first spelt.
    pub fn spelt(&self, id: TextId) -> &str {
        self.texts.get(id as usize).map_or("", |entry| &entry.spelt)
    }

    /// How many numbers were given away, that of no text included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether no text was seen yet.
    pub fn is_empty(&self) -> bool {
        self.texts.len() == 1
    }

    /// Bytes on the heap, by a rough count of its tables and texts.
    pub fn bytes(&self) -> usize {
        let texts: usize = self.texts.iter().map(|entry| entry.folded.len() + entry.spelt.len() + 32).sum();
        let tables = (self.by_spelling.capacity() + self.by_fold.capacity()) * (size_of::<(Arc<str>, TextId)>() + 1);
        texts + tables + self.texts.capacity() * size_of::<Entry>()
    }
}
