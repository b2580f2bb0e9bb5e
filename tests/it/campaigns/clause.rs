//! Rules that name a campaign: from before its start to after its end, and beyond who is erased.

use serde_json::{Value, json};
use tests::{Database, TestApp, on_both};

use super::{END, REMOVE, START, crowd, done, draft, event, record, sides};
use crate::calls::{RECORD as SALES, days, make, shown};
use crate::dynamic::{CREATE, belonging, call, dynamic, evaluated, mistakes};

fn outcome(id: &str, outcome: &str) -> Value {
    json!({"campaign": {"campaignId": id, "outcome": outcome}})
}

fn sorted(mut numbers: Vec<String>) -> Vec<String> {
    numbers.sort();
    numbers
}

async fn from_start_to_end(app: std::sync::Arc<TestApp>) {
    crowd(&app, 40).await;
    let id = draft(&app, json!({"holdoutPercent": "30", "name": "Spring sale"})).await;
    for (key, rule) in [
        ("got", outcome(&id, "TARGETED")),
        ("left", outcome(&id, "HELD_OUT")),
        ("engaged", outcome(&id, "ENGAGED")),
        ("bought", outcome(&id, "CONVERTED")),
        ("quiet", json!({"all": [outcome(&id, "TARGETED"), {"not": {"segment": {"key": "engaged"}}}]})),
    ] {
        dynamic(&app, key, rule).await;
        assert_eq!(belonging(&app, key).await, Vec::<String>::new(), "{key}: it is a draft");
    }
    app.verify().await;
    let naming = call(&app, REMOVE, json!({ "id": id })).await;
    assert_eq!(mistakes(&naming), ["IN_USE input.id"]);
    assert!(
        naming["userErrors"][0]["message"].as_str().unwrap().contains("bought, engaged, got, left, quiet"),
        "{naming}"
    );

    done(&app, START, &id).await;
    let (targeted, held_out) = sides(&app, &id).await;
    assert!(targeted.len() > 5 && held_out.len() > 2, "{} and {}", targeted.len(), held_out.len());
    assert_eq!(
        (belonging(&app, "got").await, belonging(&app, "left").await),
        (sorted(targeted.clone()), sorted(held_out.clone()))
    );
    assert_eq!(belonging(&app, "quiet").await, sorted(targeted.clone()));
    let text = "query { segment(ref: {key: \"got\"}) { ruleText rule events(first: 1) { nodes { kind reason } } } }";
    let got = app.graphql(text, json!({})).await["segment"].clone();
    assert_eq!(
        (&got["ruleText"], &got["rule"]),
        (&json!("is targeted by campaign “Spring sale”"), &outcome(&id, "TARGETED"))
    );
    assert_eq!(got["events"]["nodes"], json!([{"kind": "JOINED", "reason": "DATA_CHANGED"}]));

    // What was delivered tells rules nothing; who opened is engaged, but for those held out.
    let (one, other) = (targeted[0].clone(), targeted[1].clone());
    record(&app, &id, vec![event(&one, "DELIVERED"), event(&other, "DELIVERED")]).await;
    assert_eq!(belonging(&app, "engaged").await, Vec::<String>::new());
    record(&app, &id, vec![event(&one, "OPENED"), event(&held_out[0], "CLICKED")]).await;
    assert_eq!(
        (belonging(&app, "engaged").await, belonging(&app, "quiet").await),
        (vec![one.clone()], sorted(targeted[1..].to_vec()))
    );
    let zone = app.app.program().zone;
    let today = app.app.clock.today(zone);
    let tomorrow = shown(zone.start_of(today + chrono::TimeDelta::days(1)) + 1);
    let sale = |document: &str, member: &str, at: &str| json!({"document": document, "member": {"number": member}, "amount": "5.00", "at": at});
    make(
        &app,
        SALES,
        json!([
            sale("a", &one, &days(0)),
            sale("b", &held_out[0], &days(0)),
            sale("c", &other, &days(-40)),
            sale("d", &targeted[2], &tomorrow)
        ]),
    )
    .await;
    assert_eq!(belonging(&app, "bought").await, sorted(vec![one.clone(), targeted[2].clone()]));
    app.verify().await;
    if app.app.settings.lens {
        crate::lens::right(&app).await;
    }
    let explain = "query($m: MemberRef!) { segment(ref: {key: \"bought\"}) { explain(member: $m) { isMember clauses { text holds observed evidence { document } } } } }";
    let explained = app.graphql(explain, json!({"m": {"number": one}})).await;
    let expected = json!({"isMember": true, "clauses": [{"text": "has converted in campaign “Spring sale”", "holds": true,
        "observed": "targeted, engaged, converted", "evidence": [{"document": "a"}]}]});
    assert_eq!(explained["segment"]["explain"], expected);
    let preview = "query($r: RuleInput!) { previewRule(rule: $r) { memberCount } }";
    for (word, count) in [("TARGETED", targeted.len()), ("HELD_OUT", held_out.len()), ("ENGAGED", 1), ("CONVERTED", 2)]
    {
        let found = app.graphql(preview, json!({"r": outcome(&id, word)})).await;
        assert_eq!(found["previewRule"]["memberCount"], count, "{word}: {found}");
    }
    // A rule of before is evaluated over everybody as well.
    dynamic(&app, "converted-too", json!({"any": [outcome(&id, "CONVERTED"), outcome(&id, "ENGAGED")]})).await;
    assert_eq!(belonging(&app, "converted-too").await, sorted(vec![one.clone(), targeted[2].clone()]));

    // A return makes one no purchase; the end leaves out what lies behind it.
    make(
        &app,
        SALES,
        json!([{"document": "e", "kind": "RETURN", "returnsDocument": "a", "amount": "5.00", "at": days(0)}]),
    )
    .await;
    assert_eq!(belonging(&app, "bought").await, [targeted[2].clone()]);
    done(&app, END, &id).await;
    assert_eq!(belonging(&app, "bought").await, Vec::<String>::new());
    app.verify().await;
    make(&app, SALES, json!([sale("f", &other, &days(0))])).await;
    assert_eq!(belonging(&app, "bought").await, std::slice::from_ref(&other), "today is its last day");
    record(&app, &id, vec![event(&other, "REDEEMED")]).await;
    assert_eq!(belonging(&app, "engaged").await, sorted(vec![one, other]));
    if app.app.settings.lens {
        crate::lens::right(&app).await;
    }
}

