//! The same evaluation for one member, with what each part of the rule found.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::campaigns;
use super::days::Moment;
use super::due::turns;
use super::known::Known;
use super::measure::Measure;
use super::outcome::{Observed, Outcome, Unit};
use super::program::Program;
use super::run::Run;
use super::test::{Test, attribute_of, date, latest_score, own_text, texts};
use crate::facts::{AttributeValue, Dictionary, Facts};
use crate::rules::{Profile, Rule};

/// How many transactions are shown for a clause.
const EVIDENCE: usize = 10;

/// Evaluates a rule for the member of a row: every node of its tree in document order, the whole rule first.
pub fn explain<'r>(
    rule: &'r Rule<i64>,
    facts: &Facts,
    row: usize,
    known: &Known,
    moment: &Moment,
    dictionary: &Dictionary,
) -> Vec<Outcome<'r>> {
    let mut explainer = Explainer { facts, row, known, moment, dictionary, outcomes: Vec::new(), path: Vec::new() };
    explainer.node(rule);
    explainer.outcomes
}

struct Explainer<'r, 'f> {
    facts: &'f Facts,
    row: usize,
    known: &'f Known,
    moment: &'f Moment,
    dictionary: &'f Dictionary,
    outcomes: Vec<Outcome<'r>>,
    path: Vec<String>,
}

/// Whether a part holds, and from when on that may be different.
#[derive(Clone, Copy)]
struct Standing {
    holds: bool,
    due: Option<NaiveDate>,
}

