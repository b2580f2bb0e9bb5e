//! Why there is no model.

use std::fmt::{Display, Formatter, Result as Written};

use super::counts::Counts;

/// Customers that a model needs.
const LEAST_CUSTOMERS: u64 = 100;

/// Why no model can be fitted. As text it is a sentence for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfitted {
    /// There are so many customers, fewer than 100.
    TooFewCustomers(u64),
    /// No customer bought on a second day.
    NobodyCameBack,
    /// No parameters were found that are better than all near them.
    NotConverged,
}

/// Lets those through who are enough.
pub(super) fn gate(counts: &Counts) -> Result<(), Unfitted> {
    if counts.customers < LEAST_CUSTOMERS {
        return Err(Unfitted::TooFewCustomers(counts.customers));
    }
    if counts.returned.is_empty() { Err(Unfitted::NobodyCameBack) } else { Ok(()) }
}

impl Display for Unfitted {
    fn fmt(&self, to: &mut Formatter<'_>) -> Written {
        match self {
            Self::TooFewCustomers(customers) => {
                write!(to, "There are {customers} customers with a purchase; a model needs {LEAST_CUSTOMERS}.")
            }
            Self::NobodyCameBack => write!(to, "No customer has bought on a second day yet."),
            Self::NotConverged => write!(to, "No parameters were found that describe the purchases best."),
        }
    }
}

impl std::error::Error for Unfitted {}
