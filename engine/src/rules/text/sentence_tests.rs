//! Tables of rules and their sentences.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{observed, sentence};
use crate::evaluate::{Observed, Unit};
use crate::rules::{SegmentName, parse};

fn said(rule: &Value) -> String {
    let rule = parse(rule).unwrap_or_else(|mistakes| panic!("{rule}: {mistakes:?}"));
    let segment = |segment: &SegmentName| match segment {
        SegmentName::Id(name) | SegmentName::Key(name) => name.clone(),
    };
    sentence(&rule, &segment, &String::clone)
}

fn check(table: &[(Value, &str)]) {
    let mut texts = BTreeSet::new();
    for (rule, expected) in table {
        assert_eq!(said(rule), *expected, "{rule}");
        assert!(texts.insert(*expected), "{expected} stands for two rules");
    }
}

#[test]
fn groups() {
    let [a, b, c] = ["PL", "DE", "FR"].map(|country| json!({"profile": {"country": {"eq": country}}}));
    let adult = json!({"profile": {"age": {"gte": 18, "lt": 30}}});
    check(&[
        (json!({"everyone": true}), "everyone"),
        (json!({"not": {"everyone": true}}), "nobody"),
        (json!({"all": [a, b]}), "country is PL and country is DE"),
        (json!({"any": [a, b]}), "country is PL or country is DE"),
        (json!({"any": [a]}), "country is PL"),
        (json!({"not": {"all": [b]}}), "country is not DE"),
        (json!({"all": [a, {"any": [b, c]}]}), "country is PL and (country is DE or country is FR)"),
        (json!({"any": [{"all": [a, b]}, c]}), "(country is PL and country is DE) or country is FR"),
        (json!({"all": [a, {"all": [b, c]}]}), "country is PL and (country is DE and country is FR)"),
        (json!({"all": [a, {"any": [c]}]}), "country is PL and country is FR"),
        (json!({"not": {"any": [a, b]}}), "not (country is PL or country is DE)"),
        (json!({"not": {"not": a}}), "not (country is not PL)"),
        (json!({"any": [{"not": a}, b]}), "country is not PL or country is DE"),
        (json!({"all": [adult, a]}), "age is at least 18 and less than 30 and country is PL"),
        (json!({"any": [adult, a]}), "(age is at least 18 and less than 30) or country is PL"),
        (json!({"not": adult}), "not (age is at least 18 and less than 30)"),
        (json!({"segment": {"key": "vip"}}), "belongs to “vip”"),
        (json!({"segment": {"id": "VIP customers"}}), "belongs to “VIP customers”"),
        (json!({"not": {"segment": {"key": "vip"}}}), "does not belong to “vip”"),
        (json!({"sample": {"percent": "10", "salt": "x"}}), "is among a stable 10 % of members (salt x)"),
        (
            json!({"not": {"sample": {"percent": "12.50", "salt": "a b"}}}),
            "is not among a stable 12.50 % of members (salt “a b”)",
        ),
        (
            json!({"all": [
                {"transactions": {"measure": "SPENDING", "within": {"lastDays": 180}, "is": {"gte": "500"}}},
                {"profile": {"country": {"in": ["PL", "DE"]}}},
            ]}),
            "spending in the last 180 days is at least 500 and country is PL or DE",
        ),
    ]);
}

