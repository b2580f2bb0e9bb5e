//! What members add to the figures of a segment, from their facts.

use std::ops::RangeInclusive;

use super::Day;
use super::columns::{Facts, PURCHASE, days_within};
use crate::figures::Sums;

impl Facts {
    /// What the member of a row adds to the figures of a segment that it belongs to: the same as is kept of it. The days
    /// are those of which spending counts in 12-month figures, both ends included. Needs transactions, not their lines.
    pub fn sums(&self, row: usize, last_12_months: &RangeInclusive<Day>) -> Sums {
        let (places, transactions) = (self.transactions_of(row), &self.transactions);
        let (days, nets) = (&transactions.days[places.clone()], &transactions.nets[places.clone()]);
        let purchases: i64 = transactions.flags[places].iter().map(|flags| i64::from(flags & PURCHASE)).sum();
        let year = days_within(days, (*last_12_months.start()).into(), (*last_12_months.end()).into());
        Sums {
            members: 1,
            reachable: self.profiles.marketing_consent[row].into(),
            transactions: purchases,
            spending: nets.iter().sum(),
            spending_12m: nets[year].iter().sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{day_number, last_12_months};
    use crate::facts::{Builder, Dictionary, MemberRow, TransactionRow};

    fn member(id: i64, marketing_consent: bool) -> MemberRow<'static> {
        MemberRow { marketing_consent, ..MemberRow::bare(id) }
    }

    #[test]
    fn purchases_count_and_spending_is_net_on_its_own_day() {
        let mut dictionary = Dictionary::default();
        let mut builder = Builder::new(&mut dictionary);
        builder.member(&member(1, true));
        // The day before the 12 months, their first, their last, and the day after.
        for (day, net, purchase) in [
            ("2025-02-28", 1_000, true),
            ("2025-03-01", 200, true),
            ("2026-02-01", 70, false),
            ("2026-02-28", -70, false),
            ("2026-03-01", 9, true),
        ] {
            builder.transaction(&TransactionRow::bare(day.parse().unwrap(), net, purchase));
        }
        builder.member(&member(2, false));
        let facts = builder.finish();
        let year = last_12_months("2026-02-28".parse().unwrap());
        let year = day_number(*year.start())..=day_number(*year.end());
        let first = Sums { members: 1, reachable: 1, transactions: 3, spending: 1_209, spending_12m: 200 };
        assert_eq!(facts.sums(0, &year), first);
        assert_eq!(facts.sums(1, &year), Sums { members: 1, ..Sums::default() });
    }
}
