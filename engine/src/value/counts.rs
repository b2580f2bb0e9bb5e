//! What the likelihoods of the purchase models need of a sample, added up once before the parameters are looked for.

use super::history::{History, weeks};

/// Customers in the sums that the likelihoods are made of.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    pub(super) customers: u64,
    /// Repeats of all customers.
    pub(super) repeats: u64,
    /// How many customers have more than so many repeats, from none upwards.
    pub(super) more_than: Vec<f64>,
    /// Customers by their age.
    pub(super) ages: Vec<Age>,
    /// Those who came back.
    pub(super) returned: Vec<Returned>,
    /// Days of the oldest customer.
    longest: u32,
}

/// Customers of one age.
#[derive(Clone, Copy, Debug)]
pub(super) struct Age {
    pub(super) weeks: f64,
    pub(super) customers: f64,
    /// All their repeats.
    pub(super) repeats: f64,
}

/// Customers with the same history, with repeats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Returned {
    pub(super) history: History,
    pub(super) customers: f64,
}

impl Counts {
    /// Of histories, each with how many customers have it.
    pub(super) fn of(groups: impl Iterator<Item = (History, u32)> + Clone) -> Self {
        let longest = groups.clone().map(|(history, _)| history.age).max().unwrap_or(0);
        let most = groups.clone().map(|(history, _)| history.repeats).max().unwrap_or(0);
        let mut by_age = vec![(0_u64, 0_u64); longest as usize + 1];
        let mut more_than = vec![0.0; most as usize];
        let mut returned = Vec::new();
        for (history, customers) in groups {
            let age = &mut by_age[history.age as usize];
            age.0 += u64::from(customers);
            age.1 += u64::from(customers) * u64::from(history.repeats);
            let customers = f64::from(customers);
            if history.repeats > 0 {
                more_than[history.repeats as usize - 1] += customers;
                returned.push(Returned { history, customers });
            }
        }
        for place in (1..more_than.len()).rev() {
            more_than[place - 1] += more_than[place];
        }
        let there = (0..).zip(&by_age).filter(|(_, (customers, _))| *customers > 0);
        Self {
            customers: by_age.iter().map(|(customers, _)| customers).sum(),
            repeats: by_age.iter().map(|(_, repeats)| repeats).sum(),
            ages: there.map(|(days, (customers, repeats))| Age::of(days, *customers, *repeats)).collect(),
            more_than,
            returned,
            longest,
        }
    }

    /// How many weeks all customers together have been customers.
    pub(super) fn exposure(&self) -> f64 {
        self.ages.iter().map(|age| age.weeks * age.customers).sum()
    }

    /// ln(α + t) and 1 ÷ (α + t) for every day up to the oldest customer's age, t in weeks: so few logarithms are taken,
    /// however many customers there are.
    pub(super) fn days(&self, alpha: f64) -> Vec<(f64, f64)> {
        (0..=self.longest).map(|days| alpha + weeks(days)).map(|time| (time.ln(), time.recip())).collect()
    }

    /// Σ over customers of ln Γ(s + x) − ln Γ(s), with its first and second derivative by s: the gamma functions are
    /// replaced by sums over the repeats, each for all customers who have more.
    pub(super) fn rising(&self, from: f64) -> [f64; 3] {
        let mut sums = [0.0; 3];
        let mut factor = from;
        for customers in &self.more_than {
            sums[0] += customers * factor.ln();
            sums[1] += customers / factor;
            sums[2] -= customers / (factor * factor);
            factor += 1.0;
        }
        sums
    }
}

impl Age {
    fn of(days: u32, customers: u64, repeats: u64) -> Self {
        Self { weeks: weeks(days), customers: customers as f64, repeats: repeats as f64 }
    }
}
