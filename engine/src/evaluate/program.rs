//! Rules, compiled for a day and a dictionary.

use std::collections::HashMap;

use super::days::Moment;
use super::interval::Interval;
use super::matcher::Matcher;
use super::measure::Measure;
use super::test::Test;
use crate::facts::Dictionary;
use crate::rules::{Rule, TransactionsMatch, Window};

/// Rules that are decided together, each member once. What several of them ask is worked out once a member.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) rules: Vec<Compiled>,
    pub(super) tests: Vec<Test>,
    /// Filters of transactions; the figures over those of place p are series p + 1, series 0 are those over all.
    pub(super) matchers: Vec<Matcher>,
    pub(super) windows: Vec<Interval>,
    /// Segments that rules name and that are not decided here.
    pub(super) named: Vec<i64>,
    pub(super) moment: Moment,
}

/// A rule of a segment.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) segment: i64,
    pub(super) node: Node,
}

/// A rule's tree over the tests of the program; what is cheap to find comes first.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Everyone,
    Test(usize),
}

impl Program {
    /// Compiles the rules of segments, those that others name before the others: whoever names an earlier one sees how it
    /// is decided, pins included. The dictionary is that of the facts that it is run over.
    pub fn compile(rules: &[(i64, &Rule<i64>)], moment: &Moment, dictionary: &Dictionary) -> Self {
        let mut compiler = Compiler {
            program: Self {
                rules: Vec::with_capacity(rules.len()),
                tests: Vec::new(),
                matchers: Vec::new(),
                windows: Vec::new(),
                named: Vec::new(),
                moment: *moment,
            },
            dictionary,
            tests: HashMap::new(),
            matchers: HashMap::new(),
        };
        for (segment, rule) in rules {
            let node = compiler.node(rule);
            // Whoever names this one from now on sees its decision; whoever did before goes by what is known.
            compiler.tests.remove(&Rule::Segment(*segment));
            compiler.program.rules.push(Compiled { segment: *segment, node });
        }
        compiler.program
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The segments whose members a run must be told: those that are named, and not decided here before.
    pub fn named(&self) -> &[i64] {
        &self.named
    }
}

pub(super) struct Compiler<'d> {
    pub(super) program: Program,
    pub(super) dictionary: &'d Dictionary,
    tests: HashMap<Rule<i64>, usize>,
    matchers: HashMap<TransactionsMatch, usize>,
}

impl Compiler<'_> {
    fn node(&mut self, rule: &Rule<i64>) -> Node {
        match rule {
            Rule::All(rules) => Node::All(self.nodes(rules)),
            Rule::Any(rules) => Node::Any(self.nodes(rules)),
            Rule::Not(rule) => Node::Not(Box::new(self.node(rule))),
            Rule::Everyone => Node::Everyone,
            clause => match self.tests.get(clause) {
                Some(test) => Node::Test(*test),
                None => {
                    let test = Test::compile(self, clause);
                    let place = self.program.tests.len();
                    self.program.tests.push(test);
                    self.tests.insert(clause.clone(), place);
                    Node::Test(place)
                }
            },
        }
    }

    fn nodes(&mut self, rules: &[Rule<i64>]) -> Vec<Node> {
        let mut nodes: Vec<Node> = rules.iter().map(|rule| self.node(rule)).collect();
        nodes.sort_by_key(|node| self.cost(node));
        nodes
    }

    fn cost(&self, node: &Node) -> u32 {
        match node {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().map(|node| self.cost(node)).sum(),
            Node::Not(node) => self.cost(node),
            Node::Everyone => 0,
            Node::Test(test) => match &self.program.tests[*test] {
                Test::Number { measure: Measure::Transactions { series: 1.., .. }, .. } => 12,
                test => test.cost(),
            },
        }
    }

    /// The series of the transactions that pass a filter.
    pub(super) fn series(&mut self, filter: Option<&TransactionsMatch>) -> usize {
        let Some(filter) = filter else { return 0 };
        if let Some(place) = self.matchers.get(filter) {
            return place + 1;
        }
        let place = self.program.matchers.len();
        self.program.matchers.push(Matcher::new(filter, self.program.moment.digits, self.dictionary));
        self.matchers.insert(filter.clone(), place);
        place + 1
    }

    /// The place of a window.
    pub(super) fn window(&mut self, window: Option<&Window>) -> usize {
        let days = self.program.moment.window(window);
        place_of(&mut self.program.windows, days)
    }

    /// The place of a segment that is not decided here.
    pub(super) fn named(&mut self, segment: i64) -> usize {
        place_of(&mut self.program.named, segment)
    }
}

/// The place of something in a list to which it is added where it is missing.
fn place_of<T: PartialEq>(list: &mut Vec<T>, one: T) -> usize {
    list.iter().position(|known| *known == one).unwrap_or_else(|| {
        list.push(one);
        list.len() - 1
    })
}
