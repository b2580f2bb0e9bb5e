//! Random data come with a seed that is printed; the same seed gives the same data.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Randomness of a test.
pub type Random = StdRng;

/// Randomness whose seed is printed. `TEST_SEED` repeats a run.
pub fn random(what: &str) -> Random {
    let given = std::env::vars().find(|(name, _)| name == "TEST_SEED").and_then(|(_, seed)| seed.parse().ok());
    let seed = given.unwrap_or_else(|| rand::rng().random::<u64>());
    println!("{what}: TEST_SEED={seed}");
    StdRng::seed_from_u64(seed)
}
