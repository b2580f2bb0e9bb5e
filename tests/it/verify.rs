//! `verify` finds things: every kind of row is made wrong by hand, must be named, and is put right again.

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{Database, TestApp};

use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, days, make, segment};

/// What is made wrong, what must be said of it, and how it is put right. `{m1}` and the like stand for ids.
struct Damage {
    broken: String,
    said: &'static str,
    mended: String,
}

#[test]
fn every_damage_is_found_on_sqlite() {
    check(Database::Sqlite);
}

#[test]
fn every_damage_is_found_on_postgres() {
    check(Database::Postgres);
}

fn check(database: Database) {
    tests::run(database, |app| async move {
        fill(&app).await;
        app.verify().await;
        let ids = ids(&app).await;
        for damage in all() {
            let [broken, said, mended] =
                [&damage.broken, &damage.said.to_owned(), &damage.mended].map(|text| with_ids(text, &ids));
            execute(&app, &broken).await;
            let report = tessera::verify::run(&app.app).await.unwrap();
            let found = report.differences.iter().any(|difference| difference.contains(&said));
            assert!(found, "{broken}: {said} is not among {:#?}", report.differences);
            assert!(report.to_string().contains("differ"), "{report}");
            execute(&app, &mended).await;
            let report = tessera::verify::run(&app.app).await.unwrap();
            assert!(report.differences.is_empty(), "{mended}: {:#?}", report.differences);
            assert!(report.compared > 0 && report.to_string().contains("no difference"), "{report}");
        }
    });
}

/// Two members with documents, points, an answer and labels, one without anything, and segments with and without them.
async fn fill(app: &TestApp) {
    let labels = json!([{"key": "k", "value": "v"}]);
    make(
        app,
        UPSERT,
        json!([{"number": "m1", "labels": labels, "marketingConsent": true}, {"number": "m2"}, {"number": "m3"}]),
    )
    .await;
    let row = |document: &str, kind: &str, amount: &str, of: Option<&str>| {
        json!({"document": document, "kind": kind, "amount": amount, "at": days(-3), "returnsDocument": of,
        "items": [{"sku": "a", "amount": amount}]})
    };
    let of =
        |row: serde_json::Value, member: &str| crate::documents::with(&row, &json!({"member": {"number": member}}));
    make(
        app,
        RECORD,
        json!([
            of(row("sale", "SALE", "10.00", None), "m1"),
            of(row("full", "SALE", "5.00", None), "m1"),
            of(row("other", "SALE", "20.00", None), "m2"),
            row("part", "RETURN", "4.00", Some("sale")),
            row("whole", "RETURN", "5.00", Some("full")),
            row("anonymous", "SALE", "7.00", None),
            row("waiting", "RETURN", "1.00", Some("unknown")),
        ]),
    )
    .await;
    let points = |document: &str, kind: &str| json!({"member": {"number": "m1"}, "kind": kind, "points": 9, "at": days(-3), "document": document});
    make(
        app,
        POINTS,
        json!([points("e", "EARNED"), points("r", "REDEEMED"), points("x", "EXPIRED"), points("a", "ADJUSTED")]),
    )
    .await;
    let answer = json!({"member": {"number": "m2"}, "survey": "nps", "score": 9, "at": days(-3), "document": "answer"});
    make(app, FEEDBACK, json!([answer])).await;
    segment(app, "two", &["m1", "m2"]).await;
    segment(app, "none", &[]).await;
    let campaign = json!({"segment": {"key": "two"}, "holdoutPercent": "0", "startsAt": days(-1), "endsAt": days(9)});
    let campaign = crate::campaigns::started(app, campaign).await;
    let events = json!({"campaign": campaign, "events": [crate::campaigns::event("m1", "OPENED")]});
    crate::dynamic::call(app, crate::campaigns::RECORD, events).await;
    // One came and went.
    let input = json!({"segment": {"key": "two"}, "members": [{"number": "m3"}]});
    app.graphql(crate::segments::ASSIGN, json!({ "input": input })).await;
    let out = "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { changed } }";
    assert_eq!(app.graphql(out, json!({ "input": input })).await["unassignMembers"]["changed"], 1);
}

