//! The figures of a segment, worked out from sums that move with every change.

use rust_decimal::Decimal;

use crate::money::{quotient, share_of};

/// Digits behind the point of shares and rates that rules compare.
pub const SHARE_DIGITS: u32 = 4;

/// What is added up over the members of a segment. Amounts are net, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Members who belong.
    pub members: i64,
    /// Of those, members with marketing consent.
    pub reachable: i64,
    /// Purchases of all members.
    pub transactions: i64,
    /// Net spending of all members over all time.
    pub spending: i64,
    /// Net spending of all members over the last 12 months.
    pub spending_12m: i64,
}

/// The averages that are shown: each a quotient of [`Sums`], rounded once, half-even; none where there is nothing to
/// average. Amounts are in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Net spending ÷ transactions: pooled, not a mean of means.
    pub average_transaction_value: Option<i64>,
    /// Transactions ÷ members.
    pub average_transactions: Option<f64>,
    /// Net spending of the last 12 months ÷ members.
    pub average_spending: Option<i64>,
    /// Net spending × gross margin ÷ members.
    pub average_clv: Option<i64>,
}

impl Sums {
    /// The averages of these sums under a gross margin between 0 and 1.
    pub fn figures(&self, gross_margin: Decimal) -> Figures {
        let members = i128::from(self.members);
        Figures {
            average_transaction_value: quotient(i128::from(self.spending), i128::from(self.transactions)),
            average_transactions: (self.members > 0).then(|| ratio(self.transactions, self.members)),
            average_spending: quotient(i128::from(self.spending_12m), members),
            average_clv: share_of(self.spending, gross_margin, self.members),
        }
    }

    /// These sums moved by a difference.
    pub fn moved(&self, by: &Sums) -> Sums {
        Sums {
            members: self.members + by.members,
            reachable: self.reachable + by.reachable,
            transactions: self.transactions + by.transactions,
            spending: self.spending + by.spending,
            spending_12m: self.spending_12m + by.spending_12m,
        }
    }
}

/// A quotient of counts as a float: both are far below 2^53, so that it is the nearest float to the true quotient.
#[allow(clippy::cast_precision_loss)]
pub fn ratio(numerator: i64, denominator: i64) -> f64 {
    numerator as f64 / denominator as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_average_is_none() {
        let empty = Sums::default().figures(Decimal::ONE);
        assert_eq!(empty, Figures::default());
        let never_bought = Sums { members: 2, ..Sums::default() }.figures(Decimal::ONE);
        assert_eq!(never_bought.average_transaction_value, None);
        assert_eq!(never_bought.average_transactions, Some(0.0));
        assert_eq!(never_bought.average_spending, Some(0));
    }

    #[test]
    fn averages_are_pooled() {
        let sums = Sums { members: 2, reachable: 1, transactions: 3, spending: 1000, spending_12m: 505 };
        let figures = sums.figures(Decimal::new(25, 2));
        assert_eq!(figures.average_transaction_value, Some(333));
        assert_eq!(figures.average_transactions, Some(1.5));
        assert_eq!(figures.average_spending, Some(252));
        assert_eq!(figures.average_clv, Some(125));
    }
}
