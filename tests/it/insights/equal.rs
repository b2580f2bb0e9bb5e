//! Figures are what the rows say, over random shops: with facts in memory and without, before and after changes.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone};
use chrono_tz::Tz;
use engine::calendar::Zone;
use engine::money::Currency;
use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tessera::config::Settings;
use tests::{Database, Random, TestApp, random, run_with};

use super::model::{Model, Of};
use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, make, segment, send};

pub const GROUP: &str =
    "customers transactions revenue { amount } averageOrderValue { amount } averageOrders averageSpending { amount }";
const DIMENSIONS: [&str; 10] =
    ["COUNTRY", "REGION", "CITY", "GENDER", "AGE_BAND", "TIER", "ENROLMENT_YEAR", "CATEGORY", "BRAND", "CHANNEL"];

/// What a shop is like.
#[derive(Clone, Copy, Debug)]
struct Kind {
    people: usize,
    zone: &'static str,
    currency: &'static str,
    launched_on: &'static str,
}

/// A few days after the clocks went forward in Warsaw.
const TODAY: &str = "2026-04-01";

fn snapshot_of(arguments: &str) -> String {
    format!("snapshot{arguments} {{ from to nonMembers {{ {GROUP} }} members {{ {GROUP} }} redeemingMembers {{ {GROUP} }} nonRedeemingMembers {{ {GROUP} }} }}")
        .replacen("snapshot", if arguments == " " { "snapshot" } else { "valueSnapshot" }, 1)
}

async fn ask(app: &TestApp, question: &str) -> Value {
    app.graphql(&format!("{{ {question} }}"), json!({})).await.as_object().unwrap().values().next().unwrap().clone()
}

fn text(random: &mut Random, words: &[&str]) -> Value {
    let word = *words.choose(random).unwrap();
    match random.random_range(0..4) {
        0 => Value::Null,
        1 => json!(word.to_uppercase()),
        _ => json!(word),
    }
}

/// An instant, often at or beside a local midnight.
fn at(random: &mut Random, zone: Tz) -> String {
    let today: NaiveDate = TODAY.parse().unwrap();
    let day = today
        - TimeDelta::days(
            *[0, 1, 2, 3, 4, 29, 30, 31, 59, 90, 155, 157, 158, 159, 364, 365, 366, 500].choose(random).unwrap(),
        );
    let midnight = zone.from_local_datetime(&day.and_hms_opt(0, 0, 0).unwrap()).earliest().unwrap();
    let by = if random.random_bool(0.5) { random.random_range(-2..3) } else { random.random_range(0..86_400_000) };
    // Not after today.
    let instant = (midnight + TimeDelta::milliseconds(by)).with_timezone(&chrono::Utc);
    let end = zone.from_local_datetime(&today.succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap()).earliest().unwrap();
    shown(instant.min(end.with_timezone(&chrono::Utc) - TimeDelta::milliseconds(1)))
}

