//! The rules that decide.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::evaluate::Known;
use engine::rules::{self, Rule, SegmentName};
use entity::ids::{CampaignId, SegmentId};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::campaign_store::days_of_campaigns;
use super::rule_set_store as store;
use crate::error::Fault;
use crate::facts::Needs;

/// A rule, and the segment for which it decides.
#[derive(Clone, Debug, PartialEq)]
pub struct DecidingRule {
    /// Whose.
    pub segment: SegmentId,
    /// What it says.
    pub rule: Rule<i64>,
}

/// Rules in the order in which they are decided: whoever names a segment comes after that segment's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSet {
    rules: Vec<DecidingRule>,
    /// The local day for which everybody was last decided.
    pub(super) decided_on: Option<NaiveDate>,
}

impl RuleSet {
    /// The rules that decide at this moment: those of active segments, each as it was last applied.
    pub async fn deciding(db: &impl ConnectionTrait) -> Result<Self, Fault> {
        let mut rules = Vec::new();
        let mut decided_on = None;
        for row in store::deciding(db).await? {
            rules.push(DecidingRule { segment: row.segment_id, rule: told(&row.applied_rule)? });
            decided_on = row.decided_on.parse().ok();
        }
        Ok(Self { rules: ordered(rules), decided_on })
    }

    /// The same rules with that of a segment in the place of its own.
    pub(super) fn with(mut self, segment: SegmentId, rule: Rule<i64>) -> Self {
        self.rules.retain(|one| one.segment != segment);
        self.rules.push(DecidingRule { segment, rule });
        Self { rules: ordered(self.rules), ..self }
    }

    /// Those rules that name one of some segments, themselves or by way of others.
    pub(super) fn naming(&self, segments: &[SegmentId]) -> Self {
        let mut named: HashSet<i64> = segments.iter().map(|segment| segment.0).collect();
        let mut rules = Vec::new();
        for one in &self.rules {
            if one.rule.segments().into_iter().any(|segment| named.contains(segment)) {
                named.insert(one.segment.0);
                rules.push(one.clone());
            }
        }
        Self { rules, decided_on: self.decided_on }
    }

    /// The segments whose rules name a campaign themselves.
    pub(super) fn asking_for(&self, campaign: CampaignId) -> Vec<SegmentId> {
        let by = |one: &&DecidingRule| one.rule.campaigns().contains(&&campaign.0);
        self.rules.iter().filter(by).map(|one| one.segment).collect()
    }

    /// Those rules that name a campaign, and those that name their segments.
    pub(super) fn naming_campaign(&self, campaign: CampaignId) -> Self {
        self.of_and_naming_all(&self.asking_for(campaign))
    }

    /// The rule of a segment, and those that name it.
    pub(super) fn of_and_naming(&self, segment: SegmentId) -> Self {
        let own = self.rules.iter().filter(|one| one.segment == segment).cloned();
        let naming = self.naming(&[segment]).rules.into_iter().filter(|one| one.segment != segment);
        Self { rules: own.chain(naming).collect(), decided_on: self.decided_on }
    }

    /// Those whose outcome may turn by time alone, and those that name them.
    pub(super) fn timed(&self) -> Self {
        self.whose(Rule::is_timed)
    }

    /// Those that look at what members are worth, and those that name them.
    pub(super) fn valued(&self) -> Self {
        self.whose(asks_value)
    }

    /// Those of which something is so, and those that name them.
    fn whose(&self, is: impl Fn(&Rule<i64>) -> bool) -> Self {
        let own = self.rules.iter().filter(|one| is(&one.rule));
        self.of_and_naming_all(&own.map(|one| one.segment).collect::<Vec<_>>())
    }

    /// The rules of some segments, and those that name them.
    fn of_and_naming_all(&self, segments: &[SegmentId]) -> Self {
        let naming: HashSet<SegmentId> = self.naming(segments).rules.iter().map(|one| one.segment).collect();
        let rules = self.rules.iter().filter(|one| segments.contains(&one.segment) || naming.contains(&one.segment));
        Self { rules: rules.cloned().collect(), decided_on: self.decided_on }
    }

