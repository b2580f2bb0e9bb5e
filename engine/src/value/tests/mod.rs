//! The models against published numbers, numbers computed with many digits, and slow and obvious twins.

mod cdnow;
mod gather;
mod numbers;
mod predictions;
mod shop;
mod torture;
mod unusual;

use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Equal to so many parts of the expected number.
fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "{what}: {found} for {expected}");
}
