//! A slow and obvious model of what rules mean, from the words of the API alone: no columns, no intervals, no numbers of
//! texts, one member and one rule at a time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::Value;

use super::member::{Document, Label, Line, Member, Part, is_purchase};
use super::words;
use crate::facts::Valuation;
use crate::groups::CampaignOutcome;
use crate::ledger::{Direction, PointsMove};
use crate::rules::{
    AttributeTest, Bounds, DayBounds, Feedback, LabelMatch, Points, PointsMeasure, Profile, Rule, TextMatch,
    Transactions, TransactionsMatch, TransactionsMeasure, ValueCondition, ValueMeasure, Window, YearlyFact,
};

/// What a rule is evaluated with, besides the member.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) today: NaiveDate,
    pub(super) digits: u32,
    pub(super) gross_margin: Decimal,
    /// The members of segments.
    pub(super) segments: BTreeMap<i64, BTreeSet<i64>>,
    /// The first and the last day of campaigns.
    pub(super) campaigns: BTreeMap<i64, (NaiveDate, NaiveDate)>,
}

impl World {
    pub(super) fn holds(&self, rule: &Rule<i64>, member: &Member) -> bool {
        match rule {
            Rule::All(rules) => rules.iter().all(|rule| self.holds(rule, member)),
            Rule::Any(rules) => rules.iter().any(|rule| self.holds(rule, member)),
            Rule::Not(rule) => !self.holds(rule, member),
            Rule::Everyone => true,
            Rule::Profile(profile) => self.profile(profile, member),
            Rule::Transactions(condition) => {
                self.transactions(condition, member).is_some_and(|figure| number(&condition.is, &figure))
            }
            Rule::Points(condition) => {
                self.points(condition, member).is_some_and(|figure| number(&condition.is, &figure))
            }
            Rule::Value(condition) => self.value(condition, member),
            Rule::Campaign(campaign, outcome) => self.campaign(*campaign, *outcome, member),
            Rule::Segment(segment) => self.segments.get(segment).is_some_and(|members| members.contains(&member.id)),
            Rule::Feedback(condition) => feedback(condition, member),
            Rule::Sample(sample) => words::is_drawn(sample, member.id),
        }
    }

    fn profile(&self, profile: &Profile, member: &Member) -> bool {
        match profile {
            Profile::Text(fact, filter) => member.text(*fact).is_some_and(|found| text(filter, found)),
            Profile::Age(bounds) => {
                member.birth.is_some_and(|birth| number(bounds, &words::full_years(birth, self.today)))
            }
            Profile::WithinDays(fact, days) => {
                let date = if *fact == YearlyFact::Birthday { member.birth } else { member.enrolled };
                let first = |date: NaiveDate| date.year() + i32::from(*fact == YearlyFact::EnrolmentAnniversary);
                let comes = |date: NaiveDate, away: u64| {
                    let day = self.today + Days::new(away);
                    day.year() >= first(date) && words::is_its_day(date, day)
                };
                date.is_some_and(|date| (0..=u64::try_from(*days).unwrap()).any(|away| comes(date, away)))
            }
            Profile::EnrolledOn(bounds) => member.enrolled.is_some_and(|day| self.day(bounds, day)),
            Profile::Enrolled(flag) => member.enrolled.is_some() == *flag,
            Profile::Label(filter) => label(filter, &member.labels),
            Profile::Attribute(attribute) => {
                let value = member.attributes.get(&attribute.name).filter(|value| !value.is_null());
                match (&attribute.test, value) {
                    (AttributeTest::Absent(absent), value) => value.is_none() == *absent,
                    (AttributeTest::Text(filter), Some(Value::String(found))) => text(filter, found),
                    (AttributeTest::Number(bounds), Some(Value::Number(found))) => {
                        words::exactly(&found.to_string()).is_some_and(|found| number(bounds, &found))
                    }
                    (AttributeTest::Date(bounds), Some(Value::String(found))) => {
                        words::written_day(found).is_some_and(|day| self.day(bounds, day))
                    }
                    (AttributeTest::Flag(flag), Some(Value::Bool(found))) => found == flag,
                    _ => false,
                }
            }
            Profile::MarketingConsent(flag) => member.consent == *flag,
        }
    }

