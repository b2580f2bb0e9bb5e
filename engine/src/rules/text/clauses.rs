//! The conditions in words.

use super::super::{
    Attribute, AttributeTest, Feedback, LabelMatch, NpsGroup, Points, PointsMeasure, Profile, Sample, TextFact,
    Transactions, TransactionsMeasure, ValueCondition, ValueMeasure, YearlyFact,
};
use super::filters::{bounds, day, days, matching, quoted_texts, texts, window};
use super::phrase::{Binds, Phrase, Test, any_of, counted, quoted, value};
use crate::groups::{CampaignOutcome, Presence, RfmGroup, ValueGroup};

pub(super) fn profile(fact: &Profile) -> Phrase {
    match fact {
        Profile::Text(fact, filter) => Phrase::of(name(*fact), &texts(filter)),
        Profile::Age(filter) => Phrase::is("age", &bounds(filter)),
        Profile::WithinDays(fact, 0) => Phrase::is(day_name(*fact), &["today".to_owned()]),
        Profile::WithinDays(fact, days) => {
            Phrase::is(day_name(*fact), &[format!("within {}", counted(*days, "day", "days"))])
        }
        Profile::EnrolledOn(filter) => {
            let days = days(filter);
            let said = format!("enrolled {}", days.join(" and "));
            match days.as_slice() {
                [only] => Phrase::alone(said, format!("not enrolled {only}")),
                _ => Phrase { said, denied: None, binds: Binds::Tightly },
            }
        }
        Profile::Enrolled(true) => Phrase::alone("is enrolled", "is not enrolled"),
        Profile::Enrolled(false) => Phrase::alone("is an identified guest", "is not an identified guest"),
        Profile::Label(filter) => label(filter),
        Profile::Attribute(filter) => attribute(filter),
        Profile::MarketingConsent(true) => {
            Phrase::alone("marketing consent is given", "marketing consent is not given")
        }
        Profile::MarketingConsent(false) => {
            Phrase { said: "marketing consent is not given".to_owned(), denied: None, binds: Binds::Alone }
        }
    }
}

fn name(fact: TextFact) -> &'static str {
    match fact {
        TextFact::Number => "number",
        TextFact::Email => "e-mail",
        TextFact::Gender => "gender",
        TextFact::Country => "country",
        TextFact::Region => "region",
        TextFact::City => "city",
        TextFact::PostalCode => "postal code",
        TextFact::Tier => "tier",
    }
}

fn day_name(fact: YearlyFact) -> &'static str {
    match fact {
        YearlyFact::Birthday => "birthday",
        YearlyFact::EnrolmentAnniversary => "enrolment anniversary",
    }
}

/// A member may have several labels with the key, of which one must pass: “label campaign is not summer” could mean
/// another one.
fn label(LabelMatch { key, value: wanted }: &LabelMatch) -> Phrase {
    let key = value(key);
    let tests: Vec<String> = wanted.iter().flat_map(texts).map(|test| test.said).collect();
    let that = if tests.is_empty() { String::new() } else { format!(" that {}", tests.join(" and ")) };
    let binds = if tests.len() > 1 { Binds::Tightly } else { Binds::Alone };
    Phrase { said: format!("has a label {key}{that}"), denied: Some(format!("has no label {key}{that}")), binds }
}

fn attribute(Attribute { name, test }: &Attribute) -> Phrase {
    let subject = format!("attribute {}", value(name));
    match test {
        AttributeTest::Text(filter) => Phrase::of(&subject, &quoted_texts(filter)),
        AttributeTest::Number(filter) => Phrase::is(&subject, &bounds(filter)),
        AttributeTest::Date(filter) => Phrase::is(&subject, &day(filter)),
        AttributeTest::Flag(flag) => Phrase::is(&subject, &[flag.to_string()]),
        AttributeTest::Absent(true) => Phrase::is(&subject, &["absent".to_owned()]),
        AttributeTest::Absent(false) => Phrase::is(&subject, &["present".to_owned()]),
    }
}

pub(super) fn transactions(Transactions { measure, within, matching: filter, is }: &Transactions) -> Phrase {
    let figure = match measure {
        TransactionsMeasure::Count => "number of purchases",
        TransactionsMeasure::Spending => "spending",
        TransactionsMeasure::AverageValue => "average transaction value",
        TransactionsMeasure::MaxValue => "largest purchase",
        TransactionsMeasure::DaysSinceLast => "number of days since the last purchase",
        TransactionsMeasure::DaysSinceFirst => "number of days since the first purchase",
        TransactionsMeasure::ShareOfCount => "share of purchases",
        TransactionsMeasure::DistinctCategories => "number of categories bought",
    };
    let (within, filter) = (window(within.as_ref()), matching(filter.as_ref()));
    Phrase::is(&format!("{figure}{within}{filter}"), &bounds(is))
}

