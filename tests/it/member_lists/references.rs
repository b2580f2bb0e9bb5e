//! One object by what a caller calls it: `member`, `segment`, `node`, `memberships`, `tags`.

use std::collections::BTreeMap;

use entity::kinds::Role;
use serde_json::{Value, json};

use crate::lists::over_a_shop;

over_a_shop! {
    async fn a_member_is_found_by_number_id_and_email(world, random) {
        let text = "query($ref: MemberRef!) { member(ref: $ref) { id number } }";
        let ask = async |reference: Value| world.app.graphql(text, json!({"ref": reference})).await["member"].clone();
        for person in world.people.iter().step_by(17) {
            let found = ask(json!({"number": person.number})).await;
            assert_eq!(found["number"], person.number.as_str());
            assert_eq!(ask(json!({"number": format!("  {} ", person.number)})).await, found);
            assert_eq!(ask(json!({"id": found["id"]})).await, found);
            let Some(email) = &person.email else { continue };
            let shared = world.people.iter().filter(|one| one.email.as_ref() == Some(email)).count() > 1;
            let expected = if shared { &Value::Null } else { &found };
            for email in [email.clone(), email.to_uppercase(), format!(" {}", email.to_lowercase())] {
                assert_eq!(&ask(json!({"email": email})).await, expected, "{email}");
            }
        }
        let cased = world.people.iter().find(|person| person.number.starts_with("C_")).unwrap();
        assert_eq!(ask(json!({"number": cased.number.to_lowercase()})).await, Value::Null, "a number is what it is");
        for nobody in [json!({"number": "nobody"}), json!({"number": ""}), json!({"number": "\u{0}"}), json!({"number": "x".repeat(400)}),
            json!({"email": "nobody@example.org"}), json!({"email": "%"}), json!({"email": "\u{0}@"}), json!({"id": ""}), json!({"id": "\u{0}"})]
        {
            assert_eq!(ask(nobody.clone()).await, Value::Null, "{nobody}");
        }
        for wrong in [json!({}), json!({"number": "a", "id": "b"}), json!({"number": null}), json!({"name": "a"}), json!(null)] {
            let answer = world.app.send(Some(&world.app.token), text, json!({"ref": wrong})).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}: {}", answer.body);
        }
    }

    async fn a_segment_is_found_by_key_and_id(world, random) {
        let text = "query($ref: SegmentRef!) { segment(ref: $ref) { id key } }";
        let ask = async |reference: Value| world.app.graphql(text, json!({"ref": reference})).await["segment"].clone();
        for group in world.groups.iter().step_by(13) {
            let found = ask(json!({"key": group.key})).await;
            assert_eq!(found["key"], group.key.as_str());
            assert_eq!(ask(json!({"id": found["id"]})).await, found);
        }
        let member = world.app.graphql("{ members(first: 1) { nodes { id } } }", json!({})).await;
        let member = member["members"]["nodes"][0]["id"].clone();
        for none in [json!({"key": "none"}), json!({"key": "S1"}), json!({"key": ""}), json!({"key": "\u{0}"}), json!({"key": "%"}), json!({"id": "garbage"}), json!({"id": member})] {
            assert_eq!(ask(none.clone()).await, Value::Null, "{none}");
        }
        for wrong in [json!({}), json!({"key": "s1", "id": "x"}), json!({"key": null})] {
            let answer = world.app.send(Some(&world.app.token), text, json!({"ref": wrong})).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}: {}", answer.body);
        }
    }

    async fn a_node_is_fetched_again_by_its_id(world, random) {
        let busy = world.people.iter().find(|person| !person.documents.is_empty() && !person.points.is_empty()).unwrap();
        let text = "query($n: String!) { viewer { user { id } } segments(first: 1) { nodes { id } } member(ref: {number: $n}) {
            id transactions(first: 1) { nodes { id } } pointsEntries(first: 1) { nodes { id } } } }";
        let data = world.app.graphql(text, json!({"n": busy.number})).await;
        let ids = [
            ("Segment", &data["segments"]["nodes"][0]["id"]),
            ("Member", &data["member"]["id"]),
            ("Transaction", &data["member"]["transactions"]["nodes"][0]["id"]),
            ("PointsEntry", &data["member"]["pointsEntries"]["nodes"][0]["id"]),
            ("User", &data["viewer"]["user"]["id"]),
        ];
        let text = "query($id: ID!) { node(id: $id) { __typename id ... on Segment { key } ... on Member { number } ... on Transaction { document }
            ... on PointsEntry { kind } ... on User { email } } }";
        for (kind, id) in ids {
            let node = world.app.graphql(text, json!({"id": id})).await["node"].clone();
            assert_eq!((&node["__typename"], &node["id"]), (&json!(kind), id));
            assert_eq!(node.as_object().unwrap().len(), 3, "{node}");
        }
        let encoded = |text: &str| {
            use base64::Engine;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
        };
        for garbage in ["", "0", "garbage", "\u{0}", "§", &encoded("segment:999999"), &encoded("member:0"), &encoded("member:-1"),
            &encoded("member:9223372036854775807"), &encoded("member:9223372036854775808"), &encoded("partner:1"), &encoded("user:77"),
            &encoded("transaction:99999999"), &encoded("points:99999999"), &encoded("member:1; DROP TABLE member"), &"A".repeat(10_000)]
        {
            assert_eq!(world.app.graphql(text, json!({"id": garbage})).await["node"], Value::Null, "{garbage:.20}");
        }
        assert_eq!(world.app.graphql(text, json!({"id": 7})).await["node"], Value::Null);
        // An analyst sees the data, and of the people who sign in only itself.
        let analyst = world.app.token_of(Role::Analyst).await;
        for (kind, id) in ids {
            let answer = world.app.send(Some(&analyst), text, json!({"id": id})).await;
            let expected = if kind == "User" { Value::Null } else { json!(kind) };
            assert_eq!(answer.body["data"]["node"]["__typename"], expected, "{}", answer.body);
        }
    }

    async fn memberships_are_answered_in_the_order_asked(world, random) {
        let text = "query($m: MemberRef!, $s: [SegmentRef!]!) { memberships(member: $m, segments: $s) }";
        let all = world.app.graphql("{ segments(first: 250) { nodes { key id } } }", json!({})).await;
        let ids: BTreeMap<&str, &Value> = all["segments"]["nodes"].as_array().unwrap().iter().map(|node| (node["key"].as_str().unwrap(), &node["id"])).collect();
        for (place, person) in world.people.iter().enumerate().step_by(37) {
            let mut asked = vec![json!({"key": "none"}), json!({"id": "garbage"}), json!({"key": "\u{0}"})];
            let mut expected = vec![Value::Null; 3];
            for group in world.groups.iter().rev() {
                asked.extend([json!({"key": group.key}), json!({"id": ids[group.key.as_str()]})]);
                expected.extend(vec![json!(group.members.contains_key(&place)); 2]);
            }
            let answer = world.app.graphql(text, json!({"m": {"number": person.number}, "s": asked})).await;
            assert_eq!(answer["memberships"], json!(expected));
        }
        let nobody = world.app.graphql(text, json!({"m": {"number": "nobody"}, "s": [{"key": "s0"}, {"key": "s1"}]})).await;
        assert_eq!(nobody["memberships"], json!([null, null]));
        let none = world.app.graphql(text, json!({"m": {"number": world.people[0].number}, "s": []})).await;
        assert_eq!(none["memberships"], json!([]));
    }

    async fn tags_are_counted_ignoring_case(world, random) {
        let mut counted: BTreeMap<String, (String, usize)> = BTreeMap::new();
        for tag in world.groups.iter().flat_map(|group| &group.tags) {
            let entry = counted.entry(engine::text::fold(tag)).or_insert((tag.clone(), 0));
            entry.0 = entry.0.clone().min(tag.clone());
            entry.1 += 1;
        }
        let expected: Vec<Value> = counted.values().map(|(tag, segments)| json!({"tag": tag, "segments": segments})).collect();
        assert_eq!(world.app.graphql("{ tags { tag segments } }", json!({})).await["tags"], json!(expected));
    }
}
