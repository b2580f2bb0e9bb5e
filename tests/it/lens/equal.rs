//! After whatever was done, the lens is what the rows say.

use chrono::TimeDelta;
use engine::facts::ValueKind;
use entity::job;
use entity::kinds::JobStatus;
use rand::Rng;
use rand::seq::IndexedRandom;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tessera::demo::{self, Options};
use tessera::facts::{LensState, catalogue};
use tests::{Random, random};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{right, seen, under_way, with_lens};
use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, from_now, make, send};

const PEOPLE: usize = 40;

fn text(random: &mut Random, what: &str) -> Value {
    let spelt = [what.to_owned(), what.to_uppercase(), format!("{what} Ł{}", random.random_range(0..4))];
    if random.random_bool(0.2) { Value::Null } else { json!(spelt.choose(random).unwrap()) }
}

fn labels(random: &mut Random) -> Value {
    let count = random.random_range(0..3);
    (0..count)
        .map(|place| json!({"key": format!("k{place}"), "value": format!("v{}", random.random_range(0..3))}))
        .collect()
}

fn at(random: &mut Random) -> String {
    from_now(TimeDelta::minutes(-random.random_range(0..2_000_000)))
}

fn someone(random: &mut Random) -> String {
    format!("m{}", random.random_range(0..PEOPLE))
}

fn member(random: &mut Random) -> Value {
    json!({
        "number": someone(random), "city": text(random, "Kraków"), "country": text(random, "Polska"),
        "tier": text(random, "gold"), "gender": text(random, "x"), "region": text(random, "r"),
        "postalCode": text(random, "p"), "birthDate": format!("19{}-02-1{}", random.random_range(50..99), random.random_range(0..9)),
        "labels": labels(random), "marketingConsent": random.random_bool(0.5),
        "attributes": {"size": random.random_range(0..9), "note": text(random, "note"), "on": random.random_bool(0.5), "since": "2024-05-06"},
    })
}

fn items(random: &mut Random) -> Value {
    let count = random.random_range(0..4);
    (0..count)
        .map(|line| {
            json!({"sku": format!("sku{}", random.random_range(0..9)), "brand": text(random, "brand"),
                "category": text(random, "category"), "quantity": "1", "amount": format!("{line}.50")})
        })
        .collect()
}

fn document(random: &mut Random, number: usize) -> Value {
    let back = random.random_bool(0.3);
    let of = (back && random.random_bool(0.8)).then(|| format!("d{}", random.random_range(0..=number)));
    let member = random.random_bool(0.9).then(|| json!({"number": someone(random)}));
    json!({
        "document": format!("d{number}"), "kind": if back && of.as_deref() != Some(&format!("d{number}")) { "RETURN" } else { "SALE" },
        "member": member, "amount": format!("{}.00", random.random_range(0..4)), "at": at(random),
        "channel": text(random, "web"), "location": text(random, "shop"), "items": items(random), "labels": labels(random),
        "returnsDocument": of.filter(|of| *of != format!("d{number}")),
    })
}

fn entry(random: &mut Random, number: usize) -> Value {
    json!({"member": {"number": someone(random)}, "kind": *["EARNED", "ADJUSTED", "REDEEMED"].choose(random).unwrap(),
        "points": random.random_range(0..90), "at": at(random), "document": format!("p{number}")})
}

fn answer(random: &mut Random, number: usize) -> Value {
    json!({"member": {"number": someone(random)}, "survey": *["nps", "NPS", "after"].choose(random).unwrap(),
        "score": random.random_range(0..=10), "at": at(random), "document": format!("f{number}")})
}

