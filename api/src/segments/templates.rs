//! Ordinary segments to start from. Those of one template exclude each other: they name each other in their rules, or part
//! at their bounds.

use engine::rules::{Rule, SegmentName, parse};
use serde_json::{Value, json};

use super::create::{Checked, make};
use super::{Changed, NewSegment};
use crate::app::App;
use crate::auth::Caller;
use crate::db::{self, Lock};
use crate::error::{Fault, Stop};
use crate::figures;
use crate::global_id::GlobalId;
use crate::jobs;

/// What to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Most valuable, most growable, below zero: as the nightly analysis groups members by what they are worth.
    ValueGroups,
    /// Champions to prospects: as the nightly analysis groups members by recency, frequency and monetary value.
    RfmGroups,
    /// High spenders, frequent buyers, occasional shoppers, dormant: by points and purchases, each member in one at most.
    PointsLevels,
    /// Who went missing by their own rhythm.
    MissingMembers,
    /// Who enrolled in the last 30 days.
    NewMembers,
    /// Whose birthday is within a week.
    BirthdaySoon,
}

/// Days of “six months”.
const HALF_YEAR: i64 = 182;

/// Makes the segments of a template, all of them or none. A prefix stands before their names.
pub async fn from_template(
    app: &App,
    caller: &Caller,
    template: Template,
    prefix: Option<&str>,
) -> Result<Vec<Changed>, Stop> {
    let prefix = prefix.map(str::trim).filter(|prefix| !prefix.is_empty());
    db::retry(|| async {
        let txn = app.db.begin().await?;
        db::lock(&txn, Lock::RuleSet).await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let mut made: Vec<Changed> = Vec::new();
        for one in template.segments() {
            let ids: Vec<String> = made.iter().map(|one| GlobalId::Segment(one.segment.segment.id).text()).collect();
            let name = prefix.map_or_else(|| one.name.to_owned(), |prefix| format!("{prefix} {}", one.name));
            let new = NewSegment {
                name,
                key: None,
                description: Some(one.description.to_owned()),
                tags: Vec::new(),
                active: true,
                members: Vec::new(),
                rule: Some(rule(&(one.rule)(&ids))?),
            };
            let checked = Checked::new(&new).map_err(named_by_prefix)?;
            let done = make(app, &txn, &reckoning, caller, &new, &checked, "createSegmentsFromTemplate").await;
            made.push(done.map_err(named_by_prefix)?);
        }
        txn.commit().await?;
        jobs::wake(app);
        Ok(made)
    })
    .await
}

/// A segment of a template. Its rule may name the segments before it, by their ids.
struct Part {
    name: &'static str,
    description: &'static str,
    rule: fn(&[String]) -> Value,
}