#[test]
fn profiles() {
    let profile = |fact: Value| json!({"profile": fact});
    let not = |fact: Value| json!({"not": {"profile": fact}});
    check(&[
        (profile(json!({"number": {"startsWith": "A-1"}})), "number starts with A-1"),
        (profile(json!({"email": {"contains": "@example.com"}})), "e-mail contains @example.com"),
        (profile(json!({"gender": {"eq": "f"}})), "gender is f"),
        (profile(json!({"country": {"in": ["PL", "DE", "United Kingdom"]}})), "country is PL, DE or “United Kingdom”"),
        (profile(json!({"country": {"eq": "PL, DE"}})), "country is “PL, DE”"),
        (profile(json!({"country": {"eq": "or"}})), "country is “or”"),
        (profile(json!({"region": {"eq": "a” or “b"}})), "region is “a”” or “b”"),
        (profile(json!({"city": {"in": ["Bonn"], "contains": "o"}})), "city is Bonn and contains o"),
        (profile(json!({"postalCode": {"startsWith": "10"}})), "postal code starts with 10"),
        (profile(json!({"tier": {"eq": "gold"}})), "tier is gold"),
        (not(json!({"country": {"in": ["PL", "DE"]}})), "country is not PL or DE"),
        (not(json!({"email": {"contains": "@"}})), "e-mail does not contain @"),
        (not(json!({"city": {"startsWith": "B"}})), "city does not start with B"),
        (not(json!({"city": {"eq": "Bonn", "contains": "o"}})), "not (city is Bonn and contains o)"),
        (profile(json!({"age": {"eq": 30}})), "age is 30"),
        (profile(json!({"age": {"gt": 17, "lte": 65}})), "age is more than 17 and at most 65"),
        (not(json!({"age": {"gte": 18}})), "age is not at least 18"),
        (profile(json!({"birthdayWithinDays": 0})), "birthday is today"),
        (profile(json!({"birthdayWithinDays": 1})), "birthday is within 1 day"),
        (profile(json!({"birthdayWithinDays": 7})), "birthday is within 7 days"),
        (not(json!({"birthdayWithinDays": 7})), "birthday is not within 7 days"),
        (profile(json!({"enrolmentAnniversaryWithinDays": 7})), "enrolment anniversary is within 7 days"),
        (profile(json!({"enrolledOn": {"on": "2026-05-01"}})), "enrolled on 2026-05-01"),
        (profile(json!({"enrolledOn": {"from": "2026-01-01"}})), "enrolled from 2026-01-01 on"),
        (profile(json!({"enrolledOn": {"to": "2026-03-31"}})), "enrolled until 2026-03-31"),
        (not(json!({"enrolledOn": {"lastDays": 30}})), "not enrolled in the last 30 days"),
        (
            profile(json!({"enrolledOn": {"from": "2026-01-01", "to": "2026-03-31", "lastDays": 30}})),
            "enrolled from 2026-01-01 to 2026-03-31 and in the last 30 days",
        ),
        (profile(json!({"enrolled": true})), "is enrolled"),
        (not(json!({"enrolled": true})), "is not enrolled"),
        (profile(json!({"enrolled": false})), "is an identified guest"),
        (profile(json!({"marketingConsent": true})), "marketing consent is given"),
        (profile(json!({"marketingConsent": false})), "marketing consent is not given"),
        (not(json!({"marketingConsent": false})), "not (marketing consent is not given)"),
    ]);
}

#[test]
fn labels_and_attributes() {
    let label = |label: Value| json!({"profile": {"label": label}});
    let attribute = |test: Value| json!({"profile": {"attribute": test}});
    check(&[
        (label(json!({"key": "campaign"})), "has a label campaign"),
        (label(json!({"key": "campaign", "value": {"eq": "summer"}})), "has a label campaign that is summer"),
        (
            label(json!({"key": "campaign", "value": {"in": ["a", "b"], "contains": "c"}})),
            "has a label campaign that is a or b and contains c",
        ),
        (json!({"not": label(json!({"key": "first seen"}))}), "has no label “first seen”"),
        (
            json!({"not": label(json!({"key": "campaign", "value": {"eq": "summer"}}))}),
            "has no label campaign that is summer",
        ),
        (attribute(json!({"name": "size", "text": {"in": ["3", "true"]}})), "attribute size is “3” or “true”"),
        (attribute(json!({"name": "size", "number": {"eq": 3}})), "attribute size is 3"),
        (attribute(json!({"name": "size", "number": {"gt": "2.50"}})), "attribute size is more than 2.50"),
        (attribute(json!({"name": "size", "flag": true})), "attribute size is true"),
        (json!({"not": attribute(json!({"name": "size", "flag": false}))}), "attribute size is not false"),
        (attribute(json!({"name": "size", "absent": true})), "attribute size is absent"),
        (attribute(json!({"name": "size", "absent": false})), "attribute size is present"),
        (attribute(json!({"name": "due", "date": {"on": "2026-05-01"}})), "attribute due is on 2026-05-01"),
        (attribute(json!({"name": "due", "date": {"to": "2026-05-01"}})), "attribute due is on or before 2026-05-01"),
        (attribute(json!({"name": "due", "date": {"lastDays": 1}})), "attribute due is today"),
        (
            attribute(json!({"name": "due", "date": {"from": "2026-05-01", "to": "2026-05-31"}})),
            "attribute due is between 2026-05-01 and 2026-05-31",
        ),
    ]);
}

