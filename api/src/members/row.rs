//! A member's row: how an input changes it, and what a page reads of it.

use engine::calendar::Millis;
use engine::text::{fold, search_words};
use entity::ids::MemberId;
use entity::{member, member_metrics};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{FromQueryResult, QueryResult};
use serde_json::{Map, Value};

use super::{LabelInput, MemberInput};
use crate::db::row_by_place;
use crate::patch::Patch;

/// A member with its sums, as it is shown: what always goes together.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberRow {
    /// Who.
    pub member: Shown,
    /// What is kept of what the member did.
    pub metrics: Metrics,
}

row_by_place! {
    /// What is shown of a member.
    pub struct Shown of member::Column {
        id: MemberId = Id,
        number: String = Number,
        enrolled_at: Option<i64> = EnrolledAt,
        first_name: Option<String> = FirstName,
        last_name: Option<String> = LastName,
        email: Option<String> = Email,
        phone: Option<String> = Phone,
        gender: Option<String> = Gender,
        birth_date: Option<String> = BirthDate,
        country: Option<String> = Country,
        region: Option<String> = Region,
        city: Option<String> = City,
        postal_code: Option<String> = PostalCode,
        street: Option<String> = Street,
        tier: Option<String> = Tier,
        attributes: String = Attributes,
        marketing_consent: bool = MarketingConsent,
        created_at: i64 = CreatedAt,
        erased_at: Option<i64> = ErasedAt,
    }

    /// What is shown of a member's sums; amounts in minor units.
    pub struct Metrics of member_metrics::Column {
        transactions: i64 = Transactions,
        spending: i64 = Spending,
        spending_12m: i64 = Spending12m,
        first_purchase_at: Option<i64> = FirstPurchaseAt,
        last_purchase_at: Option<i64> = LastPurchaseAt,
        points_earned: i64 = PointsEarned,
        points_redeemed: i64 = PointsRedeemed,
        points_balance: i64 = PointsBalance,
    }
}

/// How many columns a [`MemberRow`] has.
pub const MEMBER_COLUMNS: usize = Shown::COLUMNS.len() + Metrics::COLUMNS.len();

impl FromQueryResult for MemberRow {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, sea_orm::DbErr> {
        Ok(Self { member: Shown::at(row, 0)?, metrics: Metrics::at(row, Shown::COLUMNS.len())? })
    }
}

/// Adds the columns of [`MemberRow`], the first of a statement over `member` and `member_metrics`.
pub fn columns(select: &mut SelectStatement) {
    Shown::select(select);
    Metrics::select(select);
}

impl MemberInput {
    /// The labels that take the place of those before; none where they stay.
    pub(super) fn labels_to_write(&self) -> Option<&[LabelInput]> {
        match &self.labels {
            Patch::Keep => None,
            Patch::Clear => Some(&[]),
            Patch::Set(labels) => Some(labels),
        }
    }
}

/// The row after an input, with its twins.
pub(super) fn merged(before: Option<&member::Model>, input: &MemberInput, now: Millis) -> member::Model {
    let mut row = before.cloned().unwrap_or_else(|| blank(&input.number, now));
    patch(&mut row.enrolled_at, &input.enrolled_at);
    match &input.birth_date {
        Patch::Keep => {}
        Patch::Clear => row.birth_date = None,
        Patch::Set(day) => row.birth_date = Some(day.to_string()),
    }
    let fields = [
        &mut row.first_name,
        &mut row.last_name,
        &mut row.email,
        &mut row.phone,
        &mut row.gender,
        &mut row.country,
        &mut row.region,
        &mut row.city,
        &mut row.postal_code,
        &mut row.street,
        &mut row.tier,
    ];
    for (field, text) in fields.into_iter().zip(&input.texts) {
        patch(field, text);
    }
    match &input.attributes {
        Patch::Keep => {}
        Patch::Clear => row.attributes = Value::Object(Map::new()).to_string(),
        Patch::Set(attributes) => row.attributes = Value::Object(attributes.clone()).to_string(),
    }
    match input.marketing_consent {
        Patch::Keep => {}
        Patch::Clear => row.marketing_consent = false,
        Patch::Set(consent) => row.marketing_consent = consent,
    }
    fold_twins(&mut row);
    row
}

fn patch<T: Clone>(field: &mut Option<T>, patch: &Patch<T>) {
    match patch {
        Patch::Keep => {}
        Patch::Clear => *field = None,
        Patch::Set(value) => *field = Some(value.clone()),
    }
}

fn fold_twins(row: &mut member::Model) {
    let twin = |text: &Option<String>| text.as_deref().map(fold);
    let names: Vec<&str> = [&row.first_name, &row.last_name].into_iter().flatten().map(String::as_str).collect();
    row.name_folded = fold(&names.join(" "));
    row.search_words = search_words(names.into_iter().chain([row.number.as_str()]).chain(row.email.as_deref()));
    row.number_folded = fold(&row.number);
    row.email_folded = twin(&row.email);
    row.country_folded = twin(&row.country);
    row.city_folded = twin(&row.city);
    row.tier_folded = twin(&row.tier);
}

fn blank(number: &str, now: Millis) -> member::Model {
    member::Model {
        id: MemberId(0),
        number: number.to_owned(),
        number_folded: String::new(),
        enrolled_at: None,
        first_name: None,
        last_name: None,
        name_folded: String::new(),
        search_words: String::new(),
        email: None,
        email_folded: None,
        phone: None,
        gender: None,
        birth_date: None,
        country: None,
        country_folded: None,
        region: None,
        city: None,
        city_folded: None,
        postal_code: None,
        street: None,
        tier: None,
        tier_folded: None,
        attributes: "{}".to_owned(),
        marketing_consent: false,
        created_at: now,
        updated_at: now,
        erased_at: None,
    }
}
