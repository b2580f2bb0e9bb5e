//! Passwords: argon2id, worked out away from the async threads, a few at a time.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng};
use rand::Rng;
use rand::distr::Alphanumeric;
use tokio::sync::Semaphore;

use crate::error::{Fault, Refusal, RefusalCode};

/// How many hashes are worked out at once: each takes 19 MB and a core.
static AT_ONCE: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));

/// A hash that no password has, so that an unknown e-mail takes as long as a wrong password.
static NOBODY: LazyLock<String> = LazyLock::new(|| make_hash(&random()).unwrap_or_default());

/// A password that may be set: 10 to 200 characters.
pub(super) fn acceptable(password: &str, path: &[&str]) -> Result<(), Refusal> {
    let letters = password.chars().count();
    if letters < 10 {
        return Err(Refusal::new(RefusalCode::Invalid, "must have at least 10 characters", path));
    }
    if letters > LONGEST {
        return Err(Refusal::new(RefusalCode::TooLong, format!("must have at most {LONGEST} characters"), path));
    }
    Ok(())
}

/// The hash to keep of a password.
pub(super) async fn hash(password: String) -> Result<String, Fault> {
    work(move || make_hash(&password)).await?.ok_or_else(|| Fault::new("a password could not be hashed"))
}

/// Whether a password has the hash; without a hash it takes as long and is false.
pub(super) async fn matches(password: String, hash: Option<String>) -> Result<bool, Fault> {
    if password.chars().count() > LONGEST {
        return Ok(false);
    }
    work(move || {
        // Who signs in elsewhere has none.
        let hash = hash.filter(|hash| !hash.is_empty());
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let parsed = PasswordHash::new(&hash);
        let right = parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        known && right
    })
    .await
}

/// A random password of 20 letters and digits.
pub fn random() -> String {
    rand::rng().sample_iter(Alphanumeric).take(20).map(char::from).collect()
}

const LONGEST: usize = 200;

fn make_hash(password: &str) -> Option<String> {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let _permit = AT_ONCE.acquire().await.map_err(|error| Fault::new(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::new(format!("a hash was not finished: {error}")))
}