pub(super) fn points(Points { measure, within, is }: &Points) -> Phrase {
    let figure = match measure {
        PointsMeasure::Balance if within.is_some() => "change of the points balance",
        PointsMeasure::Balance => "points balance",
        PointsMeasure::Earned => "number of points earned",
        PointsMeasure::Redeemed => "number of points redeemed",
        PointsMeasure::Expired => "number of points expired",
        PointsMeasure::Redemptions => "number of redemptions",
        PointsMeasure::RedemptionRate => "redemption rate",
        PointsMeasure::DaysToFirstRedemption => "number of days from the first earning to the first redemption",
        PointsMeasure::DaysSinceLastActivity => "number of days since the last points activity",
    };
    Phrase::is(&format!("{figure}{}", window(within.as_ref())), &bounds(is))
}

pub(super) fn value_condition(condition: &ValueCondition) -> Phrase {
    match condition {
        ValueCondition::Number(measure, is) => {
            let figure = match measure {
                ValueMeasure::HistoricClv => "historic lifetime value",
                ValueMeasure::PredictedClv => "predicted value of the next 12 months",
                ValueMeasure::OrderProbability90Days => "chance of an order within 90 days",
                ValueMeasure::ExpectedOrders => "number of orders to expect within 365 days",
            };
            Phrase::is(figure, &bounds(is))
        }
        ValueCondition::RfmGroup(groups) => named("RFM group", groups, RfmGroup::name),
        ValueCondition::ValueGroup(groups) => named("value group", groups, ValueGroup::name),
        ValueCondition::Presence(presences) => named("presence", presences, Presence::name),
    }
}

/// “RFM group is champions or at risk”.
fn named<T: Copy>(subject: &str, some: &[T], name: impl Fn(T) -> &'static str) -> Phrase {
    let names: Vec<String> = some.iter().map(|one| name(*one).to_owned()).collect();
    Phrase::is(subject, &[any_of(&names)])
}

pub(super) fn campaign(name: &str, outcome: CampaignOutcome) -> Phrase {
    let name = quoted(name);
    let (does, does_not) = match outcome {
        CampaignOutcome::Targeted => ("is targeted by campaign", "is not targeted by campaign"),
        CampaignOutcome::HeldOut => ("is held out of campaign", "is not held out of campaign"),
        CampaignOutcome::Engaged => ("has engaged with campaign", "has not engaged with campaign"),
        CampaignOutcome::Converted => ("has converted in campaign", "has not converted in campaign"),
    };
    Phrase::alone(format!("{does} {name}"), format!("{does_not} {name}"))
}

pub(super) fn segment(name: &str) -> Phrase {
    let name = quoted(name);
    Phrase::alone(format!("belongs to {name}"), format!("does not belong to {name}"))
}

pub(super) fn feedback(Feedback { survey, latest_score, group }: &Feedback) -> Phrase {
    let survey = survey.as_ref().map_or_else(|| "any survey".to_owned(), |survey| format!("survey {}", value(survey)));
    let mut tests = Vec::new();
    if let Some(groups) = group {
        let groups = any_of(&groups.iter().map(|group| group_name(*group).to_owned()).collect::<Vec<_>>());
        tests.push(Test::new(format!("is {groups}"), format!("is not {groups}")));
    }
    if let Some(score) = latest_score {
        let score = bounds(score).join(" and ");
        tests.push(Test::new(format!("has a score of {score}"), format!("has no score of {score}")));
    }
    if tests.is_empty() {
        return Phrase::alone(format!("has answered {survey}"), format!("has not answered {survey}"));
    }
    Phrase::of(&format!("latest answer in {survey}"), &tests)
}

fn group_name(group: NpsGroup) -> &'static str {
    match group {
        NpsGroup::Promoter => "a promoter",
        NpsGroup::Passive => "a passive",
        NpsGroup::Detractor => "a detractor",
    }
}

pub(super) fn sample(Sample { percent, salt }: &Sample) -> Phrase {
    let share = format!("a stable {percent} % of members (salt {})", value(salt));
    Phrase::alone(format!("is among {share}"), format!("is not among {share}"))
}
