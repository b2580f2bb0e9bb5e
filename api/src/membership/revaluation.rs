//! What members are worth was worked out anew: the rules that look at it are evaluated for everybody, and land together
//! with it.

use std::sync::Arc;

use engine::calendar::Zone;
use engine::evaluate::{Known, Moment, Program};
use engine::facts::{Dictionary, Facts};
use entity::kinds::MembershipReason;
use roaring::RoaringTreemap;

use super::decide::moment;
use super::evaluation::members_of;
use super::evaluation_store as store;
use super::landing::{self, Found, Seen};
use super::rule_set::{RuleSet, asks_value};
use crate::app::App;
use crate::changes::Horizon;
use crate::db::{self, Lock, Txn};
use crate::error::Fault;
use crate::facts::Needs;
use crate::figures::{self, Reckoning};

/// Who belongs by each of the rules, of some members.
#[derive(Debug)]
pub struct Belonging(Vec<RoaringTreemap>);

/// The same of everybody, as of a place in the log of changes.
pub struct Evaluated(Found);

/// The rules that look at what members are worth, and those that name them, as they decide when the work begins.
#[derive(Clone)]
pub struct Revaluation {
    rules: RuleSet,
    known: Arc<Known>,
    moment: Moment,
    zone: Zone,
    /// The last coming or going before anything was read.
    last_event: i64,
}

impl Revaluation {
    /// Reads which rules there are. They will be decided with what `moment` says, the margin above all, whatever they were
    /// decided with before.
    pub async fn plan(app: &App, moment: Moment, zone: Zone) -> Result<Self, Fault> {
        let reader = app.db.reader();
        let last_event = store::last_event(reader).await?;
        let rules = RuleSet::deciding(reader).await?.valued();
        let known = rules.known(reader, zone).await?;
        Ok(Self { rules, known: Arc::new(known), moment, zone, last_event })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What the rules look at.
    pub fn needs(&self) -> Needs {
        self.rules.needs()
    }

    /// The rules, ready to be run over facts whose texts a dictionary numbers.
    pub fn compiled(&self, dictionary: &Dictionary) -> Program {
        Program::compile(&self.rules.listed(), &self.moment, dictionary)
    }

    /// Who belongs by them.
    pub fn belonging(&self, program: &Program, facts: &Facts) -> Belonging {
        Belonging(members_of(program, facts, &self.known))
    }

    /// Waits until nobody else touches facts or decides. Answers what figures are reckoned with from now on, or none where
    /// the rules are others by now, or are decided with something else.
    pub async fn hold(&self, app: &App, txn: &Txn) -> Result<Option<Reckoning>, Fault> {
        db::lock(txn, Lock::RuleSet).await?;
        let reckoning = figures::reckon(app, txn).await?;
        let now = Moment { gross_margin: reckoning.gross_margin, ..moment(&reckoning) };
        let is_same = now.today == self.moment.today
            && now.digits == self.moment.digits
            && now.gross_margin == self.moment.gross_margin
            && reckoning.zone == self.zone
            && RuleSet::deciding(txn).await?.valued() == self.rules;
        Ok(is_same.then_some(reckoning))
    }

    /// Who belongs, as the parts say together, each of some members.
    pub fn evaluated(&self, parts: Vec<Belonging>, horizon: Horizon) -> Evaluated {
        let sets = landing::together(self.rules.rules().len(), parts.into_iter().map(|part| part.0).collect());
        Evaluated(Found { sets, horizon })
    }

    /// Writes the difference to who belonged before; false where everybody would have to be looked at anew. What members are
    /// worth is written already, and `hold` was called.
    pub async fn land(&self, txn: &Txn, reckoning: &Reckoning, evaluated: &Evaluated) -> Result<bool, Fault> {
        store::decided_with_margin(txn).await?;
        if self.rules.is_empty() {
            return Ok(true);
        }
        let seen = Seen { known: &self.known, last_event: self.last_event };
        let sets = landing::as_of_now(txn, &self.rules, &self.moment, self.zone, &seen, &evaluated.0).await?;
        let Some(sets) = sets else { return Ok(false) };
        let ids = self.rules.segments();
        let reason = |id| match self.rules.rules().iter().find(|one| one.segment == id) {
            Some(one) if asks_value(&one.rule) => MembershipReason::DataChanged,
            _ => MembershipReason::SegmentChanged,
        };
        landing::write_differences(txn, reckoning, &ids, &sets, None, reason).await?;
        Ok(true)
    }
}
