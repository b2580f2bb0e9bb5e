//! An erased person is among no members and in no figure of persons, and stays so; what was sold stays sold.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{ASSIGN, ERASE, erase, one, person, refusals, swept};
use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, days, figures, refused, segment};
use crate::dynamic::{belonging, call, dynamic, events};
use crate::imports::{file, import, options};
use crate::segments::{CREATE, shop};

const MARK: &str = "x";

/// Everything that is sold, by kind, and how many documents there are.
async fn sold(app: &TestApp) -> [i64; 2] {
    let text = "SELECT CAST(SUM(CASE kind WHEN 'SALE' THEN amount ELSE -amount END) AS BIGINT) FROM \"transaction\"";
    [one(app, text).await, one(app, "SELECT COUNT(*) FROM \"transaction\"").await]
}

async fn segments(app: &TestApp) {
    shop(app, 3).await;
    person(app, MARK).await;
    segment(app, "hand", &["m1", "nx"]).await;
    segment(app, "off", &["m2", "nx"]).await;
    dynamic(app, "all", json!({"everyone": true})).await;
    dynamic(app, "rest", json!({"not": {"segment": {"key": "hand"}}})).await;
    call(app, ASSIGN, json!({"segment": {"key": "rest"}, "members": [{"number": "nx"}], "note": "because of x"})).await;
    let off = "mutation($i: SegmentRefInput!) { deactivateSegment(input: $i) { userErrors { code } } }";
    assert_eq!(call(app, off, json!({"segment": {"key": "off"}})).await["userErrors"], json!([]));
}

