//! What a number of units comes to in minor units of the currency.

use rust_decimal::Decimal;

use crate::money::quotient;

/// So much for each unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    numerator: i128,
    denominator: i128,
}

impl Rate {
    /// A share of amounts.
    pub(super) fn share(share: Decimal) -> Self {
        Self::cost(share, 0)
    }

    /// A cost in a currency with so many digits behind the point, which may have more digits itself.
    pub(super) fn cost(cost: Decimal, digits: u32) -> Self {
        let cost = cost.normalize();
        let shared = digits.min(cost.scale());
        Self {
            numerator: cost.mantissa().saturating_mul(10_i128.saturating_pow(digits - shared)),
            denominator: 10_i128.pow(cost.scale() - shared),
        }
    }

    /// What so many units come to, rounded once, half-even; the ends of the range beyond it.
    #[inline]
    pub(super) fn of(&self, units: i64) -> i64 {
        if units == 0 || self.numerator == 0 {
            return 0;
        }
        let exact = self.numerator.saturating_mul(units.into());
        let ends = if exact < 0 { i64::MIN } else { i64::MAX };
        match self.denominator {
            1 => i64::try_from(exact).unwrap_or(ends),
            denominator => quotient(exact, denominator).unwrap_or(ends),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_rounded_once() {
        let rate = |cost: &str, digits| Rate::cost(cost.parse().unwrap(), digits);
        assert_eq!(rate("0.005", 2).of(3), 2, "1.5 cents");
        assert_eq!(rate("0.005", 2).of(5), 2, "2.5 cents");
        assert_eq!(rate("4.50", 2).of(3), 1_350);
        assert_eq!(rate("4.50", 0).of(3), 14, "13.5 yen");
        assert_eq!(rate("4.50", 3).of(-3), -13_500);
        assert_eq!(Rate::share("0.45".parse().unwrap()).of(-1_010), -454, "454.5 to the even side");
        assert_eq!(rate("0", 2).of(i64::MAX), 0);
        assert_eq!(rate("79228162514264337593543950335", 3).of(i64::MAX), i64::MAX);
    }
}
