//! Every field of a rule from the schema's input to the engine and back, and what is refused on the way.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use async_graphql::{EmptyMutation, EmptySubscription, InputType, Object, Request, Schema, Variables};
use engine::rules::{MOST_CLAUSES, MOST_LEVELS, SegmentName, shape};
use serde_json::{Value, json};

use super::input::json;
use super::{RuleInput, rule};
use crate::error::{Refusal, RefusalCode};

/// Rules that name every field and every word, as they come back.
fn everything() -> Vec<Value> {
    let profile = |fact: Value| json!({"profile": fact});
    let text = json!({"eq": "PL", "in": ["PL", "DE"], "contains": "P", "startsWith": "p"});
    let number = json!({"eq": 1, "gt": -2, "gte": 3, "lt": 4, "lte": 5});
    let decimal = json!({"eq": "500.00", "gt": "-0.5", "gte": "500", "lt": "1.10", "lte": "0"});
    let days = json!({"on": "2026-03-01", "from": "2024-02-29", "to": "2026-12-31", "lastDays": 30});
    let label = json!({"key": "campaign", "value": text});
    let attribute = |test: &str, value: Value| profile(json!({"attribute": {"name": "size", test: value}}));
    let mut rules = vec![
        json!({"everyone": true}),
        json!({"all": [{"everyone": true}, {"any": [{"not": {"not": {"everyone": true}}}]}]}),
        json!({"segment": {"id": "c2VnbWVudDox"}}),
        json!({"segment": {"key": "vip"}}),
        json!({"sample": {"percent": "12.50", "salt": "spring"}}),
        json!({"feedback": {"survey": "visit", "latestScore": number, "group": ["PROMOTER", "PASSIVE", "DETRACTOR"]}}),
        json!({"feedback": {"survey": "visit"}}),
        profile(json!({"age": number})),
        profile(json!({"birthdayWithinDays": 0})),
        profile(json!({"enrolledOn": days})),
        profile(json!({"enrolmentAnniversaryWithinDays": 7})),
        profile(json!({"enrolled": false})),
        profile(json!({"label": {"key": "campaign"}})),
        profile(json!({"label": label})),
        profile(json!({"marketingConsent": true})),
        attribute("text", text.clone()),
        attribute("number", decimal.clone()),
        attribute("date", days.clone()),
        attribute("flag", json!(false)),
        attribute("absent", json!(true)),
        json!({"transactions": {"measure": "COUNT", "is": {"gte": "3"}}}),
        json!({"transactions": {
            "measure": "SPENDING",
            "within": {"between": days},
            "where": {
                "channels": ["web", "app"],
                "locations": ["Kraków"],
                "skus": ["A-1"],
                "brands": ["b"],
                "categories": ["coffee"],
                "labels": [{"key": "campaign"}, label],
                "amount": decimal,
            },
            "is": decimal,
        }}),
        json!({"points": {"measure": "BALANCE", "within": {"daysAgo": {"from": 60, "to": 30}}, "is": decimal}}),
    ];
    for measure in ["historicClv", "predictedClv"] {
        rules.push(json!({"value": {measure: decimal}}));
    }
    for measure in ["orderProbability90Days", "expectedOrders"] {
        rules.push(json!({"value": {measure: {"eq": 0.25, "gt": 0.125, "gte": 0.5, "lt": 0.75, "lte": 0.875}}}));
    }
    let groups = [
        "CHAMPIONS",
        "LOYAL",
        "ACTIVE",
        "NEW",
        "PROMISING",
        "NEEDS_ATTENTION",
        "ALMOST_LOST",
        "PREVIOUSLY_LOYAL",
        "AT_RISK",
        "DORMANT",
        "PROSPECTS",
    ];
    rules.push(json!({"value": {"rfmGroup": groups}}));
    rules.push(json!({"value": {"valueGroup": ["MOST_VALUABLE", "MOST_GROWABLE", "MAINTAIN", "BELOW_ZERO"]}}));
    rules.push(json!({"value": {"presence": ["PRESENT", "MISSING", "INSUFFICIENT_HISTORY"]}}));
    for outcome in ["TARGETED", "HELD_OUT", "ENGAGED", "CONVERTED"] {
        rules.push(json!({"campaign": {"campaignId": "Y2FtcGFpZ246MQ", "outcome": outcome}}));
    }
    for fact in ["number", "email", "gender", "country", "region", "city", "postalCode", "tier"] {
        rules.push(profile(json!({ fact: text })));
    }
    for measure in
        ["AVERAGE_VALUE", "MAX_VALUE", "DAYS_SINCE_LAST", "DAYS_SINCE_FIRST", "SHARE_OF_COUNT", "DISTINCT_CATEGORIES"]
    {
        rules.push(json!({"transactions": {"measure": measure, "within": {"lastDays": 30}, "is": {"lt": "0.25"}}}));
    }
    for measure in [
        "EARNED",
        "REDEEMED",
        "EXPIRED",
        "REDEMPTIONS",
        "REDEMPTION_RATE",
        "DAYS_TO_FIRST_REDEMPTION",
        "DAYS_SINCE_LAST_ACTIVITY",
    ] {
        rules.push(json!({"points": {"measure": measure, "is": {"gt": "0"}}}));
    }
    rules
}

