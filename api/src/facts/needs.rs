//! What of the facts some rules look at, so that nothing else is read.

use engine::facts::ValueKind;
use engine::groups::CampaignOutcome;
use engine::rules::{Profile, Rule, TransactionsMeasure, ValueCondition, ValueMeasure};

/// Kinds of rows beside the members' own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Labels of members.
    pub labels: bool,
    /// Documents.
    pub transactions: bool,
    /// Their lines.
    pub items: bool,
    /// Points entries.
    pub points: bool,
    /// Answers in surveys.
    pub feedback: bool,
    /// Parts in campaigns.
    pub campaigns: bool,
    /// What the nightly analyses keep of each member.
    pub values: bool,
}

impl Needs {
    /// Members' own rows alone.
    pub const NOTHING: Self = Self {
        labels: false,
        transactions: false,
        items: false,
        points: false,
        feedback: false,
        campaigns: false,
        values: false,
    };
    /// Documents without their lines.
    pub const DOCUMENTS: Self = Self { transactions: true, ..Self::NOTHING };
    /// Everything.
    pub const ALL: Self = Self {
        labels: true,
        transactions: true,
        items: true,
        points: true,
        feedback: true,
        campaigns: true,
        values: true,
    };

    /// What rules look at.
    pub fn of<'r>(rules: impl IntoIterator<Item = &'r Rule<i64>>) -> Self {
        let mut needs = Self::default();
        for clause in rules.into_iter().flat_map(Rule::clauses) {
            match clause {
                Rule::Profile(Profile::Label(_)) => needs.labels = true,
                Rule::Transactions(condition) => {
                    needs.transactions = true;
                    let asks_lines = condition.matching.as_ref().is_some_and(|matching| {
                        matching.skus.is_some() || matching.brands.is_some() || matching.categories.is_some()
                    });
                    needs.items |= asks_lines || condition.measure == TransactionsMeasure::DistinctCategories;
                }
                Rule::Points(_) => needs.points = true,
                Rule::Feedback(_) => needs.feedback = true,
                Rule::Campaign(_, outcome) => {
                    needs.campaigns = true;
                    needs.transactions |= *outcome == CampaignOutcome::Converted;
                }
                // What was spent, for the value so far, which is exact at every moment.
                Rule::Value(ValueCondition::Number(ValueMeasure::HistoricClv, _)) => needs.transactions = true,
                Rule::Value(_) => needs.values = true,
                _ => {}
            }
        }
        needs
    }

    /// These and others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self {
            labels: self.labels | others.labels,
            transactions: self.transactions | others.transactions,
            items: self.items | others.items,
            points: self.points | others.points,
            feedback: self.feedback | others.feedback,
            campaigns: self.campaigns | others.campaigns,
            values: self.values | others.values,
        }
    }

    /// What values of a kind stand in.
    pub fn of_values(kind: &ValueKind) -> Self {
        use ValueKind::{
            AttributeName, Brand, Category, Channel, City, Country, Gender, LabelKey, LabelValue, Location, PostalCode,
            Region, Sku, Survey, Tier, TransactionLabelKey, TransactionLabelValue,
        };
        let nothing = Self::default();
        match kind {
            Gender | Country | Region | City | PostalCode | Tier | AttributeName => nothing,
            LabelKey | LabelValue(_) => Self { labels: true, ..nothing },
            Channel | Location | TransactionLabelKey | TransactionLabelValue(_) => {
                Self { transactions: true, ..nothing }
            }
            Sku | Brand | Category => Self { transactions: true, items: true, ..nothing },
            Survey => Self { feedback: true, ..nothing },
        }
    }
}
