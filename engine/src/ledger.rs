//! What documents mean for figures: which sale is a purchase, what it is worth, and what a points entry moves.

/// Whether a document adds to spending or takes away from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Goods against money.
    Sale,
    /// Goods back; the amount is taken away.
    Return,
}

impl Direction {
    /// What a document of this direction adds to net spending, in minor units.
    pub fn net(self, amount: i64) -> i64 {
        match self {
            Self::Sale => amount,
            Self::Return => -amount,
        }
    }
}

/// Whether a sale counts as a purchase: it does unless the returns known now take it back in full.
///
/// A sale worth 0 is a purchase too, until a return names it.
pub fn is_purchase(amount: i64, returns: i64, returned: i64) -> bool {
    returns == 0 || returned < amount
}

/// The kinds of points entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PointsMove {
    /// Points given.
    Earned,
    /// Points spent on a reward.
    Redeemed,
    /// Points that lapsed.
    Expired,
    /// A correction, the only kind that may be negative.
    Adjusted,
}

impl PointsMove {
    /// What an entry of so many points adds to the balance: earned − redeemed − expired + adjusted.
    pub fn balance(self, points: i64) -> i64 {
        match self {
            Self::Earned | Self::Adjusted => points,
            Self::Redeemed | Self::Expired => -points,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_is_a_purchase_until_it_is_returned_in_full() {
        assert!(is_purchase(100, 0, 0));
        assert!(is_purchase(100, 2, 99));
        assert!(!is_purchase(100, 1, 100));
        assert!(!is_purchase(100, 1, 150));
        assert!(is_purchase(0, 0, 0));
        assert!(!is_purchase(0, 1, 0));
    }
}
