//! The days of a campaign.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::calendar::{Millis, Zone};

/// The local days of a campaign that runs from one instant up to another, each of them whole: from that of the first
/// instant to that of the last one before its end, and one day at least.
pub fn campaign_days(zone: Zone, starts_at: Millis, ends_at: Millis) -> RangeInclusive<NaiveDate> {
    let first = zone.day_of(starts_at);
    first..=zone.day_of(ends_at - 1).max(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_ends_with_the_day_of_its_last_instant() {
        let zone = Zone::from_name("Europe/Warsaw").unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let midnight = |text: &str| zone.start_of(day(text));
        let days = |from: Millis, until: Millis| campaign_days(zone, from, until);
        assert_eq!(
            days(midnight("2026-03-01"), midnight("2026-04-01")),
            day("2026-03-01")..=day("2026-03-31"),
            "April is not touched"
        );
        assert_eq!(days(midnight("2026-03-01") + 5, midnight("2026-04-01") + 1), day("2026-03-01")..=day("2026-04-01"));
        let noon = midnight("2026-03-29") + 1;
        assert_eq!(days(noon, noon + 1), day("2026-03-29")..=day("2026-03-29"), "of 23 hours");
        assert_eq!(days(noon, noon), day("2026-03-29")..=day("2026-03-29"));
    }
}
