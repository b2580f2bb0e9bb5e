//! Who is compared with whom: customers of the same tenure whose first order was of the same size.

use serde::{Deserialize, Serialize};

use crate::facts::{Day, Facts, PURCHASE};
use crate::insights::fifths::{Fifths, percentile};

/// When and for how much a customer began to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beginning {
    pub(super) tenure: Tenure,
    /// The amount of the first purchase, in minor units.
    pub(super) first_order: i64,
}

/// How long ago a customer bought first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tenure {
    UpTo90Days,
    UpTo365Days,
    Longer,
}

/// What peers are worth, cell by cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Peers {
    /// None where nobody ever bought.
    first_orders: Option<Fifths<i64>>,
    cells: [[Cell; 5]; 3],
}

/// The 80th percentile of the values of peers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cell {
    /// None for an empty cell.
    pub(super) value: Option<i64>,
    /// Too few have the same first order, so that everybody of the same tenure counts.
    is_of_tenure: bool,
}

/// A cell of fewer falls back to the tenure.
const LEAST_PEERS: usize = 30;

impl Beginning {
    /// How the member of a row began; none where it never bought.
    #[inline]
    pub(super) fn of(facts: &Facts, row: usize, today: Day) -> Option<Self> {
        let (places, transactions) = (facts.transactions_of(row), &facts.transactions);
        let mut places = places.filter(|place| transactions.flags[*place] & PURCHASE > 0);
        let first = places.next()?;
        let tenure = match i64::from(today) - i64::from(transactions.days[first]) {
            ..=90 => Tenure::UpTo90Days,
            91..=365 => Tenure::UpTo365Days,
            _ => Tenure::Longer,
        };
        Some(Self { tenure, first_order: transactions.nets[first] })
    }
}

impl Peers {
    /// What customers are worth to each other, from their beginnings and values.
    pub(super) fn of(customers: &[(Beginning, i64)]) -> Self {
        let first_orders = Fifths::of(&mut customers.iter().map(|(began, _)| began.first_order).collect::<Vec<_>>());
        let mut peers = Self { first_orders, ..Self::default() };
        let mut values: [[Vec<i64>; 5]; 3] = Default::default();
        for (began, value) in customers {
            if let Some((tenure, fifth)) = peers.place(*began) {
                values[tenure][fifth].push(*value);
            }
        }
        for (cells, values) in peers.cells.iter_mut().zip(&mut values) {
            let falls_back = values.iter().any(|values| values.len() < LEAST_PEERS);
            let of_tenure = if falls_back { percentile(&mut values.concat(), 80) } else { None };
            for (cell, values) in cells.iter_mut().zip(values) {
                let is_of_tenure = values.len() < LEAST_PEERS;
                let value = if is_of_tenure { of_tenure } else { percentile(values, 80) };
                *cell = Cell { value, is_of_tenure };
            }
        }
        peers
    }

    /// What the peers of somebody who began so are worth.
    #[inline]
    pub(super) fn value(&self, began: Beginning) -> Option<i64> {
        let (tenure, fifth) = self.place(began)?;
        self.cells[tenure][fifth].value
    }

    /// Who the peers are, in words.
    pub(super) fn name(&self, began: Beginning) -> Option<String> {
        let (tenure, fifth) = self.place(began)?;
        let days = match began.tenure {
            Tenure::UpTo90Days => "0–90 days since the first order",
            Tenure::UpTo365Days => "91–365 days since the first order",
            Tenure::Longer => "more than 365 days since the first order",
        };
        if self.cells[tenure][fifth].is_of_tenure {
            return Some(days.to_owned());
        }
        let size = ["lowest", "second lowest", "middle", "second highest", "highest"][fifth];
        Some(format!("{days}, first order in the {size} fifth"))
    }

    #[inline]
    fn place(&self, began: Beginning) -> Option<(usize, usize)> {
        let fifth = self.first_orders.as_ref()?.score(began.first_order);
        Some((began.tenure as usize, usize::from(fifth - 1)))
    }
}