fn all() -> Vec<Damage> {
    let mut all = Vec::new();
    let mut add = |broken: &str, said: &'static str, mended: &str| {
        all.push(Damage { broken: broken.to_owned(), said, mended: mended.to_owned() });
    };
    add(
        "INSERT INTO member_value (member_id, presence, rfm_group, value_group) VALUES (999, 'PRESENT', 'NEW', 'MAINTAIN')",
        "value of no member 999",
        "DELETE FROM member_value WHERE member_id = 999",
    );
    let mut off_by_one = |table: &str, column: &str, row: &str, said: &'static str| {
        let by = |sign: &str| format!("UPDATE {table} SET {column} = {column} {sign} 1 WHERE {row}");
        add(&by("+"), said, &by("-"));
    };
    for column in [
        "transactions",
        "spending",
        "spending_12m",
        "first_purchase_at",
        "last_purchase_at",
        "points_earned",
        "points_redeemed",
        "points_expired",
        "points_adjusted",
        "points_balance",
    ] {
        off_by_one("member_metrics", column, "member_id = {m1}", "member {m1}:");
    }
    for column in [
        "members",
        "reachable",
        "transactions",
        "spending",
        "spending_12m",
        "average_transaction_value",
        "average_transactions",
        "average_spending",
        "average_clv",
        "predicted_members",
        "predicted_value",
    ] {
        off_by_one("segment_stats", column, "segment_id = {two}", "segment {two}:");
    }
    off_by_one(
        "segment_member",
        "joined_at",
        "member_id = {m1}",
        "segment {two}: member {m1} belongs, but not by the log",
    );
    for column in ["returns", "returned", "amount"] {
        off_by_one("\"transaction\"", column, "document = 'full'", "transaction {full}:");
    }
    off_by_one("\"transaction\"", "amount", "document = 'part'", "transaction {sale}:");
    off_by_one("\"transaction\"", "amount", "document = 'other'", "member {m2}:");
    off_by_one("points_entry", "points", "document = 'x'", "member {m1}:");
    let set = |table: &str, row: &str, column: &str, value: &str| {
        format!("UPDATE {table} SET {column} = {value} WHERE {row}")
    };
    let mut set = |table: &str, row: &str, column: &str, [wrong, right]: [&str; 2], said: &'static str| {
        add(&set(table, row, column, wrong), said, &set(table, row, column, right));
    };
    let documents = "\"transaction\"";
    for (document, right, said) in [
        ("sale", "TRUE", "transaction {sale}:"),
        ("full", "FALSE", "transaction {full}:"),
        ("part", "FALSE", "transaction {part}:"),
        ("anonymous", "TRUE", "transaction {anonymous}:"),
    ] {
        set(documents, &format!("document = '{document}'"), "purchase", [&format!("NOT {right}"), right], said);
    }
    set(
        documents,
        "document = 'part'",
        "member_id",
        ["{m2}", "{m1}"],
        "transaction {part}: its member is not that of its sale {sale}",
    );
    set(
        documents,
        "document = 'part'",
        "member_id",
        ["NULL", "{m1}"],
        "transaction {part}: its member is not that of its sale {sale}",
    );
    set(documents, "document = 'part'", "returns_document", ["'other'", "'sale'"], "transaction {other}:");
    set(documents, "document = 'other'", "member_id", ["{m1}", "{m2}"], "member {m2}:");
    set(documents, "document = 'other'", "at", ["at - 94608000000", "at + 94608000000"], "member {m2}:");
    set(documents, "document = 'other'", "kind", ["'RETURN'", "'SALE'"], "transaction {other}:");
    set(documents, "document = 'anonymous'", "member_id", ["999", "NULL"], "transaction of no member {anonymous}");
    set("member", "id = {m1}", "marketing_consent", ["FALSE", "TRUE"], "segment {two}:");
    set("points_entry", "document = 'e'", "kind", ["'REDEEMED'", "'EARNED'"], "member {m1}:");
    set("points_entry", "document = 'e'", "member_id", ["999", "{m1}"], "points of no member ");
    set("feedback", "document = 'answer'", "member_id", ["999", "{m2}"], "feedback of no member ");
    let joined = "segment_id = {two} AND member_id = {m1}";
    set(
        "membership_event",
        joined,
        "kind",
        ["'LEFT'", "'JOINED'"],
        "segment {two}: member {m1} belongs, but not by the log",
    );
    set(
        "membership_event",
        "member_id = {m3} AND reason = 'UNASSIGNED'",
        "kind",
        ["'JOINED'", "'LEFT'"],
        "segment {two}: member {m3} does not belong, but by the log",
    );
    set(
        "membership_event",
        joined,
        "at",
        ["at - 1", "at + 1"],
        "segment {two}: member {m1} belongs, but not by the log",
    );
    set(
        "membership_event",
        "member_id = {m3} AND reason = 'UNASSIGNED'",
        "at",
        ["at - 86400000", "at + 86400000"],
        ": its instant lies before that of the event before it",
    );
    set(
        "membership_event",
        "member_id = {m3} AND reason = 'UNASSIGNED'",
        "kind",
        ["'JOINED'", "'LEFT'"],
        ": JOINED of somebody of whom the log says the same already",
    );
    for column in ["joined_at", "left_at"] {
        let off = [format!("{column} + 1"), format!("{column} - 1")];
        let off = [off[0].as_str(), off[1].as_str()];
        set("segment_past", "member_id = {m3}", column, off, "segment {two}: member {m3} stayed until");
    }
    for (column, said) in [
        ("members", ": its latest day is not how it is"),
        ("members", " members, counted "),
        ("joiners", "segment {two}: its days count other comings and goings than the log"),
        ("leavers", "segment {two}: its days count other comings and goings than the log"),
        ("average_transaction_value", ": its latest day is not how it is"),
        ("average_spending", ": its latest day is not how it is"),
        ("average_clv", ": its latest day is not how it is"),
    ] {
        let off = [format!("{column} + 1"), format!("{column} - 1")];
        set("segment_day", "segment_id = {two}", column, [&off[0], &off[1]], said);
    }
    set("program", "id = 1", "figures_on", ["'2001-01-01'", "'{today}'"], "member {m1}:");
    let part = "member_id = {m1}";
    for (column, right) in [("delivered", "FALSE"), ("opened", "TRUE"), ("clicked", "FALSE"), ("redeemed", "FALSE")] {
        set("campaign_member", part, column, [&format!("NOT {right}"), right], "what member {m1} did is noted wrong");
    }
    set(
        "campaign_member",
        part,
        "held_out",
        ["TRUE", "FALSE"],
        "member {m1} is not on the side where the draw puts it",
    );
    set("campaign_member", part, "held_out", ["TRUE", "FALSE"], ": kept 2 targeted and 0 held out, found 1 and 1");
    set(
        "campaign_member",
        "member_id IN ({m1}, {m3})",
        "member_id",
        ["{m3}", "{m1}"],
        "member {m1}, who is not in its audience",
    );
    set(
        "campaign_member",
        "member_id IN ({m1}, 999)",
        "member_id",
        ["999", "{m1}"],
        "member 999 is in its audience, and one",
    );
    set(
        "campaign",
        "name = 'Spring'",
        "status",
        ["'DRAFT'", "'RUNNING'"],
        ": it is DRAFT and has no segment, or no draw",
    );
    set("campaign", "name = 'Spring'", "segment_id", ["NULL", "{two}"], ": it is RUNNING and has no segment");
    set("campaign", "name = 'Spring'", "drawn_at", ["NULL", "starts_at"], "member {m1} is in its audience, and one");
    set("engagement", part, "kind", ["'CLICKED'", "'OPENED'"], "what member {m1} did is noted wrong");
    let mut lost = |table: &str, column: &str, id: &str, said: &'static str| {
        let by = |from: &str, to: &str| format!("UPDATE {table} SET {column} = {to} WHERE {column} = {from}");
        add(&by(id, "999"), said, &by("999", id));
    };
    lost("segment_member", "member_id", "{m1}", "membership of no member 999");
    lost("segment_member", "segment_id", "{two}", "membership in no segment 999");
    lost("transaction_item", "transaction_id", "{sale}", "line of no transaction 999");
    lost("member_metrics", "member_id", "{m3}", "no sums of member {m3}");
    lost("member_metrics", "member_id", "{m3}", "sums of no member 999");
    let gone = "DELETE FROM segment_member WHERE member_id = {m2}";
    let back = "INSERT INTO segment_member (segment_id, member_id, joined_at, via)
        SELECT segment_id, member_id, at, 'ASSIGNED' FROM membership_event WHERE member_id = {m2}";
    add(gone, "segment {two}: member {m2} does not belong, but by the log", back);
    add(gone, "segment {two}: kept", back);
    let zeros =
        "INSERT INTO segment_stats (segment_id, members, reachable, transactions, spending, spending_12m, stats_at)
        VALUES ({none}, 0, 0, 0, 0, 0, 0)";
    add("DELETE FROM segment_stats WHERE segment_id = {none}", "no figures of segment {none}", zeros);
    let unwatched = "{unwatched}INSERT INTO member_label (member_id, position, key, key_folded, value, value_folded)
        VALUES (999, 0, 'k', 'k', 'v', 'v')";
    add(unwatched, "label of no member 999", "DELETE FROM member_label WHERE member_id = 999");
    let unwatched = "{unwatched}INSERT INTO segment_stats (segment_id, members, reachable, transactions, spending, spending_12m, stats_at)
        VALUES (999, 0, 0, 0, 0, 0, 0)";
    add(unwatched, "figures of no segment 999", "DELETE FROM segment_stats WHERE segment_id = 999");
    all
}

