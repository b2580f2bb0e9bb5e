//! The catalogue names everything that a rule can say, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use serde_json::{Value, json};
use tests::{Database, TestApp};

use super::{TODAY, asked, preview, shop};
use crate::calls::segment;
use crate::roll::run;

const CATALOGUE: &str =
    "{ ruleCatalogue { entries { name group label description valueType unit operators takesWindow takesMatch } } }";
const VALUES: &str =
    "query($s: String, $n: Int) { ruleCatalogue { entries { name values(search: $s, first: $n) { value members } } } }";

/// The fields of an input, or the words of an enum.
fn parts(name: &str) -> Vec<String> {
    let schema = parse_schema(tessera::schema::sdl()).unwrap();
    let found = schema.definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(one) if one.node.name.node == name => Some(one.node.kind),
        _ => None,
    });
    match found {
        Some(TypeKind::InputObject(input)) => input.fields.iter().map(|field| field.node.name.to_string()).collect(),
        Some(TypeKind::Enum(words)) => words.values.iter().map(|word| word.node.value.to_string()).collect(),
        other => panic!("{name}: {other:?}"),
    }
}

/// The names that the schema gives to all that a rule can say.
fn expected() -> BTreeSet<String> {
    let below =
        |prefix: &str, name: &str| parts(name).into_iter().map(|part| format!("{prefix}.{part}")).collect::<Vec<_>>();
    let mut names = Vec::new();
    for field in parts("RuleInput") {
        match field.as_str() {
            "all" | "any" | "not" | "everyone" => {}
            "profile" => names.extend(below("profile", "ProfileCondition")),
            "transactions" => {
                names.extend(below("transactions", "TransactionsMeasure"));
                names.extend(parts("TransactionMatch").iter().map(|field| format!("transactions.{}", singular(field))));
            }
            "points" => names.extend(below("points", "PointsMeasure")),
            "value" => names.extend(below("value", "ValueCondition")),
            "feedback" => names.extend(below("feedback", "FeedbackCondition")),
            "campaign" => names.extend(below("campaign", "CampaignCondition")),
            alone => names.push(alone.to_owned()),
        }
    }
    names.into_iter().collect()
}

const LISTS: [(&str, &str); 6] = [
    ("channels", "channel"),
    ("locations", "location"),
    ("skus", "sku"),
    ("brands", "brand"),
    ("categories", "category"),
    ("labels", "label"),
];

fn singular(field: &str) -> &str {
    LISTS.iter().find(|(list, _)| *list == field).map_or(field, |(_, one)| one)
}

/// A value for an operator, with what stands around it.
fn around(kind: &str, operator: &str) -> Value {
    let last = operator.rsplit('.').next().unwrap();
    let value = match (last, kind) {
        ("flag" | "absent", _) => json!(true),
        ("lastDays", _) => json!(7),
        ("on" | "from" | "to", _) => json!("2026-03-01"),
        ("in", _) => json!(["gold", "web"]),
        (_, "ATTRIBUTE") if operator.starts_with("number.") => json!("41.5"),
        (_, "TEXT" | "LABEL" | "ATTRIBUTE") => json!("gold"),
        // Whole numbers do for amounts and shares too.
        (_, "NUMBER" | "MONEY" | "POINTS" | "DAYS" | "SHARE") => json!(1),
        (operator, kind) => panic!("{operator} of {kind}"),
    };
    operator.split('.').rev().fold(value, |inner, step| json!({ step: inner }))
}

/// A rule that says what an entry tells.
fn rule(entry: &Value, operator: Option<&str>, campaign: &str) -> Value {
    let (name, kind) = (entry["name"].as_str().unwrap(), entry["valueType"].as_str().unwrap());
    // Its two parts are only said together.
    if name.starts_with("campaign.") {
        return json!({"campaign": {"campaignId": campaign, "outcome": "ENGAGED"}});
    }
    let mut value = match (operator, kind) {
        (Some("in"), "WORD") => match name {
            "value.rfmGroup" => json!(["CHAMPIONS"]),
            "value.valueGroup" => json!(["BELOW_ZERO"]),
            "value.presence" => json!(["MISSING"]),
            _ => json!(["PROMOTER"]),
        },
        (Some(operator), "TEXT") if entry["operators"] == json!(["in"]) => around(kind, operator)["in"].clone(),
        (Some(operator), _) => around(kind, operator),
        (None, "FLAG") => json!(true),
        (None, "DAYS") => json!(7),
        (None, "TEXT") => json!("nps"),
        (None, "SEGMENT") => json!({"key": "list"}),
        (None, "PERCENT") => json!({"percent": "12.5", "salt": "spring"}),
        (None, kind) => panic!("{kind} by itself"),
    };
    match kind {
        "LABEL" => value["key"] = json!("club"),
        "ATTRIBUTE" => value["name"] = json!("shoe"),
        _ => {}
    }
    let (room, field) = name.split_once('.').unwrap_or((name, ""));
    if field.is_empty() {
        return json!({ room: value });
    }
    if !["transactions", "points"].contains(&room) {
        return json!({ room: { field: value } });
    }
    let is_measure = field.chars().all(|letter| letter.is_uppercase() || letter == '_');
    let mut condition = if is_measure {
        json!({"measure": field, "is": value})
    } else {
        let list = LISTS.iter().find(|(_, one)| *one == field).map_or(field, |(list, _)| list);
        json!({"measure": "COUNT", "is": {"gte": 1}, "where": { list: value }})
    };
    if entry["takesWindow"] == true {
        condition["within"] = json!({"lastDays": 30});
    }
    if entry["takesMatch"] == true {
        condition["where"] = json!({"channels": ["web"]});
    }
    json!({ room: condition })
}

