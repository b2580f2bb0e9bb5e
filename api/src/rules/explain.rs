//! Why a member is in or out: the evaluation that decides, for one member, with what every part of the rule found.

use std::collections::HashMap;

use engine::calendar::{Millis, Zone};
use engine::evaluate::{self, Known, Moment, Outcome};
use engine::facts::{Dictionary, Facts};
use engine::rules::{Rule, text};
use entity::ids::{MemberId, SegmentId, TransactionId};
use entity::kinds::MembershipVia;

use super::store;
use crate::app::App;
use crate::error::Fault;
use crate::facts::{self, Needs, Whose};
use crate::members::{self, MemberRef};
use crate::{figures, membership, segments};

/// Whether a member belongs to a segment, and why.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Since when, and how; none where it does not belong.
    pub belongs: Option<(Millis, MembershipVia)>,
    /// Pinned in, pinned out, or neither.
    pub pinned: Option<bool>,
    /// The tree of the rule that decides, in document order; empty where none does.
    pub clauses: Vec<Clause>,
}

/// A part of a rule, and what it found.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Where it stands, from `rule` inwards.
    pub path: Vec<String>,
    /// The part as a sentence.
    pub text: String,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub observed: Option<String>,
    /// The nearest thing that would turn it.
    pub would_flip: Option<String>,
    /// When it may turn by the passing of time alone.
    pub due_at: Option<Millis>,
    /// Some of the transactions that were counted, the latest first.
    pub evidence: Vec<TransactionId>,
}

/// Explains some segments to one member, all of them at one moment. Nothing where the member is not known.
pub async fn explain(
    app: &App,
    segments: &[SegmentId],
    member: &MemberRef,
) -> Result<HashMap<SegmentId, Explanation>, Fault> {
    let program = app.program();
    let txn = app.db.begin_reading().await?;
    let moment = Moment {
        today: app.clock.today(program.zone),
        digits: program.currency.digits(),
        gross_margin: figures::deciding_margin(&txn).await?,
    };
    let Ok(member) = members::resolve_one(&txn, member).await? else { return Ok(HashMap::new()) };
    let mut rules = Vec::new();
    for (segment, rule) in store::applied_rules(&txn, segments).await? {
        rules.push((segment, membership::told(&rule)?));
    }
    let needs = Needs::of(rules.iter().map(|(_, rule)| rule));
    let named: Vec<SegmentId> = rules.iter().flat_map(|(_, rule)| rule.segments()).copied().map(SegmentId).collect();
    let names = segments::names_of(&txn, &named).await?;
    let mut dictionary = Dictionary::default();
    let whose = Whose::Members(&[member]);
    let facts = facts::read_with_evidence(&txn, whose, needs, program.zone, &mut dictionary).await?;
    let campaigns = membership::days_of_campaigns(&txn, rules.iter().map(|(_, rule)| rule), program.zone).await?;
    let known = Known { campaigns, ..membership::known_of(&txn, &[member]).await? };
    let titles = segments::campaigns_called(&txn, rules.iter().map(|(_, rule)| rule)).await?;
    let belonging = store::memberships(&txn, member, segments).await?;
    txn.commit().await?;

    let seen = Seen { facts, dictionary, known, moment, zone: program.zone, names, titles };
    let pinned = segments.iter().map(|segment| (*segment, seen.pinned(*segment, member))).collect::<HashMap<_, _>>();
    // Days to come are tried one by one: with many clauses and transactions that is work.
    let explained = tokio::task::spawn_blocking(move || seen.explained(&rules, member)).await;
    let mut clauses = explained.map_err(|error| Fault::new(format!("explaining ended: {error}")))?;
    let explanation = |segment: &SegmentId| {
        let explanation = Explanation {
            belongs: belonging.get(segment).map(|row| (row.joined_at, row.via)),
            pinned: pinned.get(segment).copied().flatten(),
            clauses: clauses.remove(segment).unwrap_or_default(),
        };
        (*segment, explanation)
    };
    Ok(segments.iter().map(explanation).collect())
}

/// What explanations are made of.
struct Seen {
    facts: Facts,
    dictionary: Dictionary,
    /// Where the member belongs, and where it is pinned.
    known: Known,
    moment: Moment,
    zone: Zone,
    names: HashMap<SegmentId, String>,
    /// What the campaigns are called that the rules name.
    titles: HashMap<i64, String>,
}

impl Seen {
    fn pinned(&self, segment: SegmentId, member: MemberId) -> Option<bool> {
        let (pins, member) = (self.known.pins.get(&segment.0)?, member.0.cast_unsigned());
        pins.inside.contains(member).then_some(true).or_else(|| pins.outside.contains(member).then_some(false))
    }

    fn explained(&self, rules: &[(SegmentId, Rule<i64>)], member: MemberId) -> HashMap<SegmentId, Vec<Clause>> {
        let Some(row) = self.facts.row(member.0) else { return HashMap::new() };
        let clauses = |(segment, rule): &(SegmentId, Rule<i64>)| {
            let outcomes = evaluate::explain(rule, &self.facts, row, &self.known, &self.moment, &self.dictionary);
            (*segment, outcomes.iter().map(|outcome| self.clause(outcome)).collect())
        };
        rules.iter().map(clauses).collect()
    }

    fn clause(&self, outcome: &Outcome<'_>) -> Clause {
        let name = |segment: &i64| self.names.get(&SegmentId(*segment)).cloned().unwrap_or_default();
        let campaign = |campaign: &i64| self.titles.get(campaign).cloned().unwrap_or_default();
        Clause {
            path: std::iter::once("rule".to_owned()).chain(outcome.path.iter().cloned()).collect(),
            text: text::sentence(outcome.rule, &name, &campaign),
            holds: outcome.holds,
            observed: outcome.observed.as_ref().map(text::observed),
            would_flip: text::would_flip(outcome),
            due_at: outcome.due.map(|day| self.zone.start_of(day)),
            evidence: outcome.evidence.iter().copied().map(TransactionId).collect(),
        }
    }
}