with_lens! {
    async fn it_follows_whatever_is_recorded(app) {
        let mut random = random("lens");
        make(&app, UPSERT, (0..PEOPLE).map(|number| json!({"number": format!("m{number}")})).collect()).await;
        right(&app).await;
        for number in 0..60 {
            let count = random.random_range(1..6);
            let rows = |of: &mut dyn FnMut(usize) -> Value| -> Value { (0..count).map(|row| of(number * 6 + row)).collect() };
            let (call, rows) = match random.random_range(0..5) {
                0 => (UPSERT, json!([member(&mut random)])),
                1 | 2 => (RECORD, rows(&mut |number| document(&mut random, number))),
                3 => (POINTS, rows(&mut |number| entry(&mut random, number))),
                _ => (FEEDBACK, rows(&mut |number| answer(&mut random, number))),
            };
            send(&app, call, rows).await;
            if random.random_bool(0.4) {
                right(&app).await;
            }
        }
        let view = right(&app).await;
        assert!(view.transactions() > 20, "{}", view.transactions());
        assert_eq!(app.app.lens.figures(app.app.clock.real_millis()).loads, 1, "nothing was loaded anew");
    }

    async fn it_is_loaded_as_it_is_followed(app) {
        let options = Options { seed: 7, members: 800 };
        demo::run(&app.app, options, &|_| ()).await.unwrap();
        let followed = right(&app).await;
        assert!(followed.members() > 700 && followed.transactions() > 3_000, "{} {}", followed.members(), followed.transactions());
        let per_transaction = followed.bytes().0 / followed.transactions();
        assert!(per_transaction < 48, "{per_transaction} bytes a transaction");
        // Another process finds it all there.
        let other = crate::lens::processes::beside(&app, true).await;
        let loaded = right(&other).await;
        assert_eq!((loaded.members(), loaded.transactions()), (followed.members(), followed.transactions()));
        let per_transaction = loaded.bytes().0 / loaded.transactions();
        assert!(per_transaction < 48, "{per_transaction} bytes a transaction");
        demo::remove(&app.app, &|_| ()).await.unwrap();
        for app in [&*app, &other] {
            assert_eq!(right(app).await.members(), 0);
        }
        other.stop().await;
    }

    async fn another_zone_loads_it_anew(app) {
        make(&app, UPSERT, json!([{"number": "m1", "enrolledAt": "2024-01-01T23:30:00.000Z"}])).await;
        assert_eq!(right(&app).await.zone.name(), "UTC");
        let updated = crate::program::update(&app, json!({"timeZone": "Europe/Warsaw"})).await;
        assert_eq!(updated["userErrors"], json!([]), "{updated}");
        let work = crate::jobs::Working::product(&app.app);
        let view = loop {
            match tessera::facts::caught_up(&app.app).await {
                Some(view) if app.app.program().zone.name() == "Europe/Warsaw" => break view,
                _ => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        };
        assert_eq!(view.zone.name(), "Europe/Warsaw");
        right(&app).await;
        // Once for everybody who may be touched, and once for the zone, where that is known a moment later.
        let loads = app.app.lens.figures(app.app.clock.real_millis()).loads;
        assert!((2..=3).contains(&loads), "{loads} loads");
        crate::jobs::until("the figures in the other zone", async || {
            let jobs = job::Entity::find().all(app.app.db.reader()).await.unwrap();
            jobs.iter().all(|job| job.status == JobStatus::Succeeded)
        })
        .await;
        work.stop().await;
    }

    async fn everybody_may_be_touched_at_once(app) {
        make(&app, UPSERT, json!([{"number": "m1"}])).await;
        right(&app).await;
        // A transaction under way keeps what comes behind it from being settled; that is no reason to load again and again.
        let slow = under_way(&app).await;
        let txn = app.app.db.begin().await.unwrap();
        tessera::changes::note_everybody(&txn, app.app.clock.real_millis()).await.unwrap();
        txn.commit().await.unwrap();
        for _ in 0..3 {
            right(&app).await;
        }
        assert_eq!(app.app.lens.figures(app.app.clock.real_millis()).loads, 2);
        drop(slow);
        // Others may be under way beside this test too.
        let latest = tessera::changes::latest(app.app.db.writer()).await.unwrap();
        crate::jobs::until("everything before it to be settled", async || right(&app).await.horizon.position == latest).await;
        // What is old is forgotten, and the last place stays.
        tessera::changes::forget(app.app.db.writer(), i64::MAX).await.unwrap();
        assert_eq!(tessera::changes::latest(app.app.db.writer()).await.unwrap(), latest);
        make(&app, UPSERT, json!([{"number": "m2"}])).await;
        right(&app).await;
    }

    async fn nobody_is_there_yet(app) {
        let view = right(&app).await;
        assert_eq!((view.members(), view.transactions(), view.chunks.len()), (0, 0, 0));
        assert_eq!(app.app.lens.state(), LensState::Ready);
        assert_eq!(catalogue::values(&app.app, &ValueKind::City, "", 10).await.unwrap(), []);
    }

    async fn it_shows_how_it_is(app) {
        make(&app, UPSERT, json!([{"number": "m1"}])).await;
        make(&app, RECORD, json!([{"document": "d", "member": {"number": "m1"}, "amount": "1", "at": crate::calls::days(-1)}])).await;
        seen(&app).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/metrics", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let serving = tokio::spawn(tessera::http::serve_metrics(app.app.clone(), listener, stop.clone()));
        let text = app.client().get(&url).send().await.unwrap().text().await.unwrap();
        let value = |name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
            line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().unwrap()
        };
        for (name, expected) in [("members", 1.0), ("transactions", 1.0), ("loads_total", 1.0)] {
            assert!((value(&format!("tessera_lens_{name}")) - expected).abs() < 0.5, "{name}");
        }
        assert!(value("tessera_lens_bytes") > 100.0);
        assert!((0.0..2.0).contains(&value("tessera_lens_lag_seconds")));
        stop.cancel();
        serving.await.unwrap().unwrap();
    }
}