#[test]
fn everything_that_it_names_can_be_said_on_sqlite() {
    run(Database::Sqlite, TODAY, can_be_said);
}

#[test]
fn everything_that_it_names_can_be_said_on_postgres() {
    run(Database::Postgres, TODAY, can_be_said);
}

async fn can_be_said(app: Arc<TestApp>) {
    shop(&app).await;
    segment(&app, "list", &["m2"]).await;
    let campaign = crate::campaigns::draft(&app, json!({"segment": {"key": "list"}})).await;
    let data = app.graphql(CATALOGUE, json!({})).await;
    let entries = data["ruleCatalogue"]["entries"].as_array().unwrap();
    let names: Vec<&str> = entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    let named: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!((named.len(), &named), (names.len(), &expected()));
    for entry in entries {
        for text in ["group", "label", "description", "valueType"] {
            assert!(entry[text].as_str().is_some_and(|text| !text.is_empty()), "{entry}");
        }
        let operators: Vec<&str> =
            entry["operators"].as_array().unwrap().iter().map(|operator| operator.as_str().unwrap()).collect();
        let said = if operators.is_empty() { vec![None] } else { operators.into_iter().map(Some).collect() };
        for operator in said {
            let rule = rule(entry, operator, &campaign);
            let found = preview(&app, rule.clone(), None).await;
            assert!(found["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}: {found}");
        }
    }
    let unit = |name: &str| entries.iter().find(|entry| entry["name"] == name).unwrap()["unit"].clone();
    let units = [
        "transactions.SPENDING",
        "transactions.amount",
        "points.EARNED",
        "profile.age",
        "points.DAYS_SINCE_LAST_ACTIVITY",
    ];
    assert_eq!(units.map(unit), ["EUR", "EUR", "points", "years", "days"].map(|unit| json!(unit)));
    assert_eq!(
        ["transactions.COUNT", "profile.country", "points.REDEMPTION_RATE"].map(unit),
        [Value::Null, Value::Null, Value::Null]
    );
    // Points take no filter of transactions, whatever an editor may think.
    let wrong = json!({"points": {"measure": "EARNED", "where": {"channels": ["web"]}, "is": {"gte": 1}}});
    assert_eq!(asked(&app, wrong, None).await.code(), "BAD_USER_INPUT");
}

#[test]
fn values_are_those_of_the_data_on_sqlite() {
    run(Database::Sqlite, TODAY, values_of_the_data);
}

#[test]
fn values_are_those_of_the_data_on_postgres() {
    run(Database::Postgres, TODAY, values_of_the_data);
}

/// The values of an entry, each as `PL 3`.
async fn values(app: &TestApp, name: &str, search: Option<&str>, first: Option<i32>) -> Vec<String> {
    let data = app.graphql(VALUES, json!({"s": search, "n": first})).await;
    let entries = data["ruleCatalogue"]["entries"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["name"] == name).unwrap_or_else(|| panic!("{name}: {data}"));
    let values = entry["values"].as_array().unwrap().iter();
    values.map(|value| format!("{} {}", value["value"].as_str().unwrap(), value["members"])).collect()
}

async fn values_of_the_data(app: Arc<TestApp>) {
    shop(&app).await;
    segment(&app, "list", &["m2", "m4"]).await;
    segment(&app, "autumn-list", &["m2"]).await;
    // Whatever waits for what was recorded a moment ago.
    preview(&app, json!({"everyone": true}), None).await;
    for (name, search, expected) in [
        // Every spelling is one value, in the spelling that came first; the most frequent comes first, then by the text.
        ("profile.country", None, vec!["PL 3", "DE 1", "FR 1"]),
        ("profile.country", Some("p"), vec!["PL 3"]),
        ("profile.country", Some("nowhere"), vec![]),
        ("profile.tier", None, vec!["Gold 2", "silver 1"]),
        ("profile.gender", None, vec!["f 1"]),
        ("profile.city", Some("RAKÓ"), vec!["Kraków 1"]),
        ("profile.label", None, vec!["Club 2", "source 1"]),
        ("profile.attribute", None, vec!["shoe 2", "since 1", "vip 1"]),
        ("profile.age", None, vec![]),
        ("profile.email", None, vec![]),
        ("transactions.channel", None, vec!["app 2", "store 2", "web 1"]),
        ("transactions.sku", None, vec!["s2 2", "s3 2", "s1 1", "s9 1"]),
        ("transactions.brand", Some("2"), vec!["b2 2"]),
        ("transactions.category", Some("C"), vec!["cup 3", "coffee 1"]),
        ("transactions.label", None, vec!["till 4"]),
        ("transactions.SPENDING", None, vec![]),
        ("feedback.survey", None, vec!["NPS 2", "visit 1"]),
        ("segment", None, vec!["list 2", "autumn-list 1"]),
        ("segment", Some("autumn"), vec!["autumn-list 1"]),
    ] {
        assert_eq!(values(&app, name, search, None).await, expected, "{name} {search:?}");
    }
    assert_eq!(values(&app, "transactions.sku", None, Some(2)).await, ["s2 2", "s3 2"]);
    assert_eq!(values(&app, "segment", None, Some(1)).await, ["list 2"]);
    for length in [0, 251, -1] {
        let answer = app.send(Some(&app.token), VALUES, json!({"n": length})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
    }
    let long = app.send(Some(&app.token), VALUES, json!({"s": "x".repeat(201)})).await;
    assert_eq!(long.code(), "BAD_USER_INPUT", "{}", long.body);
}
