//! What the nightly analyses found out about a member.

use crate::figures::{SHARE_DIGITS, ratio};
use crate::groups::{Presence, RfmGroup, ValueGroup};

/// What the nightly analyses found out about a member; none where they have not said anything yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Valuation {
    /// Discounted margin of the next 12 months, in minor units.
    pub predicted_clv: Option<i64>,
    /// Chance of an order within the next 90 days, 0 to 1. Kept to [`SHARE_DIGITS`] digits, rounded half-even.
    pub order_probability: Option<f64>,
    /// Orders to expect in the next 365 days, from 0 on. Kept to [`SHARE_DIGITS`] digits, rounded half-even.
    pub expected_orders: Option<f64>,
    /// By recency, frequency and money.
    pub rfm_group: Option<RfmGroup>,
    /// By what the member is worth.
    pub value_group: Option<ValueGroup>,
    /// By the member's own rhythm.
    pub presence: Option<Presence>,
}

/// The same as it is kept, in 24 bytes a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Valued {
    predicted_clv: i64,
    expected_orders: u32,
    order_probability: u16,
    pub(crate) rfm_group: Option<RfmGroup>,
    pub(crate) value_group: Option<ValueGroup>,
    pub(crate) presence: Option<Presence>,
}

/// No amount, no number, no chance: each the last that its column could hold.
const NO_AMOUNT: i64 = i64::MIN;
const NO_ORDERS: u32 = u32::MAX;
const NO_CHANCE: u16 = u16::MAX;

impl Valued {
    /// Nothing is known.
    pub(super) const NOTHING: Self = Self {
        predicted_clv: NO_AMOUNT,
        expected_orders: NO_ORDERS,
        order_probability: NO_CHANCE,
        rfm_group: None,
        value_group: None,
        presence: None,
    };

    pub(super) fn of(valuation: &Valuation) -> Self {
        let Valuation { predicted_clv, order_probability, expected_orders, rfm_group, value_group, presence } =
            *valuation;
        let orders = expected_orders.and_then(share_units).map(|units| u32::try_from(units).unwrap_or(NO_ORDERS - 1));
        let chance = order_probability.filter(|chance| *chance <= 1.0).and_then(share_units);
        Self {
            predicted_clv: predicted_clv.unwrap_or(NO_AMOUNT),
            expected_orders: orders.unwrap_or(NO_ORDERS),
            order_probability: chance.and_then(|units| u16::try_from(units).ok()).unwrap_or(NO_CHANCE),
            rfm_group,
            value_group,
            presence,
        }
    }

    /// Minor units.
    pub(crate) fn predicted_clv(&self) -> Option<i64> {
        (self.predicted_clv != NO_AMOUNT).then_some(self.predicted_clv)
    }

    /// In units of the last of [`SHARE_DIGITS`] digits.
    pub(crate) fn order_probability(&self) -> Option<i64> {
        (self.order_probability != NO_CHANCE).then_some(self.order_probability.into())
    }

    /// In units of the last of [`SHARE_DIGITS`] digits.
    pub(crate) fn expected_orders(&self) -> Option<i64> {
        (self.expected_orders != NO_ORDERS).then_some(self.expected_orders.into())
    }
}

/// A number from 0 on in units of the last of [`SHARE_DIGITS`] digits, rounded half-even; none for what is no such number. A number beyond all is
/// the largest that there is.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is rounded, and not negative")]
pub fn share_units(number: f64) -> Option<u64> {
    (number >= 0.0).then(|| (number * f64::from(10_u32.pow(SHARE_DIGITS))).round_ties_even() as u64)
}

/// Such units as a number.
pub fn share_of_units(units: i64) -> f64 {
    ratio(units, 10_i64.pow(SHARE_DIGITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_to_four_digits_and_nonsense_is_nothing() {
        let kept = |chance: f64, orders: f64| {
            let valuation =
                Valuation { order_probability: Some(chance), expected_orders: Some(orders), ..Valuation::default() };
            let valued = Valued::of(&valuation);
            (valued.order_probability(), valued.expected_orders())
        };
        assert_eq!(kept(0.0, 0.0), (Some(0), Some(0)));
        assert_eq!(kept(0.123_449, 12.345_67), (Some(1_234), Some(123_457)));
        assert_eq!(kept(0.000_25, 0.000_35), (Some(2), Some(4)), "half-even");
        assert_eq!(kept(1.0, 1e300), (Some(10_000), Some(i64::from(u32::MAX) - 1)));
        assert_eq!(kept(1.000_1, -0.1), (None, None));
        assert_eq!(kept(f64::NAN, f64::NAN), (None, None));
        assert_eq!(Valued::of(&Valuation::default()), Valued::NOTHING);
        assert_eq!(size_of::<Valued>(), 24);
        for units in [0, 1, 3_333, 8_256, 10_000, 123_457] {
            assert_eq!(share_units(share_of_units(units)), u64::try_from(units).ok(), "what is kept stays what it is");
        }
        let below = Valued::of(&Valuation { predicted_clv: Some(-5), ..Valuation::default() });
        assert_eq!((below.predicted_clv(), Valued::NOTHING.predicted_clv()), (Some(-5), None));
    }
}
