//! How members come in and how they are filtered.

use async_graphql::{Enum, Error, InputObject, MaybeUndefined};
use serde_json::Value;

use crate::app::App;
use crate::error::{Fault, FaultKind, Refusal, RefusalCode};
use crate::graphql::connection::OrderDirection;
use crate::graphql::filters::{DateFilter, DecimalFilter, FilterSize, IntFilter, StringFilter};
use crate::graphql::patch::patch;
use crate::graphql::refs::SegmentRef;
use crate::graphql::scalars::{Date, DateTime};
use crate::members;
use crate::patch::Patch;
use crate::segments;

/// A label.
#[derive(InputObject, Clone)]
pub(crate) struct LabelInput {
    key: String,
    value: String,
}

impl From<LabelInput> for members::LabelInput {
    fn from(LabelInput { key, value }: LabelInput) -> Self {
        Self { key, value }
    }
}

/// A member by number. Absent fields stay as they are; null empties.
#[derive(InputObject)]
pub(crate) struct MemberInput {
    number: String,
    enrolled_at: MaybeUndefined<DateTime>,
    first_name: MaybeUndefined<String>,
    last_name: MaybeUndefined<String>,
    email: MaybeUndefined<String>,
    phone: MaybeUndefined<String>,
    gender: MaybeUndefined<String>,
    birth_date: MaybeUndefined<Date>,
    country: MaybeUndefined<String>,
    region: MaybeUndefined<String>,
    city: MaybeUndefined<String>,
    postal_code: MaybeUndefined<String>,
    street: MaybeUndefined<String>,
    tier: MaybeUndefined<String>,
    /// All labels, in the place of those before.
    labels: MaybeUndefined<Vec<LabelInput>>,
    /// A JSON object of at most 16 kB, in the place of the one before.
    attributes: MaybeUndefined<Value>,
    marketing_consent: MaybeUndefined<bool>,
}

impl MemberInput {
    /// The room's input, or the mistake that only the API can make.
    pub(super) fn into_room(self) -> Result<members::MemberInput, Refusal> {
        let attributes = match self.attributes {
            MaybeUndefined::Undefined => Patch::Keep,
            MaybeUndefined::Null => Patch::Clear,
            MaybeUndefined::Value(Value::Object(attributes)) => Patch::Set(attributes),
            MaybeUndefined::Value(_) => {
                return Err(Refusal::new(RefusalCode::Invalid, "must be a JSON object", &["attributes"]));
            }
        };
        Ok(members::MemberInput {
            number: self.number,
            enrolled_at: patch(self.enrolled_at.map_value(|at| at.0)),
            birth_date: patch(self.birth_date.map_value(|day| day.0)),
            texts: [
                self.first_name,
                self.last_name,
                self.email,
                self.phone,
                self.gender,
                self.country,
                self.region,
                self.city,
                self.postal_code,
                self.street,
                self.tier,
            ]
            .map(patch),
            labels: patch(self.labels.map_value(|labels| labels.into_iter().map(Into::into).collect())),
            attributes,
            marketing_consent: patch(self.marketing_consent),
        })
    }
}

/// A label by its key.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct LabelFilter {
    key: String,
    /// Any value when absent.
    value: Option<StringFilter>,
}

/// `and`, `or` and `not` nest freely. Every field given must hold.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct MemberFilter {
    and: Option<Vec<MemberFilter>>,
    or: Option<Vec<MemberFilter>>,
    not: Option<Box<MemberFilter>>,
    number: Option<StringFilter>,
    /// First and last name with a blank between.
    name: Option<StringFilter>,
    email: Option<StringFilter>,
    country: Option<StringFilter>,
    city: Option<StringFilter>,
    tier: Option<StringFilter>,
    label: Option<LabelFilter>,
    enrolled: Option<bool>,
    marketing_consent: Option<bool>,
    spending: Option<DecimalFilter>,
    transactions: Option<IntFilter>,
    last_purchase_on: Option<DateFilter>,
    points_balance: Option<IntFilter>,
    in_segment: Option<SegmentRef>,
}

