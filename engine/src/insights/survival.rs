//! How long something takes, where it has not happened yet to everybody.

use crate::figures::ratio;

/// Durations in whole days, of those for whom it happened and of those who are still waiting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// By day.
    counts: Vec<Count>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    happened: i64,
    waiting: i64,
}

/// What sums of rounding errors may be: one half is reached even where the product of fractions says a little more.
const TOLERANCE: f64 = 1e-9;

impl Durations {
    /// Adds somebody for whom it happened after so many days; below zero counts as none.
    pub fn happened(&mut self, days: i64) {
        self.at(days).happened += 1;
    }

    /// Adds somebody for whom it had not happened after so many days.
    pub fn waiting(&mut self, days: i64) {
        self.at(days).waiting += 1;
    }

    /// Adds those of others.
    pub fn merge(&mut self, others: Self) {
        self.counts.resize(self.counts.len().max(others.counts.len()), Count::default());
        for (count, other) in self.counts.iter_mut().zip(others.counts) {
            count.happened += other.happened;
            count.waiting += other.waiting;
        }
    }

    /// For how many it happened, and how many are waiting.
    pub fn totals(&self) -> (i64, i64) {
        self.counts
            .iter()
            .fold((0, 0), |(happened, waiting), count| (happened + count.happened, waiting + count.waiting))
    }

    /// The Kaplan-Meier median: the first day t with S(t) ≤ ½, where S(t) = Π (1 − dᵢ ÷ nᵢ) over the days i ≤ t, dᵢ
    /// being those for whom it happened on that day and nᵢ those for whom it had not happened before and who were
    /// still looked at (Kaplan and Meier, Journal of the American Statistical Association 53, 1958, eq. 2b). None
    /// where S never falls so far.
    pub fn kaplan_meier_median(&self) -> Option<i64> {
        let (happened, waiting) = self.totals();
        let (mut left, mut survival) = (happened + waiting, 1.0);
        for (day, count) in self.counts.iter().enumerate() {
            if count.happened > 0 {
                survival *= ratio(left - count.happened, left);
                if survival <= 0.5 + TOLERANCE {
                    return i64::try_from(day).ok();
                }
            }
            left -= count.happened + count.waiting;
        }
        None
    }

    /// The plain median of those for whom it happened; the mean of the two in the middle of an even number. None
    /// without any.
    pub fn median(&self) -> Option<f64> {
        let (happened, _) = self.totals();
        let lower = self.ranked((happened + 1) / 2)?;
        let upper = self.ranked(happened / 2 + 1)?;
        Some(ratio(lower + upper, 2))
    }

    /// The duration of the so many-th for whom it happened.
    fn ranked(&self, rank: i64) -> Option<i64> {
        let mut so_far = 0;
        let day = self.counts.iter().position(|count| {
            so_far += count.happened;
            so_far >= rank && rank > 0
        });
        i64::try_from(day?).ok()
    }

    fn at(&mut self, days: i64) -> &mut Count {
        let day = usize::try_from(days).unwrap_or(0);
        if self.counts.len() <= day {
            self.counts.resize(day + 1, Count::default());
        }
        &mut self.counts[day]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn durations(happened: &[i64], waiting: &[i64]) -> Durations {
        let mut durations = Durations::default();
        happened.iter().for_each(|days| durations.happened(*days));
        waiting.iter().for_each(|days| durations.waiting(*days));
        durations
    }

    /// Freireich et al., Blood 21 (1963): weeks in remission; the medians are 23 with 6-MP and 8 without.
    #[test]
    fn meets_the_medians_of_the_leukaemia_trial() {
        let treated = durations(&[6, 6, 6, 7, 10, 13, 16, 22, 23], &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        assert_eq!((treated.kaplan_meier_median(), treated.totals()), (Some(23), (9, 12)));
        assert_eq!(treated.median(), Some(10.0), "those who relapsed say much less");
        let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];
        assert_eq!(durations(&placebo, &[]).kaplan_meier_median(), Some(8));
    }

    #[test]
    fn nothing_and_too_little_have_no_median() {
        assert_eq!((Durations::default().kaplan_meier_median(), Durations::default().median()), (None, None));
        assert_eq!(durations(&[3], &[1, 5, 5]).kaplan_meier_median(), None);
        assert_eq!(durations(&[], &[5]).kaplan_meier_median(), None);
        assert_eq!(durations(&[-4], &[]).kaplan_meier_median(), Some(0));
    }

    #[test]
    fn one_half_is_reached_exactly() {
        // The product of 9/10 · 8/9 · … · 5/6 is a little more than one half in floats.
        for count in 1..200 {
            let all: Vec<i64> = (1..=2 * count).collect();
            assert_eq!(durations(&all, &[]).kaplan_meier_median(), Some(count), "of {}", 2 * count);
        }
    }
}
