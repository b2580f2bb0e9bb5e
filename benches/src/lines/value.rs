//! The value model: CDNOW beside lifetimes, then everybody of the shop.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use chrono::NaiveDate;
use engine::calendar::numbered_day;
use engine::facts::Facts;
use engine::value::{Customer, Holdout, Prediction, Predictor, Sample, Terms, ValueModel, customer};
use rayon::prelude::*;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;

use super::evaluate::{job, landed};
use crate::args::Run;
use crate::python::{self, Script};
use crate::report::{Figure, Goal, Report, median, thousands};
use crate::scene::Scene;
use crate::shop::{DAY, NOW};
use crate::{cdnow, documents};

/// The end of the days on which CDNOW is looked at in the literature.
const CALIBRATED: &str = "1997-09-30";
/// How many times longer lifetimes should take.
const TIMES: f64 = 10.0;
/// How far parameters may be apart, of which either stops looking for better ones at some point.
const APART: f64 = 1e-4;
/// How long it may take with as many members at least.
const SECONDS: f64 = 3.0;
const JUDGED: usize = 1_000_000;

const FIT: &str = "mutation($input: FitValueModelInput!) {
    fitValueModel(input: $input) { job { id } userErrors { message } }
}";

const FILES: [(&str, &str); 1] = [("fit.py", include_str!("../../lifetimes/fit.py"))];

#[derive(Deserialize)]
struct Hello {
    version: String,
    customers: u64,
}

#[derive(Deserialize)]
struct Fitted {
    seconds: f64,
    form: String,
    parameters: BTreeMap<String, f64>,
}

/// Fits CDNOW, in turns with lifetimes; other parameters end the bench.
pub(crate) fn value_of_cdnow(run: &Run, report: &mut Report) -> Result<()> {
    report.scene("The value model of CDNOW, without a server");
    let (facts, day): (Facts, NaiveDate) = (cdnow::facts()?, CALIBRATED.parse()?);
    let (python, home) = (python::lifetimes(&run.cache)?, run.cache.join("lifetimes"));
    let mut script = Script::start(&python, &home, &FILES, &[Path::new(cdnow::FILE)])?;
    let hello: Hello = serde_json::from_value(script.answer()?)?;
    let (mut ours, mut theirs, mut form) = (Vec::new(), Vec::new(), String::new());
    for round in 0..=run.rounds.max(2) * 3 {
        let began = Instant::now();
        let model = fit(&facts, day)?;
        let seconds = began.elapsed().as_secs_f64();
        let fitted: Fitted = serde_json::from_value(script.ask(&json!({}))?)?;
        ensure!(model.customers == hello.customers, "{} customers, not {}", model.customers, hello.customers);
        same(&model.parameters(), &fitted.parameters)?;
        if round > 0 {
            ours.push(seconds);
            theirs.push(fitted.seconds);
        }
        form = fitted.form;
    }
    let what = format!("both models fitted to {} customers", thousands(hello.customers));
    let (ours, theirs) = (median(ours), median(theirs));
    report.add(Figure::seconds(&what, "Tessera", ours, "gathering them counted"));
    let (ratio, goal) = (Some(theirs / ours), Some(Goal::AtLeast(TIMES)));
    report.add(Figure { ratio, goal, ..Figure::seconds(&what, "lifetimes", theirs, &form) });
    report.about(format!("lifetimes {}", hello.version));
    Ok(())
}

fn fit(facts: &Facts, day: NaiveDate) -> Result<ValueModel> {
    ValueModel::fit(&Sample::gather(facts, day), None, 2).context("CDNOW has a model")
}

fn same(ours: &BTreeMap<&'static str, f64>, theirs: &BTreeMap<String, f64>) -> Result<()> {
    ensure!(ours.len() == theirs.len(), "other parameters: {ours:?}, and of lifetimes {theirs:?}");
    for (name, one) in ours {
        let other = theirs.get(*name).with_context(|| format!("lifetimes has no parameter {name}"))?;
        ensure!((one / other - 1.0).abs() < APART, "{name} is {one}, and of lifetimes {other}");
    }
    Ok(())
}