impl MemberFilter {
    /// The room's filter, with every segment it names looked up.
    pub(crate) async fn resolved(&self, app: &App) -> Result<members::MemberFilter, Error> {
        let mut size = FilterSize::default();
        self.measure(&mut size);
        size.check()?;
        self.resolve(app).await
    }

    fn measure(&self, size: &mut FilterSize) {
        size.filter();
        let texts =
            [&self.number, &self.name, &self.email, &self.country, &self.city, &self.tier].into_iter().flatten();
        let label = self.label.iter().filter_map(|label| label.value.as_ref());
        texts.chain(label).for_each(|text| size.text(text));
        let below = [&self.and, &self.or].into_iter().flatten().flatten().chain(self.not.as_deref());
        below.for_each(|filter| filter.measure(size));
    }

    async fn resolve(&self, app: &App) -> Result<members::MemberFilter, Error> {
        use members::MemberFilter as Room;
        let mut all = Vec::new();
        for filter in self.and.iter().flatten() {
            all.push(Box::pin(filter.resolve(app)).await?);
        }
        if let Some(filters) = &self.or {
            let mut any = Vec::with_capacity(filters.len());
            for filter in filters {
                any.push(Box::pin(filter.resolve(app)).await?);
            }
            all.push(Room::Any(any));
        }
        if let Some(filter) = &self.not {
            all.push(Room::Not(Box::new(Box::pin(filter.resolve(app)).await?)));
        }
        let text = |filter: &Option<StringFilter>| filter.as_ref().map(StringFilter::folded);
        all.extend(text(&self.number).map(Room::Number));
        all.extend(text(&self.name).map(Room::Name));
        all.extend(text(&self.email).map(Room::Email));
        all.extend(text(&self.country).map(Room::Country));
        all.extend(text(&self.city).map(Room::City));
        all.extend(text(&self.tier).map(Room::Tier));
        all.extend(self.label.as_ref().map(|label| Room::Label(label.folded())));
        all.extend(self.enrolled.map(Room::Enrolled));
        all.extend(self.marketing_consent.map(Room::MarketingConsent));
        let digits = app.program().currency.digits();
        all.extend(self.spending.as_ref().map(|filter| Room::Spending(filter.minor(digits))));
        all.extend(self.transactions.as_ref().map(|filter| Room::Transactions(filter.range())));
        if let Some(filter) = &self.last_purchase_on {
            all.extend(filter.span(app)?.map(Room::LastPurchase));
        }
        all.extend(self.points_balance.as_ref().map(|filter| Room::PointsBalance(filter.range())));
        if let Some(reference) = &self.in_segment {
            let reference = segments::SegmentRef::from(reference.clone());
            all.push(Room::InSegment(reference.find(app.db.reader()).await?));
        }
        Ok(Room::All(all))
    }
}

impl LabelFilter {
    fn folded(&self) -> members::LabelFilter {
        let key = engine::text::fold(&self.key).replace('\0', "\u{fffd}");
        members::LabelFilter { key, value: self.value.as_ref().map(StringFilter::folded) }
    }
}

/// What members are sorted by.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "members::MemberOrderField")]
pub(crate) enum MemberOrderField {
    Name,
    Number,
    CreatedAt,
    Spending,
    Transactions,
    LastPurchaseAt,
    Clv,
    PointsBalance,
}

/// Nulls come last in both directions; ties are broken by id.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct MemberOrder {
    field: MemberOrderField,
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

impl From<MemberOrder> for members::MemberOrder {
    fn from(MemberOrder { field, direction }: MemberOrder) -> Self {
        Self { field: field.into(), descending: direction == OrderDirection::Desc }
    }
}

/// What was typed into a search, without the NUL that no text of ours holds.
pub(crate) fn search(text: Option<String>) -> Result<Option<String>, Error> {
    match text {
        Some(text) if text.chars().count() > 200 => {
            Err(Fault::of(FaultKind::BadInput, "search must have at most 200 characters").into())
        }
        text => Ok(text.map(|text| text.replace('\0', " "))),
    }
}
