//! The demo's dynamic segments: who belongs follows from what the shop's customers are and do.

use engine::rules::parse;
use serde_json::{Value, json};

use super::plan::PREFIX;
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Fault, RefusalCode, Stop};
use crate::segments::{self, NewSegment};

/// A dynamic segment of the demo.
struct Living {
    key: &'static str,
    name: &'static str,
    description: &'static str,
    tags: &'static [&'static str],
    rule: Value,
}

/// Makes the segments; they are evaluated as soon as a server or a worker runs. One whose name or key is taken by another
/// is left out.
pub(super) async fn make(app: &App, caller: &Caller) -> Result<(), Stop> {
    for one in living() {
        let rule = parse(&one.rule);
        let new = NewSegment {
            name: one.name.to_owned(),
            key: Some(format!("{PREFIX}{}", one.key)),
            description: Some(one.description.to_owned()),
            tags: one.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            active: true,
            members: Vec::new(),
            rule: Some(rule.map_err(|mistakes| Fault::new(format!("a rule of the demo is wrong: {mistakes:?}")))?),
        };
        match segments::create(app, caller, new).await {
            Err(Stop::Refused(why)) if why.iter().all(|one| one.code == RefusalCode::Taken) => {}
            Err(stop) => return Err(stop),
            Ok(_) => {}
        }
    }
    Ok(())
}

fn transactions(measure: &str, within: Value, is: Value) -> Value {
    json!({"transactions": {"measure": measure, "within": within, "is": is}})
}

fn living() -> Vec<Living> {
    let days = |days: i64| json!({"lastDays": days});
    let named = |key: &str| json!({"segment": {"key": format!("{PREFIX}{key}")}});
    vec![
        Living {
            key: "big-spenders",
            name: "Big spenders",
            description: "Spent 500 or more in the last half year and bought three times at least.",
            tags: &["value"],
            rule: json!({"all": [transactions("SPENDING", days(182), json!({"gte": "500"})),
                transactions("COUNT", days(182), json!({"gte": "3"}))]}),
        },
        Living {
            key: "big-spenders-abroad",
            name: "Big spenders abroad",
            description: "Big spenders outside of Poland: worth a look at delivery costs.",
            tags: &["value", "delivery"],
            rule: json!({"all": [named("big-spenders"), {"not": {"profile": {"country": {"eq": "PL"}}}}]}),
        },
        Living {
            key: "lapsing",
            name: "Lapsing",
            description: "Bought twice or more, and not for 90 to 180 days.",
            tags: &["win back"],
            rule: json!({"all": [{"transactions": {"measure": "COUNT", "is": {"gte": "2"}}},
                {"transactions": {"measure": "DAYS_SINCE_LAST", "is": {"gte": "90", "lte": "180"}}}]}),
        },
        Living {
            key: "new-this-month",
            name: "New this month",
            description: "Enrolled within the last 30 days.",
            tags: &["welcome"],
            rule: json!({"profile": {"enrolledOn": {"lastDays": 30}}}),
        },
        Living {
            key: "birthday-this-week",
            name: "Birthday this week",
            description: "May be written to, and has a birthday within seven days.",
            tags: &["birthday"],
            rule: json!({"all": [{"profile": {"birthdayWithinDays": 7}}, {"profile": {"marketingConsent": true}}]}),
        },
        Living {
            key: "points-hoarders",
            name: "Points hoarders",
            description: "Could redeem 500 points and have not redeemed anything in a year.",
            tags: &["points"],
            rule: json!({"all": [{"points": {"measure": "BALANCE", "is": {"gte": "500"}}},
                {"points": {"measure": "REDEMPTIONS", "within": days(365), "is": {"eq": "0"}}}]}),
        },
        Living {
            key: "coffee-regulars",
            name: "Coffee regulars",
            description: "Bought coffee or tea three times or more in the last half year.",
            tags: &["category"],
            rule: json!({"transactions": {"measure": "COUNT", "within": days(182),
                "where": {"categories": ["Coffee & Tea"]}, "is": {"gte": "3"}}}),
        },
        Living {
            key: "store-only",
            name: "Shops alone",
            description: "Bought three times or more within a year, always in a shop.",
            tags: &["channel"],
            rule: json!({"all": [transactions("COUNT", days(365), json!({"gte": "3"})),
                {"transactions": {"measure": "SHARE_OF_COUNT", "within": days(365), "where": {"channels": ["store"]},
                    "is": {"eq": "1"}}}]}),
        },
        Living {
            key: "promoters",
            name: "Promoters",
            description: "Gave 9 or 10 in their latest answer and may be written to: ask them for a review.",
            tags: &["feedback"],
            rule: json!({"all": [{"feedback": {"survey": "post-purchase", "group": ["PROMOTER"]}},
                {"profile": {"marketingConsent": true}}]}),
        },
        Living {
            key: "test-group",
            name: "Test group",
            description: "A stable tenth of those who bought in the last quarter, without the big spenders.",
            tags: &["test"],
            rule: json!({"all": [{"sample": {"percent": "10", "salt": "test group"}},
                transactions("COUNT", days(91), json!({"gte": "1"})), {"not": named("big-spenders")}]}),
        },
    ]
}
