//! Goes over everybody's facts, once for each thing that the one before must be known for: how customers bought, what came
//! of the predictions that an earlier model would have made, where the groups part, and who is in which.

use std::sync::Arc;

use engine::calendar::Millis;
use engine::evaluate::Program;
use engine::facts::{Dictionary, Facts};
use engine::insights::{
    Among, Bounds, ByMember, Figure, MemberGroups, Multiple, Rfm, RfmBounds, Rhythm, ValueGroups, ValueGroupsAnalysis,
};
use engine::value::{self, Customer, Holdout, Predictor, Sample, Unfitted, ValueModel};
use rayon::prelude::*;
use tokio::task::spawn_blocking;

use super::cost_store::campaign_costs;
use super::member::{Kept, Predicted};
use super::plan::Plan;
use crate::app::App;
use crate::error::Fault;
use crate::facts::{self, Freshness, Needs};
use crate::membership::{Belonging, Evaluated};

/// What the figures look at.
pub(super) const VALUES: Needs = Needs { points: true, ..Needs::DOCUMENTS };
/// How many times the own rhythm a silence must last, as `missingMembers` asks where nothing else is said.
pub(super) const MULTIPLE: f64 = 2.0;
/// How many customers a predictor is asked about.
const AT_ONCE: usize = 65_536;

/// How customers bought.
pub(super) struct Sampled {
    sample: Sample,
    customers: Vec<(i64, Customer)>,
    rfm: Option<RfmBounds>,
}

/// A model, or why there is none, and what it says.
pub(super) struct Fitted {
    pub(super) model: Result<ValueModel, Unfitted>,
    predicted: Arc<ByMember<Predicted>>,
    rfm: Option<RfmBounds>,
}

/// Who is in which group, and who belongs by the rules that ask for it.
pub(super) struct Grouped {
    /// In the order of their ids.
    pub(super) members: Vec<Kept>,
    pub(super) evaluated: Evaluated,
    pub(super) bounds: Bounds,
    pub(super) analysis: ValueGroupsAnalysis,
    /// When everybody was looked at.
    pub(super) as_of: Millis,
}

/// Looks at how customers bought until the plan's day.
pub(super) async fn sample(app: &Arc<App>, plan: &Plan) -> Result<Sampled, Fault> {
    let as_of = plan.as_of;
    let rfm = Arc::new(Rfm { today: plan.groups_on, gross_margin: plan.terms.gross_margin, among: Among::Everybody });
    let asked = Arc::clone(&rfm);
    let each = move |_: &(), facts: &Facts, dictionary: &Dictionary| {
        let bought = |(row, member): (usize, &i64)| Some((*member, value::customer(facts, row, as_of)?));
        let customers: Vec<(i64, Customer)> = facts.members().iter().enumerate().filter_map(bought).collect();
        (Sample::gather(facts, as_of), customers, asked.part(facts, dictionary))
    };
    let found = facts::everybody_prepared(app, Needs::DOCUMENTS, Freshness::LoadedAndCaughtUp, |_| (), each).await?;
    aside(move || {
        let (mut samples, mut customers, mut scored) = (Vec::new(), Vec::new(), <Rfm as Figure>::Part::default());
        for (sample, bought, part) in found.parts {
            samples.push(sample);
            customers.extend(bought);
            rfm.merge(&mut scored, part);
        }
        let sample = Sample::of_parts(samples, as_of);
        Sampled { sample, customers, rfm: rfm.answer(scored).bounds }
    })
    .await
}

