//! What a campaign brought, worked out by hand, from memory and from rows.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tempfile::TempDir;
use tessera::config::Settings;
use tests::{Database, TestApp, on_both};

use super::{END, RECORD, START, campaign, crowd, done, draft, event, sides, started};
use crate::calls::{RECORD as SALES, days, make};
use crate::dynamic::call;

const RESULTS: &str = "query($id: ID!) { campaign(id: $id) { results { asOf basis warnings delivered opened clicked redeemed engagementRate
    conversionTargeted conversionHeldOut conversionUplift { value low high pValue significant }
    spendingPerMemberTargeted { amount currencyCode } spendingPerMemberHeldOut { amount } spendingUplift { value low high pValue significant }
    averageSaleTargeted { amount } averageSaleHeldOut { amount } averageSaleUplift { value low high }
    incrementalRevenue { amount } returnOnInvestment retention } } }";

async fn results(app: &TestApp, id: &str) -> Value {
    app.graphql(RESULTS, json!({ "id": id })).await["campaign"]["results"].clone()
}

/// The same without the moment.
fn timeless(mut results: Value) -> Value {
    results.as_object_mut().unwrap().remove("asOf");
    results
}

fn standing(today: &str, lens: bool) -> impl FnOnce(&mut Settings) {
    let today: NaiveDate = today.parse().unwrap();
    move |settings| {
        settings.today = Some(today);
        settings.time_zone = engine::calendar::Zone::from_name("Europe/Warsaw");
        settings.gross_margin = "0.5".parse().ok();
        settings.lens = lens;
    }
}

/// The same database on another day, with everybody's facts in memory or without.
async fn on_day(first: &TestApp, today: &str, lens: bool) -> TestApp {
    let folder = TempDir::new().unwrap();
    let app = TestApp::open(first.database, first.url.clone(), folder, standing(today, lens)).await;
    tessera::campaigns::end_over(&app.app).await.unwrap();
    app
}

/// What is said on a day, the same from memory and from rows.
async fn said_on(first: &TestApp, today: &str, id: &str) -> Value {
    let mut said = Vec::new();
    for lens in [true, false] {
        let app = on_day(first, today, lens).await;
        if lens {
            crate::lens::right(&app).await;
        }
        said.push(timeless(results(&app, id).await));
        app.verify().await;
        app.stop().await;
    }
    assert_eq!(said[0], said[1], "from memory and from rows");
    said.remove(0)
}

fn sale(document: &str, member: &str, amount: &str, at: &str) -> Value {
    json!({"document": document, "member": {"number": member}, "amount": amount, "at": at})
}

fn back(document: &str, of: &str, amount: &str, at: &str) -> Value {
    json!({"document": document, "kind": "RETURN", "returnsDocument": of, "amount": amount, "at": at})
}

/// The interval of Wilson's, written out.
fn wilson(part: f64, whole: f64) -> (f64, f64) {
    let z = 1.959_963_984_540_054_f64;
    let (share, square) = (part / whole, z * z);
    let middle = (share + square / (2.0 * whole)) / (1.0 + square / whole);
    let half = z * (share * (1.0 - share) / whole + square / (4.0 * whole * whole)).sqrt() / (1.0 + square / whole);
    (middle - half, middle + half)
}

fn close(found: &Value, expected: f64, what: &str) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{what} is {found}"));
    assert!((found - expected).abs() < 1e-9, "{what}: {found}, and not {expected}");
}

