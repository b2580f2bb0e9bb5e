//! Every coming and going has the reason that it has.

use serde_json::json;
use tests::on_both;

use super::{belonging, change_rule, country, dynamic, evaluated, events, of_segment, spent};
use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, days, make, members, send};

on_both! {
    async fn data_let_members_come_and_go_before_the_call_returns(app) {
        members(&app, &["m1", "m2"]).await;
        dynamic(&app, "spenders", spent(30, 100)).await;
        assert!(belonging(&app, "spenders").await.is_empty());
        make(&app, RECORD, json!([
            {"document": "a", "member": {"number": "m1"}, "amount": "60", "at": days(-1)},
            {"document": "b", "member": {"number": "m1"}, "amount": "40", "at": days(-2)},
            {"document": "c", "member": {"number": "m2"}, "amount": "99.99", "at": days(-2)},
            {"document": "d", "member": {"number": "m2"}, "amount": "500", "at": days(-31)},
        ])).await;
        assert_eq!(belonging(&app, "spenders").await, ["m1"]);
        make(&app, RECORD, json!([{"document": "e", "member": {"number": "m2"}, "amount": "0.01", "at": days(-29)}])).await;
        assert_eq!(belonging(&app, "spenders").await, ["m1", "m2"]);
        make(&app, RECORD, json!([
            {"document": "r", "kind": "RETURN", "returnsDocument": "a", "amount": "0.01", "at": days(0)},
        ])).await;
        assert_eq!(belonging(&app, "spenders").await, ["m2"]);
        assert_eq!(events(&app, "spenders").await, [
            "m1 JOINED DATA_CHANGED", "m2 JOINED DATA_CHANGED", "m1 LEFT DATA_CHANGED",
        ]);
    }

    async fn each_kind_of_row_decides(app) {
        members(&app, &["m1"]).await;
        let person = json!({"profile": {"email": {"contains": "@example.org"}}});
        let label = json!({"profile": {"label": {"key": "Club", "value": {"eq": "GOLD"}}}});
        let attribute = json!({"profile": {"attribute": {"name": "shoe", "number": {"gte": "40"}}}});
        let points = json!({"points": {"measure": "BALANCE", "is": {"gte": "100"}}});
        let answer = json!({"feedback": {"survey": "NPS", "group": ["PROMOTER"]}});
        let line = json!({"transactions": {"measure": "COUNT", "where": {"categories": ["coffee"]}, "is": {"gte": 1}}});
        let rules = [("person", person), ("label", label), ("attribute", attribute), ("points", points),
            ("answer", answer), ("line", line)];
        for (key, rule) in rules {
            dynamic(&app, key, rule).await;
            assert!(belonging(&app, key).await.is_empty(), "{key}");
        }
        let changed = json!([{"number": "m1", "email": "Ann@Example.org", "labels": [{"key": "club", "value": "gold"}],
            "attributes": {"shoe": 41.5}}]);
        assert_eq!(send(&app, UPSERT, changed).await.updated, 1);
        make(&app, POINTS, json!([{"member": {"number": "m1"}, "kind": "EARNED", "points": 100, "at": days(-1), "document": "p"}])).await;
        make(&app, FEEDBACK, json!([{"member": {"number": "m1"}, "survey": "nps", "score": 9, "at": days(-1), "document": "f"}])).await;
        make(&app, RECORD, json!([{"document": "a", "member": {"number": "m1"}, "amount": "6", "at": days(-1),
            "items": [{"sku": "1", "category": "Coffee", "amount": "6"}]}])).await;
        for key in ["person", "label", "attribute", "points", "answer", "line"] {
            assert_eq!(belonging(&app, key).await, ["m1"], "{key}");
            assert_eq!(events(&app, key).await, ["m1 JOINED DATA_CHANGED"]);
        }
        send(&app, UPSERT, json!([{"number": "m1", "email": null, "labels": [], "attributes": {}}])).await;
        for (key, stays) in [("person", false), ("label", false), ("attribute", false), ("points", true)] {
            assert_eq!(belonging(&app, key).await.len(), usize::from(stays), "{key}");
        }
    }

    async fn a_segment_within_a_rule_is_decided_first_and_named_as_the_reason(app) {
        send(&app, UPSERT, json!([{"number": "m1", "country": "PL"}, {"number": "m2", "country": "DE"}])).await;
        dynamic(&app, "spenders", spent(30, 100)).await;
        dynamic(&app, "polish", json!({"all": [of_segment("spenders"), country("pl")]})).await;
        dynamic(&app, "others", json!({"not": of_segment("polish")})).await;
        assert_eq!(belonging(&app, "others").await, ["m1", "m2"]);
        make(&app, RECORD, json!([
            {"document": "a", "member": {"number": "m1"}, "amount": "100", "at": days(-1)},
            {"document": "b", "member": {"number": "m2"}, "amount": "100", "at": days(-1)},
        ])).await;
        assert_eq!(belonging(&app, "spenders").await, ["m1", "m2"]);
        assert_eq!(belonging(&app, "polish").await, ["m1"]);
        assert_eq!(belonging(&app, "others").await, ["m2"]);
        assert_eq!(events(&app, "polish").await, ["m1 JOINED SEGMENT_CHANGED"]);
        send(&app, UPSERT, json!([{"number": "m2", "country": "PL"}])).await;
        assert_eq!(events(&app, "polish").await, ["m1 JOINED SEGMENT_CHANGED", "m2 JOINED DATA_CHANGED"]);
        assert_eq!(events(&app, "others").await, [
            "m1 JOINED RULE_CHANGED", "m2 JOINED RULE_CHANGED", "m1 LEFT SEGMENT_CHANGED", "m2 LEFT SEGMENT_CHANGED",
        ]);
        let payload = change_rule(&app, "spenders", spent(30, 200)).await;
        assert_eq!(payload["userErrors"], json!([]));
        assert_eq!(payload["segment"]["memberCount"], 2, "the membership stands until the evaluation lands");
        evaluated(&app.app).await;
        assert!(belonging(&app, "polish").await.is_empty());
        assert_eq!(belonging(&app, "others").await, ["m1", "m2"]);
        assert_eq!(events(&app, "spenders").await[2..], ["m1 LEFT RULE_CHANGED", "m2 LEFT RULE_CHANGED"]);
        assert_eq!(events(&app, "polish").await[2..], ["m1 LEFT SEGMENT_CHANGED", "m2 LEFT SEGMENT_CHANGED"]);
    }
}
