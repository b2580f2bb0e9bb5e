//! From a rule to JSON in the shape of the API's `RuleInput`, so that it can be sent back as it is.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::clause_words::{
    CAMPAIGN_OUTCOMES, NPS_GROUPS, POINTS, PRESENCES, RFM_GROUPS, TRANSACTIONS, VALUE_GROUPS, VALUES, is_float, word,
};
use super::filter::{Bounds, DayBounds, TextMatch};
use super::{
    Attribute, AttributeTest, Feedback, LabelMatch, Names, Points, Profile, Rule, TextFact, Transactions,
    TransactionsMatch, ValueCondition, Window, YearlyFact,
};

/// The JSON of a rule; `segment` gives that of a segment's name, such as `{"key": "vip"}`, and `campaign` a campaign's id.
pub fn shape<S: Names>(
    rule: &Rule<S>,
    segment: &impl Fn(&S) -> Value,
    campaign: &impl Fn(&S::Campaign) -> String,
) -> Value {
    let all = |rules: &[Rule<S>]| Value::Array(rules.iter().map(|rule| shape(rule, segment, campaign)).collect());
    match rule {
        Rule::All(rules) => json!({"all": all(rules)}),
        Rule::Any(rules) => json!({"any": all(rules)}),
        Rule::Not(rule) => json!({"not": shape(rule, segment, campaign)}),
        Rule::Everyone => json!({"everyone": true}),
        Rule::Profile(fact) => json!({"profile": profile(fact)}),
        Rule::Transactions(condition) => json!({"transactions": transactions(condition)}),
        Rule::Points(condition) => json!({"points": points(condition)}),
        Rule::Value(condition) => json!({"value": value(condition)}),
        Rule::Segment(name) => json!({"segment": segment(name)}),
        Rule::Feedback(condition) => json!({"feedback": feedback(condition)}),
        Rule::Campaign(named, outcome) => {
            json!({"campaign": {"campaignId": campaign(named), "outcome": word(CAMPAIGN_OUTCOMES, outcome)}})
        }
        Rule::Sample(sample) => json!({"sample": {"percent": sample.percent.to_string(), "salt": sample.salt}}),
    }
}

fn profile(fact: &Profile) -> Value {
    match fact {
        Profile::Text(fact, filter) => json!({name(*fact): text(filter)}),
        Profile::Age(filter) => json!({"age": bounds(filter, |age| json!(age))}),
        Profile::WithinDays(YearlyFact::Birthday, days) => json!({"birthdayWithinDays": days}),
        Profile::WithinDays(YearlyFact::EnrolmentAnniversary, days) => {
            json!({"enrolmentAnniversaryWithinDays": days})
        }
        Profile::EnrolledOn(filter) => json!({"enrolledOn": days(filter)}),
        Profile::Enrolled(flag) => json!({"enrolled": flag}),
        Profile::Label(filter) => json!({"label": label(filter)}),
        Profile::Attribute(filter) => json!({"attribute": attribute(filter)}),
        Profile::MarketingConsent(flag) => json!({"marketingConsent": flag}),
    }
}

fn name(fact: TextFact) -> &'static str {
    match fact {
        TextFact::Number => "number",
        TextFact::Email => "email",
        TextFact::Gender => "gender",
        TextFact::Country => "country",
        TextFact::Region => "region",
        TextFact::City => "city",
        TextFact::PostalCode => "postalCode",
        TextFact::Tier => "tier",
    }
}

fn attribute(Attribute { name, test }: &Attribute) -> Value {
    match test {
        AttributeTest::Text(filter) => json!({"name": name, "text": text(filter)}),
        AttributeTest::Number(filter) => json!({"name": name, "number": bounds(filter, decimal)}),
        AttributeTest::Date(filter) => json!({"name": name, "date": days(filter)}),
        AttributeTest::Flag(flag) => json!({"name": name, "flag": flag}),
        AttributeTest::Absent(flag) => json!({"name": name, "absent": flag}),
    }
}

fn label(LabelMatch { key, value }: &LabelMatch) -> Value {
    given([("key", Some(json!(key))), ("value", value.as_ref().map(text))])
}

