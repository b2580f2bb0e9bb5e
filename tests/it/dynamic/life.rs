//! A dynamic segment is made, switched off and on, duplicated and removed.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{
    CREATE, UPDATE, belonging, call, change_rule, country, create, dynamic, evaluated, events, mistakes, spent,
};
use crate::calls::{UPSERT, send};

const SWITCH: &str =
    "mutation($i: SegmentRefInput!) { activateSegment(input: $i) { segment { active frozenAt memberCount }
    job { kind } userErrors { code field message } } }";
const DUPLICATE: &str = "mutation($i: DuplicateSegmentInput!) { duplicateSegment(input: $i) { segment { key kind
    rule memberCount } job { kind } userErrors { code field message } } }";
const SHOWN: &str = "query($r: SegmentRef!) { segment(ref: $r) { kind rule ruleText version evaluation { appliedVersion
    startedAt finishedAt durationMs joiners leavers error } } }";

async fn shown(app: &TestApp, key: &str) -> Value {
    app.graphql(SHOWN, json!({"r": {"key": key}})).await["segment"].clone()
}

async fn people(app: &TestApp) {
    let rows = json!([{"number": "m1", "country": "PL"}, {"number": "m2", "country": "DE"}, {"number": "m3", "country": "PL"}]);
    send(app, UPSERT, rows).await;
}

