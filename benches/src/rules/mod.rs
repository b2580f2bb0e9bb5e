//! Rules of one form with other numbers each: spent more than so much in so many days, bought so often in them, and
//! bought of a category ever.

mod duck;
mod pass;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::shop::{CATEGORIES, DAY, NOW, category};

pub(crate) use duck::{Answers, duckdb};
pub(crate) use pass::{Pass, one_pass};

/// How many rules are decided together.
pub(crate) const RULES: usize = 50;

/// One of the rules.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Question {
    /// Days of the window.
    #[serde(skip)]
    pub(crate) days: i64,
    /// The window's first day, as days since 1970-01-01.
    pub(crate) since: i64,
    /// Minor units; more than that.
    pub(crate) spending: i64,
    /// At least.
    pub(crate) purchases: i64,
    /// Of the shop's categories.
    pub(crate) category: usize,
}

/// What was found, and how long it took.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Answer {
    /// The median of some rounds.
    pub(crate) seconds: f64,
    /// How many members belong, rule by rule.
    pub(crate) members: Vec<u64>,
}

/// The rules of a seed; the first is that of the preview: 180 days, three purchases.
pub(crate) fn questions(seed: u64) -> Vec<Question> {
    let mut chance = fastrand::Rng::with_seed(seed ^ 50);
    let first = question(180, 20_000, 3, 7);
    let others = (1..RULES).map(|_| {
        let days = chance.i64(30..=365);
        question(days, days * chance.i64(40..160), chance.i64(1..6), chance.usize(0..CATEGORIES))
    });
    std::iter::once(first).chain(others).collect()
}

/// So many rules that few members fulfil: they spend some times as much as others, and buy often.
pub(crate) fn rare_questions(seed: u64, many: usize) -> Vec<Question> {
    let mut chance = fastrand::Rng::with_seed(seed ^ 200);
    let questions = (0..many).map(|_| {
        let days = chance.i64(30..=365);
        question(days, days * chance.i64(250..500), chance.i64(3..8), chance.usize(0..CATEGORIES))
    });
    questions.collect()
}

fn question(days: i64, spending: i64, purchases: i64, category: usize) -> Question {
    Question { days, since: NOW / DAY - days + 1, spending, purchases, category }
}

impl Question {
    /// The rule in the shape of the API's RuleInput.
    pub(crate) fn rule(&self) -> Value {
        let within = json!({"lastDays": self.days});
        let amount = format!("{}.{:02}", self.spending / 100, self.spending % 100);
        json!({"all": [
            {"transactions": {"measure": "SPENDING", "within": within, "is": {"gt": amount}}},
            {"transactions": {"measure": "COUNT", "within": within, "is": {"gte": self.purchases.to_string()}}},
            {"transactions": {"measure": "COUNT", "where": {"categories": [category(self.category)]}, "is": {"gte": "1"}}},
        ]})
    }
}
