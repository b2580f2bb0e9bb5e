//! Every default of the contract, through variables that are not sent: an argument or field whose variable is missing
//! is not there, and its default holds.

use serde_json::{Value, json};
use tests::{PASSWORD, TestApp, on_both};

use crate::segments::{CREATE, numbers, shop};

#[test]
fn the_contract_has_no_default_that_is_not_tested_here() {
    let contract = tessera::schema::sdl();
    let mut defaults = Vec::new();
    for line in contract.lines().filter(|line| line.contains(" = ") && !line.trim_start().starts_with('"')) {
        let parts = line.split_inclusive(&['(', ',', '\t']).filter(|part| part.contains(" = ") && part.contains(':'));
        defaults.extend(parts.map(|part| part.split(')').next().unwrap().trim().trim_end_matches(',').to_owned()));
    }
    defaults.sort_unstable();
    let tested = [
        "active: Boolean! = true",
        "cost: Decimal! = \"0\"",
        "days: Int! = 365",
        "days: Int! = 90",
        "direction: OrderDirection! = ASC",
        "direction: OrderDirection! = ASC",
        "direction: OrderDirection! = DESC",
        "everywhere: Boolean! = false",
        "first: Int = 10",
        "first: Int = 10",
        "first: Int = 10",
        "first: Int = 20",
        "first: Int = 20",
        "format: ExportFormat! = CSV",
        "format: ExportFormat! = CSV",
        "format: ExportFormat! = CSV",
        "frozen: Boolean! = false",
        "holdoutPercent: Decimal! = \"10\"",
        "interval: Interval! = DAY",
        "interval: Interval! = MONTH",
        "interval: Interval! = MONTH",
        "kind: TransactionKind! = SALE",
        "layout: ExportLayout! = FULL",
        "layout: ExportLayout! = FULL",
        "layout: ExportLayout! = FULL",
        "multiple: Float! = 2.0",
        "orderBy: SegmentOrder = {field: CREATED_ON",
        "quantity: Decimal! = \"1\"",
        "rewardCost: Int! = 500",
        "rewardCost: Int! = 500",
        "rewardCost: Int! = 500",
        "source: String! = \"pos\"",
    ];
    assert_eq!(defaults, tested, "a default came or went: test it below and name it here");
}

async fn segment(app: &TestApp, name: &str) {
    app.graphql(CREATE, json!({"input": {"name": name}})).await;
}

