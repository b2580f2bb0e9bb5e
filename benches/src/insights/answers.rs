//! The numbers in Tessera's answers, in the shape in which the script of DuckDB tells its own; none where one is missing.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

/// The four groups: customers, transactions, revenue.
pub(super) fn snapshot(data: &Value) -> Option<Value> {
    let shown = data.get("valueSnapshot")?;
    let groups = ["nonMembers", "members", "redeemingMembers", "nonRedeemingMembers"].map(|group| {
        let group = shown.get(group)?;
        Some(json!([int(group, "customers")?, int(group, "transactions")?, minor(group, "revenue")?]))
    });
    groups.into_iter().collect()
}

/// The cells and the groups in which there is somebody.
pub(super) fn rfm(data: &Value) -> Option<Value> {
    let shown = data.get("rfm")?;
    let cells = shown.get("cells")?.as_array()?.iter().map(|cell| {
        let sums = (int(cell, "members")?, minor(cell, "spending")?);
        Some((int(cell, "recencyScore")?, int(cell, "frequencyScore")?, sums.0, sums.1))
    });
    let mut cells: Vec<(i64, i64, i64, i64)> = cells.collect::<Option<_>>()?;
    cells.retain(|(_, _, members, _)| *members > 0);
    cells.sort_unstable();
    let groups = shown
        .get("groups")?
        .as_array()?
        .iter()
        .map(|group| Some((text(group, "group")?.to_owned(), int(group, "members")?, minor(group, "spending")?)));
    let mut groups: Vec<(String, i64, i64)> = groups.collect::<Option<_>>()?;
    groups.retain(|(_, members, _)| *members > 0);
    groups.sort_unstable();
    Some(json!([cells, groups]))
}

/// Of each cohort with somebody, how many bought in each month.
pub(super) fn retention(data: &Value) -> Option<Value> {
    let cohorts = data.get("retention")?.as_array()?.iter().map(|cohort| {
        let size = cohort.get("size")?.as_f64()?;
        let shares = cohort.get("retention")?.as_array()?.iter().map(|share| Some(whole(share.as_f64()? * size)));
        Some((size, shares.collect::<Option<Vec<i64>>>()?))
    });
    let cohorts: Vec<(f64, Vec<i64>)> = cohorts.collect::<Option<_>>()?;
    let there = cohorts.into_iter().filter(|(size, _)| *size > 0.0);
    Some(json!(there.map(|(_, counts)| counts).collect::<Vec<_>>()))
}

/// Sums, members, origins, the months with entries, and how long a reward takes.
pub(super) fn points(data: &Value) -> Option<Value> {
    let shown = data.get("pointsAnalysis")?;
    let sums = ["earned", "redeemed", "expired", "adjusted"].map(|name| big(shown, name));
    let [earned, redeemed, expired, adjusted] = sums;
    let outstanding = earned? - redeemed? - expired? + adjusted?;
    if big(shown, "outstanding")? != outstanding {
        return None;
    }
    let origins = shown.get("byOrigin")?.as_array()?.iter();
    let origins = origins.map(|one| Some((text(one, "origin")?.to_owned(), big(one, "earned")?)));
    let mut origins: Vec<(String, i64)> = origins.collect::<Option<_>>()?;
    origins.sort_unstable();
    let series = shown.get("series")?.as_array()?.iter().map(|point| {
        let [earned, redeemed, expired] = ["earned", "redeemed", "expired"].map(|name| big(point, name));
        Some((text(point, "date")?.to_owned(), earned?, redeemed?, expired?))
    });
    let mut series: Vec<(String, i64, i64, i64)> = series.collect::<Option<_>>()?;
    series.retain(|(_, earned, redeemed, expired)| [earned, redeemed, expired].iter().any(|moved| **moved != 0));
    let [accumulate, redeem] = ["medianDaysToAccumulate", "medianDaysToRedeem"].map(|name| shown.get(name)?.as_f64());
    let rewards = json!([accumulate, redeem, int(shown, "notYetRedeemed")?]);
    let sums = [earned?, redeemed?, expired?, adjusted?];
    Some(json!([sums, int(shown, "earners")?, int(shown, "redeemers")?, origins, series, rewards]))
}

/// The values with their members and millionths of the shares.
pub(super) fn profile(data: &Value) -> Option<Value> {
    let shares = data.pointer("/segment/profile")?.as_array()?.iter().map(|share| {
        let members = int(share, "members")?;
        let [own, of_all] = ["share", "shareOfAll"].map(|name| millionths(share, name));
        Some((text(share, "value")?.to_owned(), members, own?, of_all?))
    });
    let mut shares: Vec<(String, i64, i64, i64)> = shares.collect::<Option<_>>()?;
    shares.sort_unstable();
    Some(json!(shares))
}

/// How many are where, what the missing ones were worth, and the back-test with millionths of its shares.
pub(super) fn missing(data: &Value) -> Option<Value> {
    let shown = data.get("missingMembers")?;
    let tests = shown.get("backTest")?.as_array()?.iter().map(|test| {
        let [flagged, others] = ["stayedAway", "unflaggedStayedAway"].map(|name| millionths(test, name));
        Some(json!([int(test, "flagged")?, flagged, others]))
    });
    let tests: Vec<Value> = tests.collect::<Option<_>>()?;
    let [gone, present, unknown] = ["missing", "present", "insufficientHistory"].map(|name| int(shown, name));
    Some(json!([gone?, present?, unknown?, minor(shown, "missingValue")?, tests]))
}

fn int(of: &Value, name: &str) -> Option<i64> {
    of.get(name)?.as_i64()
}

fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    of.get(name)?.as_str()
}

/// A whole number that is sent as a text.
fn big(of: &Value, name: &str) -> Option<i64> {
    text(of, name)?.parse().ok()
}

/// An amount in minor units, of which the bench's currency has a hundred.
fn minor(of: &Value, name: &str) -> Option<i64> {
    let amount: Decimal = text(of.get(name)?, "amount")?.parse().ok()?;
    (amount * Decimal::ONE_HUNDRED).to_i64()
}

fn millionths(of: &Value, name: &str) -> Option<i64> {
    Some(whole(of.get(name)?.as_f64()? * 1e6))
}

#[expect(clippy::cast_possible_truncation, reason = "no count comes near the ends of the range")]
fn whole(number: f64) -> i64 {
    number.round_ties_even() as i64
}
