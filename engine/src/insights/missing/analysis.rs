//! How many are missing, what they were worth, and how far that can be trusted.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::back_test::{BackTest, Counts, HORIZONS, look_back};
use super::rhythm::Look;
use super::{Multiple, Presence};
use crate::calendar::day_number;
use crate::facts::{Dictionary, Facts};
use crate::insights::{Among, Figure, Note};
use crate::money::share_of;

/// Who went missing by their own rhythm.
#[derive(Clone, Debug)]
pub struct Missing {
    /// How many times the own rhythm a silence must last.
    pub multiple: Multiple,
    /// The local day.
    pub today: NaiveDate,
    /// Between 0 and 1.
    pub gross_margin: Decimal,
    /// Whom it is over.
    pub among: Among,
}

/// How many are missing.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingAnalysis {
    /// The local day for which it holds.
    pub as_of: NaiveDate,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// How many times the own rhythm a silence must last.
    pub multiple: f64,
    /// Customers who are missing.
    pub missing: i64,
    /// Customers who are not.
    pub present: i64,
    /// Customers without a rhythm, those who never bought among them.
    pub insufficient_history: i64,
    /// The historic lifetime value of those who are missing: net spending over all time × gross margin, in minor units.
    pub missing_value: i64,
    /// What came of those who would have been missing 30, 90 and 180 days ago.
    pub back_test: Vec<BackTest>,
}

/// What some parts say together.
#[derive(Clone, Copy, Debug, Default)]
pub struct MissingPart {
    missing: i64,
    present: i64,
    insufficient_history: i64,
    missing_spending: i64,
    counts: [Counts; HORIZONS.len()],
}

impl Figure for Missing {
    type Part = MissingPart;
    type Answer = MissingAnalysis;

    fn part(&self, facts: &Facts, _: &Dictionary) -> MissingPart {
        let (mut part, today) = (MissingPart::default(), day_number(self.today));
        let mut look = Look::default();
        for row in self.among.rows(facts) {
            look.turn_to(facts, row, today);
            look_back(&look.days, &look.gaps, today, self.multiple, &mut part.counts);
            match look.presence(today, self.multiple) {
                Presence::InsufficientHistory => part.insufficient_history += 1,
                Presence::Present => part.present += 1,
                Presence::Missing => {
                    part.missing += 1;
                    let spending: i64 = facts.transactions.nets[facts.transactions_of(row)].iter().sum();
                    part.missing_spending += spending;
                }
            }
        }
        part
    }

    fn merge(&self, whole: &mut MissingPart, part: MissingPart) {
        whole.missing += part.missing;
        whole.present += part.present;
        whole.insufficient_history += part.insufficient_history;
        whole.missing_spending += part.missing_spending;
        whole.counts.iter_mut().zip(part.counts).for_each(|(counts, others)| counts.merge(others));
    }

    fn answer(&self, whole: MissingPart) -> MissingAnalysis {
        let tests = whole.counts.iter().zip(HORIZONS).rev();
        let nobody = whole.missing + whole.present == 0;
        MissingAnalysis {
            as_of: self.today,
            notes: vec![if nobody { Note::Nothing } else { Note::ReturnsAsKnownToday }],
            multiple: self.multiple.value(),
            missing: whole.missing,
            present: whole.present,
            insufficient_history: whole.insufficient_history,
            missing_value: share_of(whole.missing_spending, self.gross_margin, 1).unwrap_or_default(),
            back_test: tests.map(|(counts, horizon)| counts.result(self.multiple, horizon)).collect(),
        }
    }
}
