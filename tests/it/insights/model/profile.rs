//! What members are like.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use entity::{member, transaction_item};

use super::{Model, Of};

impl Model {
    /// Value, members, share, share of all and index of each value, in lower case, in order.
    pub fn profile(&self, of: Of<'_>, by: &str) -> Vec<(String, i64, f64, f64, f64)> {
        let (here, all) = (self.people(of).count() as i64, self.members.len() as i64);
        let mut counts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for member in &self.members {
            for value in self.values(member, by) {
                let count = counts.entry(value).or_default();
                *count = (count.0 + i64::from(of.is_none_or(|of| of.contains(&member.id))), count.1 + 1);
            }
        }
        let mut shares: Vec<_> = counts
            .into_iter()
            .filter(|_| here > 0)
            .map(|(value, (members, of_all))| {
                let (share, share_of_all) = (members as f64 / here as f64, of_all as f64 / all as f64);
                (of_all, (value, members, share, share_of_all, share / share_of_all))
            })
            .collect();
        shares.sort_by_key(|(of_all, (_, members, ..))| std::cmp::Reverse((*members, *of_all)));
        shares.into_iter().map(|(_, share)| share).take(20).collect()
    }

    fn values(&self, member: &member::Model, by: &str) -> BTreeSet<String> {
        let one = |text: &Option<String>| text.iter().map(|text| text.to_lowercase()).collect();
        let items = |of: fn(&transaction_item::Model) -> &Option<String>| {
            let bought: BTreeSet<_> = self.purchases_of(member.id).map(|row| row.id).collect();
            let items = self.items.iter().filter(|item| bought.contains(&item.transaction_id));
            items.filter_map(|item| of(item).as_ref().map(|text| text.to_lowercase())).collect()
        };
        match by {
            "COUNTRY" => one(&member.country),
            "GENDER" => one(&member.gender),
            "CITY" => one(&member.city),
            "REGION" => one(&member.region),
            "TIER" => one(&member.tier),
            "CHANNEL" => self
                .purchases_of(member.id)
                .filter_map(|row| row.channel.as_ref())
                .map(|text| text.to_lowercase())
                .collect(),
            "CATEGORY" => items(|item| &item.category),
            "BRAND" => items(|item| &item.brand),
            "ENROLMENT_YEAR" => member.enrolled_at.map(|at| self.day(at).year().to_string()).into_iter().collect(),
            _ => {
                let birth = member.birth_date.as_ref().map(|day| day.parse::<NaiveDate>().unwrap());
                let band = |years: u32| match years {
                    0..18 => "under 18",
                    18..25 => "18–24",
                    25..35 => "25–34",
                    35..45 => "35–44",
                    45..55 => "45–54",
                    55..65 => "55–64",
                    _ => "65 and over",
                };
                birth
                    .and_then(|birth| self.today.years_since(birth))
                    .map(|years| band(years).to_owned())
                    .into_iter()
                    .collect()
            }
        }
    }
}
