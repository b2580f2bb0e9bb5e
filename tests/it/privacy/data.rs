//! A person is told everything that is stored.

use serde_json::json;
use tests::on_both;

use super::{ASSIGN, DATA, erase, person, refusals};
use crate::calls::{days, segment};
use crate::dynamic::{call, dynamic};

const UNASSIGN: &str =
    "mutation($i: AssignMembersInput!) { unassignMembers(input: $i) { changed userErrors { code field } } }";

on_both! {
    async fn everything_that_is_stored_is_told(app) {
        person(&app, "x").await;
        segment(&app, "before", &["nx"]).await;
        segment(&app, "now", &["nx"]).await;
        dynamic(&app, "pinned", json!({"profile": {"country": {"eq": "DE"}}})).await;
        call(&app, ASSIGN, json!({"segment": {"key": "pinned"}, "members": [{"number": "nx"}], "note": "asked for x"})).await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        call(&app, UNASSIGN, json!({"segment": {"key": "before"}, "members": [{"number": "nx"}]})).await;
        let answer = call(&app, DATA, json!({"member": {"email": "ex@example.org"}})).await;
        assert_eq!(answer["userErrors"], json!([]), "{answer}");
        let data = &answer["data"];
        let profile = &data["profile"];
        assert_eq!((&profile["number"], &profile["email"], &profile["city"]), (&json!("nx"), &json!("Ex@Example.org"), &json!("Łx")));
        assert_eq!((&profile["enrolledAt"], &profile["birthDate"], &profile["marketingConsent"]), (&json!("2024-02-29T12:00:00.000Z"), &json!("1980-02-29"), &json!(true)));
        assert_eq!((&profile["attributes"], &profile["spending"], &profile["pointsBalance"]), (&json!({"about": "ax"}), &json!("42.50 EUR"), &json!(9)));
        assert_eq!(data["labels"], json!([{"key": "kx", "value": "vx"}]));
        let sale = &data["transactions"][1];
        assert_eq!((&sale["document"], &sale["amount"], &sale["at"]), (&json!("two-1"), &json!("12.50 EUR"), &json!(days(-3))));
        assert_eq!((&sale["labels"], &sale["lines"][0]["quantity"]), (&json!([{"key": "gift", "value": "for x"}]), &json!("2")));
        assert_eq!(data["points"][0]["origin"], "ox");
        assert_eq!((&data["feedback"][0]["comment"], &data["feedback"][0]["score"]), (&json!("cx"), &json!(3)));
        let keys = |name: &str| data[name].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!((keys("segments"), keys("segmentsBefore")), (vec!["now".to_owned(), "pinned".to_owned()], vec!["before".to_owned()]));
        assert_eq!((&data["pins"][0]["note"], &data["pins"][0]["pinnedIn"]), (&json!("asked for x"), &json!(true)));
        assert_eq!(data["membershipEvents"].as_array().unwrap().len(), 4);
        assert_eq!((&data["auditLog"][0]["action"], &data["auditLog"][0]["changes"]["firstName"]), (&json!("upsertMembers"), &json!({"old": "Before", "new": "Fx"})));
        // Whom of the staff it was is nobody else's business.
        assert!(!data.to_string().contains(tests::OWNER), "{data}");
        // That somebody asked is in the log, and in the next answer.
        let again = call(&app, DATA, json!({"member": {"number": "nx"}})).await;
        assert_eq!(again["data"]["auditLog"][1]["action"], "requestMemberData");
        let mut rest = again["data"].clone();
        rest["auditLog"] = data["auditLog"].clone();
        assert_eq!(&rest, data, "asking changes nothing");
    }

    async fn of_nobody_nothing_is_told(app) {
        person(&app, "x").await;
        assert_eq!(refusals(&app, DATA, json!({"member": {"number": "nobody"}})).await, ["NOT_FOUND input.member"]);
        assert_eq!(refusals(&app, DATA, json!({"member": {"number": ""}})).await, ["INVALID input.member"]);
        let id = erase(&app, "nx").await;
        for member in [json!({"number": "nx"}), json!({"email": "ex@example.org"}), json!({ "id": id })] {
            assert_eq!(refusals(&app, DATA, json!({ "member": member })).await, ["ERASED_MEMBER input.member"]);
        }
    }

    async fn somebody_of_whom_nothing_but_a_number_is_known(app) {
        crate::calls::members(&app, &["m1"]).await;
        let answer = call(&app, DATA, json!({"member": {"number": "m1"}})).await;
        let lists = ["transactions", "labels", "points", "feedback", "campaigns", "campaignEngagement", "segments", "segmentsBefore", "pins", "pushed", "pushedNames", "sent", "membershipEvents", "auditLog", "value"];
        for list in lists {
            assert_eq!(answer["data"][list], json!([]), "{list}");
        }
        assert_eq!(answer["data"]["profile"]["firstPurchaseAt"], json!(null));
    }
}
