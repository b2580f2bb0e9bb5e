//! At least once, and for each member and segment in the order of the log: with several processes, and receivers that fail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use serde_json::json;
use tempfile::TempDir;
use tessera::app::App;
use tessera::config::Settings;
use tests::{Random, TestApp, random};

use super::receiver::{Behaviour, Received, Receiver};
use super::{MOVES, Sender, all_settled, due, endpoint, quick, rows, with_receivers};
use crate::calls::{members, segment};
use crate::dynamic::call;
use crate::segments::ASSIGN;

pub const UNASSIGN: &str =
    "mutation($i: AssignMembersInput!) { unassignMembers(input: $i) { changed userErrors { code } } }";

/// What happened to each member in each segment, in its order.
pub type Story = BTreeMap<(String, String), Vec<String>>;

/// The log of comings and goings since the endpoint was made.
pub async fn logged(app: &TestApp) -> Story {
    use sea_orm::{ConnectionTrait, Statement};
    let text = "SELECT e.segment_key, m.number, e.kind FROM membership_event AS e JOIN member AS m ON m.id = e.member_id ORDER BY e.id";
    let statement = Statement::from_string(app.app.db.backend(), text);
    let mut story = Story::new();
    for row in app.app.db.reader().query_all_raw(statement).await.unwrap() {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        story.entry((text("segment_key"), text("number"))).or_default().push(text("kind"));
    }
    story
}

/// What a receiver knows of it.
pub fn arrived(received: &[Received]) -> Story {
    let mut story = Story::new();
    for one in received {
        let kind = if one.kind() == "segment.member_joined" { "JOINED" } else { "LEFT" };
        for number in one.numbers() {
            story.entry((one.segment().to_owned(), number)).or_default().push(kind.to_owned());
        }
    }
    story
}

/// Another process's view of the same database.
async fn another(app: &TestApp) -> (Arc<App>, TempDir) {
    let folder = TempDir::new().unwrap();
    let mut settings = Settings {
        database_url: app.url.as_str().into(),
        data_dir: folder.path().to_path_buf(),
        metrics_listen: None,
        ..Settings::default()
    };
    super::inside(&mut settings);
    (App::open(settings).await.unwrap(), folder)
}

/// Lets random members come to and leave random segments.
async fn moves(app: &TestApp, random: &mut Random, times: usize) {
    for _ in 0..times {
        let some: Vec<_> = (0..random.random_range(1..6))
            .map(|_| json!({"number": format!("m{}", random.random_range(1..9))}))
            .collect();
        let input = json!({"segment": {"key": format!("s{}", random.random_range(0..4))}, "members": some});
        let text = if random.random_bool(0.5) { ASSIGN.replace("$input", "$i") } else { UNASSIGN.to_owned() };
        call(app, &text, input).await;
    }
}

async fn world(app: &TestApp) {
    members(app, &["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"]).await;
    for number in 0..4 {
        segment(app, &format!("s{number}"), &[]).await;
    }
}

with_receivers! {
    async fn two_processes_send_everything_once(app) {
        world(&app).await;
        let receivers = [Receiver::start().await, Receiver::start().await];
        for receiver in &receivers {
            endpoint(&app, &receiver.url, &MOVES).await;
        }
        let (other, _folder) = another(&app).await;
        let senders = [Sender::start(&app.app, quick()), Sender::start(&other, quick())];
        moves(&app, &mut random("two processes"), 60).await;
        all_settled(&app).await;
        let told = rows(&app, "webhook_delivery").await;
        for receiver in &receivers {
            let received = receiver.received();
            let ids: BTreeSet<_> = received.iter().map(|one| one.id().to_owned()).collect();
            assert_eq!((ids.len(), received.len() as i64 * 2), (received.len(), told));
            assert_eq!(arrived(&received), logged(&app).await);
        }
        for sender in senders {
            sender.stop().await;
        }
        other.db.close().await.unwrap();
    }

    async fn receivers_that_fail_are_told_in_order_all_the_same(app) {
        world(&app).await;
        let mut dice = random("failing receivers");
        let receivers = [Receiver::start().await, Receiver::start().await];
        for receiver in &receivers {
            let mut dice = Random::seed_from_u64(dice.random());
            receiver.behave(move |_| match dice.random_range(0..20) {
                0 => Behaviour::Answer(500),
                1 => Behaviour::Hang,
                2 => Behaviour::Answer(302),
                3 => Behaviour::Slowly(Duration::from_millis(20), 503),
                4 => Behaviour::Slowly(Duration::from_millis(20), 200),
                _ => Behaviour::Answer(200),
            });
            endpoint(&app, &receiver.url, &MOVES).await;
        }
        let (other, _folder) = another(&app).await;
        // One that is stopped again and again beside one that stays.
        let stays = Sender::start(&app.app, quick());
        for _ in 0..6 {
            let comes_and_goes = Sender::start(&other, quick());
            moves(&app, &mut dice, 10).await;
            due(&app).await;
            comes_and_goes.stop().await;
        }
        let patience = async {
            loop {
                due(&app).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            () = all_settled(&app) => {}
            () = patience => {}
        }
        assert_eq!(rows(&app, "webhook_delivery WHERE status = 'DELIVERED'").await, rows(&app, "webhook_delivery").await);
        for receiver in &receivers {
            assert_eq!(arrived(&receiver.accepted()), logged(&app).await);
            // Nothing was sent before all that comes before it for its segment was accepted.
            let (mut last, mut seen) = (BTreeMap::new(), BTreeSet::new());
            for one in receiver.received().into_iter().filter(|one| seen.insert(one.id().to_owned())) {
                let (id, before) = (number(one.id()), last.insert(one.segment().to_owned(), number(one.id())));
                assert!(before.is_none_or(|before| before < id), "{id} after {before:?}");
            }
        }
        stays.stop().await;
        other.db.close().await.unwrap();
    }
}

fn number(id: &str) -> i64 {
    match tessera::global_id::GlobalId::read(id) {
        Some(tessera::global_id::GlobalId::WebhookDelivery(id)) => id.0,
        other => panic!("{other:?}"),
    }
}
