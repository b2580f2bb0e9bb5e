//! Filters of single values: every field given must hold.

use async_graphql::{Error, InputObject};
use chrono::{Days, NaiveDate};
use engine::calendar::{FIRST_DAY, LAST_DAY, Span};
use engine::money::floor_minor;
use engine::text::fold;

use super::scalars::{Date, Decimal};
use crate::app::App;
use crate::db::filter::{Range, TextFilter};
use crate::error::{Fault, FaultKind};

/// Ignores case; accents count.
#[derive(InputObject, Clone, Debug)]
pub(super) struct StringFilter {
    pub(super) eq: Option<String>,
    #[graphql(name = "in")]
    pub(super) within: Option<Vec<String>>,
    pub(super) contains: Option<String>,
    pub(super) starts_with: Option<String>,
}

/// A whole number.
#[derive(InputObject, Clone, Debug)]
pub(super) struct IntFilter {
    eq: Option<i32>,
    gt: Option<i32>,
    gte: Option<i32>,
    lt: Option<i32>,
    lte: Option<i32>,
}

/// A number.
#[derive(InputObject, Clone, Debug)]
pub(super) struct FloatFilter {
    eq: Option<f64>,
    gt: Option<f64>,
    gte: Option<f64>,
    lt: Option<f64>,
    lte: Option<f64>,
}

/// An exact number, for example an amount.
#[derive(InputObject, Clone, Debug)]
pub(super) struct DecimalFilter {
    eq: Option<Decimal>,
    gt: Option<Decimal>,
    gte: Option<Decimal>,
    lt: Option<Decimal>,
    lte: Option<Decimal>,
}

/// Whole days in the programme's time zone; both ends included.
#[derive(InputObject, Clone, Debug)]
pub(super) struct DateFilter {
    on: Option<Date>,
    from: Option<Date>,
    to: Option<Date>,
    last_days: Option<i32>,
}

/// How much a filter asks for. More than any person writes is refused, because databases bound the values and the depth
/// of a statement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FilterSize {
    filters: usize,
    values: usize,
    longest: usize,
}

impl FilterSize {
    const MOST_FILTERS: usize = 250;
    const MOST_VALUES: usize = 10_000;
    /// In bytes: longer than any text of ours, and within what SQLite takes as a pattern.
    const LONGEST: usize = 20_000;

    /// Counts one filter, that of a list or one nested in it.
    pub(super) fn filter(&mut self) {
        self.filters += 1;
    }

    /// Counts the values of a list.
    pub(super) fn values(&mut self, values: usize) {
        self.values += values;
    }

    /// Counts what a text must be.
    pub(super) fn text(&mut self, filter: &StringFilter) {
        let StringFilter { eq, within, contains, starts_with } = filter;
        self.values(within.iter().flatten().count());
        let texts = [eq, contains, starts_with].into_iter().flatten().chain(within.iter().flatten());
        self.longest = texts.map(|text| fold(text).len()).fold(self.longest, usize::max);
    }

    /// Refuses what is too much.
    pub(super) fn check(self) -> Result<(), Error> {
        let refused = |sentence: String| Err(Fault::of(FaultKind::BadInput, sentence).into());
        match self {
            Self { filters, .. } if filters > Self::MOST_FILTERS => {
                refused(format!("a filter may hold at most {} others", Self::MOST_FILTERS))
            }
            Self { values, .. } if values > Self::MOST_VALUES => {
                refused(format!("the lists of a filter may hold at most {} values", Self::MOST_VALUES))
            }
            Self { longest, .. } if longest > Self::LONGEST => {
                refused("a text of a filter is longer than any text that it could be in".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl StringFilter {
    /// The filter on folded texts. A NUL is in no text of ours, and PostgreSQL takes none.
    pub(super) fn folded(&self) -> TextFilter {
        let folded = |text: &String| fold(text).replace('\0', "\u{fffd}");
        TextFilter {
            eq: self.eq.as_ref().map(folded),
            within: self.within.as_ref().map(|texts| texts.iter().map(folded).collect()),
            contains: self.contains.as_ref().map(folded),
            starts_with: self.starts_with.as_ref().map(folded),
        }
    }
}

impl IntFilter {
    pub(super) fn range(&self) -> Range<i64> {
        let [eq, gt, gte, lt, lte] = [self.eq, self.gt, self.gte, self.lt, self.lte].map(|bound| bound.map(i64::from));
        Range { eq, gt, gte, lt, lte }
    }
}

impl FloatFilter {
    pub(super) fn range(&self) -> Range<f64> {
        Range { eq: self.eq, gt: self.gt, gte: self.gte, lt: self.lt, lte: self.lte }
    }
}

impl DecimalFilter {
    /// The filter on minor units; none where no amount can pass, because it asks for a part of a minor unit.
    pub(super) fn minor(&self, digits: u32) -> Option<Range<i64>> {
        let floor = |bound: &Option<Decimal>| bound.map(|bound| floor_minor(bound.0, digits));
        let mut range = Range::default();
        if let Some((minor, exact)) = floor(&self.eq) {
            if !exact {
                return None;
            }
            range.eq = Some(minor);
        }
        // Between two minor units, "more than" and "at least" both begin at the upper, "less than" ends at the lower.
        range.gt = floor(&self.gt).map(|(minor, _)| minor);
        if let Some((minor, exact)) = floor(&self.gte) {
            if exact { range.gte = Some(minor) } else { range.gt = Some(range.gt.map_or(minor, |gt| gt.max(minor))) }
        }
        range.lte = floor(&self.lte).map(|(minor, _)| minor);
        if let Some((minor, exact)) = floor(&self.lt) {
            if exact { range.lt = Some(minor) } else { range.lte = Some(range.lte.map_or(minor, |lte| lte.min(minor))) }
        }
        Some(range)
    }
}

impl DateFilter {
    /// The span of instants in which every field given holds, empty where they contradict each other; none where nothing
    /// is given, which holds for those without a day too.
    pub(super) fn span(&self, app: &App) -> Result<Option<Span>, Error> {
        if let Self { on: None, from: None, to: None, last_days: None } = self {
            return Ok(None);
        }
        let zone = app.program().zone;
        let (mut first, mut last) = (FIRST_DAY, LAST_DAY);
        let mut within = |from: NaiveDate, to: NaiveDate| {
            first = first.max(from);
            last = last.min(to);
        };
        if let Some(Date(day)) = self.on {
            within(day, day);
        }
        within(self.from.map_or(FIRST_DAY, |day| day.0), self.to.map_or(LAST_DAY, |day| day.0));
        if let Some(days) = self.last_days {
            let before = u64::try_from(days).ok().and_then(|days| days.checked_sub(1));
            let before = before.ok_or_else(|| Fault::of(FaultKind::BadInput, "lastDays must be at least 1"))?;
            let today = app.clock.today(zone);
            within(today.checked_sub_days(Days::new(before)).unwrap_or(FIRST_DAY), today);
        }
        if last < first {
            return Ok(Some(Span { from: 0, until: 0 }));
        }
        Ok(Some(zone.span(first, last)))
    }
}
