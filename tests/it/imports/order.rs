//! The order in which documents arrive never changes a figure.

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use tessera::imports::{Kind, Options};
use tests::{Random, TestApp, on_both, random};

use super::{file, import, options, query, same};

/// Sales, and returns that name them with or without the member; the documents that the books take in any order.
fn documents(random: &mut Random) -> Vec<String> {
    let mut rows = Vec::new();
    for number in 0..400 {
        let (member, day) = (random.random_range(0..40), random.random_range(1..=28));
        let member = if number % 8 == 0 { String::new() } else { format!("m{member}") };
        let amount = [0, 100, 250, 999][random.random_range(0..4)];
        rows.push(format!("s{number},2025-{:02}-{day:02},{},{member},SALE,", number % 12 + 1, cents(amount)));
        for part in 0..random.random_range(0..3) {
            let (back, named) = ([amount, amount / 2, amount * 2][part], random.random_bool(0.5));
            let named = if named { member.as_str() } else { "" };
            rows.push(format!("r{number}-{part},2026-01-{day:02},{},{named},RETURN,s{number}", cents(back)));
        }
    }
    rows
}

fn cents(amount: i32) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

async fn figures(app: &TestApp) -> Vec<String> {
    let metrics =
        ["m.number", "k.transactions", "k.spending", "k.spending_12m", "k.first_purchase_at", "k.last_purchase_at"];
    let mut figures = query(&app.app, &metrics, "member AS m JOIN member_metrics AS k ON k.member_id = m.id").await;
    let sales = ["t.document", "t.purchase", "t.returns", "t.returned", "m.number"];
    figures.extend(query(&app.app, &sales, "\"transaction\" AS t LEFT JOIN member AS m ON m.id = t.member_id").await);
    figures.sort_unstable();
    figures
}

async fn take(app: &TestApp, name: &str, rows: &[String]) {
    let text = format!("document,at,amount,member,kind,returns_document\n{}\n", rows.join("\n"));
    let given = options(Kind::Transactions, file(app, name, text), "");
    let report = import(app, Options { create_members: true, ..given }).await;
    assert_eq!(report.rejected, 0, "{report}");
}

on_both! {
    async fn shuffled_repeated_and_split_documents_come_to_the_same(app) {
        let mut random = random("order of documents");
        let rows = documents(&mut random);
        take(&app, "all.csv", &rows).await;
        let expected = figures(&app).await;
        for round in 0..3 {
            let other = TestApp::start(app.database).await;
            let mut rows = rows.clone();
            let repeated: Vec<String> = rows.choose_multiple(&mut random, 100).cloned().collect();
            rows.extend(repeated);
            rows.shuffle(&mut random);
            let size = random.random_range(50..rows.len());
            for (part, rows) in rows.chunks(size).enumerate() {
                take(&other, &format!("{round}-{part}.csv"), rows).await;
            }
            same(&figures(&other).await, &expected);
            other.verify().await;
            other.stop().await;
        }
    }
}
