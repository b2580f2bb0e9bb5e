//! The demo: made, made again, killed, gone on with, and taken away without a trace.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;
use tessera::demo::{self, Options, Outcome};
use tests::{TestApp, command, on_both, wait_until};

const SMALL: Options = Options { seed: 1, members: 500 };

/// Every table whose rows a demo makes.
const TABLES: [&str; 17] = [
    "member",
    "member_label",
    "member_metrics",
    "\"transaction\"",
    "transaction_item",
    "points_entry",
    "segment",
    "segment_tag",
    "segment_stats",
    "segment_member",
    "membership_event",
    "import",
    "session",
    "feedback",
    "campaign",
    "campaign_member",
    "engagement",
];

async fn rows(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(number(app, &format!("SELECT COUNT(*) AS number FROM {table}")).await);
    }
    counts
}

async fn number(app: &TestApp, text: &str) -> i64 {
    let db = app.app.db.writer();
    let statement = Statement::from_string(db.get_database_backend(), text.to_owned());
    db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "number").unwrap()
}

/// What the demo comes to: its documents, what they are worth, and what is kept of them.
async fn sums(app: &TestApp) -> Vec<i64> {
    let mut sums = rows(app).await;
    // Who of an audience is held out goes by the ids that the database gave, and with it what the others did.
    sums.pop();
    for text in [
        "SELECT CAST(SUM(amount) AS BIGINT) AS number FROM \"transaction\"",
        "SELECT CAST(SUM(at % 1000003) AS BIGINT) AS number FROM \"transaction\"",
        "SELECT CAST(SUM(spending * (transactions + 1) % 1000003) AS BIGINT) AS number FROM member_metrics",
        "SELECT CAST(SUM(points_balance) AS BIGINT) AS number FROM member_metrics",
        "SELECT CAST(SUM(LENGTH(search_words)) AS BIGINT) AS number FROM member",
        "SELECT CAST(SUM(spending) AS BIGINT) AS number FROM segment_stats",
        "SELECT CAST(SUM(score * (at % 1000003)) AS BIGINT) AS number FROM feedback",
    ] {
        sums.push(number(app, text).await);
    }
    sums
}

async fn make(app: &TestApp, options: Options) -> demo::Report {
    demo::run(&app.app, options, &|_| {}).await.unwrap()
}