impl<'r> Explainer<'r, '_> {
    fn node(&mut self, rule: &'r Rule<i64>) -> Standing {
        let place = self.outcomes.len();
        let path = self.path.clone();
        self.outcomes.push(Outcome { path, rule, holds: false, observed: None, due: None, evidence: Vec::new() });
        let standing = match rule {
            Rule::All(rules) => together(&self.nodes("all", rules), true),
            Rule::Any(rules) => together(&self.nodes("any", rules), false),
            Rule::Not(rule) => {
                let Standing { holds, due } = self.within(&["not"], rule);
                Standing { holds: !holds, due }
            }
            Rule::Everyone => Standing { holds: true, due: None },
            clause => {
                let clause = self.clause(clause);
                self.outcomes[place].observed = clause.observed;
                self.outcomes[place].evidence = clause.evidence;
                clause.standing
            }
        };
        self.outcomes[place].holds = standing.holds;
        self.outcomes[place].due = standing.due;
        standing
    }

    fn nodes(&mut self, name: &str, rules: &'r [Rule<i64>]) -> Vec<Standing> {
        rules.iter().enumerate().map(|(place, rule)| self.within(&[name, &place.to_string()], rule)).collect()
    }

    fn within(&mut self, steps: &[&str], rule: &'r Rule<i64>) -> Standing {
        let depth = self.path.len();
        self.path.extend(steps.iter().map(|step| (*step).to_owned()));
        let standing = self.node(rule);
        self.path.truncate(depth);
        standing
    }

    fn clause(&self, clause: &Rule<i64>) -> Clause {
        let program = self.program(clause, self.moment);
        let Some(test) = program.tests.first() else {
            return Clause { standing: Standing { holds: true, due: None }, observed: None, evidence: Vec::new() };
        };
        let mut run = Run::at(&program, self.facts, self.row, self.known);
        let holds = run.passes_first(test);
        let observed = self.observed(&mut run, &program, test, clause);
        let counted = program.counted(self.facts, self.row, self.known, test).into_iter().rev().take(EVIDENCE);
        let evidence = counted.filter_map(|place| self.facts.transactions.ids.get(place).copied()).collect();
        let turns = turns(clause, test, self.facts, self.row, self.moment);
        let due = turns.into_iter().find(|day| self.holds_on(clause, *day) != holds);
        Clause { standing: Standing { holds, due }, observed, evidence }
    }

    fn holds_on(&self, clause: &Rule<i64>, day: NaiveDate) -> bool {
        let program = self.program(clause, &self.moment.on(day));
        let test = program.tests.first();
        test.is_some_and(|test| Run::at(&program, self.facts, self.row, self.known).passes_first(test))
    }

    fn program(&self, clause: &Rule<i64>, moment: &Moment) -> Program {
        Program::compile(&[(NOBODY, clause)], moment, self.dictionary)
    }

    fn observed(&self, run: &mut Run<'_>, program: &Program, test: &Test, clause: &Rule<i64>) -> Option<Observed> {
        let (facts, row) = (self.facts, self.row);
        let profiles = &facts.profiles;
        let spelt = |id| Observed::Text(self.dictionary.spelt(id).to_owned());
        match test {
            Test::Text(fact, _) => Some(texts(profiles, *fact)[row]).filter(|id| *id != 0).map(spelt),
            Test::OwnText(fact, _) => {
                let text = own_text(facts, row, *fact);
                (!text.is_empty()).then(|| Observed::Text(text.to_owned()))
            }
            Test::Number { measure: Measure::EnrolledOn, .. } => date(profiles.enrolled[row]).map(Observed::Day),
            Test::Number { measure, .. } => {
                let number = run.number_of_first(measure)?;
                let digits = measure.digits(&program.moment);
                Some(Observed::Number(Decimal::from_i128_with_scale(number.into(), digits), measure.unit()))
            }
            Test::Enrolled(_) => Some(Observed::Flag(profiles.is_enrolled(row))),
            Test::MarketingConsent(_) => Some(Observed::Flag(profiles.marketing_consent[row])),
            Test::Label(set) => {
                let values =
                    set.of_key(facts.labels.of(row)).map(|label| self.dictionary.spelt(label.value).to_owned());
                Some(values.collect::<Vec<_>>()).filter(|values| !values.is_empty()).map(Observed::Texts)
            }
            Test::Attribute(name, _) => attribute_of(facts, row, *name).and_then(|value| match value {
                AttributeValue::Text(text, _) => Some(spelt(text)),
                AttributeValue::Number(number) => Some(Observed::Number(number, Unit::None)),
                AttributeValue::Flag(flag) => Some(Observed::Flag(flag)),
                AttributeValue::Other => None,
            }),
            Test::Feedback { survey, .. } => {
                latest_score(facts, row, *survey).map(|score| Observed::Number(Decimal::from(score), Unit::Score))
            }
            Test::Value(set) => set.found(&facts.valued[row]).map(|word| Observed::Words(vec![word])),
            Test::Campaign(campaign, _) => Some(campaigns::all(facts, row, *campaign, self.known))
                .filter(|words| !words.is_empty())
                .map(Observed::Words),
            Test::Decided(_) | Test::Known(_) | Test::Sample(_) => {
                matches!(clause, Rule::Segment(_) | Rule::Sample(_) | Rule::Profile(Profile::Enrolled(_)))
                    .then(|| Observed::Flag(run.passes_first(test)))
            }
        }
    }
}

struct Clause {
    standing: Standing,
    observed: Option<Observed>,
    evidence: Vec<i64>,
}

/// No segment has this id.
const NOBODY: i64 = 0;

/// The standing of `all` (or of `any`, with `all` false): it turns when one of those turns that keep it as it is, and
/// not before all of those have turned that hold it back.
fn together(parts: &[Standing], all: bool) -> Standing {
    let holds = if all { parts.iter().all(|part| part.holds) } else { parts.iter().any(|part| part.holds) };
    if holds == all {
        let due = parts.iter().filter_map(|part| part.due).min();
        return Standing { holds, due };
    }
    let holding_back = parts.iter().filter(|part| part.holds != all).map(|part| part.due);
    // Nothing is later than never.
    let due = holding_back.reduce(|one, other| one.zip(other).map(|(one, other)| one.max(other)));
    Standing { holds, due: due.flatten() }
}
