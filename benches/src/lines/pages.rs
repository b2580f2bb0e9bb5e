//! The two pages of a dashboard, beside the hand-written peer and PostGraphile.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::args::{Ask, Line};
use crate::http::{Connection, Question};
use crate::load::{self, Load, Plan, Target};
use crate::postgraphile;
use crate::process::{Cpu, Server};
use crate::report::{Figure, Goal, Report, thousands};
use crate::scene::Scene;
use crate::shop;

/// The page of the segments: filtered by name and members, sorted by a figure, six figures each.
pub(super) const LIST: &str = "query Page($first: Int!, $filter: SegmentFilter!, $order: SegmentOrder!) {
    segments(first: $first, filter: $filter, orderBy: $order) {
        nodes {
            id key name memberCount reachableCount averageTransactionValue { amount } averageTransactions
            averageSpending { amount } averageClv { amount }
        }
        pageInfo { hasNextPage endCursor }
    }
}";

/// A segment with those who came last and their figures.
pub(super) const MEMBERS: &str = "query Members($key: String!, $first: Int!) {
    segment(ref: {key: $key}) {
        name memberCount
        members(first: $first) {
            edges {
                joinedAt
                node {
                    number firstName lastName email tier
                    metrics { transactions spending { amount } averageTransactionValue { amount } lastPurchaseAt pointsBalance }
                }
            }
            pageInfo { hasNextPage endCursor }
        }
    }
}";

const GRAPHILE_LIST: &str = "query Page($first: Int!, $name: String!, $members: BigInt!) {
    allSegmentStats(first: $first, orderBy: [AVERAGE_TRANSACTION_VALUE_DESC, SEGMENT_ID_DESC], filter: {
        members: {greaterThanOrEqualTo: $members}, segmentBySegmentId: {nameFolded: {includes: $name}}
    }) {
        nodes {
            members reachable averageTransactionValue averageTransactions averageSpending averageClv
            segmentBySegmentId { id key name }
        }
        pageInfo { hasNextPage endCursor }
    }
}";

const GRAPHILE_MEMBERS: &str = "query Members($key: String!, $first: Int!) {
    segmentByKey(key: $key) {
        name segmentStatBySegmentId { members }
        memberships(first: $first, orderBy: [JOINED_AT_DESC, MEMBER_ID_DESC]) {
            edges {
                node {
                    joinedAt
                    member {
                        number firstName lastName email tier
                        metrics { transactions spending lastPurchaseAt pointsBalance }
                    }
                }
            }
            pageInfo { hasNextPage endCursor }
        }
    }
}";

const MIN_MEMBERS: i64 = 200;