#[test]
fn transactions() {
    let spending = |within: Value| json!({"transactions": {"measure": "SPENDING", "within": within, "is": {"gt": 1}}});
    let matching = |filter: Value| json!({"transactions": {"measure": "COUNT", "where": filter, "is": {"gte": 3}}});
    let measure = |measure: &str| json!({"transactions": {"measure": measure, "is": {"lt": "5.00"}}});
    check(&[
        (spending(json!({"lastDays": 1})), "spending today is more than 1"),
        (spending(json!({"lastDays": 90})), "spending in the last 90 days is more than 1"),
        (spending(json!({"between": {"on": "2026-05-01"}})), "spending on 2026-05-01 is more than 1"),
        (spending(json!({"between": {"from": "2026-01-01"}})), "spending from 2026-01-01 on is more than 1"),
        (spending(json!({"between": {"to": "2026-03-31"}})), "spending until 2026-03-31 is more than 1"),
        (
            spending(json!({"between": {"from": "2026-01-01", "to": "2026-03-31"}})),
            "spending from 2026-01-01 to 2026-03-31 is more than 1",
        ),
        (spending(json!({"daysAgo": {"from": 60, "to": 30}})), "spending between 60 and 30 days ago is more than 1"),
        (spending(json!({"daysAgo": {"from": 1, "to": 7}})), "spending between 7 and 1 day ago is more than 1"),
        (spending(json!({"daysAgo": {"from": 0, "to": 7}})), "spending between 7 days ago and today is more than 1"),
        (spending(json!({"daysAgo": {"from": 7, "to": 7}})), "spending 7 days ago is more than 1"),
        (matching(json!({"channels": ["web", "app"]})), "number of purchases in channel web or app is at least 3"),
        (matching(json!({"locations": ["Main St"]})), "number of purchases at location “Main St” is at least 3"),
        (
            matching(json!({"skus": ["A1"], "brands": ["b"], "amount": {"gte": "10", "lt": 20}})),
            "number of purchases of product A1, of brand b, with an amount of at least 10 and less than 20, is at least 3",
        ),
        (matching(json!({"labels": [{"key": "campaign"}]})), "number of purchases labelled campaign is at least 3"),
        (
            matching(json!({"labels": [{"key": "campaign", "value": {"in": ["a", "b"]}}, {"key": "b"}]})),
            "number of purchases labelled campaign a or b or labelled b is at least 3",
        ),
        (
            matching(json!({"labels": [{"key": "k", "value": {"startsWith": "a", "contains": "b"}}]})),
            "number of purchases labelled k containing b and starting with a is at least 3",
        ),
        (
            json!({"transactions": {
                "measure": "SPENDING",
                "within": {"lastDays": 180},
                "where": {
                    "channels": ["web", "app"],
                    "categories": ["coffee"],
                    "amount": {"gte": "10"},
                    "labels": [{"key": "campaign", "value": {"eq": "summer"}}],
                },
                "is": {"gte": "500.00"},
            }}),
            "spending in the last 180 days in channel web or app, of category coffee, with an amount of at least 10, labelled campaign summer, is at least 500.00",
        ),
        (measure("AVERAGE_VALUE"), "average transaction value is less than 5.00"),
        (measure("MAX_VALUE"), "largest purchase is less than 5.00"),
        (measure("DAYS_SINCE_LAST"), "number of days since the last purchase is less than 5.00"),
        (measure("DAYS_SINCE_FIRST"), "number of days since the first purchase is less than 5.00"),
        (measure("SHARE_OF_COUNT"), "share of purchases is less than 5.00"),
        (measure("DISTINCT_CATEGORIES"), "number of categories bought is less than 5.00"),
        (json!({"not": measure("COUNT")}), "number of purchases is not less than 5.00"),
    ]);
}