    /// What they are decided with beside facts: who belongs to the segments that they name, who is pinned to their own, and
    /// the days of the campaigns that they name, by the days of a zone.
    pub async fn known(&self, db: &impl ConnectionTrait, zone: Zone) -> Result<Known, Fault> {
        let known = store::known_members(db, &self.named(), &self.segments()).await?;
        Ok(Known { campaigns: days_of_campaigns(db, self.plain(), zone).await?, ..known })
    }

    /// The rules, in the order in which they are decided.
    pub fn rules(&self) -> &[DecidingRule] {
        &self.rules
    }

    /// The rules without their segments.
    pub fn plain(&self) -> impl Iterator<Item = &Rule<i64>> {
        self.rules.iter().map(|one| &one.rule)
    }

    /// The rules as the engine takes them.
    pub fn listed(&self) -> Vec<(i64, &Rule<i64>)> {
        self.rules.iter().map(|one| (one.segment.0, &one.rule)).collect()
    }

    /// What they look at.
    pub fn needs(&self) -> Needs {
        Needs::of(self.plain())
    }

    /// The segments that they name and that are not decided among them.
    pub fn named(&self) -> Vec<SegmentId> {
        let own: HashSet<i64> = self.rules.iter().map(|one| one.segment.0).collect();
        let named: HashSet<i64> = self.rules.iter().flat_map(|one| one.rule.segments()).copied().collect();
        named.difference(&own).copied().map(SegmentId).collect()
    }

    /// The segments for which they decide, in their order.
    pub fn segments(&self) -> Vec<SegmentId> {
        self.rules.iter().map(|one| one.segment).collect()
    }

    /// Whether nothing decides.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// Whether a rule looks at what members are worth.
pub(super) fn asks_value(rule: &Rule<i64>) -> bool {
    rule.clauses().into_iter().any(|clause| matches!(clause, Rule::Value(_)))
}

/// A rule as it is kept: JSON in the shape of the API's RuleInput, segments by their number.
pub fn stored(rule: &Rule<i64>) -> String {
    rules::shape(rule, &|segment: &i64| json!({"id": segment.to_string()}), &|campaign: &i64| campaign.to_string())
        .to_string()
}

/// The rule that was kept.
pub fn told(text: &str) -> Result<Rule<i64>, Fault> {
    let value: Value = serde_json::from_str(text)?;
    let unreadable = || Fault::new(format!("a stored rule cannot be read: {text}"));
    let rule = rules::parse(&value).map_err(|_mistakes| unreadable())?;
    let mut segment = |segment: &SegmentName| match segment {
        SegmentName::Id(id) => id.parse::<i64>().map_err(|_| unreadable()),
        SegmentName::Key(_) => Err(unreadable()),
    };
    rule.try_map(&mut segment, &mut |campaign: &String| campaign.parse::<i64>().map_err(|_| unreadable()))
}

/// Puts rules into the order in which they are decided. There are no circles among them; one that a fault of ours let in
/// is left in the order of ids.
fn ordered(mut rules: Vec<DecidingRule>) -> Vec<DecidingRule> {
    rules.sort_by_key(|one| one.segment);
    let places: HashMap<i64, usize> = rules.iter().enumerate().map(|(place, one)| (one.segment.0, place)).collect();
    let mut order = Vec::with_capacity(rules.len());
    let mut seen = vec![false; rules.len()];
    for place in 0..rules.len() {
        visit(place, &rules, &places, &mut seen, &mut order);
    }
    let mut slots: Vec<Option<DecidingRule>> = rules.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| slots[place].take()).collect()
}

fn visit(
    place: usize,
    rules: &[DecidingRule],
    places: &HashMap<i64, usize>,
    seen: &mut [bool],
    order: &mut Vec<usize>,
) {
    if std::mem::replace(&mut seen[place], true) {
        return;
    }
    for named in rules[place].rule.segments() {
        if let Some(named) = places.get(named) {
            visit(*named, rules, places, seen, order);
        }
    }
    order.push(place);
}