#[test]
fn segments_follow_a_campaign_from_memory_and_from_rows() {
    for database in [Database::Sqlite, Database::Postgres] {
        for lens in [true, false] {
            tests::run_with(database, |settings| settings.lens = lens, from_start_to_end);
        }
    }
}

on_both! {
    async fn a_campaign_that_has_not_begun_and_ends_has_today_alone(app) {
        crowd(&app, 10).await;
        let id = draft(&app, json!({"holdoutPercent": "0", "startsAt": days(5), "endsAt": days(9)})).await;
        dynamic(&app, "bought", outcome(&id, "CONVERTED")).await;
        done(&app, START, &id).await;
        make(&app, SALES, json!([{"document": "a", "member": {"number": "m1"}, "amount": "1", "at": days(0)}])).await;
        assert_eq!(belonging(&app, "bought").await, Vec::<String>::new());
        done(&app, END, &id).await;
        assert_eq!(belonging(&app, "bought").await, ["m1"]);
    }

    async fn campaigns_that_are_not_there_are_named_with_their_places(app) {
        crowd(&app, 2).await;
        let id = draft(&app, json!({"holdoutPercent": "0"})).await;
        let nothing = tessera::global_id::GlobalId::Campaign(entity::ids::CampaignId(999)).text();
        let segment = app.graphql("{ segment(ref: {key: \"all\"}) { id } }", json!({})).await["segment"]["id"].as_str().unwrap().to_owned();
        let rule = json!({"all": [outcome(&id, "TARGETED"), {"not": outcome("junk", "ENGAGED")}, outcome(&nothing, "HELD_OUT"), outcome(&segment, "CONVERTED")]});
        let payload = call(&app, CREATE, json!({"name": "x", "rule": rule})).await;
        let place = |place: &str| format!("NOT_FOUND input.rule.all.{place}campaign.campaignId");
        assert_eq!(mistakes(&payload), [place("1.not."), place("2."), place("3.")]);
        let preview = "query($r: RuleInput!) { previewRule(rule: $r) { memberCount } }";
        let answer = app.send(Some(&app.token), preview, json!({"r": outcome("junk", "TARGETED")})).await;
        assert_eq!((answer.code(), &answer.body["errors"][0]["extensions"]["path"]), ("BAD_USER_INPUT", &json!(["rule", "campaign", "campaignId"])));
        // A rule that was refused keeps nobody from removing it; one whose evaluation waits does, and so does an inactive segment's.
        let update = "mutation($i: UpdateSegmentInput!) { updateSegment(input: $i) { userErrors { code field } } }";
        dynamic(&app, "named", json!({"everyone": true})).await;
        call(&app, update, json!({"segment": {"key": "named"}, "rule": outcome(&id, "TARGETED")})).await;
        assert_eq!(mistakes(&call(&app, REMOVE, json!({ "id": id })).await), ["IN_USE input.id"]);
        evaluated(&app.app).await;
        call(&app, "mutation($i: SegmentRefInput!) { deactivateSegment(input: $i) { userErrors { code } } }", json!({"segment": {"key": "named"}})).await;
        assert_eq!(mistakes(&call(&app, REMOVE, json!({ "id": id })).await), ["IN_USE input.id"]);
        call(&app, "mutation($i: SegmentRefInput!) { removeSegment(input: $i) { userErrors { code } } }", json!({"segment": {"key": "named"}})).await;
        let removed = call(&app, REMOVE, json!({ "id": id })).await;
        assert_eq!((&removed["removedId"], &removed["userErrors"]), (&json!(id), &json!([])));
        let catalogue = "{ ruleCatalogue { entries { name valueType operators values { value members } } } }";
        let other = draft(&app, json!({"name": "Autumn", "holdoutPercent": "0"})).await;
        done(&app, START, &other).await;
        let entries = app.graphql(catalogue, json!({})).await["ruleCatalogue"]["entries"].clone();
        let entry = entries.as_array().unwrap().iter().find(|entry| entry["name"] == "campaign.campaignId").unwrap();
        assert_eq!(entry, &json!({"name": "campaign.campaignId", "valueType": "CAMPAIGN", "operators": [], "values": [{"value": other, "members": 2}]}));
    }
}
