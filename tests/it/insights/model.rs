//! The figures once more: from rows, by plain loops, one question after the other.

mod profile;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Datelike, Months, NaiveDate};
use chrono_tz::Tz;
use entity::ids::MemberId;
use entity::kinds::{PointsKind, TransactionKind};
use entity::{feedback, member, points_entry, segment, segment_member, transaction, transaction_item};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::TestApp;

/// All rows.
pub struct Model {
    pub members: Vec<member::Model>,
    pub documents: Vec<transaction::Model>,
    items: Vec<transaction_item::Model>,
    pub entries: Vec<points_entry::Model>,
    answers: Vec<feedback::Model>,
    /// By key.
    pub segments: BTreeMap<String, BTreeSet<MemberId>>,
    pub zone: Tz,
    pub today: NaiveDate,
    launched_on: NaiveDate,
    digits: u32,
}

/// Whom a question is about; none: everybody.
pub type Of<'a> = Option<&'a BTreeSet<MemberId>>;

#[derive(Clone, Copy, Default)]
struct Sum {
    customers: i64,
    /// Of them alone.
    known: (i64, i64),
    unknown: (i64, i64),
}

impl Model {
    pub async fn read(app: &TestApp) -> Self {
        let (db, program) = (app.app.db.reader(), app.app.program());
        let mut segments: BTreeMap<String, BTreeSet<MemberId>> = BTreeMap::new();
        let mut keys = HashMap::new();
        for row in segment::Entity::find().all(db).await.unwrap() {
            segments.insert(row.key.clone(), BTreeSet::new());
            keys.insert(row.id, row.key);
        }
        for row in segment_member::Entity::find().all(db).await.unwrap() {
            segments.get_mut(&keys[&row.segment_id]).unwrap().insert(row.member_id);
        }
        let mut members = member::Entity::find().all(db).await.unwrap();
        members.retain(|member| member.erased_at.is_none());
        let mut documents = transaction::Entity::find().all(db).await.unwrap();
        documents.sort_by_key(|row| (row.at, row.id));
        let mut answers = feedback::Entity::find().all(db).await.unwrap();
        answers.sort_by_key(|row| (row.at, row.id));
        Self {
            members,
            documents,
            items: transaction_item::Entity::find().all(db).await.unwrap(),
            entries: points_entry::Entity::find().all(db).await.unwrap(),
            answers,
            segments,
            zone: program.zone.name().parse().unwrap(),
            today: app.app.clock.today(program.zone),
            launched_on: program.launched_on,
            digits: program.currency.digits(),
        }
    }

    pub fn day(&self, at: i64) -> NaiveDate {
        DateTime::from_timestamp_millis(at).unwrap().with_timezone(&self.zone).date_naive()
    }

    fn money(&self, minor: i64) -> Value {
        json!({"amount": Decimal::new(minor, self.digits).to_string()})
    }

    /// One number of minor units over another, rounded half-even.
    fn quotient(&self, minor: i64, count: i64) -> Value {
        if count == 0 {
            return Value::Null;
        }
        let quotient = (Decimal::from(minor) / Decimal::from(count)).round_dp(0);
        self.money(quotient.to_i64().unwrap())
    }

    fn people<'m>(&'m self, of: Of<'m>) -> impl Iterator<Item = &'m member::Model> {
        self.members.iter().filter(move |member| of.is_none_or(|of| of.contains(&member.id)))
    }

    fn purchases_of(&self, member: MemberId) -> impl Iterator<Item = &transaction::Model> {
        self.documents.iter().filter(move |row| row.member_id == Some(member) && row.purchase)
    }

    fn has_redeemed(&self, member: MemberId) -> bool {
        self.entries.iter().any(|entry| entry.member_id == member && entry.kind == PointsKind::Redeemed)
    }