/// A page with the peers' ways to it.
struct Page {
    name: &'static str,
    query: &'static str,
    variables: Value,
    by_hand: String,
    graphile: (&'static str, Value),
    /// Where PostGraphile's rows stand, and what names one; then the same of Tessera's.
    rows: [(&'static str, &'static str); 2],
    /// At least so much of the hand-written one, and so many times PostGraphile.
    goals: [f64; 2],
}

/// What the list page is asked with.
pub(super) fn list_variables() -> Value {
    let filter = json!({"name": {"contains": "club"}, "members": {"gte": MIN_MEMBERS}});
    json!({"first": 20, "filter": filter, "order": {"field": "AVERAGE_TRANSACTION_VALUE", "direction": "DESC"}})
}

/// What the page of the members of everybody's segment is asked with.
pub(super) fn members_variables(segments: usize) -> Value {
    json!({"key": shop::key(segments), "first": 50})
}

fn list() -> Page {
    Page {
        name: "segments: a page of 20",
        query: LIST,
        variables: list_variables(),
        by_hand: format!("/segments?name=club&members={MIN_MEMBERS}&first=20"),
        graphile: (GRAPHILE_LIST, json!({"first": 20, "name": "club", "members": MIN_MEMBERS.to_string()})),
        rows: [("/data/allSegmentStats/nodes", "/segmentBySegmentId/key"), ("/data/segments/nodes", "/key")],
        goals: [0.5, 4.0],
    }
}

fn members(segments: usize) -> Page {
    let variables = members_variables(segments);
    Page {
        name: "a segment with its first 50 members",
        query: MEMBERS,
        by_hand: format!("/segment?key={}&first=50", shop::key(segments)),
        graphile: (GRAPHILE_MEMBERS, variables.clone()),
        variables,
        rows: [
            ("/data/segmentByKey/memberships/edges", "/node/member/number"),
            ("/data/segment/members/edges", "/node/number"),
        ],
        goals: [0.5, 2.0],
    }
}

/// Measures the pages that are wanted.
pub(crate) async fn pages(scene: &Scene<'_>, report: &mut Report) -> Result<()> {
    let wanted = [(Line::List, list()), (Line::Members, members(scene.stage.size.segments))];
    let wanted: Vec<Page> =
        wanted.into_iter().filter(|(line, _)| scene.run.wants(*line)).map(|(_, page)| page).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let by_hand = by_hand(scene)?;
    let graphile = match scene.cluster {
        Some(_) => Some(postgraphile::serve(&scene.run.cache, scene.stage.tessera.url())?),
        None => None,
    };
    for page in &wanted {
        measure(scene, page, &by_hand, graphile.as_ref(), report).await?;
    }
    Ok(())
}

/// Asks a server that runs already, and prints what came of it.
pub(crate) async fn ask(arguments: &Ask) -> Result<()> {
    let page = if arguments.page == Line::Members { members(arguments.segment) } else { list() };
    let (query, variables) = match &arguments.query {
        Some(query) => (query.as_str(), &json!({})),
        None => (page.query, &page.variables),
    };
    let cpu = |process: Option<u32>| process.map_or(Cpu::default(), Cpu::of_tree);
    let target = Target {
        question: Question::graphql(&arguments.address, Some(&arguments.token), query, variables),
        server: &|| cpu(arguments.process),
        database: &|| cpu(arguments.database_process),
    };
    let (warm_up, counted) = (Duration::from_secs(1), Duration::from_secs(arguments.seconds));
    let load = load::ask(&target, Plan { connections: arguments.connections, warm_up, counted }).await?;
    println!("{}", figure(page.name, "", &load).text);
    Ok(())
}

/// The hand-written peer: this program again, so that what it costs can be told from the load's.
fn by_hand(scene: &Scene<'_>) -> Result<Server> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.args(["peer", "--database-url", scene.stage.tessera.url(), "--key"]).arg(scene.stage.tessera.key_file());
    Server::start(&mut command, postgraphile::listening).context("the hand-written peer")
}

async fn measure(
    scene: &Scene<'_>,
    page: &Page,
    by_hand: &Server,
    graphile: Option<&Server>,
    report: &mut Report,
) -> Result<()> {
    let ours = scene.question(page.query, &page.variables);
    let theirs = Question::get(&by_hand.address, page.by_hand.clone(), Some(&scene.token));
    let (our_body, their_body) = (body(&ours).await?, body(&theirs).await?);
    ensure!(our_body == their_body, "other answers:\n{}\n{}", text(&our_body), text(&their_body));
    let mut servers = vec![("Tessera", ours, &scene.server, None), ("by hand", theirs, by_hand, Some(page.goals[0]))];
    if let Some(server) = graphile {
        let question = Question::graphql(&server.address, None, page.graphile.0, &page.graphile.1);
        let (theirs, ours) = (serde_json::from_slice(&body(&question).await?)?, serde_json::from_slice(&our_body)?);
        let [of_theirs, of_ours] = page.rows;
        ensure!(names(&theirs, of_theirs) == names(&ours, of_ours), "PostGraphile has other rows: {theirs}");
        servers.push(("PostGraphile", question, server, Some(page.goals[1])));
    }
    for &connections in &scene.run.connections {
        let mut loads = vec![Load::default(); servers.len()];
        for _ in 0..scene.run.rounds {
            for ((_, question, server, _), load) in servers.iter().zip(&mut loads) {
                let target =
                    Target { question: question.clone(), server: &|| server.cpu(), database: &|| scene.database_cpu() };
                load.add(load::ask(&target, plan(scene, connections)).await?);
            }
        }
        let what = format!("{}, {connections} connection{}", page.name, if connections == 1 { "" } else { "s" });
        let ours = loads[0].rate();
        for ((who, _, _, goal), load) in servers.iter().zip(&loads) {
            report.add(Figure {
                ratio: goal.map(|_| ours / load.rate()),
                goal: goal.map(Goal::AtLeast),
                ..figure(&what, who, load)
            });
        }
    }
    Ok(())
}

fn plan(scene: &Scene<'_>, connections: usize) -> Plan {
    Plan { connections, warm_up: Duration::from_millis(800), counted: Duration::from_secs(scene.run.seconds) }
}

/// What a load says of a server.
pub(super) fn figure(what: &str, who: &str, load: &Load) -> Figure {
    let database = match load.database_micros() {
        0.0 => String::new(),
        micros => format!(" + {micros:.0}"),
    };
    let text = format!(
        "{:>7}/s  CPU {:>5.0}{database} µs  p50 {:.2} p99 {:.2} ms",
        thousands(load.rate() as u64),
        load.server_micros(),
        load.latency(0.5),
        load.latency(0.99),
    );
    Figure {
        what: what.to_owned(),
        who: who.to_owned(),
        text,
        value: Some(load.rate()),
        unit: "answers a second",
        ..Figure::default()
    }
}

async fn body(question: &Question) -> Result<Bytes> {
    Connection::open(question).await?.ask().await
}

fn text(body: &Bytes) -> String {
    String::from_utf8_lossy(body).into_owned()
}

fn names(answer: &Value, (rows, name): (&str, &str)) -> Vec<Value> {
    let rows = answer.pointer(rows).and_then(Value::as_array);
    rows.into_iter().flatten().filter_map(|row| row.pointer(name).cloned()).collect()
}
