//! What can be asked, and in what terms.

use std::fmt::Debug;
use std::sync::Arc;

use chrono::NaiveDate;
use engine::facts::{Dictionary, Facts};
use engine::insights::{Among, Figure, UnnamedSales};

use crate::app::App;
use crate::facts::Needs;
use crate::program::Program;

/// A question about everybody, or about the members of each of several segments.
pub trait Asked: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// What is said of everybody, or of a segment.
    type Answer: Send + Sync + 'static;
    /// What goes over the facts; the answers stand in the order of those whom it is over.
    type Figure: Figure<Answer = Vec<Self::Answer>, Part: 'static> + Send + Sync + 'static;

    /// What of the facts questions of this kind look at.
    const NEEDS: Needs;
    /// What it counts of customers who are not known, where it is asked of everybody.
    const UNKNOWN: Unknown = Unknown::Nothing;

    /// What of the facts this question looks at.
    fn needs(&self) -> Needs {
        Self::NEEDS
    }

    /// Of how many segments it is asked at once at most, so that what is counted of each stays small.
    fn together(&self) -> usize {
        usize::MAX
    }

    /// The figure in the terms of the day.
    fn figure(&self, terms: &Terms, beside: Beside) -> Self::Figure;

    /// About how many bytes an answer has on the heap.
    fn bytes(answer: &Self::Answer) -> usize;
}

/// What is counted of customers who are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing.
    Nothing,
    /// Their sales and returns, added up by day.
    Sales,
    /// The purchases of persons who were erased, person by person.
    Persons,
}

/// What figures depend on beside the facts.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The programme.
    pub program: Arc<Program>,
    /// The local day.
    pub today: NaiveDate,
}

/// What was read beside the facts, at the same moment.
pub struct Beside {
    /// Whom the figure is over.
    pub among: Vec<Among>,
    /// Sales of customers who are not known.
    pub unnamed: Option<Arc<UnnamedSales>>,
    /// Facts of persons who were erased, under ids of their own: nothing but their purchases.
    pub erased: Option<(Facts, Dictionary)>,
}

impl Terms {
    /// As they are now.
    pub fn now(app: &App) -> Self {
        let program = app.program();
        Self { today: app.clock.today(program.zone), program }
    }

    /// What of them figures look at.
    pub(super) fn text(&self) -> String {
        let Program { zone, launched_on, gross_margin, .. } = &*self.program;
        format!("{} {} {launched_on} {gross_margin}", self.today, zone.name())
    }
}