#[test]
fn points_and_feedback() {
    let points = |measure: &str| json!({"points": {"measure": measure, "is": {"gte": 5}}});
    let feedback = |condition: Value| json!({"feedback": condition});
    check(&[
        (points("BALANCE"), "points balance is at least 5"),
        (
            json!({"points": {"measure": "BALANCE", "within": {"lastDays": 7}, "is": {"gte": 5}}}),
            "change of the points balance in the last 7 days is at least 5",
        ),
        (points("EARNED"), "number of points earned is at least 5"),
        (points("REDEEMED"), "number of points redeemed is at least 5"),
        (points("EXPIRED"), "number of points expired is at least 5"),
        (points("REDEMPTIONS"), "number of redemptions is at least 5"),
        (points("REDEMPTION_RATE"), "redemption rate is at least 5"),
        (
            points("DAYS_TO_FIRST_REDEMPTION"),
            "number of days from the first earning to the first redemption is at least 5",
        ),
        (points("DAYS_SINCE_LAST_ACTIVITY"), "number of days since the last points activity is at least 5"),
        (feedback(json!({"survey": "x"})), "has answered survey x"),
        (json!({"not": feedback(json!({"survey": "x"}))}), "has not answered survey x"),
        (feedback(json!({"survey": "x", "group": ["PROMOTER"]})), "latest answer in survey x is a promoter"),
        (
            feedback(json!({"group": ["PASSIVE", "DETRACTOR"]})),
            "latest answer in any survey is a passive or a detractor",
        ),
        (
            feedback(json!({"survey": "store visit", "latestScore": {"gte": 3, "lt": 9}})),
            "latest answer in survey “store visit” has a score of at least 3 and less than 9",
        ),
        (
            json!({"not": feedback(json!({"latestScore": {"eq": 10}}))}),
            "latest answer in any survey has no score of 10",
        ),
        (
            feedback(json!({"survey": "x", "latestScore": {"gt": 9}, "group": ["PROMOTER"]})),
            "latest answer in survey x is a promoter and has a score of more than 9",
        ),
    ]);
}

#[test]
fn values_and_campaigns() {
    let value = |condition: Value| json!({"value": condition});
    let not = |condition: Value| json!({"not": {"value": condition}});
    let campaign = |outcome: &str| json!({"campaign": {"campaignId": "Spring sale", "outcome": outcome}});
    check(&[
        (value(json!({"historicClv": {"gte": "500.00"}})), "historic lifetime value is at least 500.00"),
        (
            value(json!({"predictedClv": {"gt": 10, "lt": 20}})),
            "predicted value of the next 12 months is more than 10 and less than 20",
        ),
        (value(json!({"orderProbability90Days": {"lt": 0.25}})), "chance of an order within 90 days is less than 0.25"),
        (not(json!({"orderProbability90Days": {"lt": 1.0}})), "chance of an order within 90 days is not less than 1"),
        (value(json!({"expectedOrders": {"gte": 3}})), "number of orders to expect within 365 days is at least 3"),
        (
            value(json!({"rfmGroup": ["CHAMPIONS", "NEEDS_ATTENTION", "AT_RISK"]})),
            "RFM group is champions, needs attention or at risk",
        ),
        (not(json!({"rfmGroup": ["PROSPECTS"]})), "RFM group is not prospects"),
        (value(json!({"valueGroup": ["MOST_GROWABLE"]})), "value group is most growable"),
        (
            value(json!({"presence": ["MISSING", "INSUFFICIENT_HISTORY"]})),
            "presence is missing or insufficient history",
        ),
        (campaign("TARGETED"), "is targeted by campaign “Spring sale”"),
        (campaign("HELD_OUT"), "is held out of campaign “Spring sale”"),
        (campaign("ENGAGED"), "has engaged with campaign “Spring sale”"),
        (json!({"not": campaign("CONVERTED")}), "has not converted in campaign “Spring sale”"),
    ]);
}

#[test]
fn what_was_found() {
    let number = |text: &str, unit| Observed::Number(text.parse().unwrap(), unit);
    let day = "2026-03-01".parse().unwrap();
    let table = [
        (number("431.20", Unit::Money), "431.20"),
        (number("3", Unit::Purchases), "3"),
        (number("0.25", Unit::Share), "0.25"),
        (number("-0.50", Unit::Money), "-0.50"),
        (Observed::Text("PL".to_owned()), "PL"),
        (Observed::Texts(vec!["a".to_owned(), "b".to_owned()]), "a, b"),
        (number("0.4321", Unit::Share), "0.4321"),
        (Observed::Words(vec!["targeted", "converted"]), "targeted, converted"),
        (Observed::Day(day), "2026-03-01"),
        (Observed::Flag(true), "yes"),
        (Observed::Flag(false), "no"),
    ];
    for (found, expected) in table {
        assert_eq!(observed(&found), expected);
    }
}
