//! A shop at random: members, what they did, and segments, with everything known that the API should answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Months, NaiveDate};
use engine::calendar::Zone;
use rand::Rng;
use rand::seq::{IndexedRandom, IteratorRandom};
use rust_decimal::{Decimal, RoundingStrategy};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{Database, Random, TestApp, block_on, random};

use super::people::{Person, people};
use crate::segments::CREATE;

/// The programme's day: the one after a night of 23 hours.
pub const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 3, 30).unwrap();
/// The programme's gross margin in percent.
const MARGIN: i64 = 37;

/// A shop, and a server that knows it.
pub struct World {
    pub app: Arc<TestApp>,
    pub zone: Zone,
    pub people: Vec<Person>,
    pub groups: Vec<Group>,
    /// The members' numbers in the order of their ids.
    pub by_id: Vec<String>,
}

/// A segment as it was made.
#[derive(Clone, Debug)]
pub struct Group {
    pub key: String,
    pub name: String,
    pub description: Option<String>,
    pub tags: Vec<String>,
    pub active: bool,
    pub created_at: i64,
    /// Places in `World::people`, in the order of joining, each with its instant.
    pub members: BTreeMap<usize, i64>,
}

/// Runs a test over a shop on one database, then works out every figure once more.
pub fn run<F: Future<Output = ()>>(database: Database, what: &str, body: impl FnOnce(World, Random) -> F) {
    block_on(async {
        let mut random = random(what);
        let world = World::new(database, &mut random).await;
        let app = Arc::clone(&world.app);
        body(world, random).await;
        app.verify().await;
        app.stop().await;
    });
}

/// Makes a test of each database from some bodies that look at the same shop, one after the other: to make one takes
/// longer than to look at it. What they change they put back.
macro_rules! over_a_shop {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident, $random:ident) $body:block)*) => {
        $(
            $(#[$meta])*
            #[allow(unused_mut, unused_variables)]
            async fn $name($world: &$crate::lists::World, mut $random: tests::Random) $body
        )*

        async fn all_over_a_shop(world: $crate::lists::World, mut random: tests::Random) {
            $(
                println!("{}", stringify!($name));
                $name(&world, <tests::Random as rand::SeedableRng>::from_rng(&mut random)).await;
            )*
        }

        #[test]
        fn sqlite() {
            $crate::lists::run(tests::Database::Sqlite, concat!(module_path!(), " on SQLite"), all_over_a_shop);
        }

        #[test]
        fn postgres() {
            $crate::lists::run(tests::Database::Postgres, concat!(module_path!(), " on PostgreSQL"), all_over_a_shop);
        }
    };
}
pub(crate) use over_a_shop;

impl World {
    async fn new(database: Database, random: &mut Random) -> Self {
        let zone = Zone::from_name("Europe/Warsaw").unwrap();
        let app = TestApp::start_with(database, |settings| {
            settings.time_zone = Some(zone);
            settings.today = Some(TODAY);
            settings.gross_margin = Some(Decimal::new(MARGIN, 2));
        });
        let app = Arc::new(app.await);
        let people = people(random, zone);
        let groups = groups(random, zone, &people);
        super::people::record(&app, &people).await;
        let by_id = Self::numbers_by_id(&app).await;
        let world = Self { app, zone, people, groups, by_id };
        world.make_groups().await;
        world.set_times().await;
        world
    }

    async fn numbers_by_id(app: &TestApp) -> Vec<String> {
        texts(app, "SELECT number AS text FROM member ORDER BY id").await
    }

    /// The documents' numbers in the order of their ids.
    pub async fn documents_by_id(&self) -> Vec<String> {
        texts(&self.app, "SELECT document AS text FROM \"transaction\" ORDER BY id").await
    }

    async fn make_groups(&self) {
        for group in &self.groups {
            let members: Vec<Value> =
                group.members.keys().map(|place| json!({"number": self.people[*place].number})).collect();
            let input = json!({"key": group.key, "name": group.name, "description": group.description,
                "tags": group.tags, "active": group.active, "members": members});
            let made = self.app.graphql(CREATE, json!({ "input": input })).await;
            assert_eq!(made["createSegment"]["userErrors"], json!([]), "{group:?}");
        }
    }

    /// The clock stands, so that instants are written behind the API's back.
    async fn set_times(&self) {
        let quoted = |text: &str| text.replace('\'', "''");
        let mut changes = vec!["BEGIN".to_owned()];
        for group in &self.groups {
            changes.push(format!("UPDATE segment SET created_at = {} WHERE key = '{}'", group.created_at, group.key));
        }
        for person in &self.people {
            let (number, at) = (quoted(&person.number), person.created_at);
            changes.push(format!("UPDATE member SET created_at = {at} WHERE number = '{number}'"));
        }
        for (place, at) in &self.big().members {
            let (key, number) = (&self.big().key, quoted(&self.people[*place].number));
            for (table, column) in [("segment_member", "joined_at"), ("membership_event", "at")] {
                changes.push(format!(
                    "UPDATE {table} SET {column} = {at} WHERE segment_id = (SELECT id FROM segment WHERE key = '{key}')
                    AND member_id = (SELECT id FROM member WHERE number = '{number}')"
                ));
            }
        }
        changes.push("COMMIT".to_owned());
        self.app.app.db.writer().execute_unprepared(&changes.join(";\n")).await.unwrap();
    }