async fn small_shop(first: std::sync::Arc<TestApp>) {
    crowd(&first, 30).await;
    let id = draft(&first, json!({"holdoutPercent": "40", "cost": "20", "startsAt": "2026-07-01T00:00:00+02:00", "endsAt": "2026-07-11T00:00:00+02:00"})).await;
    assert_eq!(results(&first, &id).await, Value::Null, "a draft has none");
    done(&first, START, &id).await;
    let (targeted, held_out) = sides(&first, &id).await;
    let (t, h) = (targeted.len() as f64, held_out.len() as f64);
    assert!(t >= 4.0 && h >= 2.0, "{t} and {h}");
    let nothing = timeless(results(&first, &id).await);
    assert_eq!(
        (&nothing["conversionTargeted"], &nothing["spendingPerMemberHeldOut"]["amount"]),
        (&json!(0.0), &json!("0.00"))
    );

    let app = on_day(&first, "2026-07-12", true).await;
    let (a, b, c, d) = (&targeted[0], &targeted[1], &targeted[2], &targeted[3]);
    make(
        &app,
        SALES,
        json!([
            // The first instant of the first day, and the last one of the last: the days are Warsaw's.
            sale("a1", a, "30.00", "2026-06-30T22:00:00Z"),
            sale("b1", b, "10.00", "2026-07-10T21:59:59.999Z"),
            sale("b2", b, "20.00", "2026-07-05T12:00:00Z"),
            back("b3", "b1", "5.00", "2026-07-10T21:59:59.999Z"),
            // Taken back whole: it counts neither as a purchase nor as spending.
            sale("c1", c, "40.00", "2026-07-03T12:00:00Z"),
            back("c2", "c1", "40.00", "2026-07-04T12:00:00Z"),
            // Before, and after.
            sale("d1", d, "100.00", "2026-06-30T21:59:59.999Z"),
            sale("a2", a, "7.00", "2026-07-10T22:00:00Z"),
            sale("h1", &held_out[0], "12.00", "2026-07-02T12:00:00Z"),
        ]),
    )
    .await;
    let at = json!({"at": "2026-07-02T10:00:00Z"});
    let did = |number: &str, kind: &str| crate::documents::with(&event(number, kind), &at);
    let events = json!([
        did(a, "DELIVERED"),
        did(b, "DELIVERED"),
        did(c, "DELIVERED"),
        did(a, "OPENED"),
        did(a, "REDEEMED"),
        did(b, "CLICKED"),
        did(&held_out[0], "OPENED")
    ]);
    assert_eq!(call(&app, RECORD, json!({"campaign": id, "events": events})).await["created"], 7);
    assert_eq!(campaign(&app, &id).await["status"], "ENDED", "its time was over");
    let as_of = results(&app, &id).await["asOf"].clone();
    assert_eq!(as_of, "2026-07-12T21:59:59.999Z");
    app.stop().await;

    let found = said_on(&first, "2026-07-12", &id).await;
    assert_eq!(found["basis"], "EXPERIMENT");
    let warnings: Vec<&str> = found["warnings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(warnings[0].starts_with(&format!("Only {h} members were held out")), "{warnings:?}");
    assert!(warnings.iter().any(|text| text.starts_with("1 held-out member was reached all the same")), "{warnings:?}");
    let staying = "Retention counts who buys again within 90 days: 89 days are still to come, and it may grow.";
    assert!(warnings.contains(&staying) && !warnings.iter().any(|text| text.contains("will change")), "{warnings:?}");
    let counts = ["delivered", "opened", "clicked", "redeemed"].map(|name| found[name].as_i64().unwrap());
    assert_eq!((counts, &found["engagementRate"]), ([3, 1, 1, 1], &json!(2.0 / 3.0)));
    close(&found["conversionTargeted"], 2.0 / t, "conversion of the targeted");
    close(&found["conversionHeldOut"], 1.0 / h, "conversion of those held out");
    let ((low, high), (other_low, other_high)) = (wilson(2.0, t), wilson(1.0, h));
    let (one, other) = (2.0 / t, 1.0 / h);
    let uplift = &found["conversionUplift"];
    close(&uplift["value"], one - other, "the difference");
    close(&uplift["low"], one - other - ((one - low).powi(2) + (other_high - other).powi(2)).sqrt(), "its lower end");
    close(&uplift["high"], one - other + ((high - one).powi(2) + (other - other_low).powi(2)).sqrt(), "its upper end");
    let cents =
        |value: f64| rust_decimal::Decimal::try_from(value).unwrap().round_dp(2).to_string().parse::<f64>().unwrap();
    let amount = |name: &str| found[name]["amount"].as_str().unwrap().parse::<f64>().unwrap();
    // 30 + (10 − 5 + 20) + (40 − 40) of the targeted, in three purchases.
    assert_eq!(
        (amount("spendingPerMemberTargeted"), amount("spendingPerMemberHeldOut")),
        (cents(55.0 / t), cents(12.0 / h))
    );
    assert_eq!(found["spendingPerMemberTargeted"]["currencyCode"], "EUR");
    assert_eq!((amount("averageSaleTargeted"), amount("averageSaleHeldOut")), (18.33, 12.0));
    let increment = 55.0 - t * 12.0 / h;
    assert_eq!(amount("incrementalRevenue"), cents(increment));
    close(&found["returnOnInvestment"], (increment * 0.5 - 20.0) / 20.0, "the return on investment");
    close(&found["spendingUplift"]["value"], 55.0 / t - 12.0 / h, "the difference in spending");
    assert!(found["spendingUplift"]["low"].as_f64() < found["spendingUplift"]["value"].as_f64());
    close(&found["retention"], 0.5, "of a and b, a came back");

    // While it lasts a part of it is there, and what is to come is told.
    let before = said_on(&first, "2026-07-08", &id).await;
    assert_eq!(before["retention"], Value::Null);
    assert!(
        before["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|text| text.as_str().unwrap().starts_with("3 days are still to come")),
        "{before}"
    );
}

#[test]
fn a_small_shop_is_worked_out_by_hand() {
    for database in [Database::Sqlite, Database::Postgres] {
        tests::run_with(database, standing("2026-06-30", true), small_shop);
    }
}

on_both! {
    async fn without_a_holdout_nothing_is_said_of_cause_and_effect(app) {
        crowd(&app, 20).await;
        let id = started(&app, json!({"holdoutPercent": "0", "cost": "5"})).await;
        make(&app, SALES, json!([sale("a", "m1", "10.00", &days(0))])).await;
        let found = results(&app, &id).await;
        assert_eq!((&found["basis"], &found["conversionTargeted"]), (&json!("OBSERVATIONAL"), &json!(0.05)), "{found}");
        for name in ["conversionHeldOut", "conversionUplift", "spendingPerMemberHeldOut", "spendingUplift", "averageSaleUplift", "incrementalRevenue", "returnOnInvestment"] {
            assert_eq!(found[name], Value::Null, "{name}");
        }
        assert!(found["warnings"][0].as_str().unwrap().starts_with("Nobody was held out"), "{found}");
        assert_eq!(found["spendingPerMemberTargeted"]["amount"], "0.50");
        // Who came later is nobody's.
        crate::calls::members(&app, &["late"]).await;
        app.graphql(crate::segments::ASSIGN, json!({"input": {"segment": {"key": "all"}, "members": [{"number": "late"}]}})).await;
        make(&app, SALES, json!([sale("b", "late", "99.00", &days(0))])).await;
        assert_eq!(timeless(results(&app, &id).await), timeless(found.clone()));
        // A sale of tomorrow counts until the campaign ends today.
        let tomorrow = app.app.clock.today(app.app.program().zone) + chrono::TimeDelta::days(1);
        let tomorrow = crate::calls::shown(app.app.program().zone.start_of(tomorrow) + 1);
        make(&app, SALES, json!([sale("c", "m2", "20.00", &tomorrow)])).await;
        assert_eq!(results(&app, &id).await["spendingPerMemberTargeted"]["amount"], "1.50");
        done(&app, END, &id).await;
        assert_eq!(results(&app, &id).await["spendingPerMemberTargeted"]["amount"], "0.50");
    }
}
