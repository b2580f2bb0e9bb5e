//! Sums of whole numbers, from which their mean and their variance follow without a loss.

use crate::money::quotient;

/// How many numbers there are, their sum and the sum of their squares, such as the spending of members in minor units.
///
/// All three are whole and exact, whatever the order and the parts in which they were added up. Sums of all amounts stay
/// within 64 bits throughout the programme, so that the sum of their squares, being at most the square of that, stays
/// within 128.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// How many.
    pub count: i64,
    /// Their sum.
    pub sum: i128,
    /// The sum of their squares.
    pub squares: i128,
}

impl Moments {
    /// Adds a number.
    pub fn push(&mut self, number: i64) {
        let number = i128::from(number);
        self.count += 1;
        self.sum += number;
        self.squares += number * number;
    }

    /// Adds so many noughts.
    pub fn push_noughts(&mut self, count: i64) {
        self.count += count;
    }

    /// Those of both.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum + other.sum, squares: self.squares + other.squares }
    }

    /// The mean, rounded half-even to a whole number; none of no numbers.
    pub fn rounded_mean(&self) -> Option<i64> {
        quotient(self.sum, self.count.into())
    }

    /// The mean; none of no numbers.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| float(self.sum) / float(self.count.into()))
    }

    /// The sample variance, with the count less one below the line; none of fewer than two numbers.
    pub fn variance(&self) -> Option<f64> {
        let count = i128::from(self.count);
        (count > 1).then(|| self.squared_deviations() / float(count - 1))
    }

    /// The mean over that of other numbers; none where those add up to nothing.
    pub(crate) fn mean_over(&self, other: &Self) -> Option<f64> {
        (other.sum != 0).then(|| float(self.sum) / float(other.sum))
    }

    /// The variance of what is left of each number when its fellow among others, times the quotient of both sums, is taken
    /// away; given is also the sum of their products. What is left adds up to nothing by itself. None of fewer than two
    /// numbers, and where the others add up to nothing.
    pub(crate) fn quotient_deviations(&self, other: &Self, products: i128) -> Option<f64> {
        let quotient = self.mean_over(other)?;
        let near = quotient.round();
        #[allow(clippy::cast_possible_truncation, reason = "it is whole, and far smaller than the largest")]
        let whole = near as i128;
        // Taken away in whole numbers first, as with the variance: only what is small is left to floats.
        let squares = self.squares - whole * (2 * products - whole * other.squares);
        let crossed = products - whole * other.squares;
        let rest = (float(self.sum - whole * other.sum)) / float(other.sum);
        let left = float(squares) - rest * (2.0 * float(crossed) - rest * float(other.squares));
        (self.count > 1).then(|| left.max(0.0) / float(i128::from(self.count) - 1))
    }

    /// The sum of the squared deviations from the mean. The squares are counted from the whole number below the mean
    /// first, in whole numbers, so that nothing large is taken from something as large in floats.
    fn squared_deviations(&self) -> f64 {
        let count = i128::from(self.count);
        let (whole, rest) = (self.sum.div_euclid(count), self.sum.rem_euclid(count));
        let from_whole = self.squares - whole * (whole * count + 2 * rest);
        match from_whole.checked_mul(count) {
            Some(product) => float(product - rest * rest) / float(count),
            // Then it is so large that what is taken away does not count: no more than the count itself.
            None => float(from_whole) - float(rest) * (float(rest) / float(count)),
        }
    }
}

/// The nearest float.
#[allow(clippy::cast_precision_loss, reason = "the sixteen digits of a float are enough for a quotient")]
pub(super) fn float(number: i128) -> f64 {
    number as f64
}
