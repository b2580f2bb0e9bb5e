//! All rules in one pass, as midnight and evaluations run them: the engine over the same rows, on two threads.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use engine::calendar::numbered_day;
use engine::evaluate::{Known, Moment, Program};
use engine::facts::{Builder, Dictionary, Facts, ItemRow, MemberRow, TransactionRow};
use engine::rules::{Rule, parse};
use rayon::prelude::*;
use rust_decimal::Decimal;

use super::{Answer, Question};
use crate::report::median;
use crate::shop::{DAY, NOW, category};

/// What the engine found and needed.
pub(crate) struct Pass {
    pub(crate) answer: Answer,
    /// Bytes of a transaction without its lines.
    pub(crate) bytes: f64,
}

/// So many members stand together, as in the lens.
const CHUNK: usize = 4_096;

/// Decides all rules in one pass over the rows of a file.
pub(crate) fn one_pass(rows: &Path, questions: &[Question], rounds: usize) -> Result<Pass> {
    let (chunks, dictionary) = facts(rows)?;
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

fn facts(rows: &Path) -> Result<(Vec<Facts>, Dictionary)> {
    let (mut chunks, mut dictionary) = (Vec::new(), Dictionary::default());
    let mut lines = BufReader::new(File::open(rows)?).lines().map(|line| Row::read(&line?)).peekable();
    while lines.peek().is_some() {
        let mut builder = Builder::new(&mut dictionary);
        let (mut members, mut last) = (0, 0);
        loop {
            let is_full = |row: &Result<Row>| members == CHUNK && row.as_ref().is_ok_and(|row| row.member != last);
            if lines.peek().is_some_and(is_full) {
                break;
            }
            let Some(row) = lines.next().transpose()? else { break };
            if row.member != last {
                (last, members) = (row.member, members + 1);
                builder.member(&MemberRow::bare(row.member));
            }
            builder.transaction(&TransactionRow::bare(row.day, row.net, row.purchase));
            if let Some(name) = row.category.map(category) {
                builder.item(&ItemRow { amount: row.net.abs(), sku: "1", brand: None, category: Some(&name) });
            }
        }
        let mut facts = builder.finish();
        facts.compact();
        chunks.push(facts);
    }
    Ok((chunks, dictionary))
}

struct Row {
    member: i64,
    day: NaiveDate,
    net: i64,
    purchase: bool,
    /// None of a document without lines.
    category: Option<usize>,
}

impl Row {
    fn read(line: &str) -> Result<Self> {
        let mut cells = line.trim_end().split(',');
        let mut next = || cells.next().context("a row ends too early");
        Ok(Self {
            member: next()?.parse()?,
            day: numbered_day(next()?.parse()?),
            net: next()?.parse()?,
            purchase: next()? == "true",
            category: Some(next()?).filter(|category| !category.is_empty()).map(str::parse).transpose()?,
        })
    }
}
