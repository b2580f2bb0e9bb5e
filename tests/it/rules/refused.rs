//! A rule that cannot be: every mistake at once, with its code and its place.

use serde_json::{Value, json};
use tests::{Answer, on_both};

use super::{asked, preview};
use crate::calls::{members, segment};
use crate::dynamic::{call, country, dynamic, of_segment};

const OFF: &str = "mutation($i: SegmentRefInput!) { deactivateSegment(input: $i) { userErrors { message } } }";

/// The mistakes of an answer, each as `CODE rule.all.0`.
fn mistakes(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
    let extensions = &answer.body["errors"][0]["extensions"];
    let path =
        |path: &Value| path.as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect::<Vec<_>>().join(".");
    let told = extensions["mistakes"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).iter().map(|mistake| {
        assert!(mistake["message"].as_str().is_some_and(|message| !message.is_empty()), "{mistake}");
        format!("{} {}", mistake["code"].as_str().unwrap(), path(&mistake["path"]))
    });
    let told: Vec<String> = told.collect();
    // The error itself is about the first.
    let first = path(&extensions["path"]);
    assert!(told[0].ends_with(&format!(" {first}")), "{}", answer.body);
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("{first}: ")), "{message}");
    assert_eq!(message.ends_with(&format!(" (and {} more)", told.len() - 1)), told.len() > 1, "{message}");
    told
}

on_both! {
    async fn every_mistake_is_named_at_once(app) {
        let wrong = json!({"all": [
            {"any": []},
            country(" "),
            {"transactions": {"measure": "COUNT", "within": {"lastDays": 0}, "is": {}}},
            {"sample": {"percent": "101", "salt": "x"}},
        ]});
        assert_eq!(mistakes(&asked(&app, wrong, None).await), [
            "EMPTY_RULE rule.all.0.any",
            "BLANK rule.all.1.profile.country.eq",
            "INVALID rule.all.2.transactions.within.lastDays",
            "INVALID rule.all.2.transactions.is",
            "INVALID rule.all.3.sample.percent",
        ]);
        let deep = (0..10).fold(json!({"everyone": true}), |rule, _| json!({"not": rule}));
        assert_eq!(mistakes(&asked(&app, deep, None).await), ["TOO_MANY rule"]);
    }

    async fn segments_are_found_as_they_are_for_a_change(app) {
        members(&app, &["m1"]).await;
        segment(&app, "list", &["m1"]).await;
        segment(&app, "frozen", &["m1"]).await;
        dynamic(&app, "a", of_segment("frozen")).await;
        dynamic(&app, "b", json!({"not": of_segment("a")})).await;
        let off = call(&app, OFF, json!({"segment": {"key": "frozen"}})).await;
        assert_ne!(off["userErrors"], json!([]), "a named segment cannot be switched off: {off}");
        segment(&app, "off", &["m1"]).await;
        call(&app, OFF, json!({"segment": {"key": "off"}})).await;

        let names = json!({"any": [of_segment("none"), {"segment": {"id": "garbage"}}, of_segment("off"), of_segment("b"), of_segment("a"), of_segment("list")]});
        assert_eq!(mistakes(&asked(&app, names.clone(), Some(json!({"key": "a"}))).await), [
            "NOT_FOUND rule.any.0.segment",
            "NOT_FOUND rule.any.1.segment",
            "NOT_ALLOWED rule.any.2.segment",
            "CYCLE rule.any.3.segment",
            "CYCLE rule.any.4.segment",
        ]);
        // For a segment of its own there is no way back.
        assert_eq!(mistakes(&asked(&app, names, None).await).len(), 3);
        let nowhere = asked(&app, json!({"any": [of_segment("list"), of_segment("none")]}), Some(json!({"key": "nowhere"}))).await;
        assert_eq!(mistakes(&nowhere), ["NOT_FOUND replacing", "NOT_FOUND rule.any.1.segment"]);
        for reference in [json!({"id": "garbage"}), json!({"key": "\u{0}"}), json!({"key": ""})] {
            let answer = asked(&app, json!({"everyone": true}), Some(reference)).await;
            assert_eq!(mistakes(&answer), ["NOT_FOUND replacing"]);
        }
        let found = preview(&app, json!({"all": [of_segment("list"), {"segment": {"key": "b"}}]}), None).await;
        assert_eq!((&found["memberCount"], &found["text"]), (&json!(0), &json!("belongs to “list” and belongs to “b”")));
    }
}