on_both! {
    async fn somebody_leaves_everything_and_sums_stay(app) {
        segments(&app).await;
        let (before, at) = (sold(&app).await, app.app.clock.real_millis());
        let found = erase(&app, "nx").await;
        for (key, left) in [("hand", vec!["m1"]), ("off", vec!["m2"]), ("all", vec!["m1", "m2", "m3"]), ("rest", vec!["m2", "m3"])] {
            assert_eq!(belonging(&app, key).await, left, "{key}");
            let query = "query($r: SegmentRef!) { segment(ref: $r) { events(first: 1) { nodes { kind reason actor member { number } } } } }";
            let last = app.graphql(query, json!({"r": {"key": key}})).await["segment"]["events"]["nodes"][0].clone();
            assert_eq!(last, json!({"kind": "LEFT", "reason": "MEMBER_ERASED", "actor": tests::OWNER, "member": null}), "{key}");
        }
        // A segment of one who is left has that one's figures.
        assert_eq!(figures(&app, "hand").await["averageTransactionValue"], "10.00");
        assert_eq!(sold(&app).await, before, "what was sold stays sold");
        assert_eq!(one(&app, "SELECT COUNT(*) FROM \"transaction\" WHERE erased_member_id IS NOT NULL AND member_id IS NULL").await, 2);
        for table in ["member_label", "points_entry", "feedback", "segment_pin"] {
            assert_eq!(one(&app, &format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        // Among no members, by no search, and as an empty row by the id alone.
        let list = app.graphql("{ members { totalCount nodes { number } } found: members(search: \"ex\") { totalCount }
            shells: members(search: \"erased\") { totalCount } member(ref: {number: \"nx\"}) { id } }", json!({})).await;
        assert_eq!(list["members"], json!({"totalCount": 3, "nodes": [{"number": "m1"}, {"number": "m2"}, {"number": "m3"}]}));
        assert_eq!((&list["found"]["totalCount"], &list["shells"]["totalCount"], &list["member"]), (&json!(0), &json!(0), &Value::Null));
        let shell = app.graphql("query($id: ID!) { node(id: $id) { ... on Member { number erasedAt email city attributes
            marketingConsent enrolled labels { key } metrics { transactions spending { amount } } transactions { nodes { id } } } } }", json!({"id": found})).await["node"].clone();
        let number = shell["number"].as_str().unwrap();
        assert!(number.starts_with("erased-") && shell["erasedAt"].is_string(), "{shell}");
        assert_eq!((&shell["email"], &shell["city"], &shell["attributes"], &shell["labels"]), (&Value::Null, &Value::Null, &json!({}), &json!([])));
        assert_eq!((&shell["metrics"]["transactions"], &shell["transactions"]["nodes"]), (&json!(0), &json!([])));
        // What was, still counts them.
        let then = "query($r: SegmentRef!, $at: DateTime!) { segment(ref: $r) { membersAt(at: $at) { totalCount nodes { number } } } }";
        let then = app.graphql(then, json!({"r": {"key": "hand"}, "at": crate::calls::shown(at)})).await;
        let then = &then["segment"]["membersAt"];
        assert_eq!((&then["totalCount"], &then["nodes"][1]["number"]), (&json!(2), &json!(number)), "{then}");
        // Nobody learns the name from the log, and everybody what was done.
        let log = app.graphql("query($o: ID) { auditLog(object: $o) { nodes { action objectName changes } } }", json!({"o": found})).await;
        let nodes = log["auditLog"]["nodes"].as_array().unwrap();
        let actions: Vec<&str> = nodes.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["eraseMember", "upsertMembers"]);
        assert!(nodes.iter().all(|entry| entry["objectName"] == number), "{nodes:?}");
        assert_eq!(nodes[1]["changes"]["email"], json!({"old": "•••", "new": "•••"}));
        assert_eq!(nodes[1]["changes"]["city"], json!({"old": null, "new": "•••"}));
        swept(&app).await;
    }

    async fn nothing_brings_somebody_back(app) {
        segments(&app).await;
        let id = erase(&app, "nx").await;
        let before = sold(&app).await;
        let (number, email) = (json!({"number": "nx"}), json!({"email": "eX@EXAMPLE.org"}));
        for member in [&number, &email, &json!({"id": id})] {
            let sale = json!({"document": "later", "member": member, "amount": 1, "at": days(-1)});
            assert_eq!(refused(&app, RECORD, sale).await, "member ERASED_MEMBER");
            let entry = json!({"document": "later", "member": member, "kind": "EARNED", "points": 1, "at": days(-1)});
            assert_eq!(refused(&app, POINTS, entry).await, "member ERASED_MEMBER");
            let answer = json!({"document": "later", "member": member, "survey": "nps", "score": 1, "at": days(-1)});
            assert_eq!(refused(&app, FEEDBACK, answer).await, "member ERASED_MEMBER");
            let assigned = call(&app, ASSIGN, json!({"segment": {"key": "hand"}, "members": [member, {"number": "m2"}]})).await;
            assert_eq!((&assigned["problems"][0]["code"], &assigned["problems"][0]["path"]), (&json!("ERASED_MEMBER"), &json!(["members", "0"])));
            let made = app.graphql(CREATE, json!({"input": {"name": "New", "members": [member]}})).await;
            assert_eq!(made["createSegment"]["userErrors"][0]["code"], "ERASED_MEMBER");
        }
        assert_eq!(refused(&app, UPSERT, json!({"number": " nx "})).await, "number ERASED_MEMBER");
        assert_eq!(refused(&app, UPSERT, json!({"number": "other", "email": " ex@example.ORG"})).await, "email ERASED_MEMBER");
        assert_eq!(refused(&app, UPSERT, json!({"number": "m1", "email": "ex@example.org"})).await, "email ERASED_MEMBER");
        assert_eq!(refused(&app, UPSERT, json!({"number": "erased-4"})).await, "number INVALID");
        // Good rows beside them are kept, and the places of the others are right.
        let rows = json!([{"number": ""}, {"number": "good"}, {"number": "nx"}, {"number": "erased-x"}]);
        let taken = crate::calls::send(&app, UPSERT, rows).await;
        assert_eq!((taken.created, taken.problems), (2, vec!["0.number BLANK".to_owned(), "2.number ERASED_MEMBER".to_owned()]));

        let members = file(&app, "members.csv", "number,email\nnx,\nfresh,a@b.c\nother,ex@example.org\n");
        let report = import(&app, options(tessera::imports::Kind::Members, members, "number=number,email=email")).await;
        assert_eq!((report.created, report.rejected), (1, 2));
        for create in [false, true] {
            let sales = file(&app, &format!("sales{create}.csv"), format!("document,at,amount,member,mail\ni1{create},2026-01-05,5.00,nx,\ni2{create},2026-01-05,5.00,m1,\ni3{create},2026-01-05,5.00,someone{create},ex@example.org\n"));
            let mut options = options(tessera::imports::Kind::Transactions, sales, "document=document,at=at,amount=amount,member=member,member.email=mail");
            options.create_members = create;
            let report = import(&app, options).await;
            assert_eq!((report.created, report.rejected), (1, 2), "{create}");
        }
        assert_eq!(sold(&app).await, [before[0] + 1000, before[1] + 2]);
        assert_eq!(one(&app, "SELECT COUNT(*) FROM member WHERE email_folded = 'ex@example.org'").await, 0);
        let again = |member: Value| refusals(&app, ERASE, json!({ "member": member }));
        assert_eq!(again(number).await, ["ERASED_MEMBER input.member"]);
        assert_eq!(again(email).await, ["ERASED_MEMBER input.member"]);
        assert_eq!(again(json!({"number": "nobody"})).await, ["NOT_FOUND input.member"]);
        assert_eq!(again(json!({"id": "garbage"})).await, ["NOT_FOUND input.member"]);
        // By id it is so already.
        assert_eq!(call(&app, ERASE, json!({"member": {"id": id}})).await, json!({"memberId": id, "userErrors": []}));
    }

    async fn two_who_share_an_address_are_two(app) {
        let twin = |number: &str| json!({"number": number, "email": "both@example.org", "city": "Łódź"});
        crate::calls::make(&app, UPSERT, json!([twin("a"), twin("b")])).await;
        assert_eq!(refusals(&app, ERASE, json!({"member": {"email": "both@example.org"}})).await, ["AMBIGUOUS input.member"]);
        erase(&app, "a").await;
        // The other has the address still, is found by it, and may be changed.
        let found = app.graphql("{ member(ref: {email: \"both@example.org\"}) { number } }", json!({})).await;
        assert_eq!(found["member"]["number"], "b");
        let taken = crate::calls::send(&app, UPSERT, json!([{"number": "b", "email": "Both@example.org", "city": "Gdynia"}])).await;
        assert_eq!((taken.updated, taken.problems.len()), (1, 0));
        erase(&app, "b").await;
        assert_eq!(app.graphql("{ members { totalCount } }", json!({})).await["members"]["totalCount"], 0);
    }

    async fn goods_of_an_unnamed_customer_come_back(app) {
        shop(&app, 1).await;
        person(&app, MARK).await;
        erase(&app, "nx").await;
        let before = sold(&app).await;
        let back = json!({"document": "back", "kind": "RETURN", "returnsDocument": "two-1", "amount": "12.50", "at": days(-1)});
        crate::calls::make(&app, RECORD, json!([back])).await;
        assert_eq!(sold(&app).await, [before[0] - 1250, before[1] + 1]);
        let twice = crate::calls::send(&app, RECORD, json!([{"document": "back", "kind": "RETURN", "returnsDocument": "two-1", "amount": "12.50", "at": days(-1)}])).await;
        assert_eq!(twice.duplicates, 1);
        assert_eq!(one(&app, "SELECT COUNT(*) FROM \"transaction\" WHERE purchase AND erased_member_id IS NOT NULL").await, 1);
    }

    async fn a_rule_that_is_evaluated_later_does_not_see_them(app) {
        segments(&app).await;
        crate::dynamic::create(&app, "later", json!({"everyone": true})).await;
        erase(&app, "nx").await;
        crate::dynamic::evaluated(&app.app).await;
        assert_eq!(belonging(&app, "later").await, ["m1", "m2", "m3"]);
        assert!(events(&app, "later").await.iter().all(|event| !event.contains("erased")));
        let preview = crate::rules::preview(&app, json!({"everyone": true}), None).await;
        assert_eq!(preview["memberCount"], 3, "{preview}");
    }
}