fn shown(at: DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn person(random: &mut Random, zone: Tz, number: usize) -> Value {
    let enrolled = random.random_bool(0.6).then(|| at(random, zone));
    let birth = random.random_bool(0.7).then(|| {
        format!(
            "{}-{:02}-{:02}",
            random.random_range(1940..2020),
            random.random_range(1..13),
            random.random_range(1..28)
        )
    });
    json!({"number": format!("m{number}"), "enrolledAt": enrolled, "birthDate": birth, "country": text(random, &["PL", "DE"]),
        "city": text(random, &["Kraków", "Łódź", "Ulm"]), "region": text(random, &["north"]), "gender": text(random, &["f", "m"]), "tier": text(random, &["gold", "silver"])})
}

/// Sales and returns: returns of sales that were sent, of sales that come later, and of none.
fn documents(random: &mut Random, zone: Tz, people: usize, from: usize, many: usize) -> Value {
    let document = |number: usize, random: &mut Random| {
        let is_return = random.random_bool(0.25);
        let of = (is_return && random.random_bool(0.8)).then(|| format!("d{}", random.random_range(0..from + many)));
        let of = of.filter(|of| *of != format!("d{number}"));
        let named = people > 0 && of.is_none() && random.random_bool(0.8);
        let member = named.then(|| json!({"number": format!("m{}", random.random_range(0..people))}));
        let items: Value = (0..random.random_range(0..3))
            .map(|_| json!({"sku": "s", "category": text(random, &["shoes", "hats"]), "brand": text(random, &["acme"]), "amount": "1"}))
            .collect();
        json!({"document": format!("d{number}"), "kind": if is_return { "RETURN" } else { "SALE" }, "member": member,
            "amount": random.random_range(0..5).to_string(), "at": at(random, zone), "channel": text(random, &["web", "shop"]),
            "items": items, "returnsDocument": of})
    };
    (from..from + many).map(|number| document(number, random)).collect()
}

fn entries(random: &mut Random, zone: Tz, people: usize) -> Value {
    (0..people * 2)
        .map(|number| {
            let kind = *["EARNED", "EARNED", "REDEEMED", "EXPIRED", "ADJUSTED"].choose(random).unwrap();
            json!({"member": {"number": format!("m{}", random.random_range(0..people))}, "kind": kind, "points": random.random_range(1..300), "at": at(random, zone), "document": format!("p{number}")})
        })
        .collect()
}

fn answers(random: &mut Random, zone: Tz, people: usize) -> Value {
    (0..people)
        .map(|number| json!({"member": {"number": format!("m{}", random.random_range(0..people))}, "survey": *["nps", "NPS", "other"].choose(random).unwrap(),
            "score": random.random_range(0..=10), "at": at(random, zone), "document": format!("f{number}")}))
        .collect()
}

async fn fill(app: &TestApp, random: &mut Random, kind: Kind) {
    let (zone, people) = (kind.zone.parse().unwrap(), kind.people);
    if people > 0 {
        make(app, UPSERT, (0..people).map(|number| person(random, zone, number)).collect()).await;
        make(app, POINTS, entries(random, zone, people)).await;
        make(app, FEEDBACK, answers(random, zone, people)).await;
    }
    // Some are refused: a return of a return, for example.
    let many = if people == 0 { 20 } else { people * 6 };
    send(app, RECORD, documents(random, zone, people, 0, many)).await;
    let numbers: Vec<String> = (0..people).map(|number| format!("m{number}")).collect();
    let some: Vec<&str> = numbers.iter().filter(|_| random.random_bool(0.5)).map(String::as_str).collect();
    segment(app, "some", &some).await;
    segment(app, "nobody", &[]).await;
    segment(app, "everybody", &numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    segment(app, "first", &numbers.iter().take(1).map(String::as_str).collect::<Vec<_>>()).await;
    segment(app, "frozen", &some).await;
    let call = "mutation { deactivateSegment(input: {segment: {key: \"frozen\"}}) { userErrors { code } } }";
    assert_eq!(app.graphql(call, json!({})).await["deactivateSegment"]["userErrors"], json!([]));
}

/// What happens between two looks: more documents, somebody is erased, somebody leaves a segment.
async fn happen(app: &TestApp, random: &mut Random, kind: Kind, round: usize) {
    let (zone, people) = (kind.zone.parse().unwrap(), kind.people);
    send(app, RECORD, documents(random, zone, people.saturating_sub(10), 10_000 * (round + 1), 7)).await;
    if people > 10 {
        let erased = format!("m{}", people - 1 - round);
        crate::privacy::erase(app, &erased).await;
        let call = "mutation($i: AssignMembersInput!) { unassignMembers(input: $i) { userErrors { code } } }";
        app.graphql(call, json!({"i": {"segment": {"key": "some"}, "members": [{"number": "m1"}]}})).await;
    }
    let sale = json!({"document": format!("anonymous{round}"), "amount": "3", "at": at(random, zone)});
    let back = json!({"document": format!("back{round}"), "kind": "RETURN", "amount": "3", "at": at(random, zone), "returnsDocument": format!("anonymous{round}")});
    make(app, RECORD, if random.random_bool(0.5) { json!([sale]) } else { json!([sale, back]) }).await;
}

async fn check(app: &TestApp, random: &mut Random) {
    let model = Model::read(app).await;
    let day = |ago: i64| model.today - TimeDelta::days(ago);
    for (from, to) in [
        (None, None),
        (Some(day(31)), None),
        (None, Some(day(30))),
        (Some(day(366)), Some(day(364))),
        (None, Some(day(900))),
    ] {
        let arguments = arguments(from, to);
        assert_eq!(ask(app, &snapshot_of(&arguments)).await, model.snapshot(None, from, to), "{arguments}");
    }
    for (from, to, interval) in [
        (day(400), day(0), "MONTH"),
        (day(31), day(0), "DAY"),
        (day(95), day(-40), "WEEK"),
        (day(365), day(360), "MONTH"),
    ] {
        let question = format!(
            "revenue(from: \"{from}\", to: \"{to}\", interval: {interval}) {{ date revenue {{ amount }} transactions members averageTransactionValue {{ amount }} }}"
        );
        assert_eq!(ask(app, &question).await, model.revenue(from, to, interval), "{question}");
    }
    for (from, to) in
        [(day(900), day(0)), (day(60), day(10)), (day(365), day(-365)), (day(-1), day(-2 - random.random_range(0..40)))]
    {
        let question = format!("retention(from: \"{from}\", to: \"{to}\") {{ cohort size retention }}");
        assert_eq!(ask(app, &question).await, model.retention(from, to), "{question}");
    }
    let survey = *[None, Some("nps"), Some("unheard of")].choose(random).unwrap();
    let nps = survey.map_or("nps".to_owned(), |survey| format!("nps(survey: \"{survey}\")"));
    let by = *DIMENSIONS.choose(random).unwrap();
    let sums = "earned redeemed expired adjusted outstanding earners redeemers";
    let counts = "score responses promoters passives detractors";
    let all = format!(
        "segments(first: 50) {{ nodes {{ key {} profile(by: {by}) {{ value members share shareOfAll index }} points {{ {sums} }} {nps} {{ {counts} }} }} }}",
        snapshot_of(" ")
    );
    let page = ask(app, &all).await;
    let nodes = page["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), model.segments.len());
    for node in nodes {
        let key = node["key"].as_str().unwrap();
        let of: Of<'_> = Some(&model.segments[key]);
        assert_eq!(node["snapshot"], model.snapshot(of, None, None), "{key}");
        assert_eq!(node["points"], model.points(of), "{key}");
        assert_eq!(node["nps"], model.nps(of, survey), "{key} {survey:?}");
        assert_eq!(profile(&node["profile"]), model.profile(of, by), "{key} by {by}");
    }
    assert_eq!(ask(app, &format!("pointsAnalysis {{ {sums} }}")).await, model.points(None));
    assert_eq!(ask(app, &format!("{nps} {{ {counts} }}")).await, model.nps(None, survey));
}

fn arguments(from: Option<NaiveDate>, to: Option<NaiveDate>) -> String {
    let one = |name: &str, day: Option<NaiveDate>| day.map(|day| format!("{name}: \"{day}\""));
    let both: Vec<String> = [one("from", from), one("to", to)].into_iter().flatten().collect();
    if both.is_empty() { String::new() } else { format!("({})", both.join(", ")) }
}

fn profile(shares: &Value) -> Vec<(String, i64, f64, f64, f64)> {
    let share = |share: &Value| {
        let number = |name: &str| share[name].as_f64().unwrap();
        let value = share["value"].as_str().unwrap().to_lowercase();
        (value, share["members"].as_i64().unwrap(), number("share"), number("shareOfAll"), number("index"))
    };
    shares.as_array().unwrap().iter().map(share).collect()
}

fn over_shops(database: Database, lens: bool) {
    let mut random = random("insights");
    for people in [0, 1, 40] {
        let kind = Kind {
            people,
            zone: ["UTC", "Europe/Warsaw", "Asia/Kolkata", "America/New_York"].choose(&mut random).unwrap(),
            currency: ["EUR", "JPY", "KWD"].choose(&mut random).unwrap(),
            launched_on: ["2020-01-01", "2025-10-25", TODAY].choose(&mut random).unwrap(),
        };
        println!("{database:?}, lens {lens}: {kind:?}");
        let settings = |settings: &mut Settings| {
            settings.lens = lens;
            settings.today = TODAY.parse().ok();
            settings.time_zone = Zone::from_name(kind.zone);
            settings.currency = Currency::from_code(kind.currency);
            settings.launched_on = kind.launched_on.parse().ok();
        };
        run_with(database, settings, async |app| {
            fill(&app, &mut random, kind).await;
            check(&app, &mut random).await;
            for round in 0..3 {
                happen(&app, &mut random, kind, round).await;
                check(&app, &mut random).await;
            }
        });
    }
}

#[test]
fn sqlite_in_memory() {
    over_shops(Database::Sqlite, true);
}

#[test]
fn sqlite_from_rows() {
    over_shops(Database::Sqlite, false);
}

#[test]
fn postgres_in_memory() {
    over_shops(Database::Postgres, true);
}

#[test]
fn postgres_from_rows() {
    over_shops(Database::Postgres, false);
}
