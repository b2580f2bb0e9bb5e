//! The sample of CDNOW on which the models were published: the parameters and the predictions that the API shows are those
//! of the reference.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tests::TestApp;

use super::{GROUPS, MODEL, ask, each_way, fitted};
use crate::dynamic::{belonging, dynamic};
use crate::imports::{file, import, options};
use tessera::imports::Kind;

const CALIBRATED: &str = "1997-09-30";

fn after_the_holdout(settings: &mut tessera::config::Settings) {
    settings.today = "1998-06-30".parse().ok();
}

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn reference() -> Value {
    serde_json::from_slice(&data("cdnow_models.json")).unwrap()
}

/// The numbers at the shop by those in the sample.
fn sample() -> HashMap<String, String> {
    let text = String::from_utf8(data("cdnow_sample_customers.csv")).unwrap();
    let pair = |line: &str| line.split_once(',').map(|(number, of_sample)| (of_sample.to_owned(), number.to_owned()));
    text.lines().skip(1).filter_map(pair).collect()
}

async fn filled(app: &TestApp) {
    let mut all = String::new();
    GzDecoder::new(data("cdnow_master_transactions.csv.gz").as_slice()).read_to_string(&mut all).unwrap();
    let sampled: HashSet<String> = sample().into_values().collect();
    let rows = all.lines().filter(|line| {
        let number = line.split(',').next().unwrap();
        number == "customer_id" || sampled.contains(number)
    });
    let path = file(app, "sample.csv", rows.collect::<Vec<_>>().join("\n") + "\n");
    let mut wanted = options(Kind::Transactions, path, "member=customer_id,at=date,amount=amount,document=@line");
    wanted.create_members = true;
    let report = import(app, wanted).await;
    assert_eq!((report.created, report.rejected), (6_919, 0));
}

fn close(found: &Value, expected: f64, tolerance: f64, what: &str) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{what} is {found}"));
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1e-3), "{what}: {found} for {expected}");
}

async fn parameters(app: &TestApp) {
    let (model, reference) = (ask(app, MODEL).await, reference());
    let of = &reference["cdnow_sample"];
    for (paper, names) in [("bgnbd", ["r", "alpha", "a", "b"].as_slice()), ("gamma_gamma", &["p", "q", "v"])] {
        for name in names {
            // Time is in weeks, amounts are dollars.
            close(&model["parameters"][name], of[paper][name].as_f64().unwrap(), 1e-6, name);
        }
    }
    for (name, published, digits) in
        [("r", 0.243, 5e-4), ("alpha", 4.414, 5e-4), ("a", 0.793, 5e-4), ("b", 2.426, 5e-4)]
    {
        assert!((model["parameters"][name].as_f64().unwrap() - published).abs() < digits, "{name}");
    }
    assert!((model["logLikelihood"].as_f64().unwrap() - of["bgnbd"]["ll"].as_f64().unwrap()).abs() < 1e-5, "{model}");
    assert_eq!((&model["customers"], &model["repeatCustomers"]), (&json!(2_357), &json!(946)));
    assert_eq!((&model["dropoutIdentified"], &model["asOf"]), (&json!(true), &json!("1997-10-01T00:00:00.000Z")));
    assert_eq!(
        (&model["name"], &model["fittedAt"]),
        (&json!("BG/NBD with Gamma-Gamma"), &json!("1998-06-30T23:59:59.999Z"))
    );
    close(
        &model["spendFrequencyCorrelation"],
        of["gamma_gamma"]["corr_frequency_monetary"].as_f64().unwrap(),
        1e-9,
        "correlation",
    );
    // Half of the days until then are held out; whoever had bought before is in one point, and in one tenth.
    let together = |points: &Value| {
        points.as_array().unwrap().iter().map(|point| point["customers"].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!((together(&model["holdout"]), together(&model["calibration"])), (2_357, 2_357), "{model}");
    let first = &model["holdout"][0];
    assert_eq!(first["pastOrders"], 1);
    assert!((first["predicted"].as_f64().unwrap() - first["actual"].as_f64().unwrap()).abs() < 0.1, "{first}");
}

const MEMBER: &str = "query($r: MemberRef!) { member(ref: $r) { metrics { predictedClv { amount } chance: orderProbability(days: 90)
    usual: orderProbability weeks39: expectedOrders(days: 273) weeks52: expectedOrders(days: 364) usualOrders: expectedOrders
    year: expectedOrders(days: 365) } } }";