/// Gathers, fits and predicts everybody: the engine as the server's job runs it, then the job.
pub(crate) async fn value(scene: &Scene<'_>, documents: &Path, report: &mut Report) -> Result<()> {
    let (chunks, _) = documents::facts(documents)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let mut rounds = Vec::new();
    for _ in 0..scene.run.rounds.max(2) {
        rounds.push(pool.install(|| everybody(&chunks))?);
    }
    let median_of = |of: fn(&Everybody) -> f64| median(rounds.iter().map(of).collect());
    let all = median_of(|round| round.gathered + round.fitted + round.predicted);
    let parts = [
        ("gathered", median_of(|round| round.gathered)),
        ("fitted and checked", median_of(|round| round.fitted)),
        ("predicted", median_of(|round| round.predicted)),
    ];
    let parts = parts.map(|(name, seconds)| format!("{name} {seconds:.2}")).join(", ");
    let customers = rounds.first().context("no round")?.customers;
    let what = format!("the value model of {} customers (the engine)", thousands(customers));
    let is_judged = scene.stage.size.members >= JUDGED;
    report.add(Figure {
        ratio: is_judged.then_some(all / SECONDS),
        goal: is_judged.then_some(Goal::AtMost(1.0)),
        ..Figure::seconds(&what, "Tessera", all, &parts)
    });
    let what = "fitValueModel, until its job has landed";
    let began = Instant::now();
    match scene.data(FIT, &json!({"input": {}})).await {
        Ok(asked) => {
            landed(scene, &job(&asked, "fitValueModel")?).await?;
            report.add(Figure::seconds(what, "Tessera", began.elapsed().as_secs_f64(), ""));
        }
        // The bench may be asked to measure a Tessera that is older than the job.
        Err(error) if error.to_string().starts_with("\"Unknown ") => report.none(what, "this Tessera does not have it"),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// What everybody took, in seconds.
struct Everybody {
    gathered: f64,
    fitted: f64,
    predicted: f64,
    customers: usize,
}

/// So many customers are asked about with one predictor, as in the job.
const AT_ONCE: usize = 65_536;

/// The passes of the job, over the same facts, on the threads of the pool it is called in.
fn everybody(chunks: &[Facts]) -> Result<Everybody> {
    let today = numbered_day(i32::try_from(NOW / DAY)?);
    let began = Instant::now();
    let gather = |facts: &Facts| {
        let customers = (0..facts.len()).filter_map(|row| customer(facts, row, today));
        (Sample::gather(facts, today), customers.collect::<Vec<Customer>>())
    };
    let (samples, customers): (Vec<Sample>, Vec<Vec<Customer>>) = chunks.par_iter().map(gather).unzip();
    let (sample, customers) = (Sample::of_parts(samples, today), customers.concat());
    let days = sample.holdout_days().context("the shop is too young for a holdout")?;
    let holdouts: Vec<Holdout> = chunks.par_iter().map(|facts| Holdout::gather(facts, today, days)).collect();
    let holdout = Holdout::of_parts(holdouts, today, days);
    let gathered = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let model = ValueModel::fit(&sample, Some(&holdout), 2).context("the shop has a model")?;
    let fitted = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let terms =
        Terms { gross_margin: Decimal::ONE, monthly_discount: Decimal::ZERO, order_days: 90, expected_days: 365 };
    let predict = |customers: &[Customer]| {
        let mut predictor = Predictor::new(&model, &terms);
        customers.iter().map(|customer| predictor.predict(customer)).collect::<Vec<Prediction>>()
    };
    let predictions: Vec<Prediction> = customers.par_chunks(AT_ONCE).flat_map_iter(predict).collect();
    let predicted = began.elapsed().as_secs_f64();
    Ok(Everybody { gathered, fitted, predicted, customers: predictions.len() })
}
