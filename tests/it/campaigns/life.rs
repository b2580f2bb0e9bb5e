//! A campaign from its draft to its end.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::on_both;

use super::{CREATE, END, REMOVE, START, UPDATE, campaign, crowd, done, draft, drawn, side, sides};
use crate::audit::{mark, since};
use crate::calls::days;
use crate::dynamic::{call, change_rule, create, evaluated, mistakes};
use crate::segments::ASSIGN;

const DEPENDENTS: &str = "{ segment(ref: {key: \"all\"}) { dependents { __typename id } } }";
const OFF: &str =
    "mutation($i: SegmentRefInput!) { deactivateSegment(input: $i) { dependents { id } userErrors { code field } } }";
const ON: &str = "mutation($i: SegmentRefInput!) { activateSegment(input: $i) { userErrors { code field } } }";
const GONE: &str = "mutation($i: SegmentRefInput!) { removeSegment(input: $i) { removedSegmentId dependents { id } userErrors { code field } } }";

on_both! {
    async fn a_campaign_is_drafted_started_and_ended(app) {
        crowd(&app, 300).await;
        let input = json!({"name": " Spring ", "segment": {"key": "all"}, "startsAt": "2026-03-01T09:00:00+01:00", "endsAt": days(20)});
        let made = call(&app, CREATE, input).await["campaign"].clone();
        let id = made["id"].as_str().unwrap().to_owned();
        let expected = json!({"id": id, "name": "Spring", "description": null, "offer": null, "segment": {"key": "all"}, "status": "DRAFT",
            "holdoutPercent": "10", "startsAt": "2026-03-01T08:00:00.000Z", "endsAt": days(20), "cost": {"amount": "0.00", "currencyCode": "EUR"},
            "targeted": 0, "heldOut": 0, "results": null});
        assert_eq!(made, expected);
        let update = json!({"id": id, "description": "For\nall", "offer": "10 % off", "holdoutPercent": "25.50", "cost": "99.5", "endsAt": days(10)});
        let changed = call(&app, UPDATE, update.clone()).await["campaign"].clone();
        assert_eq!((&changed["description"], &changed["offer"], &changed["holdoutPercent"]), (&json!("For\nall"), &json!("10 % off"), &json!("25.5")));
        assert_eq!((&changed["cost"]["amount"], &changed["endsAt"], &changed["startsAt"]), (&json!("99.50"), &json!(days(10)), &expected["startsAt"]));
        let before = mark(&app).await;
        assert_eq!(call(&app, UPDATE, update).await["campaign"], changed);
        assert!(since(&app, &before).await.is_empty(), "nothing is different");
        let cleared = call(&app, UPDATE, json!({"id": id, "description": null, "offer": null})).await["campaign"].clone();
        assert_eq!((&cleared["description"], &cleared["offer"]), (&Value::Null, &Value::Null));
        assert_eq!(side(&app, &id, None).await, Vec::<String>::new());

        let running = done(&app, START, &id).await;
        let (targeted, held_out) = sides(&app, &id).await;
        assert_eq!((&running["targeted"], &running["heldOut"]), (&json!(targeted.len()), &json!(held_out.len())));
        assert_eq!(targeted.len() + held_out.len(), 300);
        let all = side(&app, &id, None).await;
        let held: BTreeSet<String> = held_out.iter().cloned().collect();
        assert_eq!(held, drawn(&app, &id, "25.5", &all).await, "the draw is that of the engine");
        assert!((40..120).contains(&held_out.len()), "{} of 300 are held out", held_out.len());
        assert!(running["startsAt"].as_str() > Some(days(0).as_str()), "{running}: its days begin with the draw");
        // What is so already is no error and changes nothing; the draw stands whoever comes or goes.
        let before = mark(&app).await;
        assert_eq!(done(&app, START, &id).await, running);
        assert!(since(&app, &before).await.is_empty());
        crate::calls::members(&app, &["late"]).await;
        app.graphql(ASSIGN, json!({"input": {"segment": {"key": "all"}, "members": [{"number": "late"}]}})).await;
        assert_eq!(sides(&app, &id).await, (targeted, held_out));

        let ended = done(&app, END, &id).await;
        assert_eq!(ended["status"], "ENDED");
        assert!(ended["endsAt"].as_str() < Some(days(1).as_str()) && ended["startsAt"] == running["startsAt"], "{ended}");
        let before = mark(&app).await;
        assert_eq!(done(&app, END, &id).await, ended);
        assert!(since(&app, &before).await.is_empty());
        for (text, what) in [(START, "ended"), (REMOVE, "draft")] {
            let payload = call(&app, text, json!({ "id": id })).await;
            assert_eq!(mistakes(&payload), ["NOT_ALLOWED input.id"], "{what}: {payload}");
        }
        assert_eq!(mistakes(&call(&app, UPDATE, json!({"id": id, "name": "x"})).await), ["NOT_ALLOWED input.id"]);
        let node = app.graphql("query($id: ID!) { node(id: $id) { __typename ... on Campaign { status } } }", json!({ "id": id })).await;
        assert_eq!(node["node"], json!({"__typename": "Campaign", "status": "ENDED"}));
    }

    async fn an_audience_is_that_of_the_rule_as_it_is(app) {
        crowd(&app, 20).await;
        create(&app, "some", json!({"profile": {"number": {"in": ["m1", "m2"]}}})).await;
        let id = draft(&app, json!({"segment": {"key": "some"}, "holdoutPercent": "0"})).await;
        let waits = async || {
            let payload = call(&app, START, json!({ "id": id })).await;
            assert_eq!(mistakes(&payload), ["NOT_ALLOWED input.id"]);
            let message = payload["userErrors"][0]["message"].as_str().unwrap();
            assert!(message.contains("is still being evaluated"), "{message}");
            evaluated(&app.app).await;
        };
        waits().await;
        let some = json!({"segment": {"key": "some"}});
        for text in [OFF, ON] {
            assert_eq!(call(&app, text, some.clone()).await["userErrors"], json!([]));
        }
        waits().await;
        let rule = json!({"profile": {"number": {"in": ["m3", "m4", "m5"]}}});
        assert_eq!(change_rule(&app, "some", rule).await["userErrors"], json!([]));
        waits().await;
        assert_eq!(done(&app, START, &id).await["targeted"], 3);
    }

    async fn a_segment_stays_while_a_campaign_needs_it(app) {
        crowd(&app, 20).await;
        let (all, id) = (json!({"segment": {"key": "all"}}), draft(&app, json!({"startsAt": days(3)})).await);
        let dependents = app.graphql(DEPENDENTS, json!({})).await;
        assert_eq!(dependents["segment"]["dependents"], json!([{"__typename": "Campaign", "id": id}]));
        let refused = call(&app, GONE, all.clone()).await;
        assert_eq!((mistakes(&refused), &refused["dependents"]), (vec!["IN_USE input.segment".to_owned()], &json!([{ "id": id }])));
        // A draft does not keep it active, but cannot be started while it is not.
        assert_eq!(call(&app, OFF, all.clone()).await["userErrors"], json!([]));
        assert_eq!(mistakes(&call(&app, START, json!({ "id": id })).await), ["NOT_ALLOWED input.id"]);
        assert_eq!(mistakes(&call(&app, UPDATE, json!({"id": id, "name": "Summer"})).await), Vec::<String>::new());
        let other = json!({"name": "Other", "segment": {"key": "all"}, "startsAt": days(1), "endsAt": days(2)});
        assert_eq!(mistakes(&call(&app, CREATE, other.clone()).await), ["NOT_ALLOWED input.segment"]);
        call(&app, ON, all.clone()).await;
        assert_eq!(done(&app, START, &id).await["startsAt"], days(3), "its days are still to come");
        for text in [OFF, GONE] {
            let refused = call(&app, text, all.clone()).await;
            assert_eq!((mistakes(&refused), &refused["dependents"]), (vec!["IN_USE input.segment".to_owned()], &json!([{ "id": id }])), "{text}");
        }
        let ended = done(&app, END, &id).await;
        assert!(ended["startsAt"].as_str() < ended["endsAt"].as_str() && ended["endsAt"].as_str() < Some(days(1).as_str()), "{ended}");
        let removed = call(&app, GONE, all.clone()).await;
        assert_eq!(removed["userErrors"], json!([]), "{removed}");
        assert_eq!(campaign(&app, &id).await["segment"], Value::Null);
        assert_eq!(side(&app, &id, None).await.len(), 20, "its audience is what it was");
        assert_eq!(mistakes(&call(&app, CREATE, other).await), ["NOT_FOUND input.segment"]);
    }

    async fn a_campaign_ends_by_itself_when_its_time_is_over(app) {
        crowd(&app, 20).await;
        let soon = crate::calls::from_now(chrono::TimeDelta::milliseconds(1_500));
        let id = draft(&app, json!({ "endsAt": soon })).await;
        let waiting = draft(&app, json!({ "endsAt": soon })).await;
        done(&app, START, &id).await;
        tessera::campaigns::end_over(&app.app).await.unwrap();
        let before = mark(&app).await;
        while campaign(&app, &id).await["status"] == "RUNNING" {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            tessera::campaigns::end_over(&app.app).await.unwrap();
        }
        let ended = campaign(&app, &id).await;
        assert_eq!((&ended["status"], &ended["endsAt"]), (&json!("ENDED"), &json!(soon)));
        let log = since(&app, &before).await;
        assert_eq!(log.len(), 1, "{log:?}");
        assert_eq!((&log[0]["action"], &log[0]["actor"], &log[0]["changes"]), (&json!("endCampaign"), &json!("tessera"), &json!({"status": {"old": "RUNNING", "new": "ENDED"}})));
        // A draft whose time is over can only be changed.
        assert_eq!(campaign(&app, &waiting).await["status"], "DRAFT");
        assert_eq!(mistakes(&call(&app, START, json!({ "id": waiting })).await), ["NOT_ALLOWED input.id"]);
        call(&app, UPDATE, json!({"id": waiting, "endsAt": days(4)})).await;
        done(&app, START, &waiting).await;
    }

    async fn lists_are_newest_first(app) {
        crowd(&app, 10).await;
        let mut ids = Vec::new();
        for name in ["a", "b", "c", "d"] {
            ids.insert(0, draft(&app, json!({ "name": name })).await);
        }
        done(&app, START, &ids[1]).await;
        done(&app, START, &ids[2]).await;
        done(&app, END, &ids[2]).await;
        let text = "query($first: Int, $after: String, $status: [CampaignStatus!]) { campaigns(first: $first, after: $after, status: $status) {
            totalCount pageInfo { hasNextPage endCursor } nodes { id } edges { cursor node { id } } } }";
        let listed = async |variables: Value| {
            let page = app.graphql(text, variables).await["campaigns"].clone();
            let found: Vec<String> = page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
            (found, page)
        };
        assert_eq!(listed(json!({})).await.0, ids);
        assert_eq!(listed(json!({"status": ["RUNNING", "ENDED"]})).await.0, ids[1..3]);
        assert_eq!(listed(json!({"status": []})).await.0, Vec::<String>::new());
        let (first, page) = listed(json!({"first": 3})).await;
        assert_eq!((first, &page["totalCount"], &page["pageInfo"]["hasNextPage"]), (ids[..3].to_vec(), &json!(4), &json!(true)));
        assert_eq!(listed(json!({"after": page["pageInfo"]["endCursor"]})).await.0, ids[3..]);
        // A page takes the same statements whatever its length.
        let text = "query($n: Int) { campaigns(first: $n) { nodes { segment { key } results { asOf basis } audience(first: 2) { nodes { number } } } } }";
        let mut taken = BTreeSet::new();
        for many in [3, 4] {
            let answer = app.send(Some(&app.token), text, json!({"n": many})).await;
            assert!(answer.body.get("errors").is_none(), "{}", answer.body);
            taken.insert(answer.statements());
        }
        assert_eq!(taken.len(), 1, "{taken:?}");
    }
}