    /// The days of a snapshot.
    pub fn days(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> (NaiveDate, NaiveDate) {
        let to = to.unwrap_or(self.today);
        let year = to.checked_sub_months(Months::new(12)).unwrap().succ_opt().unwrap();
        let usual = if self.launched_on > to { year } else { year.max(self.launched_on) };
        (from.unwrap_or(usual), to)
    }

    /// Who is counted in a group of the snapshot.
    pub fn customers(&self, group: &str, of: Of<'_>, (from, to): (NaiveDate, NaiveDate)) -> BTreeSet<String> {
        let is_of = |member: &member::Model| {
            let redeemed = self.has_redeemed(member.id);
            match group {
                "nonMembers" => member.enrolled_at.is_none(),
                "members" => member.enrolled_at.is_some(),
                "redeemingMembers" => member.enrolled_at.is_some() && redeemed,
                _ => member.enrolled_at.is_some() && !redeemed,
            }
        };
        let bought =
            |member: &member::Model| self.purchases_of(member.id).any(|row| (from..=to).contains(&self.day(row.at)));
        let found = self.people(of).filter(|member| is_of(member) && bought(member));
        found.map(|member| member.number.clone()).collect()
    }

    pub fn snapshot(&self, of: Of<'_>, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Value {
        let (from, to) = self.days(from, to);
        let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
        let within = |row: &&transaction::Model| (from..=to).contains(&self.day(row.at));
        for member in self.people(of) {
            let rows: Vec<_> =
                self.documents.iter().filter(|row| row.member_id == Some(member.id)).filter(within).collect();
            let (bought, net) =
                (rows.iter().filter(|row| row.purchase).count() as i64, rows.iter().map(|row| net(row)).sum::<i64>());
            let groups = match (member.enrolled_at.is_some(), self.has_redeemed(member.id)) {
                (false, _) => vec!["nonMembers"],
                (true, true) => vec!["members", "redeemingMembers"],
                (true, false) => vec!["members", "nonRedeemingMembers"],
            };
            for group in groups {
                let sum = sums.entry(group).or_default();
                sum.customers += i64::from(bought > 0);
                sum.known = (sum.known.0 + bought, sum.known.1 + net);
            }
        }
        if of.is_none() {
            let sum = sums.entry("nonMembers").or_default();
            for row in self.documents.iter().filter(|row| row.member_id.is_none()).filter(within) {
                sum.unknown = (sum.unknown.0 + i64::from(row.purchase), sum.unknown.1 + net(row));
            }
        }
        let mut snapshot = json!({"from": from, "to": to});
        for group in ["nonMembers", "members", "redeemingMembers", "nonRedeemingMembers"] {
            let Sum { customers, known, unknown } = sums.get(group).copied().unwrap_or_default();
            let (transactions, revenue) = (known.0 + unknown.0, known.1 + unknown.1);
            snapshot[group] = json!({
                "customers": customers, "transactions": transactions, "revenue": self.money(revenue),
                "averageOrderValue": self.quotient(revenue, transactions), "averageOrders": share(known.0, customers),
                "averageSpending": self.quotient(known.1, customers),
            });
        }
        snapshot
    }

    pub fn revenue(&self, from: NaiveDate, to: NaiveDate, interval: &str) -> Value {
        let last = to.min(self.today);
        let start = |day: NaiveDate| match interval {
            "DAY" => day,
            "WEEK" => day - chrono::TimeDelta::days(day.weekday().num_days_from_monday().into()),
            _ => day.with_day(1).unwrap(),
        };
        let days = from.iter_days().take_while(|day| *day <= last);
        let starts: BTreeSet<NaiveDate> = days.map(start).collect();
        let point = |date: &NaiveDate| {
            let inside = |row: &&transaction::Model| {
                let day = self.day(row.at);
                from <= day && day <= last && start(day) == *date
            };
            let rows: Vec<_> = self.documents.iter().filter(inside).collect();
            let purchases = rows.iter().filter(|row| row.purchase);
            let members: BTreeSet<_> = purchases.clone().filter_map(|row| row.member_id).collect();
            let (count, revenue) = (purchases.count() as i64, rows.iter().map(|row| net(row)).sum());
            json!({"date": date, "revenue": self.money(revenue), "transactions": count, "members": members.len(),
                "averageTransactionValue": self.quotient(revenue, count)})
        };
        starts.iter().map(point).collect()
    }

    pub fn retention(&self, from: NaiveDate, to: NaiveDate) -> Value {
        let month = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        let mut people: BTreeMap<MemberId, Vec<i64>> = BTreeMap::new();
        for row in self.documents.iter().filter(|row| row.purchase) {
            if let Some(person) = row.member_id.or(row.erased_member_id) {
                people.entry(person).or_default().push(month(self.day(row.at)));
            }
        }
        let running = month(self.today);
        let cohorts = month(from)..=month(to.min(self.today));
        let cohorts = cohorts.filter(|_| from <= self.today).map(|cohort| {
            let of: Vec<&Vec<i64>> = people.values().filter(|months| months.iter().min() == Some(&cohort)).collect();
            let back = |month: i64| of.iter().filter(|months| months.contains(&month)).count() as i64;
            let shares = (cohort..=running).filter(|_| !of.is_empty()).map(|month| share(back(month), of.len() as i64));
            let first = NaiveDate::from_ymd_opt((cohort / 12) as i32, (cohort % 12) as u32 + 1, 1).unwrap();
            json!({"cohort": first, "size": of.len(), "retention": shares.collect::<Vec<_>>()})
        });
        cohorts.skip_while(|cohort| cohort["size"] == 0).collect()
    }

    pub fn points(&self, of: Of<'_>) -> Value {
        let ids: BTreeSet<MemberId> = self.people(of).map(|member| member.id).collect();
        let sum = |kind: PointsKind| {
            let entries = self.entries.iter().filter(|entry| entry.kind == kind && ids.contains(&entry.member_id));
            let members: BTreeSet<_> = entries.clone().map(|entry| entry.member_id).collect();
            (entries.map(|entry| entry.points).sum::<i64>(), members.len())
        };
        let [(earned, earners), (redeemed, redeemers), (expired, _), (adjusted, _)] =
            [PointsKind::Earned, PointsKind::Redeemed, PointsKind::Expired, PointsKind::Adjusted].map(sum);
        let outstanding = earned - redeemed - expired + adjusted;
        json!({"earned": earned.to_string(), "redeemed": redeemed.to_string(), "expired": expired.to_string(),
            "adjusted": adjusted.to_string(), "outstanding": outstanding.to_string(), "earners": earners, "redeemers": redeemers})
    }

    pub fn nps(&self, of: Of<'_>, survey: Option<&str>) -> Value {
        let latest = |member: &member::Model| {
            let asked = |row: &&feedback::Model| survey.is_none_or(|survey| survey.eq_ignore_ascii_case(&row.survey));
            self.answers.iter().rev().filter(asked).find(|row| row.member_id == member.id).map(|row| row.score)
        };
        let scores: Vec<i64> = self.people(of).filter_map(latest).collect();
        let count = |from: i64, to: i64| scores.iter().filter(|score| (from..=to).contains(score)).count() as i64;
        let (promoters, detractors) = (count(9, 10), count(0, 6));
        let score = if scores.is_empty() {
            Value::Null
        } else {
            json!(100.0 * ((promoters - detractors) as f64 / scores.len() as f64))
        };
        json!({"score": score, "responses": scores.len(), "promoters": promoters, "passives": count(7, 8), "detractors": detractors})
    }
}

fn net(row: &transaction::Model) -> i64 {
    if row.kind == TransactionKind::Sale { row.amount } else { -row.amount }
}

fn share(part: i64, whole: i64) -> Value {
    if whole == 0 { Value::Null } else { json!(part as f64 / whole as f64) }
}
