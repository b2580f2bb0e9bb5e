//! Amounts: whole minor units inside, exact decimals outside. No float ever holds money.

use iso_currency::Currency as Iso;
use rust_decimal::{Decimal, RoundingStrategy};

/// The largest amount of one document or line, in minor units (exclusive). Nine million documents of this size still
/// add up without overflow.
pub const AMOUNT_LIMIT: i64 = 1_000_000_000_000;

/// A currency by its ISO 4217 code and its number of minor digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    iso: Iso,
    digits: u32,
}

/// Why a decimal number is not an amount of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// More digits after the point than the currency has; amounts are never rounded silently.
    TooManyDigits,
    /// As large as [`AMOUNT_LIMIT`] or larger.
    TooLarge,
}

impl Currency {
    /// The currency of a code such as EUR; none for an unknown code or one without minor units, such as gold.
    pub fn from_code(code: &str) -> Option<Self> {
        let iso = Iso::from_code(code)?;
        let digits = u32::from(iso.exponent()?);
        Some(Self { iso, digits })
    }

    /// The ISO 4217 code, for example EUR.
    pub fn code(&self) -> &'static str {
        self.iso.code()
    }

    /// How many digits stand after the point: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn digits(&self) -> u32 {
        self.digits
    }

    /// The minor units of a decimal amount, exactly.
    pub fn minor(&self, amount: Decimal) -> Result<i64, AmountError> {
        let amount = amount.normalize();
        if amount.scale() > self.digits {
            return Err(AmountError::TooManyDigits);
        }
        self.bounded(amount)
    }

    /// Quantity times unit price, rounded half-even to the minor unit: the amount of an invoice line.
    pub fn line(&self, quantity: Decimal, unit_price: Decimal) -> Result<i64, AmountError> {
        let amount = quantity.checked_mul(unit_price).ok_or(AmountError::TooLarge)?;
        self.bounded(amount.round_dp_with_strategy(self.digits, RoundingStrategy::MidpointNearestEven))
    }

    /// The decimal amount of minor units, with all the currency's digits: 1250 → 12.50.
    pub fn decimal(&self, minor: i64) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(minor), self.digits)
    }

    fn bounded(&self, amount: Decimal) -> Result<i64, AmountError> {
        let scaled = amount.mantissa().checked_mul(10i128.pow(self.digits.saturating_sub(amount.scale())));
        let minor = scaled.and_then(|minor| i64::try_from(minor).ok()).ok_or(AmountError::TooLarge)?;
        if minor.unsigned_abs() < AMOUNT_LIMIT.unsigned_abs() { Ok(minor) } else { Err(AmountError::TooLarge) }
    }
}

/// `numerator ÷ denominator` rounded half-even to a whole number; none for a denominator of zero or less.
pub fn quotient(numerator: i128, denominator: i128) -> Option<i64> {
    if denominator <= 0 {
        return None;
    }
    let (floor, rest) = match (i64::try_from(numerator), i64::try_from(denominator)) {
        // Several times as fast, and nearly always enough.
        (Ok(numerator), Ok(denominator)) => {
            (i128::from(numerator.div_euclid(denominator)), i128::from(numerator.rem_euclid(denominator)))
        }
        _ => (numerator.div_euclid(denominator), numerator.rem_euclid(denominator)),
    };
    let twice = rest * 2;
    let up = twice > denominator || (twice == denominator && floor % 2 != 0);
    i64::try_from(floor + i128::from(up)).ok()
}

/// `amount × share ÷ count` in minor units, rounded once, half-even; none for a count of zero.
///
/// `share` is a number such as the gross margin, with at most nine digits after the point.
pub fn share_of(amount: i64, share: Decimal, count: i64) -> Option<i64> {
    let scale = 10i128.pow(share.scale());
    quotient(i128::from(amount) * share.mantissa(), i128::from(count) * scale)
}

/// The whole number of minor units below or at a decimal amount of any size and precision, and whether it is that
/// amount exactly: what comparisons with stored amounts need.
pub fn floor_minor(amount: Decimal, digits: u32) -> (i64, bool) {
    let amount = amount.normalize();
    let scaled = if amount.scale() <= digits {
        amount.mantissa().saturating_mul(10i128.pow(digits - amount.scale()))
    } else {
        amount.mantissa().div_euclid(10i128.pow(amount.scale() - digits))
    };
    match i64::try_from(scaled) {
        Ok(minor) => (minor, amount.scale() <= digits),
        Err(_) if scaled < 0 => (i64::MIN, false),
        Err(_) => (i64::MAX, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn keeps_every_digit_of_the_currency_and_no_more() {
        let euro = Currency::from_code("EUR").unwrap();
        assert_eq!(euro.minor(decimal("12.5")), Ok(1250));
        assert_eq!(euro.minor(decimal("12.500")), Ok(1250));
        assert_eq!(euro.minor(decimal("12.505")), Err(AmountError::TooManyDigits));
        assert_eq!(euro.minor(decimal("10000000000")), Err(AmountError::TooLarge));
        assert_eq!(euro.minor(decimal("9999999999.99")), Ok(999_999_999_999));
        assert_eq!(euro.decimal(-1250).to_string(), "-12.50");
        assert_eq!(Currency::from_code("JPY").unwrap().minor(decimal("12.5")), Err(AmountError::TooManyDigits));
        assert_eq!(Currency::from_code("KWD").unwrap().minor(decimal("12.505")), Ok(12505));
        assert!(Currency::from_code("XAU").is_none() && Currency::from_code("EURO").is_none());
    }

    #[test]
    fn rounds_lines_half_even() {
        let euro = Currency::from_code("EUR").unwrap();
        assert_eq!(euro.line(decimal("0.5"), decimal("0.01")), Ok(0));
        assert_eq!(euro.line(decimal("1.5"), decimal("0.01")), Ok(2));
        assert_eq!(euro.line(decimal("-3"), decimal("2.555")), Ok(-766));
        assert_eq!(euro.line(decimal("79228162514264337593543950335"), decimal("10")), Err(AmountError::TooLarge));
    }

    #[test]
    fn divides_half_even_on_both_sides_of_zero() {
        let halves = [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (1, 3, 0), (2, 3, 1), (-2, 3, -1)];
        for (numerator, denominator, expected) in halves {
            assert_eq!(quotient(numerator, denominator), Some(expected), "{numerator} ÷ {denominator}");
        }
        assert_eq!(quotient(1, 0), None);
        assert_eq!(share_of(1001, decimal("0.5"), 1), Some(500));
        assert_eq!(share_of(-1003, decimal("0.5"), 1), Some(-502));
    }
}
