//! What the members on one side of a campaign did.

use crate::figures::ratio;
use crate::money::quotient;
use crate::statistics::{Mean, Moments, Proportion};

/// Sums over the members on one side, targeted or held out, in the campaign's days: whole numbers that merge over parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arm {
    /// Net spending per member in minor units; those who bought nothing count.
    pub spending: Moments,
    /// Members with at least one purchase.
    pub buyers: i64,
    /// Of those, members who bought again in the [`STAYING`](super::STAYING) days after the campaign's last one.
    pub returned: i64,
    /// The same spending of those alone who bought or took something back.
    pub active_spending: Moments,
    /// Their purchases.
    pub purchases: Moments,
    /// The sum over them of spending times purchases.
    pub spending_times_purchases: i128,
}

impl Arm {
    /// Adds a member: its net spending in minor units, its purchases, whether it has documents at all in the campaign's
    /// days, and whether it has bought in the days after them.
    pub(super) fn push(&mut self, spending: i64, purchases: i64, is_active: bool, bought_after: bool) {
        self.spending.push(spending);
        if !is_active {
            return;
        }
        self.buyers += i64::from(purchases > 0);
        self.returned += i64::from(purchases > 0 && bought_after);
        self.active_spending.push(spending);
        self.purchases.push(purchases);
        self.spending_times_purchases += i128::from(spending) * i128::from(purchases);
    }

    /// Those of both.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        Self {
            spending: self.spending.merged(&other.spending),
            buyers: self.buyers + other.buyers,
            returned: self.returned + other.returned,
            active_spending: self.active_spending.merged(&other.active_spending),
            purchases: self.purchases.merged(&other.purchases),
            spending_times_purchases: self.spending_times_purchases + other.spending_times_purchases,
        }
    }

    /// How many members there are.
    pub fn members(&self) -> i64 {
        self.spending.count
    }

    /// Buyers among members.
    pub fn conversion(&self) -> Proportion {
        Proportion { part: self.buyers, whole: self.members() }
    }

    /// Those who bought again after the campaign among those who bought in it; none where nobody did.
    pub fn retention(&self) -> Option<f64> {
        (self.buyers > 0).then(|| ratio(self.returned, self.buyers))
    }

    /// Net spending ÷ purchases in minor units, rounded half-even: pooled, not a mean of means. None without a purchase.
    pub fn average_sale(&self) -> Option<i64> {
        quotient(self.spending.sum, self.purchases.sum)
    }

    /// The same unrounded with its variance: a quotient of two means, both of which vary from member to member. Its
    /// variance is that of the deviations spending − quotient × purchases, over the mean number of purchases, by the delta
    /// method (Cochran 1977, “Sampling Techniques”, section 6.3; for experiments Deng, Knoblich, Lu 2018, “Applying the
    /// delta method in metric analytics”). Members are what was drawn, so that members count, not sales: sales of one
    /// member are alike. None with fewer than two members who were active, and without a purchase.
    pub(super) fn average_sale_mean(&self) -> Option<Mean> {
        let purchases = self.purchases.mean().filter(|mean| *mean > 0.0)?;
        let quotient = self.spending.mean_over(&self.purchases)?;
        let deviations = self.active_spending.quotient_deviations(&self.purchases, self.spending_times_purchases)?;
        Some(Mean { value: quotient, variance: deviations / (purchases * purchases), count: self.purchases.count })
    }
}
