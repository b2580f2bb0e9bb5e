//! Chance that is the same for the same seed: one stream of numbers for each part of the demo, so that a part is made
//! without the ones before it.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp, Gamma, LogNormal, Normal, Poisson};

/// A stream of chance.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of a part under a seed.
    pub(super) fn new(seed: u64, part: u64) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(part);
        Self(stream)
    }

    /// Whether something of that probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// A gamma-distributed number: the smaller the shape, the more of the whole belongs to few.
    pub(super) fn gamma(&mut self, shape: f64, mean: f64) -> f64 {
        self.draw(Gamma::new(shape, mean / shape), mean)
    }

    /// How long something lasts that ends so often a year.
    pub(super) fn wait(&mut self, rate: f64) -> f64 {
        self.draw(Exp::new(rate), 0.0)
    }

    /// How many of something that is expected so often.
    pub(super) fn count(&mut self, mean: f64) -> u32 {
        if mean > 0.0 { rounded(self.draw(Poisson::new(mean), 0.0)).try_into().unwrap_or(0) } else { 0 }
    }

    /// A number around a mean.
    pub(super) fn around(&mut self, mean: f64, deviation: f64) -> f64 {
        self.draw(Normal::new(mean, deviation), mean)
    }

    /// A factor around 1 that is never negative.
    pub(super) fn factor(&mut self, spread: f64) -> f64 {
        self.draw(LogNormal::new(0.0, spread), 1.0)
    }

    /// One of some things.
    pub(super) fn one<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.0.random_range(0..things.len())]
    }

    /// The place of a weight, the heavier the likelier.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.0.random::<f64>() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
            last = place;
        }
        last
    }

    /// The same for whole weights.
    pub(super) fn weighted_u32(&mut self, weights: &[u32]) -> u32 {
        let mut left = self.0.random_range(0..weights.iter().sum::<u32>().max(1));
        for (place, weight) in (0..).zip(weights) {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    fn draw<D: Distribution<f64>, E>(&mut self, distribution: Result<D, E>, otherwise: f64) -> f64 {
        distribution.map_or(otherwise, |distribution| distribution.sample(&mut self.0))
    }
}

impl RngCore for Chance {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// The nearest whole number; what is too large for one becomes the largest.
#[allow(clippy::cast_possible_truncation, reason = "a float as an integer saturates, which is what is wanted")]
pub(super) fn rounded(number: f64) -> i64 {
    number.round() as i64
}

/// The place of something in a sorted list.
pub(super) fn place<T: Ord>(sorted: &[T], thing: &T) -> Option<usize> {
    sorted.binary_search(thing).ok()
}