fn input(rule: &Value) -> RuleInput {
    let value = async_graphql::Value::from_json(rule.clone()).unwrap();
    RuleInput::parse(Some(value))
        .unwrap_or_else(|error| panic!("{rule}: {}", error.into_server_error(async_graphql::Pos::default()).message))
}

fn refusals(rule: &Value) -> Vec<Refusal> {
    super::rule(&input(rule), &["input", "rule"]).expect_err(&rule.to_string())
}

fn segment(name: &SegmentName) -> Value {
    match name {
        SegmentName::Id(id) => json!({ "id": id }),
        SegmentName::Key(key) => json!({ "key": key }),
    }
}

#[test]
fn a_rule_comes_back_as_it_was_sent() {
    for sent in everything() {
        let input = input(&sent);
        assert_eq!(json(&input), sent);
        let rule = rule(&input, &[]).unwrap_or_else(|refusals| panic!("{sent}: {refusals:?}"));
        assert_eq!(shape(&rule, &segment, &String::clone), sent);
    }
}

#[test]
fn every_field_and_word_is_tried() {
    let tried = json!(everything()).to_string();
    for definition in parse_schema(schema().sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let names: Vec<String> = match definition.node.kind {
            TypeKind::InputObject(input) => input.fields.iter().map(|field| field.node.name.to_string()).collect(),
            TypeKind::Enum(words) => words.values.iter().map(|word| word.node.value.to_string()).collect(),
            _ => continue,
        };
        for name in names {
            assert!(tried.contains(&format!("\"{name}\"")), "{}.{name}", definition.node.name);
        }
    }
}

#[test]
fn numbers_and_single_values_come_back_as_the_schema_reads_them() {
    let sent = json!({"all": {"transactions": {
        "measure": "COUNT",
        "within": null,
        "where": {"channels": "web", "labels": {"key": "campaign", "value": null}},
        "is": {"gte": 500, "lt": 1.5, "eq": "+7.0"},
    }}});
    let read = json!({"all": [{"transactions": {
        "measure": "COUNT",
        "where": {"channels": ["web"], "labels": [{"key": "campaign"}]},
        "is": {"eq": "7.0", "gte": "500", "lt": "1.5"},
    }}]});
    assert_eq!(json(&input(&sent)), read);
    assert_eq!(shape(&rule(&input(&sent), &[]).unwrap(), &segment, &String::clone), read);
}

