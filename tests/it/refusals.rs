//! What segments refuse: data with a code and a path, and nothing changed.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::segments::{ASSIGN, CREATE, numbers, shop};

const REMOVE: &str = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { removedSegmentId userErrors { code field message } } }";
const UNASSIGN: &str =
    "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { changed userErrors { code field } } }";
const EVERYTHING: &str =
    "{ segments { totalCount nodes { id key name version tags description active memberCount statsAt updatedAt
    members { nodes { number } } } } tags { tag segments } }";

/// A refusal's code and path.
type Refused = (&'static str, &'static [&'static str]);

/// The refusals of a payload as pairs of code and path, each with a sentence where it shows one.
fn refusals(payload: &Value) -> Vec<(String, Vec<String>)> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{payload}")).iter();
    let texts = |list: &Value| list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    errors
        .map(|error| {
            assert!(error.get("message").is_none_or(|message| message.as_str().is_some_and(|text| !text.is_empty())));
            (error["code"].as_str().unwrap().to_owned(), texts(&error["field"]))
        })
        .collect()
}

fn refusal(code: &str, path: &[&str]) -> (String, Vec<String>) {
    (code.to_owned(), path.iter().map(|step| (*step).to_owned()).collect())
}

async fn refused(app: &TestApp, text: &str, input: Value, expected: &[Refused]) {
    let before = app.graphql(EVERYTHING, json!({})).await;
    let answer = app.graphql(text, json!({ "input": input })).await;
    let payload = answer.as_object().unwrap().values().next().unwrap();
    let expected: Vec<_> = expected.iter().map(|(code, path)| refusal(code, path)).collect();
    let short: String = input.to_string().chars().take(200).collect();
    assert_eq!(refusals(payload), expected, "{short}");
    assert!(payload.get("segment").is_none_or(Value::is_null), "{payload}");
    assert_eq!(app.graphql(EVERYTHING, json!({})).await, before, "{short} changed something");
}

on_both! {
    async fn a_segment_that_cannot_be_made(app) {
        shop(&app, 3).await;
        let twins = "mutation($m: [MemberInput!]!) { upsertMembers(input: {members: $m}) { created } }";
        app.graphql(twins, json!({"m": [{"number": "x", "email": "Twin@example.org"}, {"number": "y", "email": "twin@EXAMPLE.org"}]})).await;
        app.graphql(CREATE, json!({"input": {"name": "Gäste 1", "key": "guests", "members": numbers([1])}})).await;
        app.graphql(CREATE, json!({"input": {"name": "Frozen", "key": "frozen", "active": false}})).await;
        let tags = |many: usize| -> Vec<String> { (0..many).map(|number| format!("t{number}")).collect() };
        let unknown = json!([{"number": "m1"}, {"number": "nobody"}, {"email": "TWIN@example.org"}, {"number": ""}, {"id": "garbage"}, {"email": "no\u{0}body"}]);
        let table: Vec<(Value, Vec<Refused>)> = vec![
            (json!({"name": ""}), vec![("BLANK", &["input", "name"])]),
            (json!({"name": " \u{a0} "}), vec![("BLANK", &["input", "name"])]),
            (json!({"name": "a".repeat(201)}), vec![("TOO_LONG", &["input", "name"])]),
            (json!({"name": "a\u{0}b"}), vec![("INVALID", &["input", "name"])]),
            (json!({"name": "a\nb"}), vec![("INVALID", &["input", "name"])]),
            (json!({"name": "gÄSTE 1"}), vec![("TAKEN", &["input", "name"])]),
            (json!({"name": " Gäste 1 "}), vec![("TAKEN", &["input", "name"])]),
            (json!({"name": "n", "key": ""}), vec![("BLANK", &["input", "key"])]),
            (json!({"name": "n", "key": "-a"}), vec![("INVALID", &["input", "key"])]),
            (json!({"name": "n", "key": "A"}), vec![("INVALID", &["input", "key"])]),
            (json!({"name": "n", "key": "a b"}), vec![("INVALID", &["input", "key"])]),
            (json!({"name": "n", "key": "é"}), vec![("INVALID", &["input", "key"])]),
            (json!({"name": "n", "key": "a".repeat(65)}), vec![("TOO_LONG", &["input", "key"])]),
            (json!({"name": "n", "key": "guests"}), vec![("TAKEN", &["input", "key"])]),
            (json!({"name": "n", "description": "d".repeat(2_001)}), vec![("TOO_LONG", &["input", "description"])]),
            (json!({"name": "n", "description": "a\u{7}"}), vec![("INVALID", &["input", "description"])]),
            (json!({"name": "n", "tags": tags(21)}), vec![("TOO_MANY", &["input", "tags"])]),
            (json!({"name": "n", "tags": ["a", "b", " "]}), vec![("BLANK", &["input", "tags", "2"])]),
            (json!({"name": "n", "tags": ["a", "t".repeat(51)]}), vec![("TOO_LONG", &["input", "tags", "1"])]),
            (json!({"name": "n", "tags": ["a\tb"]}), vec![("INVALID", &["input", "tags", "0"])]),
            (json!({"name": "n", "members": unknown}), vec![
                ("NOT_FOUND", &["input", "members", "1"]),
                ("AMBIGUOUS", &["input", "members", "2"]),
                ("INVALID", &["input", "members", "3"]),
                ("NOT_FOUND", &["input", "members", "4"]),
                ("INVALID", &["input", "members", "5"]),
            ]),
            (json!({"name": "n", "members": numbers(1..50_002)}), vec![("TOO_MANY", &["input", "members"])]),
            (json!({"name": "n", "active": false, "members": numbers([1])}), vec![("NOT_ALLOWED", &["input", "members"])]),
            // Every mistake at once.
            (json!({"name": "", "key": "-", "description": "d".repeat(2_001), "tags": tags(21)}), vec![
                ("BLANK", &["input", "name"]),
                ("INVALID", &["input", "key"]),
                ("TOO_LONG", &["input", "description"]),
                ("TOO_MANY", &["input", "tags"]),
            ]),
        ];
        for (input, expected) in table {
            refused(&app, CREATE, input, &expected).await;
        }
        // What stands right at its bounds is made; a tag of another case is the same tag, what is blank is not there.
        let input = json!({"name": "n".repeat(200), "key": "k".repeat(64), "description": format!("{}\nd", "d".repeat(1_998)), "tags": tags(20)});
        let made = app.graphql(CREATE, json!({ "input": input })).await;
        assert_eq!(made["createSegment"]["userErrors"], json!([]));
        let input = json!({"name": " trimmed ", "description": " ", "tags": [" a ", "A", "b"], "members": [{"number": "m1"}, {"number": " m1"}, {"number": "m2"}]});
        let made = app.graphql(CREATE, json!({ "input": input })).await["createSegment"]["segment"].clone();
        assert_eq!((&made["name"], &made["tags"], &made["memberCount"]), (&json!("trimmed"), &json!(["a", "b"]), &json!(2)), "{made}");
    }

    async fn members_that_cannot_be_assigned(app) {
        shop(&app, 3).await;
        app.graphql(CREATE, json!({"input": {"name": "Guests", "key": "guests", "members": numbers([1])}})).await;
        app.graphql(CREATE, json!({"input": {"name": "Frozen", "key": "frozen", "active": false}})).await;
        for text in [ASSIGN, UNASSIGN] {
            let table: Vec<(Value, Refused)> = vec![
                (json!({"segment": {"key": "none"}, "members": numbers([1])}), ("NOT_FOUND", &["input", "segment"])),
                (json!({"segment": {"key": "\u{0}"}, "members": numbers([1])}), ("NOT_FOUND", &["input", "segment"])),
                (json!({"segment": {"id": "garbage"}, "members": numbers([1])}), ("NOT_FOUND", &["input", "segment"])),
                (json!({"segment": {"key": "frozen"}, "members": numbers([1])}), ("NOT_ALLOWED", &["input", "segment"])),
                (json!({"segment": {"key": "guests"}, "members": numbers(1..50_002)}), ("TOO_MANY", &["input", "members"])),
            ];
            for (input, expected) in table {
                refused(&app, text, input, &[expected]).await;
            }
        }
        // 50,000 are taken; those that nobody knows are counted, the first 1,000 named.
        let answer = app.graphql(ASSIGN, json!({"input": {"segment": {"key": "guests"}, "members": numbers(1..50_001)}})).await;
        let done = &answer["assignMembers"];
        assert_eq!((&done["changed"], &done["unchanged"], &done["problemCount"]), (&json!(2), &json!(1), &json!(49_997)));
        assert_eq!(done["problems"].as_array().map(Vec::len), Some(1_000));
        assert_eq!(done["problems"][0], json!({"path": ["members", "3"], "member": "m4", "code": "UNKNOWN_MEMBER"}));
        let input = json!({"segment": {"key": "guests"}, "members": []});
        let nothing = app.graphql(ASSIGN, json!({ "input": input })).await["assignMembers"].clone();
        assert_eq!((&nothing["changed"], &nothing["unchanged"], &nothing["segment"]["memberCount"]), (&json!(0), &json!(0), &json!(3)));
    }

    async fn a_segment_that_cannot_be_removed(app) {
        app.graphql(CREATE, json!({"input": {"name": "Guests", "key": "guests"}})).await;
        refused(&app, REMOVE, json!({"segment": {"key": "none"}}), &[("NOT_FOUND", &["input", "segment"])]).await;
        refused(&app, REMOVE, json!({"segment": {"id": ""}}), &[("NOT_FOUND", &["input", "segment"])]).await;
        for version in [0, 2, -1, i32::MAX] {
            let input = json!({"segment": {"key": "guests"}, "expectedVersion": version});
            refused(&app, REMOVE, input, &[("CONFLICT", &["input", "expectedVersion"])]).await;
        }
        let gone = app.graphql(REMOVE, json!({"input": {"segment": {"key": "guests"}, "expectedVersion": 1}})).await;
        assert_eq!(gone["removeSegment"]["userErrors"], json!([]));
    }
}
