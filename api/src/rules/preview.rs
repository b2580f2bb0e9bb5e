//! What a rule would do, without saving anything.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::calendar::{Millis, day_number, last_12_months};
use engine::evaluate::{Known, Moment, Program};
use engine::facts::{Day, Dictionary, Facts};
use engine::figures::{Figures, Sums};
use engine::rules::{Rule, SegmentName, text};
use entity::ids::SegmentId;
use roaring::RoaringTreemap;

use crate::app::App;
use crate::error::Stop;
use crate::facts::{self, Freshness, Needs};
use crate::membership;
use crate::segments::{self, Looked, SegmentRef};

/// Who would belong, and the figures of a segment of them.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Everything that was committed by then was seen.
    pub as_of: Millis,
    /// The rule as a sentence.
    pub text: String,
    /// Who would belong, by id.
    pub members: RoaringTreemap,
    /// What is added up over them.
    pub sums: Sums,
    /// The averages, under the programme's gross margin.
    pub figures: Figures,
    /// Against the segment that it would replace; none where there is none.
    pub turnover: Option<Turnover>,
    /// How long it took.
    pub took: Duration,
}

/// Who would come to a segment, and who would leave it.
#[derive(Clone, Debug)]
pub struct Turnover {
    /// Would come, by id.
    pub joiners: RoaringTreemap,
    /// Would leave, by id.
    pub leavers: RoaringTreemap,
}

/// Evaluates a rule for everybody as a segment's would be: for a new one, or in the place of that of `replacing`, whose
/// pins stand. Segments that it names are as they are now. Every mistake is refused at once; paths begin at `rule` and at
/// `replacing`.
pub async fn preview(
    app: &Arc<App>,
    rule: &Rule<SegmentName>,
    replacing: Option<&SegmentRef>,
) -> Result<Preview, Stop> {
    let begun = Instant::now();
    let program = app.program();
    let today = app.clock.today(program.zone);
    let (Looked { rule, names, campaigns, replacing }, known) = looked_at(app, rule, replacing).await?;
    let name = |segment: &i64| names.get(&SegmentId(*segment)).cloned().unwrap_or_default();
    let campaign = |campaign: &i64| campaigns.get(campaign).cloned().unwrap_or_default();
    let text = text::sentence(&rule, &name, &campaign);
    let before = replacing.map(|segment| known.members.get(&segment.0).cloned().unwrap_or_default());

    let needs = Needs { transactions: true, ..Needs::of([&rule]) };
    let moment = Moment { today, digits: program.currency.digits(), gross_margin: program.gross_margin };
    let evaluated = Evaluated { segment: replacing, rule, known, moment };
    let evaluated = Arc::new(evaluated);
    let compiled = Arc::clone(&evaluated);
    let prepare = move |dictionary: &Dictionary| compiled.compile(dictionary);
    let each = move |program: &Program, facts: &Facts, _: &Dictionary| evaluated.share(program, facts);
    let found = facts::everybody_prepared(app, needs, Freshness::CaughtUp, prepare, each).await?;

    let (mut members, mut sums) = (RoaringTreemap::new(), Sums::default());
    for part in found.parts {
        members |= part.members;
        sums = sums.moved(&part.sums);
    }
    let turnover = before.map(|before| Turnover { joiners: &members - &before, leavers: &before - &members });
    let figures = sums.figures(program.gross_margin);
    Ok(Preview { as_of: found.as_of, text, members, sums, figures, turnover, took: begun.elapsed() })
}

/// The rule with its names found, and what its evaluation is told beside the facts, all of it at one moment.
async fn looked_at(
    app: &App,
    rule: &Rule<SegmentName>,
    replacing: Option<&SegmentRef>,
) -> Result<(Looked, Known), Stop> {
    let txn = app.db.begin_reading().await?;
    let looked = segments::look(&txn, rule, replacing).await?;
    let pinned: Vec<SegmentId> = looked.replacing.into_iter().collect();
    let named = looked.names.keys().chain(&pinned).copied().collect::<Vec<_>>();
    let campaigns = membership::days_of_campaigns(&txn, [&looked.rule], app.program().zone).await?;
    let known = Known { campaigns, ..membership::known_members(&txn, &named, &pinned).await? };
    txn.commit().await?;
    Ok((looked, known))
}

/// What is evaluated.
struct Evaluated {
    /// Whose pins stand.
    segment: Option<SegmentId>,
    rule: Rule<i64>,
    known: Known,
    moment: Moment,
}

/// Who of some members belongs, and what they add to the figures.
struct Share {
    members: RoaringTreemap,
    sums: Sums,
}

/// No segment has this id.
const NONE: SegmentId = SegmentId(0);

impl Evaluated {
    fn compile(&self, dictionary: &Dictionary) -> Program {
        Program::compile(&[(self.segment.unwrap_or(NONE).0, &self.rule)], &self.moment, dictionary)
    }

    fn share(&self, program: &Program, facts: &Facts) -> Share {
        let year = self.year();
        let mut share = Share { members: RoaringTreemap::new(), sums: Sums::default() };
        program.run(facts, &self.known, |row, member, belongs| {
            if belongs.first() == Some(&true) {
                share.members.insert(member.cast_unsigned());
                share.sums = share.sums.moved(&facts.sums(row, &year));
            }
        });
        share
    }

    /// The days of which spending counts in 12-month figures.
    fn year(&self) -> RangeInclusive<Day> {
        let days = last_12_months(self.moment.today);
        day_number(*days.start())..=day_number(*days.end())
    }
}
