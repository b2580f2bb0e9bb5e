//! From JSON in the shape of the API's `RuleInput` to a rule.

use rust_decimal::Decimal;
use serde_json::Value;

use super::clause_words::{
    CAMPAIGN_OUTCOMES, NPS_GROUPS, POINTS, PRESENCES, RFM_GROUPS, TRANSACTIONS, VALUE_GROUPS, VALUES, is_float,
};
use super::filters_read::{bounds, days, label, small, text, window, words};
use super::limits::{MOST_CLAUSES, MOST_LEVELS};
use super::read::MistakeKind::{EmptyRule, Invalid, TooMany};
use super::read::{Mistake, Reading};
use super::{
    Attribute, AttributeTest, Feedback, Points, Profile, Rule, Sample, SegmentName, TextFact, Transactions,
    TransactionsMatch, ValueCondition, YearlyFact,
};

/// Reads a rule, or names every mistake with its path. A rule that is too large or too deep is refused before anything
/// else is looked at. Takes time in proportion to the text, whatever is in it.
pub fn parse(value: &Value) -> Result<Rule<SegmentName>, Vec<Mistake>> {
    let mut reading = Reading::default();
    if !is_within_limits(&mut reading, value) {
        return reading.done(None);
    }
    let rule = rule(&mut reading, value);
    reading.done(rule)
}

fn is_within_limits(reading: &mut Reading, value: &Value) -> bool {
    let mut clauses = 0;
    if count(value, 1, &mut clauses).is_none() {
        reading.refuse::<()>(TooMany, format!("must have at most {MOST_LEVELS} levels"));
        return false;
    }
    if clauses > MOST_CLAUSES {
        reading.refuse::<()>(TooMany, format!("must have at most {MOST_CLAUSES} clauses"));
        return false;
    }
    true
}

/// Counts the clauses; none where it is too deep.
fn count(value: &Value, level: usize, clauses: &mut usize) -> Option<()> {
    if level > MOST_LEVELS {
        return None;
    }
    let Value::Object(fields) = value else {
        *clauses += 1;
        return Some(());
    };
    if fields.is_empty() {
        *clauses += 1;
    }
    for (name, part) in fields.iter().filter(|(_, part)| !part.is_null()) {
        match (name.as_str(), part) {
            ("all" | "any", Value::Array(rules)) => {
                rules.iter().try_for_each(|rule| count(rule, level + 1, clauses))?;
            }
            ("all" | "any" | "not", rule @ Value::Object(_)) => count(rule, level + 1, clauses)?,
            _ => *clauses += 1,
        }
    }
    Some(())
}

fn rule(reading: &mut Reading, value: &Value) -> Option<Rule<SegmentName>> {
    const KNOWN: &[&str] = &[
        "all",
        "any",
        "not",
        "everyone",
        "profile",
        "transactions",
        "points",
        "value",
        "segment",
        "feedback",
        "campaign",
        "sample",
    ];
    if value.as_object().is_some_and(serde_json::Map::is_empty) {
        return reading.refuse(EmptyRule, NOBODY);
    }
    let (name, part) = reading.one(value, KNOWN)?;
    reading.at(name, |reading| match name {
        "all" => rules(reading, part).map(Rule::All),
        "any" => rules(reading, part).map(Rule::Any),
        "not" => rule(reading, part).map(|rule| Rule::Not(Box::new(rule))),
        "everyone" => match reading.flag(part)? {
            true => Some(Rule::Everyone),
            false => reading.refuse(Invalid, "must be true"),
        },
        "profile" => profile(reading, part).map(Rule::Profile),
        "transactions" => transactions(reading, part).map(Rule::Transactions),
        "points" => points(reading, part).map(Rule::Points),
        "value" => value_condition(reading, part).map(Rule::Value),
        "segment" => segment(reading, part).map(Rule::Segment),
        "feedback" => feedback(reading, part).map(Rule::Feedback),
        "campaign" => campaign(reading, part),
        _ => sample(reading, part).map(Rule::Sample),
    })
}

const NOBODY: &str = "names nobody in particular; use {everyone: true} to mean everyone";