/// The ids that the texts name.
async fn ids(app: &TestApp) -> Vec<(&'static str, String)> {
    let mut ids = Vec::new();
    for (table, column, names) in [
        ("member", "number", vec!["m1", "m2", "m3"]),
        ("segment", "key", vec!["two", "none"]),
        ("\"transaction\"", "document", vec!["sale", "full", "other", "part", "anonymous"]),
    ] {
        for name in names {
            ids.push((
                name,
                one(app, &format!("SELECT CAST(id AS TEXT) AS it FROM {table} WHERE {column} = '{name}'")).await,
            ));
        }
    }
    ids.push(("today", one(app, "SELECT figures_on AS it FROM program").await));
    ids
}

fn with_ids(text: &str, ids: &[(&'static str, String)]) -> String {
    ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
}

async fn one(app: &TestApp, text: &str) -> String {
    let db = app.app.db.writer();
    let row = db.query_one_raw(tessera::db::sql(db, text, [])).await.unwrap().unwrap();
    row.try_get("", "it").unwrap()
}

/// Runs a statement; one that begins with `{unwatched}` without the foreign keys.
async fn execute(app: &TestApp, text: &str) {
    let text = match (text.strip_prefix("{unwatched}"), app.database) {
        (None, _) => text.to_owned(),
        (Some(text), Database::Sqlite) => format!("PRAGMA foreign_keys = OFF; {text}; PRAGMA foreign_keys = ON"),
        (Some(text), Database::Postgres) => {
            format!("SET session_replication_role = replica; {text}; SET session_replication_role = DEFAULT")
        }
    };
    app.app.db.writer().execute_unprepared(&text).await.unwrap();
}
