//! What the programme's numbers may be: the same at the first start and later.

use rust_decimal::Decimal;

/// The most digits after the point.
const DIGITS: u32 = 6;
/// More than anything costs.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// What is wrong with a share of revenue, to stand behind its name.
pub(super) fn margin(margin: Decimal) -> Option<String> {
    let right = (Decimal::ZERO..=Decimal::ONE).contains(&margin) && margin.scale() <= DIGITS;
    (!right).then(|| format!("must be between 0 and 1, with at most {DIGITS} digits after the point"))
}

/// What is wrong with a cost, to stand behind its name.
pub(super) fn cost(cost: Decimal) -> Option<String> {
    if cost < Decimal::ZERO {
        return Some("must not be negative".to_owned());
    }
    let right = cost <= MOST && cost.scale() <= DIGITS;
    (!right).then(|| format!("must be at most {MOST}, with at most {DIGITS} digits after the point"))
}