fn keys(list: &Value, name: &str) -> Vec<String> {
    list["nodes"].as_array().unwrap().iter().map(|node| node[name].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn orders_keep_their_defaults(app) {
        for name in ["b", "c", "a"] {
            segment(&app, name).await;
        }
        let text = "query($first: Int, $after: String, $last: Int, $before: String, $search: String, $filter: SegmentFilter, $o: SegmentOrder) {
            segments(first: $first, after: $after, last: $last, before: $before, search: $search, filter: $filter, orderBy: $o) { nodes { key } } }";
        let newest = ["a", "c", "b"];
        for sent in [json!({}), json!({"o": null}), json!({"first": null, "filter": null, "search": null})] {
            assert_eq!(keys(&app.graphql(text, sent).await["segments"], "key"), newest);
        }
        for sent in [json!({"o": {"field": "NAME"}}), json!({"o": {"field": "NAME", "direction": "ASC"}})] {
            assert_eq!(keys(&app.graphql(text, sent).await["segments"], "key"), ["a", "b", "c"]);
        }
        let text = "query($f: SegmentOrderField!, $d: OrderDirection!) { segments(orderBy: {field: $f, direction: $d}) { nodes { key } } }";
        let answer = app.send(Some(&app.token), text, json!({"f": "NAME"})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "a variable that must be there: {}", answer.body);
        let text = "query($f: SegmentOrderField!, $d: OrderDirection = DESC) { segments(orderBy: {field: $f, direction: $d}) { nodes { key } } }";
        assert_eq!(keys(&app.graphql(text, json!({"f": "NAME"})).await["segments"], "key"), ["c", "b", "a"], "the variable's own default");
        for text in ["query($o: SegmentOrder) { segments(orderBy: $o) { nodes { key } } }", "query($o: SegmentOrder!) { segments(orderBy: $o) { nodes { key } } }"] {
            let answer = app.send(Some(&app.token), text, json!({"o": {"field": "NAME", "direction": null}})).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "null is not absent: {}", answer.body);
        }

        shop(&app, 3).await;
        let text = "query($o: MemberOrder, $n: Int) { members(orderBy: $o, first: $n) { nodes { number } } }";
        assert_eq!(keys(&app.graphql(text, json!({})).await["members"], "number"), ["m1", "m2", "m3"]);
        assert_eq!(keys(&app.graphql(text, json!({"o": {"field": "SPENDING"}})).await["members"], "number"), ["m1", "m2", "m3"]);
        app.graphql(CREATE, json!({"input": {"name": "all", "members": numbers([1, 2, 3])}})).await;
        let text = "query($o: SegmentMemberOrder, $n: Int) { segment(ref: {key: \"all\"}) { members(orderBy: $o, first: $n) { nodes { number } } } }";
        for sent in [json!({}), json!({"o": {"field": "SPENDING"}}), json!({"o": {"field": "JOINED_AT"}})] {
            assert_eq!(keys(&app.graphql(text, sent).await["segment"]["members"], "number"), ["m3", "m2", "m1"]);
        }
    }

    async fn previews_and_values_keep_their_defaults(app) {
        let people: Value = (10..32).map(|number| json!({"number": format!("m{number}"), "city": format!("c{number}")})).collect();
        crate::calls::make(&app, crate::calls::UPSERT, people).await;
        app.graphql(CREATE, json!({"input": {"name": "one", "members": numbers(10..22)}})).await;
        let text = "query($r: RuleInput!, $n: Int) { previewRule(rule: $r, replacing: {key: \"one\"}) { wouldJoin wouldLeave
            sample(first: $n) { number } joiners(first: $n) { number } leavers(first: $n) { number } } }";
        for sent in [json!({}), json!({"n": null})] {
            let ask = async |rule: Value| {
                let mut sent = sent.clone();
                sent["r"] = rule;
                app.graphql(text, sent).await["previewRule"].clone()
            };
            let length = |list: &Value| list.as_array().map(Vec::len);
            let nobody = ask(json!({"not": {"everyone": true}})).await;
            assert_eq!((&nobody["wouldLeave"], length(&nobody["leavers"])), (&json!(12), Some(10)));
            let others = ask(json!({"not": {"segment": {"key": "one"}}})).await;
            assert_eq!((&others["wouldJoin"], length(&others["sample"]), length(&others["joiners"])), (&json!(10), Some(10), Some(10)));
            let everybody = ask(json!({"everyone": true})).await;
            assert_eq!(length(&everybody["sample"]), Some(10), "of 22");
            let text = "query($n: Int) { ruleCatalogue { entries { name values(first: $n) { value } } } }";
            let catalogue = app.graphql(text, sent.clone()).await;
            let entries = catalogue["ruleCatalogue"]["entries"].as_array().unwrap();
            let cities = entries.iter().find(|entry| entry["name"] == "profile.city").unwrap();
            assert_eq!(length(&cities["values"]), Some(20), "of 22");
        }
    }

    async fn analyses_keep_their_defaults(app) {
        use crate::calls::{POINTS, RECORD, days, make, members};
        members(&app, &["a", "b"]).await;
        let sales: Value = [-25, -35, -45].map(|day| json!({"document": day.to_string(), "member": {"number": "a"}, "amount": "1", "at": days(day)})).into_iter().collect();
        make(&app, RECORD, sales).await;
        let entry = |number: &str, points: i64, day: i64| json!({"document": number, "member": {"number": number}, "kind": "EARNED", "points": points, "at": days(day)});
        make(&app, POINTS, json!([entry("a", 499, -45), entry("b", 500, -1)])).await;
        let text = "query($m: Float, $c: Int, $i: Interval) { missingMembers(multiple: $m) { missing }
            pointsAnalysis { notYetRedeemed(rewardCost: $c) medianDaysToAccumulate(rewardCost: $c) medianDaysToRedeem(rewardCost: $c) series(interval: $i) { earned } } }";
        let answer = app.graphql(text, json!({})).await;
        assert_eq!(app.graphql(text, json!({"m": 2.0, "c": 500, "i": "MONTH"})).await, answer);
        assert_eq!((&answer["missingMembers"]["missing"], &answer["pointsAnalysis"]["notYetRedeemed"]), (&json!(1), &json!(1)));
        let other = app.graphql(text, json!({"m": 3.0, "c": 499, "i": "DAY"})).await;
        assert_eq!((&other["missingMembers"]["missing"], &other["pointsAnalysis"]["notYetRedeemed"]), (&json!(0), &json!(2)));
        assert!(other["pointsAnalysis"]["series"].as_array().unwrap().len() > answer["pointsAnalysis"]["series"].as_array().unwrap().len());

        let people: Value = (10..32).map(|number| json!({"number": format!("m{number}"), "city": format!("c{number}")})).collect();
        make(&app, crate::calls::UPSERT, people).await;
        app.graphql(CREATE, json!({"input": {"name": "one", "members": numbers([10])}})).await;
        let text = "query($i: Interval, $n: Int, $f: Date, $t: Date, $s: String) { revenue(from: \"2025-01-01\", to: \"2025-12-31\", interval: $i) { date }
            valueSnapshot(from: $f, to: $t) { to } segment(ref: {key: \"one\"}) { profile(by: CITY, first: $n) { value } nps(survey: $s) { responses } } }";
        let counts = |answer: &Value| [&answer["revenue"], &answer["segment"]["profile"]].map(|list| list.as_array().unwrap().len());
        assert_eq!(counts(&app.graphql(text, json!({})).await), [12, 20], "of 22 cities");
        assert_eq!(counts(&app.graphql(text, json!({"i": "WEEK", "n": null})).await), [53, 20]);
        assert_eq!(counts(&app.graphql(text, json!({"i": "MONTH", "n": 21})).await), [12, 21]);
    }

    async fn predictions_keep_their_defaults(app) {
        crate::calls::members(&app, &["m"]).await;
        let text = "query($o: Int, $e: Int) { member(ref: {number: \"m\"}) { metrics { orderProbability(days: $o) expectedOrders(days: $e) } } }";
        for sent in [json!({}), json!({"o": 90, "e": 365})] {
            let found = app.graphql(text, sent).await;
            assert_eq!(found["member"]["metrics"], json!({"orderProbability": null, "expectedOrders": null}), "{found}");
        }
        let answer = app.send(Some(&app.token), text, json!({"o": null})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
    }

    async fn files_keep_their_defaults(app) {
        segment(&app, "One").await;
        let text = "query($f: ExportFormat, $l: ExportLayout) { segment(ref: {key: \"one\"}) { export(format: $f, layout: $l) { url fileName } }
            valueSnapshot { members { export(format: $f, layout: $l) { url fileName } } } }";
        for (sent, name, heading) in [
            (json!({}), ".csv", "number,first_name,"),
            (json!({"l": "MAILCHIMP"}), ".csv", "Email Address,"),
            (json!({"f": "NDJSON"}), ".ndjson", ""),
        ] {
            let links = app.graphql(text, sent).await;
            for link in [&links["segment"]["export"], &links["valueSnapshot"]["members"]["export"]] {
                assert!(link["fileName"].as_str().unwrap().ends_with(name), "{link}");
                let file = app.client().get(link["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
                assert!(file.starts_with(heading) && file.is_empty() == heading.is_empty(), "{file}");
            }
        }
    }

    async fn inputs_keep_their_defaults(app) {
        let text = "mutation($name: String!, $key: String, $d: String, $tags: [String!], $active: Boolean = true, $m: [MemberRef!]) {
            createSegment(input: {name: $name, key: $key, description: $d, tags: $tags, active: $active, members: $m}) {
            segment { key active description tags memberCount frozenAt } userErrors { code } } }";
        let fresh = |key: &str| json!({"key": key, "active": true, "description": null, "tags": [], "memberCount": 0, "frozenAt": null});
        assert_eq!(app.graphql(text, json!({"name": "One"})).await["createSegment"]["segment"], fresh("one"));
        let text = "mutation($input: CreateSegmentInput!) { createSegment(input: $input) { segment { key active description tags memberCount frozenAt } } }";
        assert_eq!(app.graphql(text, json!({"input": {"name": "Two"}})).await["createSegment"]["segment"], fresh("two"));
        let answer = app.send(Some(&app.token), text, json!({"input": {"name": "Three", "active": null}})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);

        let text = "mutation($n: String!, $f: String, $l: String, $e: String, $c: Boolean) { upsertMembers(input: {members: [
            {number: $n, firstName: $f, lastName: $l, email: $e, marketingConsent: $c}]}) { created updated duplicates problems { message } } }";
        let show = "{ member(ref: {number: \"n\"}) { firstName lastName email marketingConsent } }";
        app.graphql(text, json!({"n": "n", "f": "Ann", "l": "Lee", "e": "ann@example.org", "c": true})).await;
        app.graphql(text, json!({"n": "n", "l": null, "f": "Bea"})).await;
        let kept = json!({"firstName": "Bea", "lastName": null, "email": "ann@example.org", "marketingConsent": true});
        assert_eq!(app.graphql(show, json!({})).await["member"], kept, "what is absent stays, null empties");
        let same = app.graphql(text, json!({"n": "n"})).await;
        assert_eq!(same["upsertMembers"]["duplicates"], 1, "{same}");

        let text = "mutation($d: String!, $s: String! = \"pos\", $k: TransactionKind! = SALE, $q: Decimal! = \"1\", $m: MemberRef) {
            recordTransactions(input: {transactions: [{document: $d, source: $s, kind: $k, member: $m, amount: \"2.50\", at: \"2026-01-05T10:00:00Z\",
            items: [{sku: \"a\", quantity: $q, amount: 2.5}]}]}) { created problems { message } } }";
        app.graphql(text, json!({"d": "one", "m": {"number": "n"}})).await;
        let text = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created problems { message } } }";
        let row = json!({"document": "two", "member": {"number": "n"}, "amount": "2.50", "at": "2026-01-05T10:00:00Z", "items": [{"sku": "a", "amount": "2.50"}]});
        app.graphql(text, json!({"t": [row]})).await;
        let text = "mutation($s: String, $q: Decimal) { recordTransactions(input: {transactions: [{document: \"three\", source: $s, member: {number: \"n\"},
            amount: 2.5, at: \"2026-01-05T10:00:00Z\", items: [{sku: \"a\", quantity: $q, amount: \"2.50\"}]}]}) { created problems { message } } }";
        let done = app.graphql(text, json!({})).await;
        assert_eq!(done["recordTransactions"]["created"], 1, "where the field has a default, the variable need not be there: {done}");
        let show = "{ member(ref: {number: \"n\"}) { transactions { nodes { source kind items { quantity } } } } }";
        let nodes = app.graphql(show, json!({})).await["member"]["transactions"]["nodes"].clone();
        assert!(nodes.as_array().is_some_and(|nodes| nodes.len() == 3));
        for node in nodes.as_array().unwrap() {
            assert_eq!(node, &json!({"source": "pos", "kind": "SALE", "items": [{"quantity": "1"}]}));
        }
    }

    async fn what_was_and_what_is_copied_keep_their_defaults(app) {
        segment(&app, "One").await;
        let text = "query($i: Interval, $f: Date!, $t: Date!) { segment(ref: {key: \"one\"}) { history(from: $f, to: $t, interval: $i) { date } } }";
        let today = app.graphql("{ program { today } }", json!({})).await["program"]["today"].clone();
        for sent in [json!({"f": today, "t": today}), json!({"f": today, "t": today, "i": "DAY"})] {
            assert_eq!(app.graphql(text, sent).await["segment"]["history"], json!([{"date": today}]));
        }
        let text = "mutation($n: String!, $f: Boolean) { duplicateSegment(input: {segment: {key: \"one\"}, name: $n, frozen: $f}) { segment { key kind } } }";
        for sent in [json!({"n": "Two"}), json!({"n": "Three", "f": false})] {
            assert_eq!(app.graphql(text, sent).await["duplicateSegment"]["segment"]["kind"], "MANUAL");
        }
        let answer = app.send(Some(&app.token), text, json!({"n": "Four", "f": null})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
    }

    async fn signing_out_ends_one_session_where_nothing_is_said(app) {
        let sign_in = "mutation($e: String!, $p: String!) { signIn(input: {email: $e, password: $p}) { accessToken userErrors { code } } }";
        let mut tokens = Vec::new();
        for _ in 0..4 {
            let answer = app.send(None, sign_in, json!({"e": tests::OWNER, "p": PASSWORD})).await;
            tokens.push(answer.body["data"]["signIn"]["accessToken"].as_str().unwrap().to_owned());
        }
        let lives = async |token: &str| app.send(Some(token), "{ viewer { role } }", json!({})).await.body["data"]["viewer"]["role"] == "OWNER";
        let by_field = "mutation($e: Boolean = false) { signOut(input: {everywhere: $e}) { userErrors { code } } }";
        let by_input = "mutation($input: SignOutInput!) { signOut(input: $input) { userErrors { code } } }";
        for (place, (text, sent)) in [(by_field, json!({})), (by_input, json!({"input": {}}))].into_iter().enumerate() {
            let answer = app.send(Some(&tokens[place]), text, sent).await;
            assert_eq!(answer.body["data"]["signOut"]["userErrors"], json!([]), "{}", answer.body);
            assert!(!lives(&tokens[place]).await, "the session has ended");
            assert!(lives(&tokens[place + 1]).await && lives(&tokens[3]).await, "the others live");
        }
        app.send(Some(&tokens[2]), by_input, json!({"input": {"everywhere": true}})).await;
        assert!(!lives(&tokens[3]).await, "everywhere is everywhere");
    }
}
