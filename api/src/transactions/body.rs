//! Tells a document that was sent again from another one with the same number.

use entity::ids::MemberId;
use sha2::{Digest, Sha256};

use super::input::Checked;

/// A hash of everything that was said of a document. Two bodies differ in it but for one chance in 2^64.
pub(super) fn hash(document: &Checked, member: Option<MemberId>) -> i64 {
    let Checked {
        source: _,
        document: _,
        kind,
        member: _,
        amount,
        at,
        channel,
        location,
        items,
        labels,
        returns_document,
    } = document;
    let mut hasher = Hasher(Sha256::new());
    hasher.text(Some(kind.word()));
    hasher.number(member.map_or(0, |member| member.0));
    hasher.number(*amount);
    hasher.number(*at);
    hasher.text(channel.as_deref());
    hasher.text(location.as_deref());
    hasher.text(returns_document.as_deref());
    for item in items {
        hasher.text(Some(&item.sku));
        hasher.text(item.name.as_deref());
        hasher.text(item.brand.as_deref());
        hasher.text(item.category.as_deref());
        hasher.text(Some(&item.quantity.to_string()));
        hasher.number(item.amount);
    }
    for label in labels {
        hasher.text(Some(&label.key));
        hasher.text(Some(&label.value));
    }
    hasher.finish()
}

struct Hasher(Sha256);

impl Hasher {
    /// Lengths part the fields, so that no two lists of fields look alike.
    fn text(&mut self, text: Option<&str>) {
        match text {
            None => self.0.update([0]),
            Some(text) => {
                self.0.update([1]);
                self.0.update(text.len().to_le_bytes());
                self.0.update(text);
            }
        }
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_le_bytes());
    }

    fn finish(self) -> i64 {
        let digest = self.0.finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        i64::from_le_bytes(first)
    }
}