impl Template {
    fn segments(self) -> Vec<Part> {
        match self {
            Self::ValueGroups => vec![
                Part {
                    name: "Most valuable",
                    description: "The top fifth by what members bring, less what they cost.",
                    rule: |_| json!({"value": {"valueGroup": ["MOST_VALUABLE"]}}),
                },
                Part {
                    name: "Most growable",
                    description: "Of the others, those furthest below what their peers are worth.",
                    rule: |_| json!({"value": {"valueGroup": ["MOST_GROWABLE"]}}),
                },
                Part {
                    name: "Below zero",
                    description: "Cost more than they bring.",
                    rule: |_| json!({"value": {"valueGroup": ["BELOW_ZERO"]}}),
                },
            ],
            Self::RfmGroups => rfm_groups(),
            Self::MissingMembers => vec![Part {
                name: "Missing members",
                description: "Silent for more than twice their own rhythm, and for more than 14 days.",
                rule: |_| json!({"value": {"presence": ["MISSING"]}}),
            }],
            Self::PointsLevels => vec![
                Part {
                    name: "High spenders",
                    description: "Earned more than 500 points in the last six months.",
                    rule: |_| {
                        let within = json!({"lastDays": HALF_YEAR});
                        json!({"points": {"measure": "EARNED", "within": within, "is": {"gt": "500"}}})
                    },
                },
                Part {
                    name: "Frequent buyers",
                    description: "Bought four times or more in the last six months, and are no high spenders.",
                    rule: |ids| json!({"all": [purchases(&json!({"gte": "4"})), none_of(ids)]}),
                },
                Part {
                    name: "Occasional shoppers",
                    description: "Bought one to three times in the last six months, and are no high spenders.",
                    rule: |ids| json!({"all": [purchases(&json!({"gte": "1", "lte": "3"})), none_of(ids)]}),
                },
                Part {
                    name: "Dormant",
                    description: "Bought before, but not in the last six months, and are no high spenders.",
                    rule: |ids| {
                        let ever = json!({"transactions": {"measure": "COUNT", "is": {"gte": "1"}}});
                        json!({"all": [ever, purchases(&json!({"eq": "0"})), none_of(ids)]})
                    },
                },
            ],
            Self::NewMembers => vec![Part {
                name: "New members",
                description: "Enrolled in the last 30 days.",
                rule: |_| json!({"profile": {"enrolledOn": {"lastDays": 30}}}),
            }],
            Self::BirthdaySoon => vec![Part {
                name: "Birthday soon",
                description: "Members whose birthday is today or within the next seven days.",
                rule: |_| json!({"all": [{"profile": {"enrolled": true}}, {"profile": {"birthdayWithinDays": 7}}]}),
            }],
        }
    }
}

fn rfm_groups() -> Vec<Part> {
    let part = |name, description, rule| Part { name, description, rule };
    vec![
        part("Champions", "Bought lately, often and for much.", |_| rfm("CHAMPIONS")),
        part("Loyal", "Buy often, and not long ago.", |_| rfm("LOYAL")),
        part("Active", "Bought lately, and more than once.", |_| rfm("ACTIVE")),
        part("New", "Bought lately for the first time.", |_| rfm("NEW")),
        part("Promising", "Bought not long ago, little so far.", |_| rfm("PROMISING")),
        part("Needs attention", "In the middle of everything.", |_| rfm("NEEDS_ATTENTION")),
        part("Almost lost", "Bought little, and some time ago.", |_| rfm("ALMOST_LOST")),
        part("Previously loyal", "Once among the best, silent for long.", |_| rfm("PREVIOUSLY_LOYAL")),
        part("At risk", "Bought well, silent for long.", |_| rfm("AT_RISK")),
        part("Dormant customers", "Bought little, silent for long.", |_| rfm("DORMANT")),
        part("Prospects", "Never bought.", |_| rfm("PROSPECTS")),
    ]
}

fn rfm(group: &str) -> Value {
    json!({"value": {"rfmGroup": [group]}})
}

fn purchases(is: &Value) -> Value {
    json!({"transactions": {"measure": "COUNT", "within": {"lastDays": HALF_YEAR}, "is": is}})
}

/// Belongs to none of the segments.
fn none_of(ids: &[String]) -> Value {
    let segments: Vec<Value> = ids.iter().map(|id| json!({"segment": {"id": id}})).collect();
    json!({"not": {"any": segments}})
}

fn rule(json: &Value) -> Result<Rule<SegmentName>, Fault> {
    parse(json).map_err(|mistakes| Fault::new(format!("a template's rule is wrong: {mistakes:?}")))
}

/// The caller gave nothing but a prefix: whatever is wrong with a name is wrong with that.
fn named_by_prefix(stop: Stop) -> Stop {
    match stop {
        Stop::Refused(mut refusals) => {
            for refusal in refusals.iter_mut().filter(|refusal| refusal.path.last().is_some_and(|step| step == "name"))
            {
                refusal.path = vec!["input".to_owned(), "namePrefix".to_owned()];
            }
            Stop::Refused(refusals)
        }
        fault @ Stop::Fault(_) => fault,
    }
}
