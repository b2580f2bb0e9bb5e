//! Facts from rows.

use std::iter::Peekable;
use std::vec::IntoIter;

use chrono::NaiveDate;
use engine::calendar::{Millis, Zone};
use engine::facts::{Builder, Dictionary, Facts, ItemRow, MemberRow, PointsRow, TransactionRow, Valuation};
use entity::ids::MemberId;
use sea_orm::ConnectionTrait;

use super::Needs;
use super::documents_store::documents;
use super::rows_store::{self as store, Answer, Document, Entry, Label, Part};
use crate::error::Fault;

/// Whose facts are read.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// These members'; those that do not exist are missing afterwards.
    Members(&'a [MemberId]),
    /// Those of ids after the first, up to the second.
    Between(i64, i64),
}

/// Reads facts. Days are those of the zone. Statements see what is committed when each of them begins: a caller that needs
/// one moment has locked the members, or looks at them again when it learns that they changed.
pub async fn read(
    db: &impl ConnectionTrait,
    whose: Whose<'_>,
    needs: Needs,
    zone: Zone,
    dictionary: &mut Dictionary,
) -> Result<Facts, Fault> {
    build(db, whose, needs, zone, Builder::new(dictionary)).await
}

/// The same with the ids of transactions, so that they can be shown.
pub async fn read_with_evidence(
    db: &impl ConnectionTrait,
    whose: Whose<'_>,
    needs: Needs,
    zone: Zone,
    dictionary: &mut Dictionary,
) -> Result<Facts, Fault> {
    build(db, whose, needs, zone, Builder::new(dictionary).with_evidence()).await
}

async fn build(
    db: &impl ConnectionTrait,
    whose: Whose<'_>,
    needs: Needs,
    zone: Zone,
    mut builder: Builder<'_>,
) -> Result<Facts, Fault> {
    let members = store::members(db, whose).await?;
    let mut labels = rows(if needs.labels { store::labels(db, whose).await? } else { Vec::new() });
    let documents = if needs.transactions { documents(db, whose, needs.items).await? } else { Vec::new() };
    let mut documents = rows(documents);
    let mut entries = rows(if needs.points { store::entries(db, whose).await? } else { Vec::new() });
    let mut parts = rows(if needs.campaigns { store::parts(db, whose).await? } else { Vec::new() });
    let mut answers = rows(if needs.feedback { store::answers(db, whose).await? } else { Vec::new() });
    let mut valuations = rows(if needs.values { store::valuations(db, whose).await? } else { Vec::new() });
    let mut days = DayOf::new(zone);
    for member in &members {
        builder.member(&MemberRow {
            id: member.id,
            number: &member.number,
            email: member.email.as_deref(),
            enrolled: member.enrolled_at.map(|at| days.of(at)),
            birth: member.birth_date.as_deref().and_then(|date| date.parse().ok()),
            gender: member.gender.as_deref(),
            country: member.country.as_deref(),
            region: member.region.as_deref(),
            city: member.city.as_deref(),
            postal_code: member.postal_code.as_deref(),
            tier: member.tier.as_deref(),
            marketing_consent: member.marketing_consent,
            attributes: &member.attributes,
        });
        while let Some(label) = next_of(&mut labels, |label: &Label| label.member_id, member.id) {
            builder.label(&label.key, &label.value);
        }
        while let Some(document) = next_of(&mut documents, |document: &Document| document.member_id, member.id) {
            builder.transaction(&TransactionRow {
                id: document.id,
                day: days.of(document.at),
                direction: document.direction(),
                amount: document.amount,
                purchase: document.purchase,
                channel: document.channel.as_deref(),
                location: document.location.as_deref(),
                labels: &document.labels,
            });
            for item in &document.items {
                builder.item(&ItemRow {
                    amount: item.amount,
                    sku: &item.sku,
                    brand: item.brand.as_deref(),
                    category: item.category.as_deref(),
                });
            }
        }
        while let Some(entry) = next_of(&mut entries, |entry: &Entry| entry.member_id, member.id) {
            builder.points(&PointsRow {
                day: days.of(entry.at),
                kind: entry.kind(),
                points: entry.points,
                origin: entry.origin.as_deref(),
            });
        }
        while let Some(answer) = next_of(&mut answers, |answer: &Answer| answer.member_id, member.id) {
            builder.answer(days.of(answer.at), &answer.survey, answer.score);
        }
        while let Some(part) = next_of(&mut parts, |part: &Part| part.member_id, member.id) {
            builder.participation(part.campaign_id, part.held_out, part.engaged);
        }
        if let Some((_, valuation)) = next_of(&mut valuations, |(of, _): &(i64, Valuation)| *of, member.id) {
            builder.valuation(&valuation);
        }
    }
    Ok(builder.finish())
}

type Rows<T> = Peekable<IntoIter<T>>;

fn rows<T>(rows: Vec<T>) -> Rows<T> {
    rows.into_iter().peekable()
}

/// The next row of a member; those of members that were not read are passed over.
fn next_of<T>(rows: &mut Rows<T>, member_of: impl Fn(&T) -> i64, member: i64) -> Option<T> {
    while rows.next_if(|row| member_of(row) < member).is_some() {}
    rows.next_if(|row| member_of(row) == member)
}

/// The local days of instants that mostly come day by day.
pub(super) struct DayOf {
    zone: Zone,
    day: NaiveDate,
    from: Millis,
    until: Millis,
}

impl DayOf {
    pub(super) fn new(zone: Zone) -> Self {
        Self { zone, day: NaiveDate::MIN, from: 0, until: 0 }
    }

    pub(super) fn of(&mut self, at: Millis) -> NaiveDate {
        if at < self.from || at >= self.until {
            self.day = self.zone.day_of(at);
            let span = self.zone.span(self.day, self.day);
            (self.from, self.until) = (span.from, span.until);
        }
        self.day
    }
}