on_both! {
    async fn it_comes_and_goes(app) {
        let before = rows(&app).await;
        assert!(!demo::present(&app.app).await.unwrap());
        let made = make(&app, SMALL).await;
        assert_eq!(made.outcome, Outcome::Made);
        assert!(made.to_string().contains("500 customers"), "{made}");
        assert!(demo::present(&app.app).await.unwrap());
        app.verify().await;
        let whole = sums(&app).await;
        assert!(whole[3] > 2_500 && whole[4] > 6_000 && whole[5] > 2_500 && whole[13] > 100, "{whole:?}");

        assert_eq!(make(&app, SMALL).await.outcome, Outcome::AlreadyThere);
        assert_eq!(sums(&app).await, whole);
        let other = demo::run(&app.app, Options { seed: 2, ..SMALL }, &|_| {}).await.unwrap_err();
        assert!(other.to_string().contains("seed 1 with 500 members"), "{other}");

        demo::remove(&app.app, &|_| {}).await.unwrap();
        assert_eq!(rows(&app).await, before);
        assert!(!demo::present(&app.app).await.unwrap());
        app.verify().await;
        let nothing = demo::remove(&app.app, &|_| {}).await.unwrap();
        assert!(nothing.to_string().contains("no demo"), "{nothing}");

        assert_eq!(make(&app, SMALL).await.outcome, Outcome::Made);
        assert_eq!(sums(&app).await, whole, "the same seed, the same shop");
    }

    async fn what_its_members_are_worth_goes_with_them(app) {
        make(&app, SMALL).await;
        let richest = "{ members(first: 4, orderBy: {field: SPENDING, direction: DESC}) { nodes { number } } }";
        let richest = app.graphql(richest, json!({})).await["members"]["nodes"].clone();
        crate::calls::members(&app, &["real"]).await;
        let mut numbers = richest.as_array().unwrap().clone();
        numbers.push(json!({"number": "real"}));
        let input = json!({"name": "Ours", "key": "ours", "members": numbers});
        assert_eq!(app.graphql(crate::segments::CREATE, json!({ "input": input })).await["createSegment"]["userErrors"], json!([]));
        let night = async || {
            assert!(tessera::valuation::keep_up(&app.app).await.unwrap());
            crate::value::worked(&app.app).await;
        };
        let shown = async || {
            app.graphql("{ segment(ref: {key: \"ours\"}) { memberCount averagePredictedClv { amount } } valueModel { customers }
                valueGroups { groups { members } } }", json!({})).await
        };
        night().await;
        let before = shown().await;
        assert!(before["segment"]["averagePredictedClv"].is_object() && before["valueModel"].is_object(), "{before}");
        demo::remove(&app.app, &|_| {}).await.unwrap();
        app.verify().await;
        assert_eq!(number(&app, "SELECT COUNT(*) AS number FROM member_value").await, 1);
        let nothing = json!({"segment": {"memberCount": 1, "averagePredictedClv": null}, "valueModel": null, "valueGroups": null});
        assert_eq!(shown().await, nothing);
        night().await;
        app.verify().await;
        let members: i64 = shown().await["valueGroups"]["groups"].as_array().unwrap().iter().map(|group| group["members"].as_i64().unwrap()).sum();
        assert_eq!(members, 1);
    }

    async fn it_shows_what_the_api_can_show(app) {
        make(&app, SMALL).await;
        crate::dynamic::evaluated(&app.app).await;
        let query = "{ members(first: 1, orderBy: {field: SPENDING, direction: DESC}) { totalCount nodes { number
                metrics { transactions spending { amount } lastPurchaseAt } transactions(first: 50) { nodes {
                    document channel location items { category brand } } } pointsEntries(first: 5) { nodes { kind } } } }
            surveys { key responses lastAt }
            guests: members(filter: {enrolled: false}) { totalCount }
            segments(first: 20, orderBy: {field: NAME}) { nodes { key kind memberCount active tags averageSpending { amount } } } }";
        let data = app.graphql(query, json!({})).await;
        assert_eq!(data["members"]["totalCount"], 500, "{data}");
        let surveys = data["surveys"].as_array().unwrap();
        assert!(surveys.len() == 1 && surveys[0]["key"] == "post-purchase" && surveys[0]["responses"].as_u64() > Some(100), "{data}");
        let guests = data["guests"]["totalCount"].as_i64().unwrap();
        assert!((20..100).contains(&guests), "{guests} guests");
        assert!(data["members"]["nodes"][0]["transactions"]["nodes"].as_array().unwrap().len() > 10, "{data}");
        let segments = data["segments"]["nodes"].as_array().unwrap();
        let (living, lists): (Vec<&Value>, Vec<&Value>) = segments.iter().partition(|one| one["kind"] == "DYNAMIC");
        assert_eq!((living.len(), lists.len()), (10, 8), "{data}");
        assert!(lists.iter().all(|one| (one["memberCount"] != 0) == (one["active"] == true)), "{data}");
        // A shop of 500 customers may have nobody for the rarest of them.
        let filled = living.iter().filter(|one| one["memberCount"] != 0).count();
        assert!(filled >= 8 && living.iter().all(|one| one["memberCount"].as_i64() < Some(400)), "{data}");
    }

    async fn what_others_did_stays(app) {
        crate::segments::shop(&app, 3).await;
        let before = rows(&app).await;
        make(&app, SMALL).await;
        // A segment of one's own, with people of both kinds; and a sale of a made-up customer.
        let members: Value = ["m1", "m2", "demo-000001", "demo-000002", "demo-000400"].map(|number| json!({ "number": number })).into_iter().collect();
        let input = json!({"input": {"name": "Ours", "key": "demo-ours", "members": members}});
        let made = app.graphql(crate::segments::CREATE, input).await;
        assert_eq!(made["createSegment"]["segment"]["memberCount"], 5, "{made}");
        let sale = json!({"source": "demo", "document": "mine", "member": {"number": "demo-000001"}, "amount": "5", "at": "2026-01-01T00:00:00Z"});
        let ours = json!({"source": "demo", "document": "demo-mine", "member": {"number": "m1"}, "amount": "7", "at": "2026-01-01T00:00:00Z"});
        let record = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created problems { message } } }";
        let done = app.graphql(record, json!({"t": [sale, ours]})).await;
        assert_eq!(done["recordTransactions"]["created"], 2, "{done}");
        // What both say of the shop.
        let answer = |number: &str| json!({"document": "mine", "member": {"number": number}, "survey": "POST-purchase", "score": 7, "at": "2026-01-01T00:00:00Z"});
        crate::calls::make(&app, crate::calls::FEEDBACK, json!([answer("demo-000001"), answer("m1")])).await;
        app.verify().await;

        demo::remove(&app.app, &|_| {}).await.unwrap();
        app.verify().await;
        let left = app.graphql("{ surveys { key responses } }", json!({})).await;
        assert_eq!(left["surveys"], json!([{"key": "POST-purchase", "responses": 1}]), "{left}");
        let after = app.graphql("{ segments { nodes { key memberCount averageTransactionValue { amount } } } }", json!({})).await;
        let left = json!([{"key": "demo-ours", "memberCount": 2, "averageTransactionValue": {"amount": "12.33"}}]);
        assert_eq!(after["segments"]["nodes"], left, "{after}");
        let after = rows(&app).await;
        assert_eq!((after[0], after[3]), (before[0], before[3] + 1), "members and documents of others: {after:?}");
    }

    async fn it_does_not_mix_with_names_that_are_taken(app) {
        let upsert = "mutation { upsertMembers(input: {members: [{number: \"demo-000001\"}]}) { created } }";
        app.graphql(upsert, json!({})).await;
        let refused = demo::run(&app.app, SMALL, &|_| {}).await.unwrap_err();
        assert!(refused.to_string().contains("begin with demo-"), "{refused}");
        assert!(!demo::present(&app.app).await.unwrap());
    }

    async fn a_killed_one_goes_on_and_a_killed_removal_too(app) {
        let folder = TempDir::new().unwrap();
        let on = |today: &str, arguments: &[&str]| {
            let mut command = command(&app.url, folder.path());
            command.args(["--today", today, "demo"]).args(arguments);
            command
        };
        let tessera = |arguments: &[&str]| on("2026-06-30", arguments);
        let make = ["--members", "1500", "--seed", "5"];
        let mut child = tessera(&make).spawn().unwrap();
        tokio::task::block_in_place(|| wait_until("the first chunk", || block(position(&app)) > 0));
        child.kill().unwrap();
        child.wait().unwrap();
        let half = position(&app).await;
        app.verify().await;
        let unfinished = number(&app, "SELECT COUNT(*) AS number FROM import WHERE finished_at IS NULL").await;
        assert_eq!(unfinished, 1, "killed at {half}, too late");
        let other = tessera(&["--seed", "6", "--members", "1500"]).output().unwrap();
        assert!(!other.status.success());

        let early = on("2026-06-29", &make).output().unwrap();
        assert!(String::from_utf8_lossy(&early.stderr).contains("data up to 2026-06-30"), "{early:?}");
        // It goes on as it was begun, also after midnight.
        let done = on("2026-07-02", &make).output().unwrap();
        assert!(done.status.success() && String::from_utf8_lossy(&done.stdout).contains("is complete"), "{done:?}");
        app.verify().await;
        let resumed = sums(&app).await;

        let mut child = tessera(&["--remove"]).spawn().unwrap();
        tokio::task::block_in_place(|| wait_until("the first deletion", || block(members(&app)) < 1_500));
        child.kill().unwrap();
        child.wait().unwrap();
        app.verify().await;
        if demo::present(&app.app).await.unwrap() {
            let refused = tessera(&make).output().unwrap();
            assert!(String::from_utf8_lossy(&refused.stderr).contains("taken away"), "{refused:?}");
        }
        assert!(tessera(&["--remove"]).output().unwrap().status.success());
        assert_eq!(members(&app).await, 0);

        let clean = tessera(&make).output().unwrap();
        assert!(String::from_utf8_lossy(&clean.stdout).contains("is made"), "{clean:?}");
        assert_eq!(sums(&app).await, resumed, "one clean run and an interrupted one");
    }

    async fn the_first_start_alone_makes_it_unasked(app) {
        // The harness has made an owner: this database was used before.
        let folder = TempDir::new().unwrap();
        let done = command(&app.url, folder.path()).args(["demo", "--first-start"]).output().unwrap();
        assert!(done.status.success() && done.stdout.is_empty(), "{done:?}");
        assert!(!demo::present(&app.app).await.unwrap());
    }
}

async fn position(app: &TestApp) -> i64 {
    number(app, "SELECT COALESCE(MAX(position), 0) AS number FROM import").await
}

async fn members(app: &TestApp) -> i64 {
    number(app, "SELECT COUNT(*) AS number FROM member").await
}

fn block<T>(future: impl Future<Output = T>) -> T {
    std::thread::sleep(Duration::from_millis(1));
    tokio::runtime::Handle::current().block_on(future)
}
