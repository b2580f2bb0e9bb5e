//! Tables of what was found and what would turn it.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::would_flip;
use crate::evaluate::{Observed, Outcome, Unit};
use crate::rules::{AttributeTest, Bounds, NpsGroup, Profile, Rule, ValueCondition, parse};

#[test]
fn what_would_turn_a_figure_over_transactions() {
    let figure = |measure: &str, is: Value| json!({"transactions": {"measure": measure, "is": is}});
    let table = [
        (figure("SPENDING", json!({"gte": 500})), "431.20", "68.80 more spending"),
        (figure("SPENDING", json!({"gt": 500})), "500.00", "0.01 more spending"),
        (figure("SPENDING", json!({"gte": 500})), "500.00", "0.01 less spending"),
        (figure("SPENDING", json!({"gte": 500})), "1234.5", "734.6 less spending"),
        (figure("SPENDING", json!({"gte": "500.005"})), "431.20", "68.81 more spending"),
        (figure("SPENDING", json!({"lt": "500.005"})), "431.20", "68.81 more spending"),
        (figure("SPENDING", json!({"lt": 0})), "10.00", "10.01 less spending"),
        (figure("SPENDING", json!({"gte": 1000})), "250", "750 more spending"),
        (figure("SPENDING", json!({"eq": "12.50"})), "10.00", "2.50 more spending"),
        (figure("SPENDING", json!({"eq": "12.50"})), "12.50", "0.01 more spending"),
        (figure("SPENDING", json!({"eq": "12.505"})), "12.50", ""),
        (figure("SPENDING", json!({"gte": "79228162514264337593543950335"})), "0.00", ""),
        (figure("SPENDING", json!({"lte": "79228162514264337593543950335"})), "0.00", ""),
        (figure("SPENDING", json!({"gte": 100, "lt": 200})), "120.00", "20.01 less spending"),
        (figure("SPENDING", json!({"gte": 100, "lt": 200})), "190.00", "10.00 more spending"),
        (figure("SPENDING", json!({"gte": 100, "lt": 200})), "250.00", "50.01 less spending"),
        (figure("SPENDING", json!({"gte": 100, "lt": 200})), "-10.00", "110.00 more spending"),
        (figure("SPENDING", json!({"gt": 200, "lt": 100})), "150.00", ""),
        (figure("COUNT", json!({"gte": 3})), "1", "2 more purchases"),
        (figure("COUNT", json!({"gte": "2.5"})), "2", "1 more purchase"),
        (figure("COUNT", json!({"gte": 3})), "3", "1 fewer purchase"),
        (figure("COUNT", json!({"gte": 3})), "5", "3 fewer purchases"),
        (figure("COUNT", json!({"eq": 0})), "0", "1 more purchase"),
        (figure("COUNT", json!({"gte": 0})), "4", ""),
        (figure("COUNT", json!({"lt": 0})), "4", ""),
        (figure("COUNT", json!({"eq": 5})), "5", "1 more purchase"),
        (figure("AVERAGE_VALUE", json!({"gte": 20})), "12.50", "7.50 more in the average transaction"),
        (figure("MAX_VALUE", json!({"lt": 20})), "25.00", "5.01 less in the largest purchase"),
        (figure("DAYS_SINCE_LAST", json!({"lte": 30})), "35", "5 fewer days since the last purchase"),
        (figure("DAYS_SINCE_FIRST", json!({"lte": 30})), "30", "1 more day since the first purchase"),
        (figure("SHARE_OF_COUNT", json!({"gte": "0.5"})), "0.25", "0.25 more share of purchases"),
        (figure("SHARE_OF_COUNT", json!({"gt": "0.5"})), "0.2500", "0.2501 more share of purchases"),
        (figure("SHARE_OF_COUNT", json!({"gt": 1})), "1", ""),
        (figure("DISTINCT_CATEGORIES", json!({"gte": 3})), "1", "2 more categories"),
    ];
    check_turns(&table);
}

