//! What defines DYNAMIC segments, as it is read: rules, their evaluations, pins, and who depends on whom.

use std::collections::HashMap;

use engine::rules::{self, text};
use entity::ids::SegmentId;
use entity::{segment_evaluation, segment_pin};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};

use super::definition::campaign_id;
use super::{SegmentRow, campaign_store, store};
use crate::app::App;
use crate::db::page::{KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;
use crate::membership::{self, PinRow};

/// The rule of a DYNAMIC segment.
#[derive(Clone, Debug)]
pub struct Definition {
    /// In the shape of the API's RuleInput, segments by the keys that they have now.
    pub rule: Value,
    /// As a sentence.
    pub text: String,
    /// How its latest evaluation went; none before the first was asked for.
    pub evaluation: Option<segment_evaluation::Model>,
}

/// The rules of segments; those that are not DYNAMIC are missing.
pub async fn definitions(app: &App, ids: &[SegmentId]) -> Result<HashMap<SegmentId, Definition>, Fault> {
    let reader = app.db.reader();
    let mut evaluations = store::evaluations(reader, ids).await?;
    let mut told = Vec::new();
    for (id, active, rule) in store::rules(reader, ids).await? {
        told.push((id, active, membership::told(&rule)?));
    }
    let named: Vec<SegmentId> = told.iter().flat_map(|(_, _, rule)| rule.segments()).copied().map(SegmentId).collect();
    let names = store::keys_and_names(reader, &named).await?;
    let titles = campaign_store::called(reader, told.iter().map(|(_, _, rule)| rule)).await?;
    let campaign = |id: &i64| titles.get(id).cloned().unwrap_or_default();
    let name = |id: &i64| names.get(&SegmentId(*id)).map(|(_, name)| name.clone()).unwrap_or_default();
    let key = |id: &i64| json!({"key": names.get(&SegmentId(*id)).map(|(key, _)| key)});
    let definition = |(id, active, rule)| {
        let evaluation = evaluations.remove(&id);
        let evaluation = evaluation.filter(|evaluation| active || evaluation.applied_version > 0);
        (
            id,
            Definition {
                rule: rules::shape(&rule, &key, &campaign_id),
                text: text::sentence(&rule, &name, &campaign),
                evaluation,
            },
        )
    };
    Ok(told.into_iter().map(definition).collect())
}

/// The same part of the pins of each of some segments, newest first.
pub async fn pins(
    app: &App,
    segments: &[SegmentId],
    arguments: &PageArguments,
) -> Result<HashMap<SegmentId, Slice<PinRow>>, Fault> {
    let order = Order {
        tag: "segment_pin.at:desc".into(),
        key: Expr::col(segment_pin::Column::At.as_column_ref()),
        kind: KeyKind::Int,
        nullable: false,
        descending: true,
        id: Expr::col(segment_pin::Column::MemberId.as_column_ref()),
    };
    let page = Page::new(arguments, &order)?;
    let selects = segments.iter().map(|segment| (segment.0, membership::select_pins(*segment))).collect();
    let slices = page.read_each(app.db.reader(), selects, &order).await?;
    Ok(slices.into_iter().map(|(segment, slice)| (SegmentId(segment), slice)).collect())
}

/// The segments whose rules name each of some segments, by name.
pub async fn dependents(app: &App, ids: &[SegmentId]) -> Result<HashMap<SegmentId, Vec<SegmentRow>>, Fault> {
    let naming = store::naming(app.db.reader(), ids).await?;
    let rows = store::rows_of(app.db.reader(), naming.iter().map(|(_, naming)| *naming).collect()).await?;
    let mut dependents: HashMap<SegmentId, Vec<SegmentRow>> = HashMap::new();
    for (named, naming) in naming {
        let row = rows.iter().find(|row| row.segment.id == naming);
        dependents.entry(named).or_default().extend(row.cloned());
    }
    for rows in dependents.values_mut() {
        rows.sort_by(|one, other| one.segment.name.cmp(&other.segment.name));
    }
    Ok(dependents)
}
