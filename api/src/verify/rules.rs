//! Everybody is evaluated from scratch, member by member, and must belong where the rules say.

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::evaluate::{Moment, Program};
use engine::facts::Dictionary;
use engine::money::Currency;
use entity::program;

use super::store;
use crate::db::Txn;
use crate::error::Fault;
use crate::facts::{self, Whose};
use crate::membership::{self, RuleSet};

/// How many ids are looked at at once.
const AT_ONCE: i64 = 4_096;
/// How many differences are told.
const MOST: usize = 100;

/// Members who belong and should not, or should and do not, as of the day for which everybody was last decided.
pub(super) async fn differing(txn: &Txn, programme: &program::Model) -> Result<Vec<String>, Fault> {
    let rules = RuleSet::deciding(txn).await?;
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let unreadable = |what: &str| Fault::new(format!("program.{what} cannot be read"));
    let today: NaiveDate = programme.decided_on.parse().map_err(|_| unreadable("decided_on"))?;
    let zone = Zone::from_name(&programme.decided_zone).ok_or_else(|| unreadable("decided_zone"))?;
    let currency = Currency::from_code(&programme.currency_code).ok_or_else(|| unreadable("currency_code"))?;
    let gross_margin = programme.decided_margin.parse().map_err(|_| unreadable("decided_margin"))?;
    let moment = Moment { today, digits: currency.digits(), gross_margin };
    let known = rules.known(txn, zone).await?;
    let belonging = membership::known_members(txn, &rules.segments(), &[]).await?.members;
    let (mut after, last, mut differences) = (0, store::last_member(txn).await?, Vec::new());
    while after < last && differences.len() < MOST {
        let mut dictionary = Dictionary::default();
        let whose = Whose::Between(after, after.saturating_add(AT_ONCE));
        let facts = facts::read(txn, whose, rules.needs(), zone, &mut dictionary).await?;
        let program = Program::compile(&rules.listed(), &moment, &dictionary);
        program.run(&facts, &known, |_, member, belongs| {
            for (one, should) in rules.rules().iter().zip(belongs) {
                let does = belonging.get(&one.segment.0).is_some_and(|set| set.contains(member.cast_unsigned()));
                if does != *should && differences.len() < MOST {
                    let said = if *should { "should belong, and does not" } else { "should not belong, and does" };
                    differences.push(format!("segment {}: member {member} {said}", one.segment.0));
                }
            }
        });
        after = after.saturating_add(AT_ONCE);
    }
    Ok(differences)
}
