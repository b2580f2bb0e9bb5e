//! How many customers stand where, and what they spend.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::RfmGroup;
use super::scores::{Bought, RfmBounds, RfmScores};
use crate::calendar::day_number;
use crate::facts::{Dictionary, Facts};
use crate::insights::fifths::Fifths;
use crate::insights::{Among, Figure, Note};
use crate::money::share_of;

/// Customers by their scores, as of the end of yesterday. Everybody who ever bought is scored against everybody else;
/// whom the figure is over decides only who is counted.
#[derive(Clone, Debug)]
pub struct Rfm {
    /// The local day.
    pub today: NaiveDate,
    /// Between 0 and 1.
    pub gross_margin: Decimal,
    /// Who is counted.
    pub among: Among,
}

/// Who stands where.
#[derive(Clone, Debug, PartialEq)]
pub struct RfmAnalysis {
    /// The local day at whose end it holds: yesterday.
    pub as_of: NaiveDate,
    /// How many customers were scored against each other.
    pub scored: i64,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// All pairs of recency and frequency, from 1 and 1 to 5 and 5.
    pub cells: Vec<RfmCell>,
    /// All groups, the best first.
    pub groups: Vec<RfmGroupFigures>,
    /// Where the scores part, for scoring members one by one; none where nobody ever bought.
    pub bounds: Option<RfmBounds>,
}

/// Customers of the same recency and frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RfmCell {
    /// From 1 to 5.
    pub recency_score: u8,
    /// From 1 to 5.
    pub frequency_score: u8,
    /// How many.
    pub members: i64,
    /// Their net spending over all time, in minor units.
    pub spending: i64,
}

/// The customers of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RfmGroupFigures {
    /// Which.
    pub group: RfmGroup,
    /// How many.
    pub members: i64,
    /// Their net spending over all time, in minor units.
    pub spending: i64,
    /// The mean of their historic lifetime values, in minor units; none without members.
    pub average_clv: Option<i64>,
}

/// What some parts say together.
#[derive(Debug, Default)]
pub struct RfmPart {
    /// Everybody who ever bought, some thousand at a time, and whether they are counted.
    buyers: Vec<Vec<(Bought, bool)>>,
    prospects: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    members: i64,
    spending: i64,
}

impl Figure for Rfm {
    type Part = RfmPart;
    type Answer = RfmAnalysis;

    fn part(&self, facts: &Facts, _: &Dictionary) -> RfmPart {
        let until = day_number(self.yesterday());
        let (mut buyers, mut prospects) = (Vec::with_capacity(facts.len()), Tally::default());
        for (row, member) in facts.members.iter().enumerate() {
            let bought = Bought::of(facts, row, until);
            let is_counted = self.among.has(*member);
            if bought.purchases > 0 {
                buyers.push((bought, is_counted));
            } else if is_counted {
                prospects.add(bought.spending);
            }
        }
        RfmPart { buyers: vec![buyers], prospects }
    }

    fn merge(&self, whole: &mut RfmPart, part: RfmPart) {
        whole.buyers.extend(part.buyers);
        whole.prospects.members += part.prospects.members;
        whole.prospects.spending += part.prospects.spending;
    }

    fn answer(&self, RfmPart { buyers, prospects }: RfmPart) -> RfmAnalysis {
        let bounds = self.bounds(&buyers);
        let (mut cells, mut groups) = ([Tally::default(); 25], [Tally::default(); RfmGroup::ALL.len()]);
        groups[RfmGroup::Prospects.place()] = prospects;
        let counted = buyers.iter().flatten().filter(|(_, is_counted)| *is_counted);
        for ((bought, _), bounds) in counted.flat_map(|buyer| bounds.iter().map(move |bounds| (buyer, bounds))) {
            let scores = bounds.scores_of(bought);
            cells[cell(scores)].add(bought.spending);
            groups[RfmGroup::of(Some(scores)).place()].add(bought.spending);
        }
        let scored: usize = buyers.iter().map(Vec::len).sum();
        RfmAnalysis {
            as_of: self.yesterday(),
            scored: i64::try_from(scored).unwrap_or(i64::MAX),
            notes: if scored == 0 { vec![Note::Nothing] } else { Vec::new() },
            cells: figures_of_cells(&cells),
            groups: RfmGroup::ALL.map(|group| self.figures(group, groups[group.place()])).to_vec(),
            bounds,
        }
    }
}

impl Rfm {
    fn yesterday(&self) -> NaiveDate {
        self.today.checked_sub_days(Days::new(1)).unwrap_or(self.today)
    }

    fn bounds(&self, buyers: &[Vec<(Bought, bool)>]) -> Option<RfmBounds> {
        let all = || buyers.iter().flatten().map(|(bought, _)| bought);
        Some(RfmBounds {
            until: day_number(self.yesterday()),
            recency: Fifths::of(&mut all().map(|bought| bought.last).collect::<Vec<_>>())?,
            frequency: Fifths::of(&mut all().map(|bought| bought.purchases).collect::<Vec<_>>())?,
            monetary: Fifths::of(&mut all().map(|bought| bought.spending).collect::<Vec<_>>())?,
        })
    }

    fn figures(&self, group: RfmGroup, Tally { members, spending }: Tally) -> RfmGroupFigures {
        RfmGroupFigures { group, members, spending, average_clv: share_of(spending, self.gross_margin, members) }
    }
}

impl Tally {
    #[inline]
    fn add(&mut self, spending: i64) {
        self.members += 1;
        self.spending += spending;
    }
}

fn cell(scores: RfmScores) -> usize {
    usize::from(scores.recency - 1) * 5 + usize::from(scores.frequency - 1)
}

fn figures_of_cells(cells: &[Tally; 25]) -> Vec<RfmCell> {
    let scores = (1..=5).flat_map(|recency| (1..=5).map(move |frequency| (recency, frequency)));
    let figures = scores.zip(cells).map(|((recency_score, frequency_score), tally)| RfmCell {
        recency_score,
        frequency_score,
        members: tally.members,
        spending: tally.spending,
    });
    figures.collect()
}
