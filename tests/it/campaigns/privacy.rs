//! A person of a campaign's audience asks what is known, and is erased.

use serde_json::{Value, json};
use tests::on_both;

use super::{RECORD, campaign, count, crowd, event, record, side, sides, started};
use crate::calls::{RECORD as SALES, days, make};
use crate::dynamic::{belonging, call, dynamic, mistakes};
use crate::privacy::ERASE;

on_both! {
    async fn who_is_erased_leaves_the_audience(app) {
        crowd(&app, 60).await;
        let id = started(&app, json!({"holdoutPercent": "40"})).await;
        let other = started(&app, json!({"holdoutPercent": "0", "name": "Other"})).await;
        dynamic(&app, "engaged", json!({"campaign": {"campaignId": id, "outcome": "ENGAGED"}})).await;
        let (targeted, held_out) = sides(&app, &id).await;
        let (got, left) = (targeted[0].clone(), held_out[0].clone());
        record(&app, &id, vec![event(&got, "OPENED"), event(&left, "DELIVERED")]).await;
        record(&app, &other, vec![event(&got, "CLICKED")]).await;
        make(&app, SALES, json!([{"document": "a", "member": {"number": got}, "amount": "10", "at": days(0)}])).await;
        assert_eq!(belonging(&app, "engaged").await, std::slice::from_ref(&got));
        let data = call(&app, "mutation($i: MemberRefInput!) { requestMemberData(input: $i) { data } }", json!({"member": {"number": got}})).await;
        let parts = data["data"]["campaigns"].as_array().unwrap();
        assert_eq!(parts.len(), 2, "{data}");
        assert_eq!((&parts[0]["name"], &parts[0]["heldOut"], &parts[0]["endsAt"]), (&json!("Spring"), &json!(false), &json!(days(10))));
        let did = &data["data"]["campaignEngagement"];
        assert_eq!((did.as_array().unwrap().len(), &did[0]["kind"], &did[0]["document"]), (2, &json!("OPENED"), &json!(format!("{got}-OPENED"))));

        for number in [&got, &left] {
            assert_eq!(call(&app, ERASE, json!({"member": {"number": number}})).await["userErrors"], json!([]));
        }
        let after = campaign(&app, &id).await;
        assert_eq!((&after["targeted"], &after["heldOut"]), (&json!(targeted.len() - 1), &json!(held_out.len() - 1)));
        assert_eq!(campaign(&app, &other).await["targeted"], 58);
        assert_eq!(sides(&app, &id).await, (targeted[1..].to_vec(), held_out[1..].to_vec()));
        assert_eq!(side(&app, &other, None).await.len(), 58);
        assert_eq!(belonging(&app, "engaged").await, Vec::<String>::new());
        assert_eq!(count(&app, "SELECT COUNT(*) AS number FROM engagement").await, 0);
        // Their sales are nobody's, and count on neither side.
        let text = "query($id: ID!) { campaign(id: $id) { results { conversionTargeted opened } } }";
        let results = app.graphql(text, json!({ "id": id })).await["campaign"]["results"].clone();
        assert_eq!(results, json!({"conversionTargeted": 0.0, "opened": 0}));
        let payload = call(&app, RECORD, json!({"campaign": id, "events": [event(&got, "REDEEMED")]})).await;
        assert_eq!((&payload["created"], &payload["problems"][0]["code"]), (&json!(0), &json!("ERASED_MEMBER")), "{payload}");
        assert_eq!(mistakes(&payload), Vec::<String>::new());
    }

    async fn of_an_audience_of_whom_nobody_is_left_nothing_is_said(app) {
        crowd(&app, 2).await;
        let id = started(&app, json!({"holdoutPercent": "0"})).await;
        for number in ["m1", "m2"] {
            call(&app, ERASE, json!({"member": {"number": number}})).await;
        }
        let found = app.graphql("query($id: ID!) { campaign(id: $id) { targeted results { basis } audience { totalCount } } }", json!({ "id": id })).await;
        assert_eq!(found["campaign"], json!({"targeted": 0, "results": Value::Null, "audience": {"totalCount": 0}}));
    }
}