fn rules(reading: &mut Reading, value: &Value) -> Option<Vec<Rule<SegmentName>>> {
    if value.as_array().is_some_and(Vec::is_empty) {
        return reading.refuse(EmptyRule, NOBODY);
    }
    reading.list(value, rule)
}

fn profile(reading: &mut Reading, value: &Value) -> Option<Profile> {
    const KNOWN: &[&str] = &[
        "number",
        "email",
        "gender",
        "country",
        "region",
        "city",
        "postalCode",
        "age",
        "birthdayWithinDays",
        "enrolledOn",
        "enrolmentAnniversaryWithinDays",
        "enrolled",
        "tier",
        "label",
        "attribute",
        "marketingConsent",
    ];
    let (name, part) = reading.one(value, KNOWN)?;
    reading.at(name, |reading| {
        let fact = match name {
            "number" => TextFact::Number,
            "email" => TextFact::Email,
            "gender" => TextFact::Gender,
            "country" => TextFact::Country,
            "region" => TextFact::Region,
            "city" => TextFact::City,
            "postalCode" => TextFact::PostalCode,
            "tier" => TextFact::Tier,
            "age" => return bounds(reading, part, small).map(Profile::Age),
            "birthdayWithinDays" => return within_days(reading, part, YearlyFact::Birthday),
            "enrolmentAnniversaryWithinDays" => return within_days(reading, part, YearlyFact::EnrolmentAnniversary),
            "enrolledOn" => return days(reading, part).map(Profile::EnrolledOn),
            "enrolled" => return reading.flag(part).map(Profile::Enrolled),
            "label" => return label(reading, part).map(Profile::Label),
            "attribute" => return attribute(reading, part).map(Profile::Attribute),
            _ => return reading.flag(part).map(Profile::MarketingConsent),
        };
        text(reading, part).map(|text| Profile::Text(fact, text))
    })
}

fn within_days(reading: &mut Reading, value: &Value, fact: YearlyFact) -> Option<Profile> {
    reading.whole(value, 0, 366).map(|days| Profile::WithinDays(fact, days))
}

fn attribute(reading: &mut Reading, value: &Value) -> Option<Attribute> {
    const TESTS: &[&str] = &["text", "number", "date", "flag", "absent"];
    let fields = reading.fields(value, &["name", "text", "number", "date", "flag", "absent"])?;
    let name = reading.needed(&fields, "name", Reading::text);
    let mut given = TESTS.iter().filter_map(|test| Some((*test, fields.get(test)?)));
    let test = match (given.next(), given.next()) {
        (Some((test, part)), None) => reading.at(test, |reading| match test {
            "text" => text(reading, part).map(AttributeTest::Text),
            "number" => bounds(reading, part, Reading::decimal).map(AttributeTest::Number),
            "date" => days(reading, part).map(AttributeTest::Date),
            "flag" => reading.flag(part).map(AttributeTest::Flag),
            _ => reading.flag(part).map(AttributeTest::Absent),
        }),
        _ => reading.refuse(Invalid, format!("must have exactly one of {} beside the name", TESTS.join(", "))),
    };
    Some(Attribute { name: name?, test: test? })
}

fn transactions(reading: &mut Reading, value: &Value) -> Option<Transactions> {
    let fields = reading.fields(value, &["measure", "within", "where", "is"])?;
    let measure = reading.needed(&fields, "measure", |reading, value| reading.word(value, TRANSACTIONS));
    let within = reading.maybe(&fields, "within", window);
    let matching = reading.maybe(&fields, "where", transactions_match);
    let is = reading.needed(&fields, "is", |reading, value| bounds(reading, value, Reading::decimal));
    Some(Transactions { measure: measure?, within: within?, matching: matching?, is: is? })
}

