//! Figures over everybody as dashboards ask for them: each through GraphQL, and of DuckDB over the same rows.

mod answers;
mod duck;

use serde_json::{Value, json};

use crate::shop::{CATEGORIES, DAY, LAST_12_MONTHS, LAUNCHED_ON, TODAY, key};

pub(crate) use duck::DuckDb;

/// A figure.
pub(crate) struct Question {
    /// As the table calls it.
    pub(crate) what: &'static str,
    /// As the script of DuckDB calls it.
    pub(crate) name: &'static str,
    /// What the script is told.
    pub(crate) with: Value,
    /// The GraphQL.
    pub(crate) query: &'static str,
    pub(crate) variables: Value,
    /// The key of the segment whose members it is about.
    pub(crate) segment: Option<String>,
    /// The numbers of Tessera's data as the script answers them.
    pub(crate) numbers: fn(&Value) -> Option<Value>,
    /// Whether it should be that fast, and not only be told.
    pub(crate) is_judged: bool,
}

const SNAPSHOT: &str = "{
    valueSnapshot {
        nonMembers { ...Figures } members { ...Figures } redeemingMembers { ...Figures } nonRedeemingMembers { ...Figures }
    }
}
fragment Figures on SnapshotFigures {
    customers transactions revenue { amount } averageOrderValue { amount } averageOrders averageSpending { amount }
}";
const RFM: &str = "{
    rfm {
        cells { recencyScore frequencyScore members spending { amount } }
        groups { group members spending { amount } averageClv { amount } }
    }
}";
const RETENTION: &str = "query($from: Date!, $to: Date!) { retention(from: $from, to: $to) { cohort size retention } }";
const POINTS: &str = "{
    pointsAnalysis {
        earned redeemed expired adjusted outstanding earners redeemers averageEarnedPerMember redemptionRate
        memberRedemptionRate breakage medianDaysToAccumulate medianDaysToRedeem notYetRedeemed
        byOrigin { origin earned } series { date earned redeemed expired }
    }
}";
const PROFILE: &str = "query($key: String!, $by: ProfileDimension!, $first: Int!) {
    segment(ref: {key: $key}) { profile(by: $by, first: $first) { value members share shareOfAll index } }
}";
const MISSING: &str = "{
    missingMembers {
        missing present insufficientHistory missingValue { amount }
        backTest { horizonDays flagged stayedAway unflaggedStayedAway }
    }
}";

/// How many months there are from the launch to today, the running one included.
const MONTHS: usize = 24;

/// All figures; the profile is that of the largest segment but the one of everybody.
pub(crate) fn questions(segments: usize) -> Vec<Question> {
    let segment = segments.saturating_sub(1).max(1);
    let profile = |what, name, by| Question {
        what,
        name,
        with: json!({"segment": segment}),
        query: PROFILE,
        variables: json!({"key": key(segment), "by": by, "first": CATEGORIES}),
        segment: Some(key(segment)),
        numbers: answers::profile,
        is_judged: true,
    };
    let figure = |what, name, with, query, numbers| Question {
        what,
        name,
        with,
        query,
        variables: json!({}),
        segment: None,
        numbers,
        is_judged: true,
    };
    vec![
        figure("valueSnapshot", "snapshot", json!({"since": LAST_12_MONTHS / DAY}), SNAPSHOT, answers::snapshot),
        figure("rfm", "rfm", json!({}), RFM, answers::rfm),
        Question {
            variables: json!({"from": LAUNCHED_ON, "to": TODAY}),
            ..figure(
                "retention, 24 cohorts",
                "retention",
                json!({"first": LAUNCHED_ON, "months": MONTHS}),
                RETENTION,
                answers::retention,
            )
        },
        figure("pointsAnalysis, with its medians", "points", json!({"cost": 500}), POINTS, answers::points),
        profile("profile of a segment by country", "profile_country", "COUNTRY"),
        profile("profile of a segment by category", "profile_category", "CATEGORY"),
        Question {
            is_judged: false,
            ..figure(
                "missingMembers, with the back-test",
                "missing",
                json!({"multiple": 2, "horizons": [30, 90, 180]}),
                MISSING,
                answers::missing,
            )
        },
    ]
}
