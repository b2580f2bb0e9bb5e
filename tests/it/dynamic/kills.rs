//! Servers are killed while they evaluate, while a new day decides, and while people are pinned: what is there afterwards
//! is the old or the new.

use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::membership_event;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Database, Served, TestApp};

use super::races::size;
use super::{country, create, dynamic, evaluated, of_segment, spent};
use crate::calls::{RECORD, UPSERT, make, send};
use crate::jobs::processes::token;
use crate::roll::{day, ends, reopened, run};

#[test]
fn an_evaluation_survives_kills_on_sqlite() {
    tests::run(Database::Sqlite, evaluation);
}

#[test]
fn an_evaluation_survives_kills_on_postgres() {
    tests::run(Database::Postgres, evaluation);
}

async fn evaluation(app: Arc<TestApp>) {
    let country_of = |place: usize| if place.is_multiple_of(3) { "PL" } else { "DE" };
    let rows: Vec<_> =
        (0..3_000).map(|place| json!({"number": format!("m{place}"), "country": country_of(place)})).collect();
    send(&app, UPSERT, json!(rows)).await;
    create(&app, "poles", country("PL")).await;
    create(&app, "spenders", spent(30, 1)).await;
    for round in 0..6 {
        kill(Served::start(&app.url, app.folder()), 40 * round).await;
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

async fn kill(mut served: Served, after: u64) {
    tokio::time::sleep(Duration::from_millis(after)).await;
    served.child.kill().unwrap();
    served.child.wait().unwrap();
}

#[test]
fn a_new_day_survives_kills_on_sqlite() {
    run(Database::Sqlite, "2026-03-01", new_day);
}

#[test]
fn a_new_day_survives_kills_on_postgres() {
    run(Database::Postgres, "2026-03-01", new_day);
}

/// So many members that a day decides them in two transactions: of 5,000, and of the others.
const CROWD: u64 = 6_000;

async fn new_day(first: Arc<TestApp>) {
    for numbers in (0..CROWD).collect::<Vec<_>>().chunks(1_000) {
        let member = |number: &u64| json!({"number": format!("m{number}")});
        send(&first, UPSERT, numbers.iter().map(member).collect()).await;
        let sale = |number: &u64| {
            json!({"document": number.to_string(), "member": member(number), "amount": "5",
            "at": ends(day("2026-02-27"))[0]})
        };
        make(&first, RECORD, numbers.iter().map(sale).collect()).await;
    }
    dynamic(&first, "week", spent(7, 1)).await;
    dynamic(&first, "others", json!({"not": of_segment("week")})).await;
    assert_eq!((size(&first, "week").await, size(&first, "others").await), (CROWD, 0));
    let later = "2026-03-10";
    let mut seen = Vec::new();
    for round in 0..8 {
        let mut command = Served::usual(&first.url, first.folder());
        command.args(["--today", later]);
        kill(Served::start_as(command, first.folder()), 60 * round).await;
        let (week, others) = (size(&first, "week").await, size(&first, "others").await);
        assert!([CROWD, CROWD - 5_000, 0].contains(&week) && week + others == CROWD, "{week} and {others} members");
        seen.push(week);
    }
    println!("members that were left after each kill: {seen:?}");
    let app = reopened(&first, day(later)).await;
    app.verify().await;
    assert_eq!((size(&app, "week").await, size(&app, "others").await), (0, CROWD));
    // Everybody left once, however often the day began anew.
    let left = membership_event::Entity::find().filter(membership_event::Column::Kind.eq("LEFT"));
    let left = left.filter(membership_event::Column::SegmentKey.eq("week"));
    assert_eq!(left.count(app.app.db.reader()).await.unwrap(), CROWD);
    app.stop().await;
}

#[test]
fn pins_survive_kills_on_sqlite() {
    tests::run(Database::Sqlite, pins);
}

#[test]
fn pins_survive_kills_on_postgres() {
    tests::run(Database::Postgres, pins);
}

async fn pins(app: Arc<TestApp>) {
    let numbers: Vec<Value> = (0..2_000).map(|number| json!({"number": format!("m{number}")})).collect();
    send(&app, UPSERT, json!(numbers)).await;
    dynamic(&app, "chosen", country("PL")).await;
    dynamic(&app, "others", json!({"not": of_segment("chosen")})).await;
    let mut before = 0;
    for round in 0..8 {
        let served = Served::start(&app.url, app.folder());
        let token = token(&app, &served).await;
        // In and out in turn, so that each call has something to do.
        let name = if before == 0 { "assignMembers" } else { "unpinMembers" };
        let query = format!("mutation($i: AssignMembersInput!) {{ {name}(input: $i) {{ changed }} }}");
        let body = json!({"query": query, "variables": {"i": {"segment": {"key": "chosen"}, "members": numbers}}});
        let call = app.client().post(format!("{}/graphql", served.base)).bearer_auth(&token).json(&body);
        let calling = tokio::spawn(call.send());
        kill(served, 50 * round).await;
        let _ = calling.await;
        let after = size(&app, "chosen").await;
        assert!([0, 2_000].contains(&after), "{after} members: neither all nor none");
        assert_eq!(size(&app, "others").await, 2_000 - after);
        before = after;
        app.verify().await;
    }
}
