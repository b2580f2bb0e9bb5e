//! A segment's life: edited, switched off and on, duplicated, removed; and what each leaves in the audit log.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{ASSIGN, CREATE, numbers, shop};

const SHOWN: &str = "id key name description tags active frozenAt version memberCount createdBy";

async fn call(app: &TestApp, name: &str, kind: &str, input: Value) -> Value {
    let text = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ segment {{ {SHOWN} }} userErrors {{ code field message }} }} }}"
    );
    app.graphql(&text, json!({ "input": input })).await[name].clone()
}

async fn update(app: &TestApp, input: Value) -> Value {
    call(app, "updateSegment", "UpdateSegmentInput", input).await
}

async fn changed(app: &TestApp, name: &str, input: Value) -> Value {
    let payload = call(app, name, "SegmentRefInput", input).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["segment"].clone()
}

fn errors(payload: &Value) -> Vec<(&str, String)> {
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let path = |error: &Value| {
        error["field"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(".")
    };
    errors.map(|error| (error["code"].as_str().unwrap(), path(error))).collect()
}

on_both! {
    async fn an_edit_changes_what_it_names(app) {
        app.graphql(CREATE, json!({"input": {"name": "First", "description": "About", "tags": ["a", "b"]}})).await;
        let it = json!({"key": "first"});
        let done = update(&app, json!({"segment": it, "name": "Sécond"})).await["segment"].clone();
        assert_eq!((&done["name"], &done["description"], &done["tags"], &done["version"], &done["key"]),
            (&json!("Sécond"), &json!("About"), &json!(["a", "b"]), &json!(2), &json!("first")));
        // Found by its new name, and not by the old one.
        for (search, found) in [("séc", 1), ("first", 0)] {
            let list = app.graphql("query($s: String!) { segments(search: $s) { totalCount } }", json!({"s": search})).await;
            assert_eq!(list["segments"]["totalCount"], found, "{search}");
        }
        // Null empties, absent keeps; also through variables of their own that are not sent.
        let text = "mutation($s: SegmentRef!, $n: String, $d: String, $t: [String!]) { updateSegment(input: {segment: $s, name: $n, description: $d, tags: $t}) {
            segment { name description tags version } userErrors { code field } } }";
        let done = app.graphql(text, json!({"s": it, "d": null})).await["updateSegment"].clone();
        assert_eq!(done["segment"], json!({"name": "Sécond", "description": null, "tags": ["a", "b"], "version": 3}));
        let done = app.graphql(text, json!({"s": it, "t": null})).await["updateSegment"].clone();
        assert_eq!(done["segment"], json!({"name": "Sécond", "description": null, "tags": [], "version": 4}));
        // What is so already is no change.
        let done = app.graphql(text, json!({"s": it, "n": " Sécond ", "d": null, "t": []})).await["updateSegment"].clone();
        assert_eq!((&done["segment"]["version"], &done["userErrors"]), (&json!(4), &json!([])));
        let done = app.graphql(text, json!({"s": it})).await["updateSegment"].clone();
        assert_eq!(done["segment"]["version"], 4);
    }

    async fn a_wrong_edit_changes_nothing(app) {
        for name in ["One", "Two"] {
            app.graphql(CREATE, json!({"input": {"name": name}})).await;
        }
        let it = json!({"key": "one"});
        for (input, expected) in [
            (json!({"segment": it, "name": null}), vec![("BLANK", "input.name")]),
            (json!({"segment": it, "name": "  "}), vec![("BLANK", "input.name")]),
            (json!({"segment": it, "name": "two"}), vec![("TAKEN", "input.name")]),
            (json!({"segment": it, "name": "x".repeat(201), "description": "y".repeat(2001), "tags": ["ok", " "]}),
                vec![("TOO_LONG", "input.name"), ("TOO_LONG", "input.description"), ("BLANK", "input.tags.1")]),
            (json!({"segment": it, "description": "a\u{0}b"}), vec![("INVALID", "input.description")]),
            (json!({"segment": it, "tags": vec!["t"; 21]}), vec![("TOO_MANY", "input.tags")]),
            (json!({"segment": it, "name": "Three", "expectedVersion": 2}), vec![("CONFLICT", "input.expectedVersion")]),
            (json!({"segment": {"key": "none"}, "name": "Three"}), vec![("NOT_FOUND", "input.segment")]),
        ] {
            let payload = update(&app, input.clone()).await;
            assert_eq!(errors(&payload), expected.into_iter().map(|(code, path)| (code, path.to_owned())).collect::<Vec<_>>(), "{input}");
            assert!(payload["segment"].is_null());
        }
        let kept = update(&app, json!({"segment": it, "expectedVersion": 1})).await["segment"].clone();
        assert_eq!((&kept["name"], &kept["version"]), (&json!("One"), &json!(1)));
        // Its own name in another case is not taken.
        assert_eq!(update(&app, json!({"segment": it, "name": "ONE"})).await["segment"]["name"], "ONE");
    }

    async fn of_two_stale_editors_one_is_told(app) {
        app.graphql(CREATE, json!({"input": {"name": "One"}})).await;
        let edits = (0..6).map(|number| {
            let app = std::sync::Arc::clone(&app);
            tokio::spawn(async move {
                update(&app, json!({"segment": {"key": "one"}, "expectedVersion": 1, "name": format!("by {number}")})).await
            })
        });
        let answers: Vec<Value> = futures::future::join_all(edits).await.into_iter().map(Result::unwrap).collect();
        let won: Vec<&Value> = answers.iter().filter(|payload| payload["userErrors"] == json!([])).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let told = |payload: &&Value| errors(payload) == [("CONFLICT", "input.expectedVersion".to_owned())];
        assert_eq!(answers.iter().filter(told).count(), 5);
        let kept = app.graphql("{ segment(ref: {key: \"one\"}) { name version } }", Value::Null).await;
        assert_eq!(kept["segment"], json!({"name": won[0]["segment"]["name"], "version": 2}));
    }

    async fn an_inactive_segment_stands_still(app) {
        shop(&app, 4).await;
        app.graphql(CREATE, json!({"input": {"name": "S", "members": numbers([1, 2])}})).await;
        let it = json!({"segment": {"key": "s"}});
        let off = changed(&app, "deactivateSegment", it.clone()).await;
        assert_eq!((&off["active"], &off["memberCount"], &off["version"]), (&json!(false), &json!(2), &json!(1)));
        assert!(off["frozenAt"].is_string());
        let again = changed(&app, "deactivateSegment", it.clone()).await;
        assert_eq!(again["frozenAt"], off["frozenAt"], "doing again what is so changes nothing");
        for name in ["assignMembers", "unassignMembers"] {
            let text = format!("mutation($input: AssignMembersInput!) {{ {name}(input: $input) {{ changed userErrors {{ code field }} }} }}");
            let done = app.graphql(&text, json!({"input": {"segment": {"key": "s"}, "members": numbers([1, 3])}})).await[name].clone();
            assert_eq!(errors(&done), [("NOT_ALLOWED", "input.segment".to_owned())]);
        }
        // Edits are allowed, and the figures follow the members' data.
        assert_eq!(update(&app, json!({"segment": {"key": "s"}, "description": "asleep"})).await["segment"]["description"], "asleep");
        let sale = json!({"document": "more", "member": {"number": "m1"}, "amount": "30.00", "at": crate::calls::days(-1)});
        crate::calls::make(&app, crate::calls::RECORD, json!([sale])).await;
        assert_eq!(crate::calls::figures(&app, "s").await["averageTransactionValue"], "20.00");
        let on = changed(&app, "activateSegment", it.clone()).await;
        assert_eq!((&on["active"], &on["frozenAt"], &on["memberCount"]), (&json!(true), &Value::Null, &json!(2)));
        let done = app.graphql(ASSIGN, json!({"input": {"segment": {"key": "s"}, "members": numbers([3])}})).await;
        assert_eq!(done["assignMembers"]["changed"], 1);
        // A stale version, and a segment that is gone.
        for name in ["activateSegment", "deactivateSegment"] {
            let stale = call(&app, name, "SegmentRefInput", json!({"segment": {"key": "s"}, "expectedVersion": 1})).await;
            assert_eq!(errors(&stale), [("CONFLICT", "input.expectedVersion".to_owned())]);
            let gone = call(&app, name, "SegmentRefInput", json!({"segment": {"key": "none"}})).await;
            assert_eq!(errors(&gone), [("NOT_FOUND", "input.segment".to_owned())]);
        }
    }

    async fn a_duplicate_is_its_own(app) {
        shop(&app, 5).await;
        app.graphql(CREATE, json!({"input": {"name": "Model", "description": "About", "tags": ["x"], "members": numbers([1, 2, 3])}})).await;
        changed(&app, "deactivateSegment", json!({"segment": {"key": "model"}})).await;
        for (name, frozen) in [("Copy", json!({})), ("Frozen copy", json!({"frozen": true})), ("Living copy", json!({"frozen": false}))] {
            let mut input = json!({"segment": {"key": "model"}, "name": name});
            input.as_object_mut().unwrap().extend(frozen.as_object().unwrap().clone());
            let made = call(&app, "duplicateSegment", "DuplicateSegmentInput", input).await["segment"].clone();
            assert_eq!((&made["description"], &made["tags"], &made["active"], &made["memberCount"], &made["version"]),
                (&json!("About"), &json!(["x"]), &json!(true), &json!(3), &json!(1)), "{made}");
            assert_eq!(made["key"], name.to_lowercase().replace(' ', "-"));
            let key = made["key"].as_str().unwrap();
            let figures = crate::calls::figures(&app, key).await;
            assert_eq!((&figures["averageTransactionValue"], &figures["averageSpending"], &figures["reachableCount"]), (&json!("20.00"), &json!("20.00"), &json!(1)));
        }
        // Each goes its own way.
        app.graphql(ASSIGN, json!({"input": {"segment": {"key": "copy"}, "members": numbers([4])}})).await;
        let counts = app.graphql("{ segments(orderBy: {field: NAME}) { nodes { key memberCount } } }", Value::Null).await;
        assert_eq!(counts["segments"]["nodes"], json!([{"key": "copy", "memberCount": 4}, {"key": "frozen-copy", "memberCount": 3},
            {"key": "living-copy", "memberCount": 3}, {"key": "model", "memberCount": 3}]));
        for (input, code, field) in [
            (json!({"segment": {"key": "model"}, "name": "copy"}), "TAKEN", "input.name"),
            (json!({"segment": {"key": "model"}, "name": ""}), "BLANK", "input.name"),
            (json!({"segment": {"key": "none"}, "name": "New"}), "NOT_FOUND", "input.segment"),
        ] {
            let payload = call(&app, "duplicateSegment", "DuplicateSegmentInput", input).await;
            assert_eq!(errors(&payload), [(code, field.to_owned())]);
        }
    }

    async fn what_was_removed_can_still_be_read(app) {
        shop(&app, 3).await;
        let made = app.graphql(CREATE, json!({"input": {"name": "S", "members": numbers([1, 2])}})).await["createSegment"]["segment"].clone();
        let remove = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { removedSegmentId userErrors { code field } } }";
        let stale = app.graphql(remove, json!({"input": {"segment": {"key": "s"}, "expectedVersion": 7}})).await;
        assert_eq!(errors(&stale["removeSegment"]), [("CONFLICT", "input.expectedVersion".to_owned())]);
        let gone = app.graphql(remove, json!({"input": {"segment": {"key": "s"}, "expectedVersion": 1}})).await;
        assert_eq!(gone["removeSegment"]["removedSegmentId"], made["id"]);
        let text = "{ member(ref: {number: \"m1\"}) { segments { totalCount } events { nodes { kind reason segmentKey segmentName actor segment { key } } } } }";
        let event = |kind: &str, reason: &str| json!({"kind": kind, "reason": reason, "segmentKey": "s", "segmentName": "S", "actor": tests::OWNER, "segment": null});
        let member = app.graphql(text, Value::Null).await["member"].clone();
        assert_eq!(member["events"]["nodes"], json!([event("LEFT", "SEGMENT_REMOVED"), event("JOINED", "ASSIGNED")]));
        assert_eq!(member["segments"]["totalCount"], 0);
        // Its key and name are free, and the new one has a history of its own.
        app.graphql(CREATE, json!({"input": {"name": "S", "members": numbers([3])}})).await;
        let fresh = app.graphql("{ segment(ref: {key: \"s\"}) { id memberCount events { nodes { member { number } } } } }", Value::Null).await["segment"].clone();
        assert_eq!((&fresh["memberCount"], &fresh["events"]["nodes"]), (&json!(1), &json!([{"member": {"number": "m3"}}])));
        assert_ne!(fresh["id"], made["id"]);
    }
}
