//! Files and kills: chunks decide their members once, and an evaluation that dies leaves the old or the new.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Database, Served, TestApp, on_both};

use super::races::size;
use super::{belonging, country, create, dynamic, evaluated, events, spent};
use crate::calls::{UPSERT, send};
use crate::imports::{file, import, options};
use tessera::imports::{Kind, Options};

on_both! {
    async fn a_chunk_of_a_file_moves_each_member_once(app) {
        dynamic(&app, "never-bought", json!({"transactions": {"measure": "COUNT", "is": {"eq": 0}}})).await;
        dynamic(&app, "bought", json!({"transactions": {"measure": "COUNT", "is": {"gte": 1}}})).await;
        let sales = "document,member,at,amount\na,m1,2026-01-05T10:00:00Z,5\nb,m1,2026-01-06T10:00:00Z,5\nc,m2,2026-01-07T10:00:00Z,5\n";
        let sales = options(Kind::Transactions, file(&app, "sales.csv", sales), "");
        import(&app, Options { create_members: true, ..sales }).await;
        assert_eq!(belonging(&app, "bought").await, ["m1", "m2"]);
        assert!(events(&app, "never-bought").await.is_empty(), "they were never seen without what they bought");
    }

    async fn a_list_from_a_file_is_pinned_in(app) {
        send(&app, UPSERT, json!([{"number": "m1", "country": "PL"}, {"number": "m2", "country": "DE"}])).await;
        dynamic(&app, "poles", country("PL")).await;
        let list = options(Kind::Segment, file(&app, "list.csv", "number\nm2\n"), "");
        import(&app, Options { segment: Some("poles".to_owned()), ..list }).await;
        assert_eq!(belonging(&app, "poles").await, ["m1", "m2"]);
        assert_eq!(events(&app, "poles").await[1..], ["m2 JOINED IMPORTED"]);
    }
}

/// Kills a server while it evaluates, again and again; in the end the membership is the new rule's.
#[test]
fn an_evaluation_survives_kills_on_sqlite() {
    tests::run(Database::Sqlite, kills);
}

#[test]
fn an_evaluation_survives_kills_on_postgres() {
    tests::run(Database::Postgres, kills);
}

async fn kills(app: Arc<TestApp>) {
    let country = |place: usize| if place.is_multiple_of(3) { "PL" } else { "DE" };
    let rows: Vec<_> =
        (0..3_000).map(|place| json!({"number": format!("m{place}"), "country": country(place)})).collect();
    send(&app, UPSERT, json!(rows)).await;
    create(&app, "poles", super::country("PL")).await;
    create(&app, "spenders", spent(30, 1)).await;
    for round in 0..6 {
        let mut served = Served::start(&app.url, app.folder());
        tokio::time::sleep(Duration::from_millis(40 * round)).await;
        served.child.kill().unwrap();
        served.child.wait().unwrap();
        let size = size(&app, "poles").await;
        assert!(size == 0 || size == 1_000, "{size} members: neither the old nor the new");
    }
    // Leases of the dead lapse; whoever comes next takes over.
    let waiting = Instant::now();
    while size(&app, "poles").await != 1_000 {
        assert!(waiting.elapsed() < Duration::from_secs(120));
        evaluated(&app.app).await;
    }
}
