//! Intervals and tests against published numbers, against those of scipy and statsmodels, and by simulation.

mod properties;
mod reference;
pub(crate) mod simulated;

use serde_json::Value;

/// The numbers that `tests/data/campaign_statistics.py` writes.
pub(crate) fn reference(part: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/data/campaign_statistics.json")).unwrap();
    let cases = all[part].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{part}");
    cases
}

/// Equal to so many parts of the larger one, or both as near to zero.
#[track_caller]
pub(crate) fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let scale = expected.abs().max(found.abs());
    assert!((found - expected).abs() <= tolerance * scale.max(1e-300), "{what}: {found:e} is not {expected:e}");
}