/// Fifty customers, computed with 50 digits at the sample's own parameters.
async fn single_members(app: &TestApp) {
    let (sample, mut looked_at) = (sample(), 0);
    let table = data("cdnow_sample_50_customers_mp50.csv");
    for row in csv::Reader::from_reader(table.as_slice()).deserialize::<HashMap<String, String>>() {
        let row = row.unwrap();
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        let data = app.graphql(MEMBER, json!({"r": {"number": sample[&row["customer_id"]]}})).await;
        let found = &data["member"]["metrics"];
        close(&found["chance"], number("bg_p_order_90d"), 1e-8, "chance of an order");
        close(&found["weeks39"], number("exp_purchases_39w"), 1e-8, "orders in 39 weeks");
        close(&found["weeks52"], number("exp_purchases_52w"), 1e-8, "orders in 52 weeks");
        assert_eq!((&found["usual"], &found["usualOrders"]), (&found["chance"], &found["year"]));
        let cents = |amount: f64| (amount * 100.0).round() as i64;
        let shown: f64 = found["predictedClv"]["amount"].as_str().unwrap().parse().unwrap();
        assert_eq!(cents(shown), cents(number("clv_12m_calendar_1pct")), "{row:?}");
        looked_at += 1;
    }
    assert_eq!(looked_at, 50);
}

const LIST: &str = "query($after: String) { members(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { number metrics {
    predictedClv { amount } orderProbability expectedOrders rfmGroup valueGroup presence } } } }";

/// What is shown of everybody, by number.
async fn everybody(app: &TestApp) -> HashMap<String, Value> {
    let (mut all, mut after) = (HashMap::new(), Value::Null);
    loop {
        let data = app.graphql(LIST, json!({ "after": after })).await;
        for node in data["members"]["nodes"].as_array().unwrap() {
            all.insert(node["number"].as_str().unwrap().to_owned(), node["metrics"].clone());
        }
        after = data["members"]["pageInfo"]["endCursor"].clone();
        if data["members"]["pageInfo"]["hasNextPage"] == json!(false) {
            return all;
        }
    }
}

fn amount(value: &Value) -> f64 {
    value["amount"].as_str().unwrap().parse().unwrap()
}

/// Rules see what is shown of members, rounded to four digits.
async fn rules(app: &TestApp, all: &HashMap<String, Value>) {
    let expected = |is: &dyn Fn(&Value) -> bool| {
        let mut numbers: Vec<String> =
            all.iter().filter(|(_, value)| is(value)).map(|(number, _)| number.clone()).collect();
        numbers.sort();
        assert!(!numbers.is_empty() && numbers.len() < 250, "{}", numbers.len());
        numbers
    };
    let rounded = |value: &Value| (value.as_f64().unwrap() * 10_000.0).round_ties_even() as i64;
    assert_eq!(belonging(app, "likely").await, expected(&|value| rounded(&value["orderProbability"]) >= 8_000));
    dynamic(app, "worth", json!({"value": {"predictedClv": {"gte": "150"}}})).await;
    assert_eq!(belonging(app, "worth").await, expected(&|value| amount(&value["predictedClv"]) >= 150.0));
    dynamic(app, "orders", json!({"value": {"expectedOrders": {"gte": 3.5}}})).await;
    assert_eq!(belonging(app, "orders").await, expected(&|value| rounded(&value["expectedOrders"]) >= 35_000));
    dynamic(app, "champions", json!({"value": {"rfmGroup": ["CHAMPIONS"]}})).await;
    let champions = all.values().filter(|value| value["rfmGroup"] == json!("CHAMPIONS")).count();
    let data = app
        .graphql("{ segment(ref: {key: \"champions\"}) { memberCount } rfm { groups { group members } } }", json!({}))
        .await;
    assert_eq!(
        (&data["segment"]["memberCount"], &data["rfm"]["groups"][0]["members"]),
        (&json!(champions), &json!(champions)),
        "{data}"
    );
}

