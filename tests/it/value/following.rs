//! Segments follow what members are worth: through a first model, new ones, and a programme that reckons with something
//! else; and say why.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::TestApp;

use super::{ask, each_way, fitted, jobs, later, noon, shop, standing, value, worked};
use crate::calls::{RECORD, make};
use crate::campaigns::started;
use crate::dynamic::{belonging, call, dynamic, events, of_segment};
use crate::privacy::erase;
use crate::program::UPDATE;
use crate::segments::CREATE;

const PREVIEW: &str =
    "query($i: RuleInput!) { previewRule(rule: $i) { memberCount text sample(first: 3) { number } } }";
const EXPLAIN: &str =
    "query($m: MemberRef!) { segment(ref: {key: \"likely\"}) { ruleText explain(member: $m) { isMember
    clauses { path text holds observed wouldFlip } } } }";

fn likely() -> Value {
    json!({"value": {"orderProbability90Days": {"gte": 0.5}}})
}

async fn program(app: &TestApp, input: Value) {
    let data = app.graphql(UPDATE, json!({ "input": input })).await;
    assert_eq!(data["updateProgram"]["userErrors"], json!([]), "{data}");
}

async fn explained(app: &TestApp) {
    let member = &belonging(app, "likely").await[0];
    let shown = value(app, member).await;
    let chance = shown["orderProbability"].as_f64().unwrap();
    let data = app.graphql(EXPLAIN, json!({"m": {"number": member}})).await;
    let clause = &data["segment"]["explain"]["clauses"][0];
    let observed: f64 = clause["observed"].as_str().unwrap_or_else(|| panic!("{data}")).parse().unwrap();
    assert!((observed - chance).abs() <= 0.000_050_001, "{clause}: {chance}");
    assert!(clause["observed"].as_str().unwrap().len() <= "0.1234".len(), "four digits: {clause}");
    assert_eq!((&clause["holds"], &clause["path"]), (&json!(true), &json!(["rule"])));
    assert_eq!((&data["segment"]["ruleText"], &clause["text"]), (&clause["text"], &data["segment"]["ruleText"]));
    let preview = call(app, PREVIEW, likely()).await;
    assert_eq!(preview["memberCount"], belonging(app, "likely").await.len(), "{preview}");
    assert_eq!(preview["text"], clause["text"]);
}