#[test]
fn what_would_turn_other_figures() {
    let points = |measure: &str, is: Value| json!({"points": {"measure": measure, "is": is}});
    let attribute = |is: Value| json!({"profile": {"attribute": {"name": "size", "number": is}}});
    let feedback = |condition: Value| json!({"feedback": condition});
    let value = |figure: &str, is: Value| json!({"value": {figure: is}});
    let table = [
        (points("BALANCE", json!({"gte": 500})), "200", "300 more points"),
        (points("BALANCE", json!({"lt": 0})), "0", "1 fewer point"),
        (points("EARNED", json!({"gt": 500})), "500", "1 more point earned"),
        (points("REDEEMED", json!({"lte": 0})), "7", "7 fewer points redeemed"),
        (points("EXPIRED", json!({"lt": 0})), "7", ""),
        (points("REDEMPTIONS", json!({"gte": 1})), "0", "1 more redemption"),
        (points("REDEMPTION_RATE", json!({"lt": "0.5"})), "0.75", "0.2501 less redemption rate"),
        (
            points("DAYS_TO_FIRST_REDEMPTION", json!({"lte": 10})),
            "12",
            "2 fewer days from the first earning to the first redemption",
        ),
        (points("DAYS_SINCE_LAST_ACTIVITY", json!({"gte": 10})), "9", "1 more day since the last points activity"),
        (json!({"profile": {"age": {"gte": 18}}}), "16", "2 more years of age"),
        (json!({"profile": {"age": {"gte": 18}}}), "18", "1 fewer year of age"),
        (json!({"profile": {"birthdayWithinDays": 7}}), "12", "5 fewer days until the birthday"),
        (json!({"profile": {"birthdayWithinDays": 0}}), "0", "1 more day until the birthday"),
        (json!({"profile": {"birthdayWithinDays": 365}}), "100", ""),
        (
            json!({"profile": {"enrolmentAnniversaryWithinDays": 365}}),
            "364",
            "2 more days until the enrolment anniversary",
        ),
        (attribute(json!({"gte": 15})), "3", "12 more"),
        (attribute(json!({"gt": 2})), "1.25", "0.76 more"),
        (attribute(json!({"gt": "2.5"})), "1", "1.6 more"),
        (attribute(json!({"lt": 0})), "0.5", "0.6 less"),
        (attribute(json!({"gt": "0.0000000000000000000000000001"})), "79228162514264337593543950335", ""),
        (value("historicClv", json!({"gte": "500"})), "431.20", "68.80 more historic lifetime value"),
        (value("predictedClv", json!({"lt": 0})), "12.00", "12.01 less predicted value"),
        (value("orderProbability90Days", json!({"gte": 0.5})), "0.4321", "0.0679 more chance of an order"),
        (value("orderProbability90Days", json!({"lte": 0.33333})), "0.3333", "0.0001 more chance of an order"),
        (value("orderProbability90Days", json!({"gt": 1})), "0.4321", ""),
        (value("expectedOrders", json!({"lt": 2})), "2.5000", "0.5001 less in the orders to expect"),
        (value("expectedOrders", json!({"lt": 0})), "2.5000", ""),
        (feedback(json!({"latestScore": {"gte": 9}})), "7", "2 more in the latest score"),
        (feedback(json!({"group": ["PROMOTER", "DETRACTOR"]})), "7", "1 less in the latest score"),
        (feedback(json!({"group": ["PASSIVE"]})), "9", "1 less in the latest score"),
        (feedback(json!({"group": ["PASSIVE"], "latestScore": {"lt": 8}})), "7", "1 more in the latest score"),
        (feedback(json!({"latestScore": {"gte": 11}})), "7", ""),
        (feedback(json!({"survey": "x"})), "7", ""),
    ];
    check_turns(&table);
}

#[test]
fn nothing_but_a_number_is_turned() {
    let rule = numbered(&json!({"profile": {"country": {"eq": "PL"}}}));
    assert_eq!(would_flip(&outcome(&rule, false, Some(Observed::Text("DE".to_owned())))), None);
    let rule = numbered(&json!({"transactions": {"measure": "AVERAGE_VALUE", "is": {"gte": 1}}}));
    assert_eq!(would_flip(&outcome(&rule, false, None)), None);
    let rule = numbered(&json!({"all": [{"transactions": {"measure": "COUNT", "is": {"gte": 1}}}]}));
    assert_eq!(would_flip(&outcome(&rule, false, None)), None);
}

/// Of each rule, what was found and what would turn it; an empty text is nothing.
fn check_turns(table: &[(Value, &str, &str)]) {
    for (json, found, expected) in table {
        let rule = numbered(json);
        let found = decimal(found);
        let outcome = outcome(&rule, holds(&rule, found), Some(Observed::Number(found, Unit::None)));
        assert_eq!(would_flip(&outcome).unwrap_or_default(), *expected, "{json} of {found}");
    }
}

/// Whether a condition about a number holds, by its bounds as they are written.
fn holds(rule: &Rule<i64>, found: Decimal) -> bool {
    fn within<T: PartialOrd>(bounds: &Bounds<T>, found: &T) -> bool {
        bounds.eq.as_ref().is_none_or(|bound| found == bound)
            && bounds.gt.as_ref().is_none_or(|bound| found > bound)
            && bounds.gte.as_ref().is_none_or(|bound| found >= bound)
            && bounds.lt.as_ref().is_none_or(|bound| found < bound)
            && bounds.lte.as_ref().is_none_or(|bound| found <= bound)
    }
    let whole = || i64::try_from(found.mantissa()).unwrap();
    match rule {
        Rule::Transactions(condition) => within(&condition.is, &found),
        Rule::Points(condition) => within(&condition.is, &found),
        Rule::Profile(Profile::Age(bounds)) => within(bounds, &whole()),
        Rule::Profile(Profile::WithinDays(_, days)) => whole() <= *days,
        Rule::Profile(Profile::Attribute(attribute)) => match &attribute.test {
            AttributeTest::Number(bounds) => within(bounds, &found),
            _ => panic!("no number"),
        },
        Rule::Feedback(feedback) => {
            feedback.latest_score.as_ref().is_none_or(|bounds| within(bounds, &whole()))
                && feedback.group.as_ref().is_none_or(|groups| groups.contains(&NpsGroup::of(whole())))
        }
        Rule::Value(ValueCondition::Number(_, is)) => within(is, &found),
        _ => panic!("no number"),
    }
}

fn outcome(rule: &Rule<i64>, holds: bool, observed: Option<Observed>) -> Outcome<'_> {
    Outcome { path: Vec::new(), rule, holds, observed, due: None, evidence: Vec::new() }
}

fn numbered(rule: &Value) -> Rule<i64> {
    parse(rule).unwrap().try_map(&mut |_| Ok::<i64, ()>(17), &mut |_| Ok(18)).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}