fn transactions_match(reading: &mut Reading, value: &Value) -> Option<TransactionsMatch> {
    let known = ["channels", "locations", "skus", "brands", "categories", "labels", "amount"];
    let fields = reading.fields(value, &known)?;
    if fields.is_empty() {
        return reading.refuse(Invalid, "must not be empty");
    }
    let mut texts = |name: &str| reading.maybe(&fields, name, |reading, value| reading.list(value, Reading::text));
    let [channels, locations, skus, brands, categories] =
        ["channels", "locations", "skus", "brands", "categories"].map(&mut texts);
    let labels = reading.maybe(&fields, "labels", |reading, value| reading.list(value, label));
    let amount = reading.maybe(&fields, "amount", |reading, value| bounds(reading, value, Reading::decimal));
    Some(TransactionsMatch {
        channels: channels?,
        locations: locations?,
        skus: skus?,
        brands: brands?,
        categories: categories?,
        labels: labels?,
        amount: amount?,
    })
}

fn points(reading: &mut Reading, value: &Value) -> Option<Points> {
    let fields = reading.fields(value, &["measure", "within", "is"])?;
    let measure = reading.needed(&fields, "measure", |reading, value| reading.word(value, POINTS));
    let within = reading.maybe(&fields, "within", window);
    let is = reading.needed(&fields, "is", |reading, value| bounds(reading, value, Reading::decimal));
    Some(Points { measure: measure?, within: within?, is: is? })
}

fn value_condition(reading: &mut Reading, value: &Value) -> Option<ValueCondition> {
    const KNOWN: &[&str] = &[
        "historicClv",
        "predictedClv",
        "orderProbability90Days",
        "expectedOrders",
        "rfmGroup",
        "valueGroup",
        "presence",
    ];
    let (name, part) = reading.one(value, KNOWN)?;
    reading.at(name, |reading| match name {
        "rfmGroup" => words(reading, part, RFM_GROUPS).map(ValueCondition::RfmGroup),
        "valueGroup" => words(reading, part, VALUE_GROUPS).map(ValueCondition::ValueGroup),
        "presence" => words(reading, part, PRESENCES).map(ValueCondition::Presence),
        _ => {
            let (_, measure) = VALUES.iter().find(|(known, _)| *known == name)?;
            let number = if is_float(*measure) { Reading::float } else { Reading::decimal };
            bounds(reading, part, number).map(|is| ValueCondition::Number(*measure, is))
        }
    })
}

fn segment(reading: &mut Reading, value: &Value) -> Option<SegmentName> {
    let (name, part) = reading.one(value, &["id", "key"])?;
    let text = reading.at(name, |reading| reading.text(part))?;
    Some(if name == "id" { SegmentName::Id(text) } else { SegmentName::Key(text) })
}

fn feedback(reading: &mut Reading, value: &Value) -> Option<Feedback> {
    let fields = reading.fields(value, &["survey", "latestScore", "group"])?;
    if fields.is_empty() {
        return reading.refuse(Invalid, "must not be empty");
    }
    let survey = reading.maybe(&fields, "survey", Reading::text);
    let latest_score = reading.maybe(&fields, "latestScore", |reading, value| bounds(reading, value, small));
    let group = reading.maybe(&fields, "group", |reading, value| words(reading, value, NPS_GROUPS));
    Some(Feedback { survey: survey?, latest_score: latest_score?, group: group? })
}

fn campaign(reading: &mut Reading, value: &Value) -> Option<Rule<SegmentName>> {
    let fields = reading.fields(value, &["campaignId", "outcome"])?;
    let campaign = reading.needed(&fields, "campaignId", Reading::text);
    let outcome = reading.needed(&fields, "outcome", |reading, value| reading.word(value, CAMPAIGN_OUTCOMES));
    Some(Rule::Campaign(campaign?, outcome?))
}

fn sample(reading: &mut Reading, value: &Value) -> Option<Sample> {
    let fields = reading.fields(value, &["percent", "salt"])?;
    let percent = reading.needed(&fields, "percent", |reading, value| {
        let percent = reading.decimal(value)?;
        let is_share = percent >= Decimal::ZERO && percent <= Decimal::ONE_HUNDRED;
        if is_share { Some(percent) } else { reading.refuse(Invalid, "must be from 0 to 100") }
    });
    let salt = reading.needed(&fields, "salt", Reading::text);
    Some(Sample { percent: percent?, salt: salt? })
}
