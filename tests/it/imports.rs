//! Files that come in: what is taken, what is left out and why, and that nothing gets lost or counted twice, whatever
//! happens meanwhile.

mod feedback;
mod kills;
mod lines;
mod members;
mod mistakes;
mod order;
mod points;
mod real;
mod rejects;
mod resume;
mod rows;
mod segment;
pub mod shop;

use std::path::PathBuf;

use sea_orm::{ConnectionTrait, Statement};
use tessera::app::App;
use tessera::imports::{self, Format, Kind, Options, Report};
use tests::TestApp;

/// Writes a file into the test's folder.
pub fn file(app: &TestApp, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = app.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// An import of a file with a mapping such as `number=id,email=mail`; its rejects go beside the file.
pub fn options(kind: Kind, file: PathBuf, map: &str) -> Options {
    let pairs = map.split(',').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
    Options {
        kind,
        format: Format::of(&file),
        map: pairs.map(|(field, column)| (field.to_owned(), column.to_owned())).collect(),
        create_members: false,
        lines: false,
        negative_is_return: false,
        source: None,
        segment: None,
        rejects: Some(PathBuf::from(format!("{}.rejects.csv", file.display()))),
        file,
    }
}

pub async fn import(app: &TestApp, options: Options) -> Report {
    imports::run(&app.app, options).await.unwrap()
}

/// What a report counts: new, changed, known already, rejected.
fn counts(report: &Report) -> [u64; 4] {
    [report.created, report.updated, report.duplicates, report.rejected]
}

/// The rows of a query, each as text with bars between its columns; null is a dash.
async fn query(app: &App, columns: &[&str], rest: &str) -> Vec<String> {
    let columns: Vec<String> = columns.iter().map(|column| format!("COALESCE(CAST({column} AS TEXT), '-')")).collect();
    let text = format!("SELECT {} AS line FROM {rest}", columns.join(" || '|' || "));
    let db = app.db.writer();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "line").unwrap()).collect()
}

/// Everything that documents and members come to, without ids and times of recording, in one order.
pub async fn books(app: &App) -> Vec<String> {
    const MEMBER: [&str; 16] = [
        "m.number",
        "m.enrolled_at",
        "m.first_name",
        "m.last_name",
        "m.email",
        "m.country",
        "m.attributes",
        "m.marketing_consent",
        "k.transactions",
        "k.spending",
        "k.spending_12m",
        "k.first_purchase_at",
        "k.last_purchase_at",
        "k.points_balance",
        "k.points_earned",
        "m.search_words",
    ];
    // Not the hash of the body: a member's id is in it, and ids are not the same in two databases.
    const DOCUMENT: [&str; 12] = [
        "t.source",
        "t.document",
        "t.kind",
        "m.number",
        "t.amount",
        "t.at",
        "t.channel",
        "t.location",
        "t.labels",
        "t.returns_document",
        "t.returned",
        "t.purchase",
    ];
    const ITEM: [&str; 8] =
        ["t.document", "i.position", "i.sku", "i.name", "i.brand", "i.category", "i.quantity", "i.amount"];
    let mut books = query(app, &MEMBER, "member AS m JOIN member_metrics AS k ON k.member_id = m.id").await;
    books.extend(query(app, &DOCUMENT, "\"transaction\" AS t LEFT JOIN member AS m ON m.id = t.member_id").await);
    books.extend(query(app, &ITEM, "transaction_item AS i JOIN \"transaction\" AS t ON t.id = i.transaction_id").await);
    let label = ["m.number", "l.position", "l.key", "l.value"];
    books.extend(query(app, &label, "member_label AS l JOIN member AS m ON m.id = l.member_id").await);
    let entry = ["m.number", "p.document", "p.kind", "p.points", "p.at", "p.origin"];
    books.extend(query(app, &entry, "points_entry AS p JOIN member AS m ON m.id = p.member_id").await);
    let answer = ["m.number", "f.document", "f.survey", "f.survey_folded", "f.score", "f.comment", "f.at"];
    books.extend(query(app, &answer, "feedback AS f JOIN member AS m ON m.id = f.member_id").await);
    books.sort_unstable();
    books
}

/// Expects two sorted lists to be the same, and shows no more than their first differences.
pub fn same(one: &[String], other: &[String]) {
    let missing = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|row| those.binary_search(row).is_err()).take(5).cloned().collect()
    };
    let (here, there) = (missing(one, other), missing(other, one));
    assert!(one == other, "{} and {} rows; only here: {here:#?}; only there: {there:#?}", one.len(), other.len());
}
