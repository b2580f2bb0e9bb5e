//! What a rule can say, for whoever builds an editor.

mod figures;
mod filters;
mod profile;

use std::sync::Arc;

use engine::facts::ValueKind;
use entity::campaign;

use crate::app::App;
use crate::campaigns;
use crate::db::page::PageArguments;
use crate::error::Fault;
use crate::facts::catalogue::{self, Value};
use crate::global_id::GlobalId;
use crate::segments::{self, SegmentFilter, SegmentList, SegmentOrder, SegmentOrderField};

/// A condition, or a part of one, that a rule can have.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it stands in the API's RuleInput.
    pub name: &'static str,
    /// Under what an editor lists it.
    pub group: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it means.
    pub description: &'static str,
    /// What it is compared with.
    pub value: ValueType,
    /// What that is counted in.
    pub unit: Unit,
    /// What goes around the value; none where it stands by itself.
    pub operators: &'static [&'static str],
    /// Whether it can be asked of some days alone.
    pub takes_window: bool,
    /// Whether it can be asked of some transactions alone.
    pub takes_match: bool,
    source: Source,
}

/// What a condition is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// An amount.
    Money,
    /// Points.
    Points,
    /// Whole days.
    Days,
    /// From 0 to 1.
    Share,
    /// A day.
    Date,
    /// True or false.
    Flag,
    /// A text, beside a key.
    Label,
    /// Whatever the operator takes, beside a name.
    Attribute,
    /// One of a few words.
    Word,
    /// A segment.
    Segment,
    /// A campaign, by its id.
    Campaign,
    /// From 0 to 100, beside a salt.
    Percent,
}

/// What numbers are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing in particular.
    None,
    /// The programme's currency.
    Currency,
    /// What the word says.
    Named(&'static str),
}

/// Where the values come from that can be chosen from.
#[derive(Clone, Debug)]
enum Source {
    /// There are none.
    Nothing,
    /// Members have them.
    Facts(ValueKind),
    /// The keys of active segments.
    Segments,
    /// The ids of campaigns.
    Campaigns,
}

/// Everything that a rule can say, in the order in which an editor lists it.
pub fn entries() -> Vec<Entry> {
    let parts = [
        profile::entries(),
        figures::transactions(),
        filters::transactions(),
        figures::points(),
        figures::values(),
        others(),
    ];
    parts.into_iter().flatten().collect()
}

/// Values that contain a text; those that most members have come first. Of segments the keys, where the text begins words
/// of the name; of campaigns the ids, where the name contains it.
pub async fn values(app: &Arc<App>, entry: &Entry, search: Option<String>, first: i32) -> Result<Vec<Value>, Fault> {
    match &entry.source {
        Source::Nothing => Ok(Vec::new()),
        Source::Facts(kind) => {
            let first = usize::try_from(first).unwrap_or_default();
            catalogue::values(app, kind, search.as_deref().unwrap_or_default(), first).await
        }
        Source::Campaigns => campaigns(app, search.as_deref().unwrap_or_default(), first).await,
        Source::Segments => {
            let order = SegmentOrder { field: SegmentOrderField::Members, descending: true };
            let list = SegmentList { search, filter: Some(SegmentFilter::Active(true)), order };
            let arguments = PageArguments { first: Some(first), ..PageArguments::default() };
            let page = segments::page(app, &list, &arguments);
            let value = |row: segments::SegmentRow| Value {
                value: row.segment.key,
                members: u64::try_from(row.stats.members).unwrap_or_default(),
            };
            Ok(page.await?.rows.into_iter().map(|(_, row)| value(row)).collect())
        }
    }
}

/// The ids of campaigns whose names contain a text, newest first.
async fn campaigns(app: &App, search: &str, first: i32) -> Result<Vec<Value>, Fault> {
    let found = campaigns::search(app, search, usize::try_from(first).unwrap_or_default()).await?;
    let value = |row: campaign::Model| Value {
        value: GlobalId::Campaign(row.id).text(),
        members: u64::try_from(row.targeted + row.held_out).unwrap_or_default(),
    };
    Ok(found.into_iter().map(value).collect())
}

impl ValueType {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Number => "NUMBER",
            Self::Money => "MONEY",
            Self::Points => "POINTS",
            Self::Days => "DAYS",
            Self::Share => "SHARE",
            Self::Date => "DATE",
            Self::Flag => "FLAG",
            Self::Label => "LABEL",
            Self::Attribute => "ATTRIBUTE",
            Self::Word => "WORD",
            Self::Segment => "SEGMENT",
            Self::Campaign => "CAMPAIGN",
            Self::Percent => "PERCENT",
        }
    }
}

const TEXT: &[&str] = &["eq", "in", "contains", "startsWith"];
const NUMBER: &[&str] = &["eq", "gt", "gte", "lt", "lte"];
const DATE: &[&str] = &["on", "from", "to", "lastDays"];
const LABEL: &[&str] = &["value.eq", "value.in", "value.contains", "value.startsWith"];
const LIST: &[&str] = &["in"];
const ALONE: &[&str] = &[];

impl Entry {
    /// One without a unit, a window, a filter of transactions, or values to choose from.
    fn new(
        (name, group): (&'static str, &'static str),
        label: &'static str,
        description: &'static str,
        value: ValueType,
        operators: &'static [&'static str],
    ) -> Self {
        let unit = match value {
            ValueType::Money => Unit::Currency,
            ValueType::Days => Unit::Named("days"),
            ValueType::Points => Unit::Named("points"),
            ValueType::Percent => Unit::Named("percent"),
            _ => Unit::None,
        };
        let (takes_window, takes_match, source) = (false, false, Source::Nothing);
        Self { name, group, label, description, value, unit, operators, takes_window, takes_match, source }
    }

    fn with_values(self, kind: ValueKind) -> Self {
        Self { source: Source::Facts(kind), ..self }
    }
}

/// The latest answers, campaigns, other segments, and shares.
fn others() -> Vec<Entry> {
    let feedback = |name, label, description, value, operators| {
        Entry::new((name, "Feedback"), label, description, value, operators)
    };
    let survey = "The survey whose latest answer is looked at; any survey where none is named.";
    let score = "The score of the latest answer, 0 to 10.";
    let group =
        "Where the score of the latest answer stands: PROMOTER (9 and 10), PASSIVE (7 and 8) or DETRACTOR (0 to 6).";
    let campaign = "A campaign, which is named by its id.";
    let outcome = "What came of the campaign for the member: TARGETED, HELD_OUT, ENGAGED (opened, clicked or redeemed it) or \
        CONVERTED (made a purchase in its days); of those held out nothing but that.";
    let segment = "Belongs to another segment, which is named by its key or its id.";
    let sample = "A stable pseudo-random share of all members: the same members for the same salt.";
    vec![
        feedback("feedback.survey", "Survey", survey, ValueType::Text, ALONE).with_values(ValueKind::Survey),
        feedback("feedback.latestScore", "Latest score", score, ValueType::Number, NUMBER),
        feedback("feedback.group", "Group by latest score", group, ValueType::Word, LIST),
        Entry {
            source: Source::Campaigns,
            ..Entry::new(("campaign.campaignId", "Campaigns"), "Campaign", campaign, ValueType::Campaign, ALONE)
        },
        Entry::new(("campaign.outcome", "Campaigns"), "Outcome", outcome, ValueType::Word, ALONE),
        Entry {
            source: Source::Segments,
            ..Entry::new(("segment", "Segments"), "Segment", segment, ValueType::Segment, ALONE)
        },
        Entry::new(("sample", "Sample"), "Share of members", sample, ValueType::Percent, ALONE),
    ]
}
