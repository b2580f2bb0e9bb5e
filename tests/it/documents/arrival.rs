//! The order of arrival never changes a figure: the same documents shuffled, repeated, split into calls and sent side by
//! side come to what a slow, plain model makes of the whole set.

use std::sync::Arc;

use futures::future::join_all;
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use serde_json::{Value, json};
use tests::{Database, Random, TestApp, random, run_with};

use super::model::{self, Document, MARGIN, Points, TODAY};
use crate::calls::{POINTS, RECORD, Taken, UPSERT, figures, make, metrics, segment, send};
use crate::segments::ASSIGN;

const CASES: usize = 60;

#[test]
fn the_order_of_arrival_never_changes_a_figure_on_sqlite() {
    check(Database::Sqlite);
}

#[test]
fn the_order_of_arrival_never_changes_a_figure_on_postgres() {
    check(Database::Postgres);
}

fn check(database: Database) {
    let change = |settings: &mut tessera::config::Settings| {
        settings.today = Some(TODAY.parse().unwrap());
        settings.time_zone = engine::calendar::Zone::from_name("Europe/Warsaw");
        settings.gross_margin = Some(MARGIN.parse().unwrap());
    };
    run_with(database, change, |app| async move {
        let mut random = random("arrival");
        for case in 0..CASES {
            Case::new(&app, case, &mut random).await.run(&app, &mut random).await;
        }
    });
}

/// A call that is to be made.
enum Call {
    Documents(Vec<Value>),
    Points(Vec<Value>),
    Assign(Value),
}

/// Documents and points of some people, half of whom are in a segment from the beginning and the others, in another one,
/// from somewhere in the middle.
struct Case {
    name: String,
    numbers: Vec<String>,
    names: Vec<[Value; 3]>,
    documents: Vec<Document>,
    points: Vec<Points>,
}

impl Case {
    async fn new(app: &TestApp, case: usize, random: &mut Random) -> Self {
        let people = random.random_range(2..6);
        let numbers: Vec<String> = (0..people).map(|person| format!("c{case}-{person}")).collect();
        let email = |number: &String| format!("{number}@example.org");
        make(app, UPSERT, numbers.iter().map(|number| json!({"number": number, "email": email(number)})).collect())
            .await;
        let mut names = Vec::new();
        for number in &numbers {
            let data =
                app.graphql("query($n: String) { member(ref: {number: $n}) { id } }", json!({ "n": number })).await;
            names.push([
                json!({ "number": number }),
                json!({"email": email(number).to_uppercase()}),
                json!({"id": data["member"]["id"]}),
            ]);
        }
        let documents = model::documents(random, case, people);
        let points = model::points(random, people);
        Self { name: format!("case-{case}"), numbers, names, documents, points }
    }

    async fn run(&self, app: &Arc<TestApp>, random: &mut Random) {
        let half: Vec<&str> = self.half(0).map(|person| self.numbers[person].as_str()).collect();
        segment(app, &self.name, &half).await;
        segment(app, &format!("{}-late", self.name), &[]).await;
        let (calls, rows) = self.calls(random);
        let side_by_side = if random.random_bool(0.5) { 4 } else { 1 };
        let mut tasks: Vec<Vec<Call>> = (0..side_by_side).map(|_| Vec::new()).collect();
        calls.into_iter().enumerate().for_each(|(place, call)| tasks[place % side_by_side].push(call));
        let tasks = tasks.into_iter().map(|calls| {
            let app = Arc::clone(app);
            tokio::spawn(async move {
                let mut taken = Vec::new();
                for call in calls {
                    taken.extend(call.send(&app).await);
                }
                taken
            })
        });
        let taken: Vec<Taken> = join_all(tasks).await.into_iter().flat_map(Result::unwrap).collect();
        let problems: Vec<&String> = taken.iter().flat_map(|taken| &taken.problems).collect();
        assert!(problems.is_empty(), "{}: {problems:?}", self.name);
        let created: u64 = taken.iter().map(|taken| taken.created).sum();
        assert_eq!(created as usize, self.documents.len() + self.points.len(), "{}", self.name);
        let duplicates: u64 = taken.iter().map(|taken| taken.duplicates).sum();
        assert_eq!((created + duplicates) as usize, rows, "{}", self.name);
        self.compare(app).await;
    }

    /// All documents and points, some of them more than once, in any order, and their number.
    fn calls(&self, random: &mut Random) -> (Vec<Call>, usize) {
        let again = |random: &mut Random| *[1, 1, 1, 2, 3].choose(random).unwrap();
        let mut documents: Vec<&Document> = self.documents.iter().flat_map(|one| vec![one; again(random)]).collect();
        let mut points: Vec<&Points> = self.points.iter().flat_map(|one| vec![one; again(random)]).collect();
        documents.shuffle(random);
        points.shuffle(random);
        let documents: Vec<Value> = documents.iter().map(|one| one.row(&self.names, random)).collect();
        let points: Vec<Value> = points.iter().map(|one| one.row(&self.names, random)).collect();
        let rows = documents.len() + points.len();
        let mut calls: Vec<Call> = split(documents, random).into_iter().map(Call::Documents).collect();
        calls.extend(split(points, random).into_iter().map(Call::Points));
        let late: Vec<&Value> = self.half(1).map(|person| &self.names[person][0]).collect();
        calls.push(Call::Assign(json!({"segment": {"key": format!("{}-late", self.name)}, "members": late})));
        calls.shuffle(random);
        (calls, rows)
    }

    fn half(&self, which: usize) -> impl Iterator<Item = usize> {
        (0..self.numbers.len()).filter(move |person| person % 2 == which)
    }

    async fn compare(&self, app: &TestApp) {
        let mut sums = Vec::new();
        for (person, number) in self.numbers.iter().enumerate() {
            let expected = model::sums(person, &self.documents, &self.points);
            assert_eq!(
                metrics(app, number).await,
                expected.metrics(),
                "{number}: {:#?} {:#?}",
                self.documents,
                self.points
            );
            sums.push(expected);
        }
        for (which, key) in [(0, self.name.clone()), (1, format!("{}-late", self.name))] {
            let half: Vec<model::Sums> = self.half(which).map(|person| sums[person].clone()).collect();
            let mut found = figures(app, &key).await;
            found.as_object_mut().unwrap().remove("statsAt");
            assert_eq!(found, model::figures(&half), "{key}: {:#?}", self.documents);
        }
    }
}

impl Call {
    async fn send(self, app: &TestApp) -> Option<Taken> {
        match self {
            Self::Documents(rows) => Some(send(app, RECORD, rows.into()).await),
            Self::Points(rows) => Some(send(app, POINTS, rows.into()).await),
            Self::Assign(input) => {
                let done = app.graphql(ASSIGN, json!({ "input": input })).await;
                assert_eq!(
                    (&done["assignMembers"]["userErrors"], &done["assignMembers"]["problemCount"]),
                    (&json!([]), &json!(0))
                );
                None
            }
        }
    }
}

fn split(mut rows: Vec<Value>, random: &mut Random) -> Vec<Vec<Value>> {
    let mut parts = Vec::new();
    while !rows.is_empty() {
        let size = random.random_range(1..=12).min(rows.len());
        parts.push(rows.split_off(rows.len() - size));
    }
    parts
}