#[test]
fn every_mistake_has_its_code_and_place() {
    let country = |filter: Value| json!({"profile": {"country": filter}});
    let sent = json!({"all": [
        {"any": []},
        country(json!({})),
        country(json!({"eq": " "})),
        country(json!({"in": ["PL", "x".repeat(501)]})),
        country(json!({"in": vec!["x"; 1_001]})),
        {"everyone": false},
        {"profile": {"attribute": {"name": "size"}}},
        {"transactions": {"measure": "COUNT", "within": {"lastDays": 0}, "is": {}}},
    ]});
    let found: Vec<(RefusalCode, String)> =
        refusals(&sent).into_iter().map(|refusal| (refusal.code, refusal.path.join("."))).collect();
    let at = |code, path: &str| (code, format!("input.rule.all.{path}"));
    let expected = [
        at(RefusalCode::EmptyRule, "0.any"),
        at(RefusalCode::Invalid, "1.profile.country"),
        at(RefusalCode::Blank, "2.profile.country.eq"),
        at(RefusalCode::TooLong, "3.profile.country.in.1"),
        at(RefusalCode::TooMany, "4.profile.country.in"),
        at(RefusalCode::Invalid, "5.everyone"),
        at(RefusalCode::Invalid, "6.profile.attribute"),
        at(RefusalCode::Invalid, "7.transactions.within.lastDays"),
        at(RefusalCode::Invalid, "7.transactions.is"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_rule_may_be_large_and_deep_to_a_limit() {
    let clause = json!({"profile": {"country": {"eq": "PL"}}});
    let wide = |clauses: usize| json!({"all": vec![clause.clone(); clauses]});
    let deep = |levels: usize| (1..levels).fold(clause.clone(), |inner, _| json!({"not": inner}));
    for sent in [wide(MOST_CLAUSES), deep(MOST_LEVELS)] {
        assert!(rule(&input(&sent), &[]).is_ok());
    }
    for sent in [wide(MOST_CLAUSES + 1), deep(MOST_LEVELS + 1), deep(100)] {
        let refusals = refusals(&sent);
        assert_eq!(refusals.len(), 1);
        assert_eq!((refusals[0].code, refusals[0].path.join(".")), (RefusalCode::TooMany, "input.rule".to_owned()));
    }
    let blanks = json!({"all": vec![json!({"profile": {"country": {"in": vec![" "; 1_000]}}}); MOST_CLAUSES]});
    assert_eq!(refusals(&blanks).len(), 1_000);
}

struct Query;

#[Object]
impl Query {
    async fn sent(&self, rule: Option<RuleInput>) -> String {
        rule.map_or_else(|| "nothing".to_owned(), |rule| json(&rule).to_string())
    }
}

fn schema() -> Schema<Query, EmptyMutation, EmptySubscription> {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}

#[tokio::test]
async fn exactly_one_field_is_given_at_every_level() {
    let wrong = [
        json!({}),
        json!({"all": null}),
        json!({"everyone": null}),
        json!({"everyone": true, "not": null}),
        json!({"everyone": true, "not": {"everyone": true}}),
        json!({"nobody": true}),
        json!("everyone"),
        json!([{"everyone": true}]),
        json!({"not": null}),
        json!({"not": {}}),
        json!({"all": [null]}),
        json!({"all": [{"everyone": true}, {"any": [{"not": {"everyone": true, "all": []}}]}]}),
        json!({"profile": {}}),
        json!({"profile": {"enrolled": true, "age": null}}),
        json!({"profile": {"enrolled": null}}),
        json!({"segment": {"id": "a", "key": "b"}}),
        json!({"transactions": {"measure": "COUNT", "within": {"lastDays": 1, "between": {"on": "2026-03-01"}}, "is": {"eq": 1}}}),
        json!({"transactions": {"measure": "COUNT", "within": {"daysAgo": {"from": 1}}, "is": {"eq": 1}}}),
        json!({"transactions": {"measure": "count", "is": {"eq": 1}}}),
        json!({"transactions": {"measure": "COUNT"}}),
        json!({"transactions": {"measure": "COUNT", "is": {"eq": "many"}}}),
        json!({"profile": {"age": {"eq": 2_147_483_648_i64}}}),
        json!({"profile": {"enrolledOn": {"on": "2026-02-29"}}}),
        (0..60).fold(json!({}), |inner, _| json!({"not": inner})),
    ];
    let schema = schema();
    for rule in wrong {
        let variables = Variables::from_json(json!({ "r": rule }));
        let by_variable = Request::new("query($r: RuleInput) { sent(rule: $r) }").variables(variables);
        let literal = async_graphql::Value::from_json(rule.clone()).unwrap();
        let by_literal = Request::new(format!("{{ sent(rule: {literal}) }}"));
        for request in [by_variable, by_literal] {
            let response = schema.execute(request).await;
            assert!(!response.errors.is_empty(), "{rule}: {:?}", response.data);
            assert!(!response.errors.iter().any(|error| error.message.contains("panic")), "{:?}", response.errors);
        }
    }
}
