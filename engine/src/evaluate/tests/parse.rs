//! Rules as JSON: out and in again they are the same, and nothing that is sent breaks the reading of it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::random::world;
use super::rules::rule;
use crate::rules::{Mistake, Rule, SegmentName, parse, shape};

fn any_rule() -> impl Strategy<Value = Rule<i64>> {
    world().prop_flat_map(|world| rule(world.today))
}

fn by_id(rule: &Rule<i64>) -> Value {
    shape(rule, &|segment| json!({"id": segment.to_string()}), &|campaign| campaign.to_string())
}

fn by_name(rule: &Rule<SegmentName>) -> Value {
    let segment = |segment: &SegmentName| match segment {
        SegmentName::Id(id) => json!({"id": id}),
        SegmentName::Key(key) => json!({"key": key}),
    };
    shape(rule, &segment, &String::clone)
}

proptest! {
    #[test]
    fn a_rule_comes_back_as_it_went(rule in any_rule()) {
        let sent = by_id(&rule);
        let read = parse(&sent).unwrap();
        let named = rule.try_map(
            &mut |segment| Ok::<_, ()>(SegmentName::Id(segment.to_string())),
            &mut |campaign| Ok(campaign.to_string()),
        );
        prop_assert_eq!(Ok(&read), named.as_ref());
        // Through text, as it is kept, with every digit as it was written.
        let kept: Value = serde_json::from_str(&by_name(&read).to_string()).unwrap();
        prop_assert_eq!(kept, sent);
    }

    #[test]
    fn nonsense_is_refused_with_its_places(value in nonsense()) {
        match parse(&value) {
            Ok(rule) => prop_assert_eq!(parse(&by_name(&rule)), Ok(rule)),
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                for mistake in &mistakes {
                    prop_assert!(is_place(&value, mistake), "{:?} in {}", mistake, value);
                }
            }
        }
    }

    #[test]
    fn no_bytes_break_the_reading(
        rule in any_rule(),
        changes in vec((any::<prop::sample::Index>(), select(&b"{}[]\",:-+.eE019nulltrue\\ \xff"[..])), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = by_id(&rule).to_string().into_bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let cut = cut.index(bytes.len());
        for bytes in [&bytes[..], &bytes[..cut]] {
            if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
                prop_assert!(parse(&value).is_ok() || !parse(&value).unwrap_err().is_empty());
            }
        }
    }
}

/// Whether the path of a mistake leads to a place, or to one that is missing in the place before it.
fn is_place(value: &Value, mistake: &Mistake) -> bool {
    let mut here = Some(value);
    for step in &mistake.path {
        let Some(inside) = here else { return false };
        here = match inside {
            Value::Object(fields) => fields.get(step),
            Value::Array(items) => step.parse().ok().and_then(|place: usize| items.get(place)),
            // One value stands for a list of one.
            alone if step == "0" => Some(alone),
            _ => None,
        };
        if here.is_none() && matches!(inside, Value::Object(_)) && step == "0" {
            here = Some(inside);
        }
    }
    true
}

/// JSON out of the words of rules, in any order.
fn nonsense() -> impl Strategy<Value = Value> {
    let fields = vec![
        "all",
        "any",
        "not",
        "everyone",
        "profile",
        "transactions",
        "points",
        "segment",
        "feedback",
        "value",
        "campaign",
        "campaignId",
        "outcome",
        "historicClv",
        "predictedClv",
        "orderProbability90Days",
        "expectedOrders",
        "rfmGroup",
        "valueGroup",
        "presence",
        "sample",
        "measure",
        "within",
        "where",
        "is",
        "eq",
        "gt",
        "gte",
        "lt",
        "lte",
        "in",
        "contains",
        "startsWith",
        "on",
        "from",
        "to",
        "lastDays",
        "daysAgo",
        "between",
        "age",
        "birthdayWithinDays",
        "enrolledOn",
        "enrolled",
        "tier",
        "country",
        "label",
        "attribute",
        "key",
        "value",
        "name",
        "text",
        "number",
        "date",
        "flag",
        "absent",
        "channels",
        "labels",
        "amount",
        "percent",
        "salt",
        "survey",
        "latestScore",
        "group",
        "id",
        "unheard",
    ];
    let plain = select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!(" "),
        json!("pl"),
        json!("COUNT"),
        json!("SPENDING"),
        json!("BALANCE"),
        json!("PROMOTER"),
        json!("AT_RISK"),
        json!("BELOW_ZERO"),
        json!("MISSING"),
        json!("CONVERTED"),
        json!(0.30000000000000004),
        json!(1e-30),
        json!("2026-02-29"),
        json!("2024-02-29"),
        json!("9999-12-31"),
        json!("10.5"),
        json!("1e99"),
        json!("1e-4294967295"),
        json!("1e4294967295"),
        json!("-1e-28"),
        json!("1.00000000000000000000000000000000001e0"),
        json!("NaN"),
        json!("a\u{0}b"),
        json!("x".repeat(501)),
    ]);
    plain.prop_recursive(5, 40, 4, move |inner| {
        let object = vec((select(fields.clone()), inner.clone()), 0..4).prop_map(|pairs| {
            Value::Object(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
        });
        prop_oneof![1 => vec(inner, 0..3).prop_map(Value::Array), 4 => object]
    })
}
