//! The value snapshot: members against non-members, those who redeem against those who do not.

use std::ops::AddAssign;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Among, Figure, Note, Period, Sales, UnnamedSales};
use crate::facts::{Dictionary, Facts};
use crate::figures::ratio;
use crate::ledger::PointsMove;
use crate::money::quotient;

/// What the customers of each group bought in a period. Who is a member, and who has redeemed, is as of now.
#[derive(Clone, Debug)]
pub struct Snapshot {
    period: Period,
    /// What is to be said of the launch, where the period begins with it because 12 months have not passed, or ends before.
    launch: Option<Note>,
    today: NaiveDate,
    among: Among,
    unnamed: Option<Arc<UnnamedSales>>,
}

/// Groups of customers; the last two make up the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SnapshotGroup {
    /// Identified guests.
    NonMembers,
    /// Enrolled in the programme.
    Members,
    /// Members who ever redeemed points.
    RedeemingMembers,
    /// Members who never did.
    NonRedeemingMembers,
}

/// The figures of the groups.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSnapshot {
    /// The local day for which memberships and redemptions hold.
    pub as_of: NaiveDate,
    /// The days of the sales.
    pub period: Period,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// Identified guests, and sales without a known customer.
    pub non_members: SnapshotFigures,
    /// Enrolled in the programme.
    pub members: SnapshotFigures,
    /// Members who ever redeemed points.
    pub redeeming_members: SnapshotFigures,
    /// Members who never did.
    pub non_redeeming_members: SnapshotFigures,
}

/// The figures of a group. Amounts are in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SnapshotFigures {
    /// Customers with a purchase in the period.
    pub customers: i64,
    /// Purchases, those without a known customer included.
    pub transactions: i64,
    /// Sales less returns, those without a known customer included, and the returns of customers who bought nothing.
    pub revenue: i64,
    /// Revenue ÷ transactions; none without transactions.
    pub average_order_value: Option<i64>,
    /// Purchases of known customers ÷ customers; none without customers.
    pub average_orders: Option<f64>,
    /// Revenue from known customers ÷ customers; none without customers.
    pub average_spending: Option<i64>,
}

/// What some parts say together.
#[derive(Clone, Copy, Debug, Default)]
pub struct SnapshotPart {
    guests: Buyers,
    redeeming: Buyers,
    non_redeeming: Buyers,
}

#[derive(Clone, Copy, Debug, Default)]
struct Buyers {
    customers: i64,
    sales: Sales,
}

impl Snapshot {
    /// The figures up to today, or to another day, of the 12 months that end with it or of those since the launch
    /// where they are shorter, or from another day.
    pub fn new(
        today: NaiveDate,
        launched_on: NaiveDate,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        among: Among,
    ) -> Self {
        let to = to.unwrap_or(today);
        let usual = Period::last_12_months_or_since_launch(to, launched_on);
        let is_short = from.is_none() && usual != Period::last_12_months(to);
        let of_launch =
            [(launched_on > to, Note::BeforeLaunch(launched_on)), (is_short, Note::SinceLaunch(launched_on))];
        Self {
            period: Period { from: from.unwrap_or(usual.from), to },
            launch: of_launch.into_iter().find(|(is_so, _)| *is_so).map(|(_, note)| note),
            today,
            among,
            unnamed: None,
        }
    }

    /// The same with the sales without a known customer, which count with the non-members. They belong to everybody,
    /// and to no segment.
    #[must_use]
    pub fn with_unnamed(self, unnamed: Arc<UnnamedSales>) -> Self {
        Self { unnamed: Some(unnamed), ..self }
    }

    /// The ids of the customers of a group who bought in the period, rising: those that its figures count.
    pub fn customers(&self, facts: &Facts, group: SnapshotGroup) -> Vec<i64> {
        let days = self.period.numbers();
        let bought = |row: usize| Sales::within(facts, row, days).is_some_and(|sales| sales.transactions > 0);
        let rows = self.among.rows(facts).filter(|row| group.has(facts, *row) && bought(*row));
        rows.map(|row| facts.members[row]).collect()
    }

    fn notes(&self, unnamed: Sales, customers: i64) -> Vec<Note> {
        let mut notes: Vec<Note> = self.launch.into_iter().collect();
        if unnamed.transactions > 0 {
            notes.push(Note::UnnamedSales(unnamed.transactions));
        }
        if customers == 0 && unnamed == Sales::default() {
            notes.push(Note::Nothing);
        }
        notes
    }
}

impl Figure for Snapshot {
    type Part = SnapshotPart;
    type Answer = ValueSnapshot;

    fn part(&self, facts: &Facts, _: &Dictionary) -> SnapshotPart {
        let (mut part, days) = (SnapshotPart::default(), self.period.numbers());
        for row in self.among.rows(facts) {
            let Some(sales) = Sales::within(facts, row, days) else { continue };
            let group = if !facts.profiles.is_enrolled(row) {
                &mut part.guests
            } else if has_redeemed(facts, row) {
                &mut part.redeeming
            } else {
                &mut part.non_redeeming
            };
            *group += Buyers { customers: i64::from(sales.transactions > 0), sales };
        }
        part
    }

    fn merge(&self, whole: &mut SnapshotPart, part: SnapshotPart) {
        whole.guests += part.guests;
        whole.redeeming += part.redeeming;
        whole.non_redeeming += part.non_redeeming;
    }

    fn answer(&self, whole: SnapshotPart) -> ValueSnapshot {
        let unnamed = self.unnamed.as_ref().map_or(Sales::default(), |sales| sales.within(self.period));
        let mut members = whole.redeeming;
        members += whole.non_redeeming;
        ValueSnapshot {
            as_of: self.today,
            period: self.period,
            notes: self.notes(unnamed, members.customers + whole.guests.customers),
            non_members: whole.guests.figures(unnamed),
            members: members.figures(Sales::default()),
            redeeming_members: whole.redeeming.figures(Sales::default()),
            non_redeeming_members: whole.non_redeeming.figures(Sales::default()),
        }
    }
}

impl SnapshotGroup {
    fn has(self, facts: &Facts, row: usize) -> bool {
        let enrolled = facts.profiles.is_enrolled(row);
        match self {
            Self::NonMembers => !enrolled,
            Self::Members => enrolled,
            Self::RedeemingMembers => enrolled && has_redeemed(facts, row),
            Self::NonRedeemingMembers => enrolled && !has_redeemed(facts, row),
        }
    }
}

impl AddAssign for Buyers {
    fn add_assign(&mut self, other: Self) {
        self.customers += other.customers;
        self.sales += other.sales;
    }
}

impl Buyers {
    fn figures(self, unnamed: Sales) -> SnapshotFigures {
        let Self { customers, sales: known } = self;
        let mut all = known;
        all += unnamed;
        SnapshotFigures {
            customers,
            transactions: all.transactions,
            revenue: all.revenue,
            average_order_value: quotient(all.revenue.into(), all.transactions.into()),
            average_orders: (customers > 0).then(|| ratio(known.transactions, customers)),
            average_spending: quotient(known.revenue.into(), customers.into()),
        }
    }
}

fn has_redeemed(facts: &Facts, row: usize) -> bool {
    facts.points.kinds[facts.points_of(row)].contains(&PointsMove::Redeemed)
}
