//! Documents that were looked at before. A dashboard sends the same few texts again and again, and parsing is a sixth of
//! the cost of a short query.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::guard::{Examined, GuardLimits, Refused, examine};
use super::plan::{Plan, Shapes};

/// The documents of signed-in callers, the latest used ones. Strangers fill nothing: they could turn everyone's out.
pub(super) struct Documents {
    limits: GuardLimits,
    shapes: Shapes,
    kept: Mutex<LruCache<String, Arc<Document>>>,
}

/// A document that the guard has examined, with the plans of its answers.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) examined: Examined,
    plans: Mutex<Vec<(Option<String>, Arc<Plan>)>>,
}

/// How many documents are kept.
const KEPT: NonZeroUsize = NonZeroUsize::new(256).unwrap();
/// A longer text is not kept: with 2,000 tokens at most, a document of this length takes half a megabyte.
const LONGEST_KEPT: usize = 16 * 1024;

impl Documents {
    /// No documents yet.
    pub(super) fn new(limits: GuardLimits, shapes: Shapes) -> Self {
        Self { limits, shapes, kept: Mutex::new(LruCache::new(KEPT)) }
    }

    /// The limits that documents are held against.
    pub(super) fn limits(&self) -> &GuardLimits {
        &self.limits
    }

    /// The document of a text, examined now or before.
    pub(super) fn get(&self, text: &str, keep: bool) -> Result<Arc<Document>, Refused> {
        if let Some(document) = lock(&self.kept).get(text) {
            return Ok(Arc::clone(document));
        }
        let examined = examine(text, &self.limits)?;
        let document = Arc::new(Document { examined, plans: Mutex::default() });
        if keep && text.len() <= LONGEST_KEPT {
            lock(&self.kept).put(text.to_owned(), Arc::clone(&document));
        }
        Ok(document)
    }

    /// The plan of the answers to an operation of the document.
    pub(super) fn plan(&self, document: &Document, operation_name: Option<&str>) -> Result<Arc<Plan>, Refused> {
        let mut plans = lock(&document.plans);
        if let Some((_, plan)) = plans.iter().find(|(name, _)| name.as_deref() == operation_name) {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new(self.shapes.plan(&document.examined.unpruned(operation_name)?));
        plans.push((operation_name.map(str::to_owned), Arc::clone(&plan)));
        Ok(plan)
    }
}

/// What is kept is whole at every moment, so that a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents() -> Documents {
        Documents::new(GuardLimits::default(), Shapes::default())
    }

    #[test]
    fn a_text_that_came_before_is_not_examined_again() {
        let documents = documents();
        let first = documents.get("{ a }", true).unwrap();
        assert!(Arc::ptr_eq(&first, &documents.get("{ a }", true).unwrap()));
        assert!(Arc::ptr_eq(&first, &documents.get("{ a }", false).unwrap()));
        let plan = documents.plan(&first, None).unwrap();
        assert!(Arc::ptr_eq(&plan, &documents.plan(&first, None).unwrap()));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let documents = documents();
        let first = documents.get("{ a }", true).unwrap();
        for number in 0..1000 {
            documents.get(&format!("{{ a{number} }}"), true).unwrap();
        }
        assert_eq!(lock(&documents.kept).len(), KEPT.get());
        assert!(!Arc::ptr_eq(&first, &documents.get("{ a }", true).unwrap()));
    }

    #[test]
    fn strangers_and_long_texts_and_refusals_take_no_place() {
        let documents = documents();
        documents.get("{ a }", false).unwrap();
        documents.get(&format!("{{ a }} # {}", "x".repeat(LONGEST_KEPT)), true).unwrap();
        documents.get("{", true).unwrap_err();
        assert!(lock(&documents.kept).is_empty());
    }
}
