//! The old and the new value of each changed field.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The changed fields by name, each as `{"old": …, "new": …}`. Secrets are never among them: see [`Changes::secret`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes(Map<String, Value>);

impl Changes {
    /// Nothing changed yet.
    pub fn none() -> Self {
        Self::default()
    }

    /// A field, where its values differ.
    #[must_use]
    pub fn field(mut self, name: &str, old: impl Serialize, new: impl Serialize) -> Self {
        let (old, new) = (json!(old), json!(new));
        if old != new {
            self.0.insert(name.to_owned(), json!({"old": old, "new": new}));
        }
        self
    }

    /// A field of something new.
    #[must_use]
    pub fn new_field(self, name: &str, new: impl Serialize) -> Self {
        self.field(name, Value::Null, new)
    }

    /// A field of something that is gone.
    #[must_use]
    pub fn gone_field(self, name: &str, old: impl Serialize) -> Self {
        self.field(name, old, Value::Null)
    }

    /// A field whose values nobody may see, such as a password.
    #[must_use]
    pub fn secret(mut self, name: &str) -> Self {
        self.0.insert(name.to_owned(), json!({"old": "•••", "new": "•••"}));
        self
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The JSON text that is kept.
    pub(super) fn text(self) -> String {
        Value::Object(self.0).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let changes = Changes::none().field("name", "a", "b").field("tags", ["x"], ["x"]).secret("password");
        assert_eq!(changes.text(), r#"{"name":{"new":"b","old":"a"},"password":{"new":"•••","old":"•••"}}"#);
        assert!(Changes::none().field("name", "a", "a").new_field("description", None::<&str>).is_empty());
    }
}
