//! The key of the hashes: given, or made on the first start in a file beside that of the tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Name;
use crate::auth;
use crate::config::Settings;

/// A key of hashes.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// The key of the settings, and whether it was made just now.
pub(super) fn read_or_make(settings: &Settings) -> anyhow::Result<(Key, bool)> {
    if let Some(secret) = &settings.erasure_secret {
        return Ok((Key::new(secret.as_bytes())?, false));
    }
    let file = settings.erasure_key_file();
    let made = !file.exists();
    let secret = auth::read_or_make_key(&file).map_err(|error| anyhow::anyhow!(error.0))?;
    Ok((Key::new(&secret)?, made))
}

/// What the operator is told whose key is not that of the database.
pub(super) fn another(settings: &Settings, made: bool) -> String {
    let ours = match &settings.erasure_secret {
        Some(_) => "the setting erasure_secret is not".to_owned(),
        None if made => format!("{} was missing and is made anew: it is not", settings.erasure_key_file().display()),
        None => format!("{} is not", settings.erasure_key_file().display()),
    };
    format!(
        "the key of erased persons is another one: {ours} the key by which persons of this database were erased, so that \
         their numbers and e-mails could not be refused. Every process of a database needs the same key: put it back, or \
         give it as erasure_secret. If it is lost for good, `tessera migrate --new-erasure-key` begins anew; who was \
         erased before is then no longer refused"
    )
}

impl Key {
    fn new(secret: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(Hmac::new_from_slice(secret).map_err(|_| anyhow::anyhow!("the key of erased persons has no length"))?))
    }

    /// The hash of a name. Its kind goes in, so that a number never stands for an e-mail.
    pub(super) fn hash(&self, name: Name<'_>) -> String {
        match name {
            Name::Number(number) => self.code("number", number),
            Name::Email(email) => self.code("email", email),
        }
    }

    /// What tells this key from others and says nothing of it.
    pub(super) fn fingerprint(&self) -> String {
        self.code("fingerprint", "")
    }

    fn code(&self, kind: &str, text: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_keys_part_the_hashes() {
        let key = Key::new(b"one").unwrap();
        let hashes = [
            key.hash(Name::Number("a@b")),
            key.hash(Name::Email("a@b")),
            Key::new(b"two").unwrap().hash(Name::Email("a@b")),
            key.fingerprint(),
            Key::new(b"two").unwrap().fingerprint(),
        ];
        assert_eq!(hashes.iter().collect::<std::collections::BTreeSet<_>>().len(), hashes.len());
        assert_eq!(hashes[0], Key::new(b"one").unwrap().hash(Name::Number("a@b")));
    }
}