on_both! {
    async fn an_evaluation_that_was_cancelled_is_asked_for_by_the_same_rule(app) {
        people(&app).await;
        create(&app, "first", country("PL")).await;
        let jobs = app.graphql("{ jobs(first: 9) { nodes { id kind } } }", json!({})).await["jobs"]["nodes"].clone();
        let id = jobs.as_array().unwrap().iter().find(|job| job["kind"] == "EVALUATION").unwrap()["id"].clone();
        let cancel = "mutation($i: NodeInput!) { cancelJob(input: $i) { job { status } userErrors { message } } }";
        assert_eq!(call(&app, cancel, json!({"id": id})).await["job"]["status"], "CANCELLED");
        evaluated(&app.app).await;
        assert!(belonging(&app, "first").await.is_empty());
        let again = change_rule(&app, "first", country("PL")).await;
        assert_eq!((&again["segment"]["version"], &again["userErrors"]), (&json!(1), &json!([])), "{again}");
        assert_ne!(again["job"], Value::Null);
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "first").await, ["m1", "m3"]);
        assert_eq!(change_rule(&app, "first", country("PL")).await["job"], Value::Null, "it has landed");
    }

    async fn is_made_with_a_rule_and_shows_it_as_it_can_be_sent_back(app) {
        people(&app).await;
        let rule = json!({"any": [country("PL"), spent(180, 500)]});
        create(&app, "first", rule.clone()).await;
        let before = shown(&app, "first").await;
        assert_eq!((&before["kind"], &before["rule"]), (&json!("DYNAMIC"), &rule));
        assert_eq!(before["evaluation"]["appliedVersion"], 0);
        assert_eq!(before["evaluation"]["finishedAt"], Value::Null);
        assert!(before["ruleText"].as_str().unwrap().contains("in the last 180 days is at least 500"), "{before}");
        assert!(belonging(&app, "first").await.is_empty());
        evaluated(&app.app).await;
        let after = shown(&app, "first").await;
        let evaluation = &after["evaluation"];
        assert_eq!((&evaluation["appliedVersion"], &evaluation["joiners"], &evaluation["leavers"]), (&json!(1), &json!(2), &json!(0)));
        assert!(evaluation["finishedAt"].is_string() && evaluation["durationMs"].is_number() && evaluation["error"].is_null());
        assert_eq!(belonging(&app, "first").await, ["m1", "m3"]);
        // What else is changed leaves the rule where it stands; the same rule once more changes nothing.
        call(&app, UPDATE, json!({"segment": {"key": "first"}, "description": "poles"})).await;
        let same = call(&app, UPDATE, json!({"segment": {"key": "first"}, "rule": rule})).await;
        assert_eq!((&same["segment"]["version"], &same["job"]), (&json!(2), &Value::Null));
        assert_eq!(same["segment"]["evaluation"]["appliedVersion"], 2);
    }

    async fn mistakes_are_named_and_change_nothing(app) {
        crate::calls::members(&app, &["m1"]).await;
        crate::calls::segment(&app, "list", &["m1"]).await;
        dynamic(&app, "all", json!({"everyone": true})).await;
        for (rule, expected) in [
            (json!({"all": []}), vec!["EMPTY_RULE input.rule.all"]),
            (json!({"everyone": false}), vec!["INVALID input.rule.everyone"]),
            (json!({"not": {"any": []}}), vec!["EMPTY_RULE input.rule.not.any"]),
            (json!({"all": [{"profile": {"country": {}}}, {"transactions": {"measure": "COUNT", "within": {"lastDays": 0}, "is": {}}}]}),
                vec!["INVALID input.rule.all.0.profile.country", "INVALID input.rule.all.1.transactions.within.lastDays",
                    "INVALID input.rule.all.1.transactions.is"]),
            (json!({"any": [{"segment": {"key": "none"}}, {"segment": {"id": "x"}}]}),
                vec!["NOT_FOUND input.rule.any.0.segment", "NOT_FOUND input.rule.any.1.segment"]),
            (json!({"sample": {"percent": "101", "salt": ""}}),
                vec!["INVALID input.rule.sample.percent", "BLANK input.rule.sample.salt"]),
        ] {
            let payload = call(&app, CREATE, json!({"name": "new", "rule": rule})).await;
            assert_eq!(mistakes(&payload), expected, "{rule}");
            let payload = call(&app, UPDATE, json!({"segment": {"key": "all"}, "rule": rule})).await;
            assert_eq!(mistakes(&payload), expected, "{rule}");
        }
        let both = json!({"name": "new", "rule": {"everyone": true}, "members": [{"number": "m1"}]});
        assert_eq!(mistakes(&call(&app, CREATE, both).await), ["NOT_ALLOWED input.members"]);
        let manual = json!({"segment": {"key": "list"}, "rule": {"everyone": true}});
        assert_eq!(mistakes(&call(&app, UPDATE, manual).await), ["NOT_ALLOWED input.rule"]);
        let emptied = json!({"segment": {"key": "all"}, "rule": null});
        assert_eq!(mistakes(&call(&app, UPDATE, emptied).await), ["NOT_ALLOWED input.rule"]);
        let data = app.graphql("{ segments { totalCount } }", json!({})).await;
        assert_eq!(data["segments"]["totalCount"], 2);
        assert_eq!(shown(&app, "all").await["version"], 1);
    }

    async fn stands_still_while_it_is_off_and_catches_up_when_it_is_on(app) {
        people(&app).await;
        dynamic(&app, "poles", country("PL")).await;
        let off = call(&app, &SWITCH.replace("activate", "deactivate"), json!({"segment": {"key": "poles"}})).await;
        assert!(off["segment"]["frozenAt"].is_string() && off["job"].is_null(), "{off}");
        send(&app, UPSERT, json!([{"number": "m1", "country": "DE"}, {"number": "m2", "country": "PL"}])).await;
        call(&app, UPDATE, json!({"segment": {"key": "poles"}, "rule": {"all": [country("pl"), country("PL")]}})).await;
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "poles").await, ["m1", "m3"]);
        let on = call(&app, SWITCH, json!({"segment": {"key": "poles"}})).await;
        assert_eq!((&on["segment"]["active"], &on["job"]["kind"]), (&json!(true), &json!("EVALUATION")));
        // Until the evaluation has landed nothing decides.
        send(&app, UPSERT, json!([{"number": "m3", "country": "DE"}])).await;
        assert_eq!(belonging(&app, "poles").await, ["m1", "m3"]);
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "poles").await, ["m2"]);
        assert_eq!(events(&app, "poles").await[2..], ["m2 JOINED ACTIVATED", "m1 LEFT ACTIVATED", "m3 LEFT ACTIVATED"]);
        // Made inactive, it has nobody, and fills when it is switched on.
        call(&app, CREATE, json!({"name": "later", "active": false, "rule": {"everyone": true}})).await;
        evaluated(&app.app).await;
        assert_eq!(shown(&app, "later").await["evaluation"], Value::Null);
        assert!(belonging(&app, "later").await.is_empty());
        call(&app, SWITCH, json!({"segment": {"key": "later"}})).await;
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "later").await.len(), 3);
    }

    async fn its_duplicate_lives_or_is_frozen(app) {
        people(&app).await;
        dynamic(&app, "poles", country("PL")).await;
        let pin = "mutation($i: AssignMembersInput!) { assignMembers(input: $i) { userErrors { code field message } } }";
        call(&app, pin, json!({"segment": {"key": "poles"}, "members": [{"number": "m2"}]})).await;
        let living = call(&app, DUPLICATE, json!({"segment": {"key": "poles"}, "name": "living"})).await;
        assert_eq!((&living["segment"]["kind"], &living["segment"]["rule"]), (&json!("DYNAMIC"), &country("PL")));
        let frozen = call(&app, DUPLICATE, json!({"segment": {"key": "poles"}, "name": "frozen", "frozen": true})).await;
        assert_eq!((&frozen["segment"]["kind"], &frozen["segment"]["memberCount"]), (&json!("MANUAL"), &json!(3)));
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "living").await, ["m1", "m2", "m3"]);
        send(&app, UPSERT, json!([{"number": "m1", "country": "DE"}, {"number": "m2", "country": "FR"}])).await;
        assert_eq!(belonging(&app, "living").await, ["m2", "m3"]);
        assert_eq!(belonging(&app, "frozen").await, ["m1", "m2", "m3"]);
        let remove = "mutation($i: SegmentRefInput!) { removeSegment(input: $i) { removedSegmentId userErrors { code field message } } }";
        let gone = call(&app, remove, json!({"segment": {"key": "living"}})).await;
        assert!(gone["removedSegmentId"].is_string(), "{gone}");
    }
}