/// Fits the model, checks it against what came since an earlier day, and asks it about every customer.
pub(super) async fn fit(app: &Arc<App>, plan: &Plan, sampled: Sampled) -> Result<Fitted, Fault> {
    let (as_of, terms, digits) = (plan.as_of, plan.terms, plan.currency.digits());
    let Sampled { sample, customers, rfm } = sampled;
    let holdout = match sample.holdout_days() {
        Some(days) => Some(hold_out(app, plan, days).await?),
        None => None,
    };
    aside(move || {
        let model = ValueModel::fit(&sample, holdout.as_ref(), digits);
        let predict = |model: &ValueModel| {
            let part = |customers: &[(i64, Customer)]| {
                let mut predictor = Predictor::new(model, &terms);
                let said = |(member, customer): &(i64, Customer)| {
                    (*member, Predicted::new(customer, &predictor.predict(customer), as_of))
                };
                customers.iter().map(said).collect::<Vec<_>>()
            };
            customers.par_chunks(AT_ONCE).flat_map_iter(part).collect()
        };
        let predicted = Arc::new(ByMember::new(model.as_ref().map(predict).unwrap_or_default()));
        Fitted { model, predicted, rfm }
    })
    .await
}

async fn hold_out(app: &Arc<App>, plan: &Plan, days: u32) -> Result<Holdout, Fault> {
    let as_of = plan.as_of;
    let each = move |facts: &Facts, _: &Dictionary| Holdout::gather(facts, as_of, days);
    let found = facts::everybody(app, Needs::DOCUMENTS, each).await?;
    aside(move || Holdout::of_parts(found.parts, as_of, days)).await
}

/// Finds where the groups part, then who is in which, and who belongs by the rules that ask for it.
pub(super) async fn group(app: &Arc<App>, plan: &Plan, fitted: &Fitted) -> Result<Grouped, Fault> {
    let predicted = Arc::clone(&fitted.predicted);
    let costs = campaign_costs(app.db.reader(), plan.said.zone()?, plan.groups_on).await?;
    let mut settings = plan.settings.clone().with_campaign_costs(Arc::new(costs));
    if fitted.model.is_ok() {
        let known = |(member, predicted): (i64, Predicted)| Some((member, predicted.prediction()?));
        let known = ByMember::new(predicted.iter().filter_map(known).collect());
        settings = settings.with_predictions(Arc::new(known));
    }
    let figure = Arc::new(ValueGroups { settings: settings.clone(), among: Among::Everybody });
    let asked = Arc::clone(&figure);
    let each = move |facts: &Facts, dictionary: &Dictionary| asked.part(facts, dictionary);
    let found = facts::everybody(app, VALUES, each).await?;
    let as_of = found.as_of;
    let together = aside(move || {
        let mut whole = <ValueGroups as Figure>::Part::default();
        found.parts.into_iter().for_each(|part| figure.merge(&mut whole, part));
        figure.answer(whole)
    });
    let analysis = together.await?;
    let bounds = Bounds { rfm: fitted.rfm, value: Some(analysis.bounds) };

    let multiple = Multiple::new(MULTIPLE).ok_or_else(|| Fault::new("the multiple of rhythms is none"))?;
    let (rules, compiling, groups_on) = (plan.rules.clone(), plan.rules.clone(), plan.groups_on);
    let each = move |program: &Program, facts: &Facts, _: &Dictionary| {
        let groups = MemberGroups::of_all(facts, multiple, &settings, &bounds);
        let kept = |(row, groups): (usize, &MemberGroups)| {
            Kept::new(groups, Rhythm::of(facts, row, groups_on), predicted.of(groups.member))
        };
        let kept: Vec<Kept> = groups.iter().enumerate().map(kept).collect();
        let belonging =
            (!rules.is_empty()).then(|| rules.belonging(program, &facts.revalued(kept.iter().map(Kept::valuation))));
        (kept, belonging)
    };
    let prepare = move |dictionary: &Dictionary| compiling.compiled(dictionary);
    let needs = plan.rules.needs().and(VALUES);
    let found = facts::everybody_prepared(app, needs, Freshness::AsTheyStand, prepare, each).await?;
    let (members, belonging): (Vec<Vec<Kept>>, Vec<Option<Belonging>>) = found.parts.into_iter().unzip();
    let evaluated = plan.rules.evaluated(belonging.into_iter().flatten().collect(), found.horizon);
    Ok(Grouped { members: members.concat(), evaluated, bounds, analysis, as_of })
}

/// Does what takes a processor's time, where nobody waits for it.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    spawn_blocking(work).await.map_err(|error| Fault::new(format!("an analysis broke: {error}")))
}