/// The figures of a segment and of the groups are those of their members.
async fn together(app: &TestApp, all: &HashMap<String, Value>) {
    let likely = belonging(app, "likely").await;
    let sum: f64 = likely.iter().map(|number| amount(&all[number]["predictedClv"])).sum();
    let shown = ask(app, "{ segment(ref: {key: \"likely\"}) { averagePredictedClv { amount } } }").await;
    assert!((amount(&shown["averagePredictedClv"]) - sum / likely.len() as f64).abs() < 0.005_001, "{shown}");
    let groups = ask(app, GROUPS).await;
    assert_eq!(groups["asOf"], "1998-06-30T23:59:59.999Z", "when it stands");
    for group in groups["groups"].as_array().unwrap() {
        let of: Vec<&Value> = all.values().filter(|value| value["valueGroup"] == group["group"]).collect();
        assert_eq!(group["members"], json!(of.len()), "{group}");
        let mean = of.iter().map(|value| amount(&value["predictedClv"])).sum::<f64>() / of.len() as f64;
        assert!(of.is_empty() || (amount(&group["averagePredictedClv"]) - mean).abs() < 0.005_001, "{group}: {mean}");
        assert!((group["share"].as_f64().unwrap() - of.len() as f64 / 2_357.0).abs() < 1e-12, "{group}");
    }
    // Nobody is below zero who never cost anything; a fifth is most valuable.
    assert_eq!(groups["groups"][3]["members"], 0);
    assert_eq!(groups["groups"][0]["members"], 471, "{groups}");
}

/// How the value of a member comes about adds up.
async fn breakdown(app: &TestApp, all: &HashMap<String, Value>) {
    let text = "query($r: MemberRef!) { valueBreakdown(member: $r) { group margin12Months { amount } predictedMargin { amount }
        rewardCost { amount } campaignCost { amount } returnHandling { amount } total { amount } peerCell peerValue { amount } } }";
    for (number, value) in all.iter().take(40) {
        let data = app.graphql(text, json!({"r": {"number": number}})).await;
        let found = &data["valueBreakdown"];
        assert_eq!(
            (&found["group"], &found["predictedMargin"]),
            (&value["valueGroup"], &value["predictedClv"]),
            "{number}"
        );
        let total = amount(&found["margin12Months"]) + amount(&found["predictedMargin"]);
        assert!((amount(&found["total"]) - total).abs() < 1e-9, "{found}");
        assert!(found["peerCell"].as_str().unwrap().contains("days since the first order"), "{found}");
    }
    assert_eq!(app.graphql(text, json!({"r": {"number": "nobody"}})).await["valueBreakdown"], Value::Null);
}

each_way! { after_the_holdout;
    async fn the_api_shows_what_the_reference_says(app) {
        filled(&app).await;
        // A segment from before the first model: nobody is known to belong.
        dynamic(&app, "likely", json!({"value": {"orderProbability90Days": {"gte": 0.8}}})).await;
        assert_eq!(belonging(&app, "likely").await, Vec::<String>::new());
        assert_eq!(ask(&app, MODEL).await, Value::Null);
        assert_eq!(ask(&app, GROUPS).await, Value::Null);
        fitted(&app, Some(CALIBRATED)).await;
        parameters(&app).await;
        single_members(&app).await;
        let all = everybody(&app).await;
        assert_eq!(all.len(), 2_357);
        rules(&app, &all).await;
        together(&app, &all).await;
        breakdown(&app, &all).await;
        if app.app.settings.lens {
            crate::lens::right(&app).await;
        }
    }
}
