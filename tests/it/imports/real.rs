//! Real shops' files, by the commands of the README, held against what a plain loop over the files comes to.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

use flate2::read::GzDecoder;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tests::{Database, TestApp, command, run, run_with};

use super::query;

/// What a customer comes to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Customer {
    purchases: i64,
    spending: Decimal,
    last_12_months: Decimal,
    first: String,
    last: String,
    country: String,
}

impl Customer {
    fn purchase(&mut self, at: &str) {
        self.purchases += 1;
        if self.first.is_empty() || at < self.first.as_str() {
            self.first = at.to_owned();
        }
        if at > self.last.as_str() {
            self.last = at.to_owned();
        }
    }
}

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn unpacked(path: &PathBuf) -> String {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

fn succeed(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{text}");
    text
}

/// All members as the API shows them.
async fn members(app: &TestApp) -> HashMap<String, Customer> {
    let page = "query($after: String) { members(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        number country metrics { transactions spending { amount } spendingLast12Months { amount } firstPurchaseAt lastPurchaseAt } } } }";
    let (mut members, mut after) = (HashMap::new(), Value::Null);
    loop {
        let data = app.graphql(page, json!({ "after": after })).await;
        for node in data["members"]["nodes"].as_array().unwrap() {
            let metrics = &node["metrics"];
            let amount = |name: &str| metrics[name]["amount"].as_str().unwrap().parse().unwrap();
            let instant = |name: &str| metrics[name].as_str().unwrap_or_default().trim_end_matches(".000Z").to_owned();
            let customer = Customer {
                purchases: metrics["transactions"].as_i64().unwrap(),
                spending: amount("spending"),
                last_12_months: amount("spendingLast12Months"),
                first: instant("firstPurchaseAt"),
                last: instant("lastPurchaseAt"),
                country: node["country"].as_str().unwrap_or_default().to_owned(),
            };
            assert!(members.insert(node["number"].as_str().unwrap().to_owned(), customer).is_none());
        }
        if data["members"]["pageInfo"]["hasNextPage"] == json!(false) {
            return members;
        }
        after = data["members"]["pageInfo"]["endCursor"].clone();
    }
}

fn equal(shown: &HashMap<String, Customer>, expected: &HashMap<String, Customer>) {
    assert_eq!(shown.len(), expected.len());
    for (number, customer) in expected {
        assert_eq!(shown.get(number), Some(customer), "{number}");
    }
}

async fn sums(app: &TestApp) -> Vec<String> {
    let net = "SUM(CASE kind WHEN 'SALE' THEN amount ELSE -amount END)";
    let anonymous = "SUM(CASE WHEN member_id IS NULL THEN 1 ELSE 0 END)";
    let zero = "SUM(CASE WHEN amount = 0 THEN 1 ELSE 0 END)";
    let mut sums = query(&app.app, &["COUNT(*)", net, anonymous, zero], "\"transaction\"").await;
    sums.extend(query(&app.app, &["COUNT(*)"], "member").await);
    sums.extend(query(&app.app, &["COUNT(*)"], "transaction_item").await);
    sums
}

async fn cdnow(app: &TestApp, settings: &[&str]) {
    let text = unpacked(&data("data/cdnow_master_transactions.csv.gz"));
    std::fs::write(app.folder().join("cdnow_master_transactions.csv"), &text).unwrap();
    let mut import = command(&app.url, app.folder());
    import.args(settings).args([
        "import",
        "transactions",
        "cdnow_master_transactions.csv",
        "--create-members",
        "--map",
    ]);
    import.arg("member=customer_id,at=date,amount=amount,document=@line");
    let said = succeed(import);
    assert!(said.starts_with("69,659 transactions: 69,659 new, 0 known already, 0 rejected in "), "{said}");
    assert_eq!(sums(app).await, ["69659|250031563|0|80", "23570", "0"]);

    let mut customers: HashMap<String, Customer> = HashMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let customer = customers.entry(cells[0].to_owned()).or_default();
        customer.purchase(&format!("{}T00:00:00", cells[1]));
        customer.spending += cells[3].parse::<Decimal>().unwrap();
        if !settings.is_empty() && cells[1] > "1997-06-30" {
            customer.last_12_months += cells[3].parse::<Decimal>().unwrap();
        }
    }
    equal(&members(app).await, &customers);
}

