//! Every sentence about rules, made in one place: the same rule has the same text wherever it is shown.

mod clauses;
mod filters;
mod flip;
#[cfg(test)]
mod flip_tests;
mod phrase;
#[cfg(test)]
mod sentence_tests;

pub use flip::would_flip;

use super::rule::{Names, Rule};
use crate::evaluate::Observed;
use phrase::{Binds, Phrase};

/// The rule as a sentence, such as “spending in the last 180 days is at least 500 and country is PL or DE”. `segment`
/// gives what a segment is called, `campaign` what a campaign is. Rules that mean something different have different
/// sentences.
pub fn sentence<S: Names>(
    rule: &Rule<S>,
    segment: &impl Fn(&S) -> String,
    campaign: &impl Fn(&S::Campaign) -> String,
) -> String {
    phrase(rule, &Called { segment, campaign }).said
}

/// What segments and campaigns are called.
struct Called<'c, S, C> {
    segment: &'c S,
    campaign: &'c C,
}

/// What was found for a member, with all its digits: “431.20”, “PL”, “2026-03-01”, “yes”.
pub fn observed(observed: &Observed) -> String {
    match observed {
        Observed::Number(number, _) => number.to_string(),
        Observed::Text(text) => text.clone(),
        Observed::Texts(texts) => texts.join(", "),
        Observed::Words(words) => words.join(", "),
        Observed::Day(day) => day.to_string(),
        Observed::Flag(true) => "yes".to_owned(),
        Observed::Flag(false) => "no".to_owned(),
    }
}

fn phrase<S: Names, F: Fn(&S) -> String, G: Fn(&S::Campaign) -> String>(
    rule: &Rule<S>,
    called: &Called<'_, F, G>,
) -> Phrase {
    match rule {
        Rule::All(rules) => group(rules, " and ", Binds::Tightly, called),
        Rule::Any(rules) => group(rules, " or ", Binds::Loosely, called),
        Rule::Not(rule) => not(phrase(rule, called)),
        Rule::Everyone => Phrase::alone("everyone", "nobody"),
        Rule::Profile(fact) => clauses::profile(fact),
        Rule::Transactions(condition) => clauses::transactions(condition),
        Rule::Points(condition) => clauses::points(condition),
        Rule::Value(condition) => clauses::value_condition(condition),
        Rule::Segment(name) => clauses::segment(&(called.segment)(name)),
        Rule::Feedback(condition) => clauses::feedback(condition),
        Rule::Campaign(name, outcome) => clauses::campaign(&(called.campaign)(name), *outcome),
        Rule::Sample(sample) => clauses::sample(sample),
    }
}

/// A group of one is what it holds. Groups in a group stand in parentheses; so does a condition of several parts where
/// “or” is around it.
fn group<S: Names, F: Fn(&S) -> String, G: Fn(&S::Campaign) -> String>(
    rules: &[Rule<S>],
    word: &str,
    around: Binds,
    called: &Called<'_, F, G>,
) -> Phrase {
    if let [only] = rules {
        return phrase(only, called);
    }
    let part = |rule| {
        let Phrase { said, binds, .. } = phrase(rule, called);
        match (binds, around) {
            (Binds::Alone, _) | (Binds::Tightly, Binds::Tightly) => said,
            _ => format!("({said})"),
        }
    };
    Phrase { said: rules.iter().map(part).collect::<Vec<_>>().join(word), denied: None, binds: Binds::Loosely }
}

fn not(Phrase { said, denied, .. }: Phrase) -> Phrase {
    Phrase { said: denied.unwrap_or_else(|| format!("not ({said})")), denied: None, binds: Binds::Alone }
}
