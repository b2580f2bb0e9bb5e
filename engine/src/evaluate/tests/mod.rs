//! The evaluator against a slow and obvious model, over random shops and rules.

mod agree;
mod calendar;
mod campaigns;
mod due;
mod member;
mod mistakes;
mod model;
mod parse;
mod random;
mod rules;
mod words;

use chrono::NaiveDate;

use self::member::{Label, Line, Member, is_purchase};
use crate::facts::{Builder, Dictionary, Facts, ItemRow, MemberRow, PointsRow, TransactionRow};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The facts of members, as they are put together from rows.
fn facts(members: &[Member], dictionary: &mut Dictionary) -> Facts {
    let mut builder = Builder::new(dictionary).with_evidence();
    for member in members {
        add(&mut builder, member);
    }
    builder.finish()
}

fn add(builder: &mut Builder<'_>, member: &Member) {
    builder.member(&member_row(member, &serde_json::to_string(&member.attributes).unwrap()));
    member.labels.iter().for_each(|(key, value)| builder.label(key, value));
    for document in &member.documents {
        builder.transaction(&TransactionRow {
            id: document.id,
            day: document.day,
            direction: document.direction,
            amount: document.amount,
            purchase: is_purchase(document),
            channel: document.channel.as_deref(),
            location: document.location.as_deref(),
            labels: &json(&document.labels),
        });
        for Line { amount, sku, brand, category } in &document.lines {
            let (brand, category) = (brand.as_deref(), category.as_deref());
            builder.item(&ItemRow { amount: *amount, sku, brand, category });
        }
    }
    for (day, kind, points) in &member.entries {
        builder.points(&PointsRow { day: *day, kind: *kind, points: *points, origin: None });
    }
    // No rule asks for the day of an answer; the latest stands last.
    member.answers.iter().for_each(|(survey, score)| builder.answer(NaiveDate::default(), survey, *score));
    builder.valuation(&member.valuation);
    member.campaigns.iter().for_each(|(id, part)| builder.participation(*id, part.held_out, part.engaged));
}

fn member_row<'m>(member: &'m Member, attributes: &'m str) -> MemberRow<'m> {
    MemberRow {
        id: member.id,
        number: &member.number,
        email: member.email.as_deref(),
        enrolled: member.enrolled,
        birth: member.birth,
        gender: member.gender.as_deref(),
        country: member.country.as_deref(),
        region: member.region.as_deref(),
        city: member.city.as_deref(),
        postal_code: member.postal_code.as_deref(),
        tier: member.tier.as_deref(),
        marketing_consent: member.consent,
        attributes,
    }
}

fn json(labels: &[Label]) -> String {
    let labels = labels.iter().map(|(key, value)| serde_json::json!({"key": key, "value": value}));
    serde_json::Value::Array(labels.collect()).to_string()
}