    /// The segment with the most members.
    pub fn big(&self) -> &Group {
        self.groups.iter().max_by_key(|group| group.members.len()).unwrap()
    }

    /// Everybody of a segment.
    pub fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Person> {
        group.members.keys().map(|place| &self.people[*place])
    }

    /// The figures of a segment, by the definitions of the contract.
    pub fn figures(&self, group: &Group) -> Figures {
        let since = TODAY.checked_sub_months(Months::new(12)).unwrap();
        let members = i64::try_from(group.members.len()).unwrap();
        let count: i64 = self.members(group).map(Person::transactions).sum();
        let spending: i64 = self.members(group).map(Person::spending).sum();
        let recent: i64 = self.members(group).map(|person| person.spending_after(since, self.zone)).sum();
        let round = |amount: Decimal| amount.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
        let per = |amount: i64, count: i64| (count > 0).then(|| round(Decimal::new(amount, 2) / Decimal::from(count)));
        #[allow(clippy::cast_precision_loss)]
        let average_transactions = (members > 0).then(|| count as f64 / members as f64);
        Figures {
            members,
            average_transaction_value: per(spending, count),
            average_transactions,
            average_spending: per(recent, members),
            average_clv: (members > 0)
                .then(|| round(Decimal::new(spending, 2) * Decimal::new(MARGIN, 2) / Decimal::from(members))),
        }
    }
}

async fn texts(app: &TestApp, statement: &str) -> Vec<String> {
    let db = app.app.db.writer();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), statement)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "text").unwrap()).collect()
}

/// The figures of a segment.
#[derive(Clone, Debug)]
pub struct Figures {
    pub members: i64,
    pub average_transaction_value: Option<Decimal>,
    pub average_transactions: Option<f64>,
    pub average_spending: Option<Decimal>,
    pub average_clv: Option<Decimal>,
}

const WORDS: [&str; 22] = [
    "VIP",
    "Gäste",
    "ŁÓDŹ",
    "café",
    "CAFÉ",
    "Größe",
    "100%",
    "a_b",
    "back\\slash",
    "O'Neil",
    "new",
    "NEW",
    "Ｗｉｄｅ",
    "日本語",
    "ΟΔΥΣΣΕΥΣ",
    "ﬁne",
    "İstanbul",
    "winter-2025",
    "x",
    "E\u{301}te",
    "🎉",
    "spring;--",
];
const TAGS: [&str; 8] = ["vip", "VIP", "Été", "50%", "a_b", "hand made", "Ost", "\\"];

fn groups(random: &mut Random, zone: Zone, people: &[Person]) -> Vec<Group> {
    let never: Vec<usize> = (0..people.len()).filter(|place| people[*place].documents.is_empty()).collect();
    let mut groups: Vec<Group> = Vec::new();
    for number in 0..120_usize {
        let members: BTreeSet<usize> = match number {
            0 => (0..people.len()).collect(),
            1..=19 => BTreeSet::new(),
            20..=29 => never.iter().copied().choose_multiple(random, 3).into_iter().collect(),
            30..=39 => BTreeSet::from([number]),
            // The same members as another one: every figure is equal.
            40..=49 => groups[random.random_range(20..40)].members.keys().copied().collect(),
            _ => {
                let some = random.random_range(1..60);
                (0..people.len()).choose_multiple(random, some).into_iter().collect()
            }
        };
        let words: Vec<&str> = WORDS.choose_multiple(random, number % 4).copied().collect();
        let name = format!("{} {number}", words.join([" ", "-", " / "][number % 3]));
        let description = match number % 3 {
            0 => None,
            _ => Some(format!("{}\nfor {}", WORDS.choose(random).unwrap(), WORDS.choose(random).unwrap())),
        };
        let mut tags: Vec<String> = Vec::new();
        for tag in TAGS.choose_multiple(random, number % 5) {
            // Tags that differ in case alone are one.
            if !tags.iter().any(|one| one.to_lowercase() == tag.to_lowercase()) {
                tags.push((*tag).to_owned());
            }
        }
        let joined = || zone.start_of(TODAY) - 3_600_000;
        let spread = i64::try_from(number).unwrap() % 7;
        groups.push(Group {
            key: format!("s{number}"),
            name: name.trim().to_owned(),
            description,
            tags,
            active: number % 11 != 5 || !members.is_empty(),
            created_at: created(random, zone, number),
            members: members.into_iter().map(|place| (place, joined() - spread * (place as i64 % 40))).collect(),
        });
    }
    groups
}

/// An instant at or near the midnights around a night of 23 hours and one of 25, often that of another row.
pub fn created(random: &mut Random, zone: Zone, number: usize) -> i64 {
    let days = [(2026, 3, 28), (2026, 3, 29), (2026, 3, 30), (2025, 10, 26), (2025, 10, 27), (2024, 2, 29)];
    let (year, month, day) = days[number % days.len()];
    let midnight = zone.start_of(NaiveDate::from_ymd_opt(year, month, day).unwrap());
    midnight + [-1, 0, 1, 0, 43_200_000].choose(random).unwrap()
}
