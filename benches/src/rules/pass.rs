//! All rules in one pass, as midnight and evaluations run them: the engine over the same rows, on two threads.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use engine::calendar::numbered_day;
use engine::evaluate::{Known, Moment, Program};
use engine::facts::Facts;
use engine::rules::{Rule, parse};
use rayon::prelude::*;
use rust_decimal::Decimal;

use super::{Answer, Question};
use crate::documents::facts;
use crate::report::median;
use crate::shop::{DAY, NOW};

/// What the engine found and needed.
pub(crate) struct Pass {
    pub(crate) answer: Answer,
    /// Bytes of a transaction without its lines.
    pub(crate) bytes: f64,
}

/// Decides all rules in one pass over the rows of a file.
pub(crate) fn one_pass(documents: &Path, questions: &[Question], rounds: usize) -> Result<Pass> {
    let (chunks, dictionary) = facts(documents)?;
    let rules: Vec<Rule<i64>> = questions.iter().map(rule).collect::<Result<_>>()?;
    let listed: Vec<(i64, &Rule<i64>)> = (1..).zip(&rules).collect();
    let today = numbered_day(i32::try_from(NOW / DAY)?);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let ask = || -> Vec<u64> {
        let program = Program::compile(&listed, &Moment { today, digits: 2, gross_margin: Decimal::ONE }, &dictionary);
        let count = |facts: &Facts| {
            let mut counts = vec![0; questions.len()];
            program.run(facts, &Known::default(), |_, _, belongs| {
                counts.iter_mut().zip(belongs).for_each(|(count, belongs)| *count += u64::from(*belongs));
            });
            counts
        };
        let none = || vec![0; questions.len()];
        let add = |one: Vec<u64>, other: Vec<u64>| one.iter().zip(other).map(|(one, other)| one + other).collect();
        pool.install(|| chunks.par_iter().map(count).reduce(none, add))
    };
    let members = ask();
    let seconds = (0..rounds.max(3)).map(|_| {
        let began = Instant::now();
        std::hint::black_box(ask());
        began.elapsed().as_secs_f64()
    });
    let seconds = median(seconds.collect());
    let bytes: usize = chunks.iter().map(|facts| facts.bytes().0).sum();
    let transactions: usize = chunks.iter().map(Facts::transactions).sum();
    Ok(Pass { answer: Answer { seconds, members }, bytes: bytes as f64 / transactions.max(1) as f64 })
}

fn rule(question: &Question) -> Result<Rule<i64>> {
    let rule = parse(&question.rule()).map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    rule.try_map(&mut |_| anyhow::bail!("no segment is named"), &mut |_| anyhow::bail!("no campaign is named"))
}