    fn transactions(&self, condition: &Transactions, member: &Member) -> Option<Decimal> {
        let Transactions { measure, within, matching, .. } = condition;
        let in_window = || member.documents.iter().filter(|document| self.window(within.as_ref(), document.day));
        let matching = matching.as_ref();
        let counted: Vec<&Document> = in_window().filter(|document| self.matches(matching, document)).collect();
        let purchases: Vec<&Document> = counted.iter().copied().filter(|document| is_purchase(document)).collect();
        let count = Decimal::from(purchases.len());
        let spending = counted.iter().map(|document| self.spent(matching, document)).sum::<Decimal>();
        let since = |document: &&Document| Decimal::from((self.today - document.day).num_days().max(0));
        match measure {
            TransactionsMeasure::Count => Some(count),
            TransactionsMeasure::Spending => Some(spending),
            TransactionsMeasure::AverageValue => ratio(spending, count, self.digits),
            TransactionsMeasure::MaxValue => purchases.iter().map(|document| self.money(document.amount)).max(),
            TransactionsMeasure::DaysSinceLast => purchases.last().map(since),
            TransactionsMeasure::DaysSinceFirst => purchases.first().map(since),
            TransactionsMeasure::ShareOfCount => {
                let all = in_window().filter(|document| is_purchase(document)).count();
                ratio(count, Decimal::from(all), 4)
            }
            TransactionsMeasure::DistinctCategories => {
                let lines = purchases.iter().flat_map(|document| &document.lines);
                let categories =
                    lines.filter(|line| is_asked(matching, line)).filter_map(|line| line.category.as_ref());
                let different: BTreeSet<String> = categories.map(|category| category.to_lowercase()).collect();
                Some(Decimal::from(different.len()))
            }
        }
    }

    /// Whether a document passes: every list that is given, and one line passes all of the lists of lines.
    fn matches(&self, matching: Option<&TransactionsMatch>, document: &Document) -> bool {
        let Some(filter) = matching else { return true };
        let among = |list: &Option<Vec<String>>, found: &Option<String>| {
            list.as_ref().is_none_or(|list| found.as_ref().is_some_and(|found| one_of(list, found)))
        };
        among(&filter.channels, &document.channel)
            && among(&filter.locations, &document.location)
            && filter.labels.as_ref().is_none_or(|any| any.iter().any(|one| label(one, &document.labels)))
            && filter.amount.as_ref().is_none_or(|bounds| number(bounds, &self.money(document.amount)))
            && (!asks_lines(filter) || document.lines.iter().any(|line| is_asked(matching, line)))
    }

    /// What a document that passes adds to spending.
    fn spent(&self, matching: Option<&TransactionsMatch>, document: &Document) -> Decimal {
        let amount = if matching.is_some_and(asks_lines) {
            document.lines.iter().filter(|line| is_asked(matching, line)).map(|line| line.amount).sum()
        } else {
            document.amount
        };
        if document.direction == Direction::Return { -self.money(amount) } else { self.money(amount) }
    }

    fn points(&self, condition: &Points, member: &Member) -> Option<Decimal> {
        let entries = member.entries.iter().filter(|(day, _, _)| self.window(condition.within.as_ref(), *day));
        let of = |kind: PointsMove| entries.clone().filter(move |entry| entry.1 == kind);
        let sum = |kind: PointsMove| of(kind).map(|(_, _, points)| Decimal::from(*points)).sum::<Decimal>();
        let [earned, redeemed, expired, adjusted] =
            [PointsMove::Earned, PointsMove::Redeemed, PointsMove::Expired, PointsMove::Adjusted].map(sum);
        let day = |entry: &(NaiveDate, PointsMove, i64)| entry.0;
        match condition.measure {
            PointsMeasure::Balance => Some(earned - redeemed - expired + adjusted),
            PointsMeasure::Earned => Some(earned),
            PointsMeasure::Redeemed => Some(redeemed),
            PointsMeasure::Expired => Some(expired),
            PointsMeasure::Redemptions => Some(Decimal::from(of(PointsMove::Redeemed).count())),
            PointsMeasure::RedemptionRate => ratio(redeemed, earned, 4),
            PointsMeasure::DaysToFirstRedemption => {
                let first = |kind: PointsMove| of(kind).map(day).min();
                let days = first(PointsMove::Redeemed)? - first(PointsMove::Earned)?;
                Some(Decimal::from(days.num_days()))
            }
            PointsMeasure::DaysSinceLastActivity => {
                let last = entries.map(day).max()?;
                Some(Decimal::from((self.today - last).num_days().max(0)))
            }
        }
    }

    fn value(&self, condition: &ValueCondition, member: &Member) -> bool {
        let Valuation { predicted_clv, order_probability, expected_orders, rfm_group, value_group, presence } =
            member.valuation;
        let rounded = |number: f64| words::rounded(number.to_string().parse().unwrap(), 4);
        match condition {
            ValueCondition::Number(measure, is) => {
                let found = match measure {
                    ValueMeasure::HistoricClv => {
                        let spent = |document: &Document| self.spent(None, document);
                        let spending = member.documents.iter().map(spent).sum::<Decimal>();
                        Some(words::rounded(spending * self.gross_margin, self.digits))
                    }
                    ValueMeasure::PredictedClv => predicted_clv.map(|minor| self.money(minor)),
                    ValueMeasure::OrderProbability90Days => order_probability.map(rounded),
                    ValueMeasure::ExpectedOrders => expected_orders.map(rounded),
                };
                found.is_some_and(|found| number(is, &found))
            }
            ValueCondition::RfmGroup(groups) => rfm_group.is_some_and(|group| groups.contains(&group)),
            ValueCondition::ValueGroup(groups) => value_group.is_some_and(|group| groups.contains(&group)),
            ValueCondition::Presence(presences) => presence.is_some_and(|presence| presences.contains(&presence)),
        }
    }