fn transactions(Transactions { measure, within, matching, is }: &Transactions) -> Value {
    given([
        ("measure", Some(json!(word(TRANSACTIONS, measure)))),
        ("within", within.as_ref().map(window)),
        ("where", matching.as_ref().map(transactions_match)),
        ("is", Some(bounds(is, decimal))),
    ])
}

fn transactions_match(filter: &TransactionsMatch) -> Value {
    let TransactionsMatch { channels, locations, skus, brands, categories, labels, amount } = filter;
    given([
        ("channels", channels.as_ref().map(|texts| json!(texts))),
        ("locations", locations.as_ref().map(|texts| json!(texts))),
        ("skus", skus.as_ref().map(|texts| json!(texts))),
        ("brands", brands.as_ref().map(|texts| json!(texts))),
        ("categories", categories.as_ref().map(|texts| json!(texts))),
        ("labels", labels.as_ref().map(|labels| Value::Array(labels.iter().map(label).collect()))),
        ("amount", amount.as_ref().map(|amount| bounds(amount, decimal))),
    ])
}

fn window(window: &Window) -> Value {
    match window {
        Window::LastDays(number) => json!({"lastDays": number}),
        Window::Between(bounds) => json!({"between": days(bounds)}),
        Window::DaysAgo { from, to } => json!({"daysAgo": {"from": from, "to": to}}),
    }
}

fn points(Points { measure, within, is }: &Points) -> Value {
    given([
        ("measure", Some(json!(word(POINTS, measure)))),
        ("within", within.as_ref().map(window)),
        ("is", Some(bounds(is, decimal))),
    ])
}

fn value(condition: &ValueCondition) -> Value {
    match condition {
        ValueCondition::Number(measure, is) => {
            let number = if is_float(*measure) { float } else { decimal };
            json!({word(VALUES, measure): bounds(is, number)})
        }
        ValueCondition::RfmGroup(groups) => json!({"rfmGroup": words(RFM_GROUPS, groups)}),
        ValueCondition::ValueGroup(groups) => json!({"valueGroup": words(VALUE_GROUPS, groups)}),
        ValueCondition::Presence(presences) => json!({"presence": words(PRESENCES, presences)}),
    }
}

fn feedback(Feedback { survey, latest_score, group }: &Feedback) -> Value {
    given([
        ("survey", survey.as_ref().map(|survey| json!(survey))),
        ("latestScore", latest_score.as_ref().map(|score| bounds(score, |score| json!(score)))),
        ("group", group.as_ref().map(|groups| words(NPS_GROUPS, groups))),
    ])
}

fn text(TextMatch { eq, within, contains, starts_with }: &TextMatch) -> Value {
    given([
        ("eq", eq.as_ref().map(|text| json!(text))),
        ("in", within.as_ref().map(|texts| json!(texts))),
        ("contains", contains.as_ref().map(|text| json!(text))),
        ("startsWith", starts_with.as_ref().map(|text| json!(text))),
    ])
}

fn bounds<T>(Bounds { eq, gt, gte, lt, lte }: &Bounds<T>, number: impl Fn(&T) -> Value) -> Value {
    let bounds = [("eq", eq), ("gt", gt), ("gte", gte), ("lt", lt), ("lte", lte)];
    given(bounds.map(|(name, bound)| (name, bound.as_ref().map(&number))))
}

fn days(DayBounds { on, from, to, last_days }: &DayBounds) -> Value {
    given([
        ("on", on.map(|day| json!(day.to_string()))),
        ("from", from.map(|day| json!(day.to_string()))),
        ("to", to.map(|day| json!(day.to_string()))),
        ("lastDays", last_days.map(|days| json!(days))),
    ])
}

fn decimal(number: &Decimal) -> Value {
    json!(number.to_string())
}

/// As the API's Float; it was read from one, so that it is the same again.
fn float(number: &Decimal) -> Value {
    json!(number.to_string().parse::<f64>().unwrap_or_default())
}

fn words<T: PartialEq>(known: &[(&'static str, T)], some: &[T]) -> Value {
    Value::Array(some.iter().map(|one| json!(word(known, one))).collect())
}

/// The fields that are given.
fn given<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}
