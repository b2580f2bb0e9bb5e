//! What campaigns refuse: data with a code and a path, and nothing changed.

use migration::{Migrator, MigratorTrait};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{CREATE, END, RECORD, REMOVE, START, UPDATE, campaign, crowd, done, draft, event, record, side, started};
use crate::calls::days;
use crate::documents::with;
use crate::dynamic::{call, mistakes};

async fn error(app: &TestApp, text: &str, variables: Value) -> String {
    app.send(Some(&app.token), text, variables).await.code().to_owned()
}

on_both! {
    async fn a_campaign_that_cannot_be_made(app) {
        crowd(&app, 3).await;
        let good = json!({"name": "n", "segment": {"key": "all"}, "startsAt": days(1), "endsAt": days(2)});
        let id = draft(&app, json!({})).await;
        for (change, expected) in [
            (json!({"name": " "}), "BLANK input.name"),
            (json!({"name": "n".repeat(201)}), "TOO_LONG input.name"),
            (json!({"name": "a\nb"}), "INVALID input.name"),
            (json!({"description": "d".repeat(2_001)}), "TOO_LONG input.description"),
            (json!({"offer": "o".repeat(501)}), "TOO_LONG input.offer"),
            (json!({"offer": "a\u{0}"}), "INVALID input.offer"),
            (json!({"segment": {"key": "none"}}), "NOT_FOUND input.segment"),
            (json!({"segment": {"id": "junk"}}), "NOT_FOUND input.segment"),
            (json!({"holdoutPercent": "100"}), "INVALID input.holdoutPercent"),
            (json!({"holdoutPercent": "-0.1"}), "INVALID input.holdoutPercent"),
            (json!({"holdoutPercent": "0.0000000001"}), "INVALID input.holdoutPercent"),
            (json!({"cost": "-1"}), "INVALID input.cost"),
            (json!({"cost": "0.001"}), "INVALID input.cost"),
            (json!({"cost": "10000000000"}), "INVALID input.cost"),
            (json!({"endsAt": days(1)}), "INVALID input.endsAt"),
            (json!({"endsAt": days(-5)}), "INVALID input.endsAt"),
            (json!({"endsAt": "2200-01-02T00:00:00Z"}), "INVALID input.endsAt"),
            (json!({"startsAt": "1899-12-31T00:00:00Z"}), "INVALID input.startsAt"),
        ] {
            assert_eq!(mistakes(&call(&app, CREATE, with(&good, &change)).await), [expected], "{change}");
            let change = with(&with(&json!({"id": id, "startsAt": days(1)}), &change), &json!({ "id": id }));
            assert_eq!(mistakes(&call(&app, UPDATE, change.clone()).await), [expected], "{change}");
        }
        let all_wrong = json!({"name": "", "offer": "o".repeat(501), "holdoutPercent": "100", "cost": "-1", "endsAt": days(1)});
        let payload = call(&app, CREATE, with(&good, &all_wrong)).await;
        let expected = ["BLANK input.name", "TOO_LONG input.offer", "INVALID input.holdoutPercent", "INVALID input.endsAt", "INVALID input.cost"];
        assert_eq!(mistakes(&payload), expected, "all of them at once");
        for field in ["name", "segment", "holdoutPercent", "startsAt", "endsAt", "cost"] {
            let payload = call(&app, UPDATE, json!({"id": id, field: null})).await;
            assert_eq!(mistakes(&payload), [format!("BLANK input.{field}")]);
        }
        let list = app.graphql("{ campaigns { totalCount nodes { name holdoutPercent startsAt endsAt } } }", json!({})).await;
        assert_eq!(list["campaigns"], json!({"totalCount": 1, "nodes": [{"name": "Spring", "holdoutPercent": "10", "startsAt": days(-1), "endsAt": days(10)}]}));
        // At their bounds.
        let long = json!({"name": "n".repeat(200), "offer": "o".repeat(500), "description": "d".repeat(2_000), "holdoutPercent": "99.999999999", "cost": "9999999999.99"});
        assert_eq!(mistakes(&call(&app, CREATE, with(&good, &long)).await), Vec::<String>::new());
        assert_eq!(mistakes(&call(&app, CREATE, with(&good, &json!({"holdoutPercent": 0, "cost": 0}))).await), Vec::<String>::new());
    }

    async fn a_campaign_that_is_not_there_or_not_so_far(app) {
        crowd(&app, 3).await;
        let segment = app.graphql("{ segment(ref: {key: \"all\"}) { id } }", json!({})).await["segment"]["id"].clone();
        for id in [json!("junk"), segment, json!(tessera::global_id::GlobalId::Campaign(entity::ids::CampaignId(999)).text())] {
            for text in [START, END, REMOVE, UPDATE] {
                assert_eq!(mistakes(&call(&app, text, json!({ "id": id })).await), ["NOT_FOUND input.id"], "{id} {text}");
            }
            let payload = call(&app, RECORD, json!({"campaign": id, "events": []})).await;
            assert_eq!(mistakes(&payload), ["NOT_FOUND input.campaign"]);
            let found = app.graphql("query($id: ID!) { campaign(id: $id) { name } }", json!({ "id": id })).await;
            assert_eq!(found["campaign"], Value::Null);
        }
        let id = draft(&app, json!({})).await;
        assert_eq!(mistakes(&call(&app, END, json!({ "id": id })).await), ["NOT_ALLOWED input.id"]);
        let events = json!({"campaign": id, "events": [event("m1", "OPENED")]});
        assert_eq!(mistakes(&call(&app, RECORD, events).await), ["NOT_ALLOWED input.campaign"]);
        app.graphql(crate::segments::CREATE, json!({"input": {"name": "nobody"}})).await;
        let empty = draft(&app, json!({"segment": {"key": "nobody"}})).await;
        assert_eq!(mistakes(&call(&app, START, json!({ "id": empty })).await), ["NOT_ALLOWED input.id"], "there is nobody to target");
        let over = draft(&app, json!({"startsAt": days(-3), "endsAt": days(-2)})).await;
        assert_eq!(mistakes(&call(&app, START, json!({ "id": over })).await), ["NOT_ALLOWED input.id"]);
        let nobody_left = draft(&app, json!({"holdoutPercent": "99.999999999"})).await;
        let payload = call(&app, START, json!({ "id": nobody_left })).await;
        assert_eq!(mistakes(&payload), ["NOT_ALLOWED input.id"], "everybody would be held out");
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("all 3 members") && message.contains("99.999999999 %"), "{message}");
        let nobody_held_out = draft(&app, json!({"holdoutPercent": "0.000000001"})).await;
        let payload = call(&app, START, json!({ "id": nobody_held_out })).await;
        assert_eq!(mistakes(&payload), ["NOT_ALLOWED input.id"], "no effect could be told");
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("none of the 3 members") && message.contains("than 0.000000001 %"), "{message}");
        for id in [&id, &empty, &over, &nobody_left, &nobody_held_out] {
            let found = campaign(&app, id).await;
            assert_eq!((&found["status"], &found["targeted"], &found["heldOut"]), (&json!("DRAFT"), &json!(0), &json!(0)));
            assert_eq!(side(&app, id, None).await.len(), 0);
        }
    }

    async fn what_members_did_counts_once(app) {
        crowd(&app, 4).await;
        crate::calls::make(&app, crate::calls::UPSERT, json!([{"number": "stranger"}, {"number": "x", "email": "t@example.org"}, {"number": "y", "email": "T@example.org"}])).await;
        let id = started(&app, json!({"holdoutPercent": "0"})).await;
        let other = started(&app, json!({"holdoutPercent": "0"})).await;
        let good = event("m1", "DELIVERED");
        let change = |change: Value| with(&good, &change);
        let rows = vec![
            good.clone(), good.clone(),
            change(json!({"kind": "OPENED"})),
            change(json!({"document": " "})),
            change(json!({"document": "d".repeat(101)})),
            change(json!({"document": "a", "at": "1899-01-01T00:00:00Z"})),
            change(json!({"document": "b", "at": days(2)})),
            change(json!({"document": "c", "member": {"number": "nobody"}})),
            change(json!({"document": "c", "member": {"number": "stranger"}})),
            change(json!({"document": "c", "member": {"email": "t@example.org"}})),
            event("m2", "REDEEMED"),
        ];
        let problems = ["CONFLICT input.events.2.document", "BLANK input.events.3.document", "TOO_LONG input.events.4.document", "INVALID input.events.5.at",
            "INVALID input.events.6.at", "NOT_FOUND input.events.7.member", "NOT_FOUND input.events.8.member", "AMBIGUOUS input.events.9.member"];
        assert_eq!(record(&app, &id, rows.clone()).await, (2, 1, problems.map(str::to_owned).to_vec()));
        let problems = record(&app, &id, rows).await;
        assert_eq!((problems.0, problems.1, problems.2.len()), (0, 3, 8), "once more");
        // Another campaign has documents of its own.
        assert_eq!(record(&app, &other, vec![good.clone()]).await, (1, 0, vec![]));
        assert_eq!(record(&app, &id, vec![]).await, (0, 0, vec![]));
        let many: Vec<Value> = (0..10_001).map(|row| change(json!({"document": row.to_string()}))).collect();
        let payload = call(&app, RECORD, json!({"campaign": id, "events": many})).await;
        assert_eq!(mistakes(&payload), ["TOO_MANY input.events"]);
        // After its end reports still come in.
        done(&app, END, &id).await;
        assert_eq!(record(&app, &id, vec![event("m3", "CLICKED")]).await, (1, 0, vec![]));
        let text = "query($id: ID!) { campaign(id: $id) { results { delivered opened clicked redeemed engagementRate } } }";
        let found = app.graphql(text, json!({ "id": id })).await;
        assert_eq!(found["campaign"]["results"], json!({"delivered": 1, "opened": 0, "clicked": 1, "redeemed": 1, "engagementRate": 2.0 / 3.0}));
        // A database of before is counted when it is brought up to date.
        let db = app.app.db.writer();
        // m0021 and whatever came after it.
        let later = u32::try_from(Migrator::migrations().len() - 20).unwrap();
        Migrator::down(db, Some(later)).await.unwrap();
        assert!(app.app.db.reader().execute_unprepared("SELECT delivered FROM campaign").await.is_err());
        Migrator::up(db, None).await.unwrap();
        assert_eq!(app.graphql(text, json!({ "id": id })).await, found);
    }

    async fn a_plan_says_what_can_be_seen(app) {
        crate::segments::shop(&app, 40).await;
        app.graphql(crate::segments::CREATE, json!({"input": {"name": "some", "members": crate::segments::numbers(1..=30)}})).await;
        app.graphql(crate::segments::CREATE, json!({"input": {"name": "none"}})).await;
        let text = "query($s: SegmentRef!, $p: Decimal!) { campaignPlan(segment: $s, holdoutPercent: $p) { audience heldOut smallestDetectableUplift notes } }";
        let plan = async |key: &str, percent: &str| app.graphql(text, json!({"s": {"key": key}, "p": percent})).await["campaignPlan"].clone();
        let some = plan("some", "20").await;
        assert_eq!((&some["audience"], &some["heldOut"], &some["smallestDetectableUplift"]), (&json!(30), &json!(6), &Value::Null));
        let notes: Vec<&str> = some["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
        assert!(notes[0].starts_with("Only 6 members are held out") && notes[1].contains("the 30 members of the audience who bought in the last 30 days"), "{notes:?}");
        assert_eq!(plan("none", "20").await["notes"], json!(["The segment has no members."]));
        assert_eq!(plan("some", "0").await["heldOut"], 0);
        assert_eq!(plan("some", "100").await["heldOut"], 30);
        for (key, percent) in [("some", "100.1"), ("some", "-1"), ("unheard-of", "10")] {
            assert_eq!(error(&app, text, json!({"s": {"key": key}, "p": percent})).await, "BAD_USER_INPUT", "{key} {percent}");
        }
    }
}
