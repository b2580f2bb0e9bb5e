//! What members have bought within each window of days.

use std::ops::Range;

use super::interval::Interval;
use super::rows::{BLOCK, Rows};
use super::running::Running;
use crate::facts::{Day, Facts, PURCHASE, days_within};

/// The figures over all transactions of a block's members, window by window.
#[derive(Clone, Debug)]
pub(super) struct Totals<'p> {
    windows: &'p [Interval],
    filled: Vec<Rows>,
    /// Window by window, row by row.
    totals: Vec<Running>,
    /// Where many windows begin and are over; none for few windows.
    edges: Option<Edges>,
    /// The figures before each transaction of a member.
    running: Vec<Running>,
}

/// So many windows are added up one by one. More are cut out of running figures, which are added up once.
const FEW: usize = 8;

impl<'p> Totals<'p> {
    pub(super) fn new(windows: &'p [Interval]) -> Self {
        Self {
            windows,
            filled: vec![Rows::NONE; windows.len()],
            totals: vec![Running::default(); windows.len() * BLOCK],
            edges: (windows.len() > FEW).then(|| Edges::of(windows)),
            running: Vec::new(),
        }
    }

    /// Forgets the block before.
    pub(super) fn clear(&mut self) {
        self.filled.fill(Rows::NONE);
    }

    /// Adds up what some rows have bought within a window; told is where a row's transactions stand.
    pub(super) fn fill(&mut self, facts: &Facts, window: usize, rows: Rows, places: impl Fn(usize) -> Range<usize>) {
        let missing = rows - self.filled[window];
        if missing.is_empty() {
            return;
        }
        match &mut self.edges {
            None => {
                let days = self.windows[window];
                let totals = &mut self.totals[window * BLOCK..][..BLOCK];
                missing.iter().for_each(|row| totals[row] = within(facts, places(row), days));
                self.filled[window] = self.filled[window] | rows;
            }
            Some(edges) => {
                for row in missing.iter() {
                    let places = places(row);
                    edges.find(&facts.transactions.days[places.clone()]);
                    run(facts, places, &mut self.running);
                    for (window, (begins, over)) in edges.windows.iter().enumerate() {
                        let [begins, over] = [begins, over].map(|edge| self.running[edges.before[*edge] as usize]);
                        self.totals[window * BLOCK + row] = over - begins;
                    }
                }
                self.filled.iter_mut().for_each(|filled| *filled = *filled | rows);
            }
        }
    }

    /// The totals within a window, row by row.
    pub(super) fn of(&self, window: usize) -> &[Running] {
        &self.totals[window * BLOCK..][..BLOCK]
    }
}

/// What was bought within a window.
fn within(facts: &Facts, places: Range<usize>, window: Interval) -> Running {
    let within = days_within(&facts.transactions.days[places.clone()], window.least, window.most);
    let places = places.start + within.start..places.start + within.end;
    Running {
        purchases: facts.transactions.flags[places.clone()].iter().map(|flags| u32::from(flags & PURCHASE)).sum(),
        spending: facts.transactions.nets[places].iter().sum(),
    }
}

/// The figures before each of some transactions, and behind the last.
fn run(facts: &Facts, places: Range<usize>, running: &mut Vec<Running>) {
    let (nets, flags) = (&facts.transactions.nets[places.clone()], &facts.transactions.flags[places]);
    let mut so_far = Running::default();
    running.clear();
    running.push(so_far);
    running.extend(nets.iter().zip(flags).map(|(net, flags)| {
        so_far = so_far.and(*net, *flags);
        so_far
    }));
}

/// The days at which windows begin and are over.
#[derive(Clone, Debug)]
struct Edges {
    /// Each once.
    days: Vec<Day>,
    /// The edges at which each window begins and is over.
    windows: Vec<(usize, usize)>,
    /// How many of a member's days are before each edge.
    before: Vec<u32>,
}

/// Among more days an edge is looked for by halving; fewer are all compared with all edges in one tight loop.
const FEW_DAYS: usize = 64;

impl Edges {
    fn of(windows: &[Interval]) -> Self {
        let mut days = Vec::new();
        // No day is as early as the first or as late as the last.
        let mut edge = |day: i64| {
            let day = Day::try_from(day).unwrap_or(if day < 0 { Day::MIN } else { Day::MAX });
            days.iter().position(|known| *known == day).unwrap_or_else(|| {
                days.push(day);
                days.len() - 1
            })
        };
        let ends = |window: &Interval| {
            let most = window.most.saturating_add(1);
            (edge(window.least), edge(most.max(window.least)))
        };
        let windows = windows.iter().map(ends).collect();
        Self { before: vec![0; days.len()], days, windows }
    }

    fn find(&mut self, days: &[Day]) {
        let edges = self.before.iter_mut().zip(&self.days);
        if days.len() > FEW_DAYS {
            let before = |edge: &Day| days.partition_point(|day| day < edge);
            edges.for_each(|(count, edge)| *count = u32::try_from(before(edge)).unwrap_or(u32::MAX));
            return;
        }
        self.before.fill(0);
        for day in days {
            for (count, edge) in self.before.iter_mut().zip(&self.days) {
                *count += u32::from(day < edge);
            }
        }
    }
}