each_way! { standing;
    async fn a_segment_follows_from_before_the_first_model(app) {
        shop(&app, 150).await;
        dynamic(&app, "likely", likely()).await;
        dynamic(&app, "unlikely", json!({"not": of_segment("likely")})).await;
        assert_eq!((belonging(&app, "likely").await.len(), belonging(&app, "unlikely").await.len()), (0, 150));
        fitted(&app, None).await;
        let first = belonging(&app, "likely").await;
        assert!((5..145).contains(&first.len()), "{first:?}");
        assert_eq!(belonging(&app, "unlikely").await.len(), 150 - first.len());
        let (came, went) = (events(&app, "likely").await, events(&app, "unlikely").await);
        assert_eq!(came.len(), first.len());
        assert!(came.iter().all(|event| event.ends_with(" JOINED DATA_CHANGED")), "{came:?}");
        assert!(went[150..].iter().all(|event| event.ends_with(" LEFT SEGMENT_CHANGED")), "{went:?}");
        explained(&app).await;
        // Another night changes nothing where nothing has changed.
        fitted(&app, None).await;
        assert_eq!(events(&app, "likely").await, came);

        // Somebody buys: as the last analysis found them, until the next.
        let silent = belonging(&app, "unlikely").await[0].clone();
        let before = value(&app, &silent).await;
        make(&app, RECORD, (1..9).map(|ago| later(&silent, ago * 3 + 1, 20)).collect()).await;
        assert_eq!((value(&app, &silent).await, belonging(&app, "likely").await), (before, first));
        app.verify().await;
        fitted(&app, None).await;
        assert!(belonging(&app, "likely").await.contains(&silent));
        assert!(!belonging(&app, "unlikely").await.contains(&silent));
        // As of a day before, it is as it was.
        fitted(&app, Some("2026-06-01")).await;
        assert!(!belonging(&app, "likely").await.contains(&silent));
        if app.app.settings.lens {
            crate::lens::right(&app).await;
        }
    }

    async fn a_new_margin_decides_anew(app) {
        shop(&app, 130).await;
        fitted(&app, None).await;
        let number = |value: &Value| value["predictedClv"]["amount"].as_str().unwrap().parse::<f64>().unwrap();
        let full = number(&value(&app, "c5").await);
        dynamic(&app, "past", json!({"value": {"historicClv": {"gte": "60"}}})).await;
        dynamic(&app, "future", json!({"value": {"predictedClv": {"gte": (full * 0.75).round().to_string()}}})).await;
        let (past, future) = (belonging(&app, "past").await, belonging(&app, "future").await);
        assert!(past.len() > 3 && future.contains(&"c5".to_owned()), "{past:?} {future:?}");
        program(&app, json!({"grossMargin": "0.5"})).await;
        // Until the job has ended, everybody belongs as before, whatever else happens, and all figures are right.
        make(&app, RECORD, json!([later("c5", 0, 1)])).await;
        app.verify().await;
        assert_eq!((belonging(&app, "past").await, belonging(&app, "future").await), (past.clone(), future));
        worked(&app.app).await;
        app.verify().await;
        assert!((number(&value(&app, "c5").await) - full / 2.0).abs() < 0.011);
        assert!(!belonging(&app, "future").await.contains(&"c5".to_owned()));
        let halved = belonging(&app, "past").await;
        assert!(halved.len() < past.len() && halved.iter().all(|member| past.contains(member)), "{halved:?}");
        let left = events(&app, "past").await.into_iter().filter(|event| event.ends_with(" LEFT DATA_CHANGED")).count();
        assert_eq!(left, past.len() - halved.len());
        // What does not matter for it asks for nothing.
        let before = jobs(&app.app).await.len();
        program(&app, json!({"name": "Another"})).await;
        assert_eq!(jobs(&app.app).await.len(), before);
    }

    async fn costs_move_groups(app) {
        shop(&app, 120).await;
        dynamic(&app, "below", json!({"value": {"valueGroup": ["BELOW_ZERO"]}})).await;
        let points = json!([{"member": {"number": "c3"}, "kind": "EARNED", "points": 100_000, "at": noon(20), "document": "e"},
            {"member": {"number": "c3"}, "kind": "REDEEMED", "points": 90_000, "at": noon(10), "document": "r"}]);
        make(&app, crate::calls::POINTS, points).await;
        fitted(&app, None).await;
        assert_eq!(belonging(&app, "below").await, Vec::<String>::new());
        program(&app, json!({"rewardCostPerPoint": "0.05"})).await;
        worked(&app.app).await;
        assert_eq!(belonging(&app, "below").await, ["c3"]);
        let found = ask(&app, "{ valueBreakdown(member: {number: \"c3\"}) { group rewardCost { amount } } }").await;
        assert_eq!(found, json!({"group": "BELOW_ZERO", "rewardCost": {"amount": "4500.00"}}));
    }

    async fn what_a_campaign_cost_counts_for_whom_it_targeted(app) {
        shop(&app, 120).await;
        dynamic(&app, "below", json!({"value": {"valueGroup": ["BELOW_ZERO"]}})).await;
        let targeted = ["c1", "c2", "c3"];
        let input = json!({"name": "all", "key": "all", "members": targeted.map(|number| json!({"number": number}))});
        assert_eq!(app.graphql(CREATE, json!({ "input": input })).await["createSegment"]["userErrors"], json!([]));
        started(&app, json!({"holdoutPercent": "0", "cost": "100000.01", "startsAt": noon(1), "endsAt": "2026-07-20T12:00:00Z"})).await;
        fitted(&app, None).await;
        assert_eq!(belonging(&app, "below").await, targeted);
        for (number, cost) in [("c3", "33333.34"), ("c4", "0.00")] {
            let text = format!("{{ valueBreakdown(member: {{number: \"{number}\"}}) {{ campaignCost {{ amount }} }} }}");
            assert_eq!(ask(&app, &text).await, json!({"campaignCost": {"amount": cost}}));
        }
        // What was sent to a person who is erased since makes it no dearer for the others.
        erase(&app, "c2").await;
        fitted(&app, None).await;
        assert_eq!(belonging(&app, "below").await, ["c1", "c3"]);
        let found = ask(&app, "{ valueBreakdown(member: {number: \"c3\"}) { campaignCost { amount } } }").await;
        assert_eq!(found, json!({"campaignCost": {"amount": "33333.34"}}));
        let data = ask(&app, "{ campaigns { nodes { targeted } } }").await;
        assert_eq!(data["nodes"], json!([{"targeted": 2}]));
    }

    async fn what_many_cheap_campaigns_cost_is_rounded_once(app) {
        shop(&app, 120).await;
        let twelve = (1..=12).map(|number| json!({"number": format!("c{number}")})).collect::<Vec<_>>();
        let input = json!({"name": "all", "key": "all", "members": twelve});
        assert_eq!(app.graphql(CREATE, json!({ "input": input })).await["createSegment"]["userErrors"], json!([]));
        for mailing in 1..=12 {
            let fields = json!({"name": format!("Mailing {mailing}"), "holdoutPercent": "0", "cost": "0.05", "startsAt": noon(1), "endsAt": "2026-07-20T12:00:00Z"});
            started(&app, fields).await;
        }
        fitted(&app, None).await;
        // Less than half a cent each time, and five cents in all.
        let found = ask(&app, "{ valueBreakdown(member: {number: \"c3\"}) { campaignCost { amount } } }").await;
        assert_eq!(found, json!({"campaignCost": {"amount": "0.05"}}));
    }

    async fn what_several_large_campaigns_cost_adds_up(app) {
        shop(&app, 120).await;
        dynamic(&app, "below", json!({"value": {"valueGroup": ["BELOW_ZERO"]}})).await;
        for (key, numbers, cost) in [("two", ["c1", "c2"], "80000"), ("others", ["c2", "c3"], "40000")] {
            let input = json!({"name": key, "key": key, "members": numbers.map(|number| json!({"number": number}))});
            assert_eq!(app.graphql(CREATE, json!({ "input": input })).await["createSegment"]["userErrors"], json!([]));
            let fields = json!({"name": key, "segment": {"key": key}, "holdoutPercent": "0", "cost": cost,
                "startsAt": noon(1), "endsAt": "2026-07-20T12:00:00Z"});
            started(&app, fields).await;
        }
        // Many others got them too, before those who are there: more than are read at once.
        let write = async |text: &str| app.app.db.writer().execute_unprepared(text).await.unwrap();
        write("WITH RECURSIVE other (id) AS (SELECT -50010 UNION ALL SELECT id + 1 FROM other WHERE id < -1)
            INSERT INTO campaign_member (member_id, campaign_id, held_out, delivered, opened, clicked, redeemed)
            SELECT o.id, c.id, FALSE, FALSE, FALSE, FALSE, FALSE FROM other AS o CROSS JOIN campaign AS c").await;
        fitted(&app, None).await;
        assert_eq!(belonging(&app, "below").await, ["c1", "c2", "c3"]);
        for (number, cost) in [("c1", "40000.00"), ("c2", "60000.00"), ("c3", "20000.00"), ("c4", "0.00")] {
            let text = format!("{{ valueBreakdown(member: {{number: \"{number}\"}}) {{ campaignCost {{ amount }} }} }}");
            assert_eq!(ask(&app, &text).await, json!({"campaignCost": {"amount": cost}}));
        }
        write("DELETE FROM campaign_member WHERE member_id < 0").await;
    }
}