/// The averages of a segment of everybody, to the cent.
async fn everybody(app: &TestApp) {
    let made = app.graphql(crate::segments::CREATE, json!({"input": {"name": "Everybody"}})).await;
    let segment = json!({"id": made["createSegment"]["segment"]["id"]});
    let customers = members(app).await;
    let numbers: Vec<Value> = customers.keys().map(|number| json!({ "number": number })).collect();
    let mut figures = Value::Null;
    for numbers in numbers.chunks(10_000) {
        let input = json!({"segment": segment, "members": numbers});
        figures =
            app.graphql(crate::segments::ASSIGN, json!({ "input": input })).await["assignMembers"]["segment"].clone();
    }
    assert_eq!(figures["memberCount"], 23_570);
    let average = |sum: Decimal, count: i64| json!((sum / Decimal::from(count)).round_dp(2).to_string());
    let last_12_months = customers.values().map(|customer| customer.last_12_months).sum();
    let spending = Decimal::new(250_031_563, 2);
    assert_eq!(figures["averageTransactionValue"]["amount"], average(spending, 69_659), "{figures}");
    assert_eq!(figures["averageSpending"]["amount"], average(last_12_months, 23_570), "{figures}");
    assert_eq!(figures["averageClv"]["amount"], average(spending, 23_570), "{figures}");
}

#[test]
fn cdnow_on_sqlite_on_its_last_day() {
    run_with(
        Database::Sqlite,
        |settings| settings.today = Some("1998-06-30".parse().unwrap()),
        async |app| {
            cdnow(&app, &["--today", "1998-06-30"]).await;
            everybody(&app).await;
        },
    );
}

#[test]
fn cdnow_on_postgres_today() {
    run(Database::Postgres, async |app| cdnow(&app, &[]).await);
}

async fn online_retail(app: &TestApp) {
    let path = data("../../shared/data/online_retail/online_retail_lines.csv.gz");
    if !path.exists() {
        println!("LEFT OUT: {} is not there, so that the import of Online Retail was not tested.", path.display());
        eprintln!("LEFT OUT: {} is not there, so that the import of Online Retail was not tested.", path.display());
        return;
    }
    std::fs::copy(&path, app.folder().join("online_retail_lines.csv.gz")).unwrap();
    let mut import = command(&app.url, app.folder());
    import.args(["import", "transactions", "online_retail_lines.csv.gz", "--lines", "--negative-is-return"]);
    import.args(["--create-members", "--map"]);
    import.arg("document=invoice_no,member=customer_id,at=timestamp,sku=stock_code,name=description,quantity=quantity,unit_price=unit_price,member.country=country");
    let said = succeed(import);
    assert!(said.starts_with("25,900 transactions: 25,900 new, 0 known already, 0 rejected in "), "{said}");
    assert_eq!(sums(app).await, ["25900|974774793|3710|2102", "4372", "541909"]);

    // An invoice: its customer, its earliest time, what it comes to.
    let mut invoices: HashMap<String, (String, String, Decimal)> = HashMap::new();
    let mut countries = HashMap::new();
    let text = unpacked(&path);
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        let new = || (row[6].to_owned(), row[4].to_owned(), Decimal::ZERO);
        let (_, at, sum) = invoices.entry(row[0].to_owned()).or_insert_with(new);
        if &row[4] < at.as_str() {
            row[4].clone_into(at);
        }
        *sum += (row[3].parse::<Decimal>().unwrap() * row[5].parse::<Decimal>().unwrap()).round_dp(2);
        countries.insert(row[6].to_owned(), row[7].to_owned());
    }
    let mut customers: HashMap<String, Customer> = HashMap::new();
    for (number, at, sum) in invoices.values().filter(|(number, _, _)| !number.is_empty()) {
        let customer = customers.entry(number.clone()).or_default();
        customer.spending += sum;
        customer.country = countries[number].clone();
        if *sum >= Decimal::ZERO {
            customer.purchase(at);
        }
    }
    equal(&members(app).await, &customers);
}

#[test]
fn online_retail_on_sqlite() {
    run(Database::Sqlite, async |app| online_retail(&app).await);
}

#[test]
fn online_retail_on_postgres() {
    run(Database::Postgres, async |app| online_retail(&app).await);
}