    fn campaign(&self, campaign: i64, outcome: CampaignOutcome, member: &Member) -> bool {
        let Some(Part { held_out, engaged }) = member.campaigns.get(&campaign) else { return false };
        let bought = || {
            let Some((first, last)) = self.campaigns.get(&campaign) else { return false };
            let within = |document: &&Document| (*first..=*last).contains(&document.day);
            member.documents.iter().filter(within).any(is_purchase)
        };
        match outcome {
            CampaignOutcome::HeldOut => *held_out,
            CampaignOutcome::Targeted => !held_out,
            CampaignOutcome::Engaged => !held_out && *engaged,
            CampaignOutcome::Converted => !held_out && bought(),
        }
    }

    fn window(&self, window: Option<&Window>, day: NaiveDate) -> bool {
        match window {
            None => true,
            Some(Window::LastDays(days)) => self.is_among_last(*days, day),
            Some(Window::Between(bounds)) => self.day(bounds, day),
            Some(Window::DaysAgo { from, to }) => {
                let ago = (self.today - day).num_days();
                (*from <= ago && ago <= *to) || (*to <= ago && ago <= *from)
            }
        }
    }

    fn day(&self, DayBounds { on, from, to, last_days }: &DayBounds, day: NaiveDate) -> bool {
        on.is_none_or(|on| day == on)
            && from.is_none_or(|from| day >= from)
            && to.is_none_or(|to| day <= to)
            && last_days.is_none_or(|days| self.is_among_last(days, day))
    }

    /// Today and the days before, so many in all.
    fn is_among_last(&self, days: i64, day: NaiveDate) -> bool {
        day <= self.today && day > self.today - Days::new(u64::try_from(days).unwrap())
    }

    fn money(&self, minor: i64) -> Decimal {
        Decimal::new(minor, self.digits)
    }
}

fn asks_lines(filter: &TransactionsMatch) -> bool {
    filter.skus.is_some() || filter.brands.is_some() || filter.categories.is_some()
}

fn is_asked(matching: Option<&TransactionsMatch>, line: &Line) -> bool {
    matching.is_none_or(|TransactionsMatch { skus, brands, categories, .. }| {
        let maybe = |list: &Option<Vec<String>>, found: &Option<String>| {
            list.as_ref().is_none_or(|list| found.as_ref().is_some_and(|found| one_of(list, found)))
        };
        maybe(skus, &Some(line.sku.clone())) && maybe(brands, &line.brand) && maybe(categories, &line.category)
    })
}

fn feedback(Feedback { survey, latest_score, group }: &Feedback, member: &Member) -> bool {
    let asked = |(given, _): &&(String, i64)| survey.as_ref().is_none_or(|survey| same(survey, given));
    member.answers.iter().rfind(asked).is_some_and(|(_, score)| {
        latest_score.as_ref().is_none_or(|bounds| number(bounds, score))
            && group.as_ref().is_none_or(|groups| groups.contains(&words::group(*score)))
    })
}

fn text(TextMatch { eq, within, contains, starts_with }: &TextMatch, found: &str) -> bool {
    let found = found.to_lowercase();
    eq.as_ref().is_none_or(|eq| same(eq, &found))
        && within.as_ref().is_none_or(|list| one_of(list, &found))
        && contains.as_ref().is_none_or(|part| found.contains(&part.to_lowercase()))
        && starts_with.as_ref().is_none_or(|start| found.starts_with(&start.to_lowercase()))
}

fn label(LabelMatch { key, value }: &LabelMatch, labels: &[Label]) -> bool {
    labels.iter().any(|(one, found)| same(one, key) && value.as_ref().is_none_or(|filter| text(filter, found)))
}

fn one_of(list: &[String], found: &str) -> bool {
    list.iter().any(|text| same(text, found))
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn number<T: PartialOrd>(Bounds { eq, gt, gte, lt, lte }: &Bounds<T>, found: &T) -> bool {
    eq.as_ref().is_none_or(|bound| found == bound)
        && gt.as_ref().is_none_or(|bound| found > bound)
        && gte.as_ref().is_none_or(|bound| found >= bound)
        && lt.as_ref().is_none_or(|bound| found < bound)
        && lte.as_ref().is_none_or(|bound| found <= bound)
}

/// Rounded once, half-even; nothing where there is nothing to divide by.
fn ratio(part: Decimal, whole: Decimal, digits: u32) -> Option<Decimal> {
    (!whole.is_zero()).then(|| words::rounded(part / whole, digits))
}
