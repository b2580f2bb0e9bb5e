//! The signing key: given, or made on the first start in a file that only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rand::RngCore;

/// Why there is no key, as a sentence for the operator.
#[derive(Debug)]
pub struct KeyError(pub String);

/// How many bytes a secret must have.
pub(super) const BYTES: usize = 32;

/// The secret of the file, made where it is missing.
pub fn read_or_make(path: &Path) -> Result<Vec<u8>, KeyError> {
    let failed = |what: &str, error: std::io::Error| {
        KeyError(format!("the key file {} cannot be {what}: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed("made", error))?;
    }
    if !path.exists() {
        make(path).map_err(|error| failed("made", error))?;
    }
    let mode = fs::metadata(path).map_err(|error| failed("read", error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError(format!(
            "the key file {} may be read by others (mode {:o}): chmod 600 it",
            path.display(),
            mode & 0o777
        )));
    }
    let text = fs::read_to_string(path).map_err(|error| failed("read", error))?;
    let secret = STANDARD_NO_PAD.decode(text.trim()).ok().filter(|secret| secret.len() >= BYTES);
    secret.ok_or_else(|| KeyError(format!("the key file {} does not hold a key of {BYTES} bytes", path.display())))
}

/// Makes the file, at once whole: who is killed here leaves none, and of two who start at once both read the first one's.
fn make(path: &Path) -> io::Result<()> {
    let mut secret = [0u8; BYTES];
    rand::rng().fill_bytes(&mut secret);
    let draft = path.with_extension(format!("key.{:016x}", rand::random::<u64>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(STANDARD_NO_PAD.encode(secret).as_bytes()).and_then(|()| file.sync_all());
    let named = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match named {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        named => named,
    }
}
