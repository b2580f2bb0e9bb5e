//! Sums and the averages that follow from them, as a segment keeps them.

/// What is added up over the members of a segment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) members: i64,
    pub(crate) reachable: i64,
    pub(crate) transactions: i64,
    pub(crate) spending: i64,
    pub(crate) spending_12m: i64,
}

impl Sums {
    /// Adds what one member adds, or takes it away.
    pub(crate) fn add(&mut self, one: &Sums, sign: i64) {
        self.members += sign * one.members;
        self.reachable += sign * one.reachable;
        self.transactions += sign * one.transactions;
        self.spending += sign * one.spending;
        self.spending_12m += sign * one.spending_12m;
    }

    /// Net spending by transactions.
    pub(crate) fn average_transaction_value(&self) -> Option<i64> {
        quotient(self.spending, self.transactions)
    }

    /// Transactions by members.
    pub(crate) fn average_transactions(&self) -> Option<f64> {
        (self.members > 0).then(|| self.transactions as f64 / self.members as f64)
    }

    /// Net spending of 12 months by members.
    pub(crate) fn average_spending(&self) -> Option<i64> {
        quotient(self.spending_12m, self.members)
    }

    /// Net spending by members: the bench's programme has a margin of 1.
    pub(crate) fn average_clv(&self) -> Option<i64> {
        quotient(self.spending, self.members)
    }
}

/// A quotient rounded half to even; none by nothing.
pub(crate) fn quotient(of: i64, by: i64) -> Option<i64> {
    if by == 0 {
        return None;
    }
    let (whole, rest) = (of.div_euclid(by), of.rem_euclid(by));
    let up = match (rest * 2).cmp(&by) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => whole % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    Some(whole + i64::from(up))
}
