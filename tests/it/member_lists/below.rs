//! The lists below a member: its segments, its documents, its points.

use engine::text::fold;
use serde_json::{Value, json};

use crate::lists::{Person, World, over_a_shop};

/// All of a list below a member, by pages of a size.
async fn walk(world: &World, person: &Person, field: &str, name: &str, size: usize) -> Vec<String> {
    let text = format!(
        "query($n: String!, $after: String) {{ member(ref: {{number: $n}}) {{ list: {field}first: {size}, after: $after) {{
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} edges {{ cursor node {{ {name} }} }} nodes {{ {name} }} }} }} }}"
    );
    let (mut names, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = world.app.graphql(&text, json!({"n": person.number, "after": after})).await;
        let list = &data["member"]["list"];
        let edges = list["edges"].as_array().unwrap();
        let nodes: Vec<&Value> = edges.iter().map(|edge| &edge["node"]).collect();
        assert_eq!(json!(nodes), list["nodes"]);
        assert!(edges.len() <= size);
        names.extend(nodes.iter().map(|node| node[name].as_str().unwrap().to_owned()));
        let info = &list["pageInfo"];
        assert_eq!(info["hasPreviousPage"], !after.is_null());
        assert_eq!(info["startCursor"], edges.first().map_or(Value::Null, |edge| edge["cursor"].clone()));
        assert_eq!(info["endCursor"], edges.last().map_or(Value::Null, |edge| edge["cursor"].clone()));
        if info["hasNextPage"] == false {
            return names;
        }
        after = info["endCursor"].clone();
    }
}

over_a_shop! {
    async fn documents_come_newest_first(world, random) {
        let by_id = world.documents_by_id().await;
        let rank = |number: &str| by_id.iter().position(|one| one == number).unwrap();
        for person in world.people.iter().step_by(11) {
            let mut expected: Vec<(i64, usize, String)> =
                person.documents.iter().map(|one| (one.at, rank(&one.number), one.number.clone())).collect();
            expected.sort_unstable();
            let expected: Vec<String> = expected.into_iter().rev().map(|(_, _, number)| number).collect();
            for size in [1, 3, 250] {
                assert_eq!(walk(world, person, "transactions(", "document", size).await, expected);
            }
        }
    }

    async fn points_come_newest_first(world, random) {
        for person in world.people.iter().step_by(11) {
            let expected: Vec<String> = (0..person.points.len()).rev().map(|place| format!("p{place}")).collect();
            for size in [1, 250] {
                assert_eq!(walk(world, person, "pointsEntries(", "document", size).await, expected);
            }
        }
    }

    async fn segments_come_by_name(world, random) {
        for (place, person) in world.people.iter().enumerate().step_by(23) {
            let mut groups: Vec<_> = world.groups.iter().filter(|group| group.members.contains_key(&place)).collect();
            groups.sort_by_key(|group| fold(&group.name));
            let expected = |active: Option<bool>| -> Vec<String> {
                groups.iter().filter(|group| active.is_none_or(|active| group.active == active)).map(|group| group.key.clone()).collect()
            };
            assert_eq!(walk(world, person, "segments(", "key", 4).await, expected(None));
            assert_eq!(walk(world, person, "segments(active: true, ", "key", 250).await, expected(Some(true)));
            assert_eq!(walk(world, person, "segments(active: false, ", "key", 250).await, expected(Some(false)));
            let text = "query($n: String!, $active: Boolean) { member(ref: {number: $n}) { segments(active: $active) { totalCount } } }";
            for active in [None, Some(true), Some(false)] {
                let data = world.app.graphql(text, json!({"n": person.number, "active": active})).await;
                assert_eq!(data["member"]["segments"]["totalCount"], expected(active).len());
            }
        }
    }

    async fn an_inactive_segment_is_told_apart(world, random) {
        // No call makes an active segment inactive yet.
        let db = world.app.app.db.writer();
        sea_orm::ConnectionTrait::execute_unprepared(db, "UPDATE segment SET active = (key <> 's0')").await.unwrap();
        let person = &world.people[5];
        assert_eq!(walk(world, person, "segments(active: false, ", "key", 5).await, ["s0"]);
        assert!(!walk(world, person, "segments(active: true, ", "key", 5).await.contains(&"s0".to_owned()));
        let inactive: Vec<String> = world.groups.iter().filter(|group| !group.active).map(|group| format!("'{}'", group.key)).collect();
        let text = format!("UPDATE segment SET active = (key NOT IN ({}))", inactive.join(", "));
        sea_orm::ConnectionTrait::execute_unprepared(db, &text).await.unwrap();
    }

    async fn what_is_no_page_is_refused_below_a_member_too(world, random) {
        for arguments in ["first: 251", "first: -1", "after: \"x\"", "after: \"\\u0000\""] {
            for field in ["segments", "transactions", "pointsEntries"] {
                let text = format!("{{ members(first: 3) {{ nodes {{ {field}({arguments}) {{ pageInfo {{ endCursor }} }} }} }} }}");
                let answer = world.app.send(Some(&world.app.token), &text, json!({})).await;
                assert_eq!(answer.code(), "BAD_USER_INPUT", "{text}: {}", answer.body);
            }
        }
    }
}
