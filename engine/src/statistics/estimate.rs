//! A difference with what is known of it.

/// The intervals that are given hold the true value in so many of 100 cases.
pub const CONFIDENCE: f64 = 0.95;

/// A difference between two groups: the one minus the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// What was observed.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// How often a difference as large would be seen if there were none: 1 less the confidence of the narrowest interval
    /// that reaches to zero, so that it never says anything else than the interval does.
    pub p_value: f64,
}

impl Estimate {
    /// Whether the interval leaves out zero: the difference is hardly chance.
    pub fn is_significant(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }

    /// The same in a unit so many times larger, such as amounts for minor units.
    #[must_use]
    pub fn in_units_of(self, unit: f64) -> Self {
        let Self { value, low, high, p_value } = self;
        Self { value: value / unit, low: low / unit, high: high / unit, p_value }
    }
}
