//! What stands in the files, beside what the API says of the same members.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{ask, download, execute};
use crate::segments::CREATE;

/// Texts that are hard to write down, and whether a spreadsheet would take them for a formula.
pub const TEXTS: [(&str, bool); 22] = [
    ("plain", false),
    ("a, b; c\td", false),
    ("she said \"no\"", false),
    ("\"", false),
    ("two\nlines\r\nand more", false),
    ("Zażółć gęślą jaźń 東京 👩‍👩‍👧", false),
    ("back\\slash \u{2028} and \u{1f}", false),
    ("'=1", false),
    ("=1+1", true),
    ("=HYPERLINK(\"http://evil.example\",\"a\")", true),
    ("+1", true),
    ("-1", true),
    ("@SUM(1,2)", true),
    ("＝1+1", true),
    ("＋1", true),
    ("－1", true),
    ("＠1", true),
    ("\t=1", true),
    ("\r=1", true),
    ("  =1+1", true),
    ("\u{a0}\u{3000}＝1+1", true),
    ("\u{200b}=1+1", true),
];

/// A segment `all` of members with these texts and with every kind of figure; the last two have nothing at all.
pub async fn shop(app: &TestApp) {
    let some = TEXTS.len();
    let members: Vec<Value> = (0..some + 2)
        .map(|place| match place < some {
            true => json!({"number": format!("n{place}"), "firstName": "a", "lastName": "b", "email": format!("e{place}@example.org"),
                "phone": "+48 600 100 200", "gender": "other", "birthDate": format!("19{}-05-{:02}", 60 + place, place + 1),
                "street": "Long Street 1/2", "postalCode": "00-001", "city": "Łódź", "region": "łódzkie", "country": "PL", "tier": "Gold",
                "enrolledAt": format!("2024-02-{:02}T10:00:00.{place:03}Z", place + 1), "marketingConsent": place % 3 == 0}),
            false => json!({"number": format!("n{place}")}),
        })
        .collect();
    let upsert =
        "mutation($m: [MemberInput!]!) { upsertMembers(input: {members: $m}) { created problems { message path } } }";
    let data = app.graphql(upsert, json!({ "m": members })).await;
    assert_eq!(data["upsertMembers"]["created"], members.len(), "{data}");
    let sales: Vec<Value> = (0..some)
        .flat_map(|place| {
            let (member, at) = (json!({"number": format!("n{place}")}), format!("2025-03-{:02}T08:15:30.5Z", place + 1));
            let sale = json!({"document": format!("s{place}"), "member": member, "amount": format!("{}.05", place * 7), "at": at});
            // More comes back than was bought.
            let back = json!({"document": format!("r{place}"), "member": member, "amount": "21.10", "at": at, "kind": "RETURN"});
            if place % 4 == 1 { vec![sale, back] } else { vec![sale] }
        })
        .collect();
    let record = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created problems { message path } } }";
    let data = app.graphql(record, json!({ "t": sales })).await;
    assert_eq!(data["recordTransactions"]["created"], sales.len(), "{data}");
    let points = "mutation { recordPoints(input: {entries: [{document: \"p1\", member: {number: \"n1\"}, kind: EARNED, points: 120, at: \"2025-03-01T00:00:00Z\"},
        {document: \"p2\", member: {number: \"n2\"}, kind: ADJUSTED, points: -7, at: \"2025-03-01T00:00:00Z\"}]}) { created } }";
    assert_eq!(app.graphql(points, json!({})).await["recordPoints"]["created"], 2);
    // Not every one of these texts would be let in today; older data and other programs' may be there all the same.
    for (place, (text, _)) in TEXTS.iter().enumerate() {
        let text = text.replace('\'', "''");
        execute(app, &format!("UPDATE member SET first_name = '{text}', city = '{text}' WHERE number = 'n{place}'"))
            .await;
    }
    let numbers: Vec<Value> = (0..some + 2).map(|place| json!({"number": format!("n{place}")})).collect();
    app.graphql(CREATE, json!({"input": {"name": "All", "members": numbers}})).await;
    app.graphql(CREATE, json!({"input": {"name": "Nobody"}})).await;
}

/// The members of the segment as the API shows them, by id.
async fn shown(app: &TestApp) -> Vec<Value> {
    let text = "{ segment(ref: {key: \"all\"}) { members(first: 250) { edges { joinedAt node { number firstName lastName email phone
        gender birthDate street postalCode city region country tier enrolledAt marketingConsent
        metrics { transactions spending { amount } lastPurchaseAt pointsBalance historicClv { amount } } } } } } }";
    let data = app.graphql(text, json!({})).await;
    let mut shown: Vec<Value> = data["segment"]["members"]["edges"].as_array().unwrap().iter().map(flat).collect();
    shown.sort_by_key(|member| member["number"].as_str().unwrap()[1..].parse::<usize>().unwrap());
    shown
}

/// One object of an edge, its node and its figures, as a line of the file has it.
fn flat(edge: &Value) -> Value {
    let mut flat = edge["node"].clone();
    let metrics = flat.as_object_mut().unwrap().remove("metrics").unwrap();
    for (name, value) in metrics.as_object().unwrap() {
        flat[name] = if value.is_object() { value["amount"].clone() } else { value.clone() };
    }
    flat["joinedAt"] = edge["joinedAt"].clone();
    flat
}

/// A value as a CSV cell.
fn cell(key: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let ours = ["spending", "historicClv", "pointsBalance"].contains(&key);
    let formula = text == "+48 600 100 200" || TEXTS.iter().any(|(one, formula)| *one == text && *formula);
    if formula && !ours { format!("'{text}") } else { text }
}

const FULL: [(&str, &str); 21] = [
    ("number", "number"),
    ("first_name", "firstName"),
    ("last_name", "lastName"),
    ("email", "email"),
    ("phone", "phone"),
    ("gender", "gender"),
    ("birth_date", "birthDate"),
    ("street", "street"),
    ("postal_code", "postalCode"),
    ("city", "city"),
    ("region", "region"),
    ("country", "country"),
    ("tier", "tier"),
    ("enrolled_at", "enrolledAt"),
    ("marketing_consent", "marketingConsent"),
    ("joined_at", "joinedAt"),
    ("transactions", "transactions"),
    ("spending", "spending"),
    ("last_purchase_at", "lastPurchaseAt"),
    ("points_balance", "pointsBalance"),
    ("historic_clv", "historicClv"),
];

/// Headings with the API's name of what stands below; what is made of several has a word of its own.
const LAYOUTS: [(&str, &[(&str, &str)]); 5] = [
    ("FULL", &FULL),
    (
        "CONSTANT_CONTACT",
        &[
            ("Email Address", "email"),
            ("First Name", "firstName"),
            ("Last Name", "lastName"),
            ("Birthday", "birthDate"),
            ("Home Address Line 1", "street"),
            ("City", "city"),
            ("State / Province", "region"),
            ("Zip / Postal Code", "postalCode"),
            ("Country", "country"),
            ("Phone Number - Home", "phone"),
            ("Customer Number", "number"),
            ("Marketing Consent", "marketingConsent"),
        ],
    ),
    (
        "MAILCHIMP",
        &[
            ("Email Address", "email"),
            ("First Name", "firstName"),
            ("Last Name", "lastName"),
            ("Address", "*address"),
            ("Phone Number", "phone"),
            ("Birthday", "*birthday"),
            ("Customer Number", "number"),
            ("Marketing Consent", "marketingConsent"),
        ],
    ),
    (
        "HUBSPOT",
        &[
            ("Email", "email"),
            ("First Name", "firstName"),
            ("Last Name", "lastName"),
            ("Phone Number", "phone"),
            ("Street Address", "street"),
            ("City", "city"),
            ("State/Region", "region"),
            ("Postal Code", "postalCode"),
            ("Country/Region", "country"),
            ("Date of Birth", "birthDate"),
            ("Gender", "gender"),
            ("Customer Number", "number"),
            ("Marketing Consent", "marketingConsent"),
        ],
    ),
    (
        "SALESFORCE",
        &[
            ("First Name", "firstName"),
            ("Last Name", "lastName"),
            ("Email", "email"),
            ("Home Phone", "phone"),
            ("Birthdate", "birthDate"),
            ("Mailing Street", "street"),
            ("Mailing City", "city"),
            ("Mailing State", "region"),
            ("Mailing Postal Code", "postalCode"),
            ("Mailing Country", "country"),
            ("Email Opt Out", "*optOut"),
            ("Customer Number", "number"),
        ],
    ),
];

fn made(word: &str, member: &Value) -> String {
    match word {
        "*optOut" => if member["marketingConsent"] == true { "0" } else { "1" }.to_owned(),
        "*birthday" => {
            member["birthDate"].as_str().map_or(String::new(), |day| format!("{}/{}", &day[5..7], &day[8..10]))
        }
        "*address" => {
            let parts = ["street", "city", "region", "postalCode", "country"].map(|part| member[part].as_str());
            parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
        }
        key => cell(key, &member[key]),
    }
}

on_both! {
    async fn every_layout_holds_what_the_api_shows(app) {
        shop(&app).await;
        let members = shown(&app).await;
        assert!(members.iter().any(|member| member["spending"].as_str().unwrap().starts_with('-')), "a negative number of ours");
        assert!(members.iter().any(|member| member["pointsBalance"] == "-7") && members.len() == TEXTS.len() + 2);
        for (layout, columns) in LAYOUTS {
            let file = download(&app, "all", "CSV", layout).await;
            assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
            assert_eq!((file.announced(), file.headers.get("content-encoding")), (members.len(), None));
            let (header, rows) = file.csv();
            assert_eq!(header, columns.iter().map(|(heading, _)| (*heading).to_owned()).collect::<Vec<_>>(), "{layout}");
            assert!(!header.iter().any(String::is_empty) && file.text.ends_with("\r\n"));
            for (member, row) in members.iter().zip(&rows) {
                let expected: Vec<String> = columns.iter().map(|(_, word)| made(word, member)).collect();
                assert_eq!(*row, expected, "{layout}");
            }
            assert_eq!(rows.len(), members.len());

            let file = download(&app, "all", "NDJSON", layout).await;
            assert_eq!(file.headers["content-type"], "application/x-ndjson");
            let lines = file.json();
            assert_eq!((file.announced(), lines.len()), (members.len(), members.len()));
            assert!(file.text.ends_with('\n') && !file.text.contains("\n\n"));
            for (member, line) in members.iter().zip(&lines) {
                for (name, value) in line.as_object().unwrap() {
                    assert_eq!(*value, member[name], "{layout} {name}: {line}");
                }
            }
            let keys = lines[0].as_object().unwrap().len();
            assert!(if layout == "FULL" { keys == 21 } else { (8..21).contains(&keys) }, "{layout}: {}", lines[0]);
            assert!(lines.iter().all(|line| line.as_object().unwrap().len() == keys), "null for nothing, never no key");
        }
    }

    async fn nobody_is_a_file_too(app) {
        shop(&app).await;
        let file = download(&app, "nobody", "CSV", "FULL").await;
        assert_eq!((file.announced(), file.csv().1.len()), (0, 0));
        assert_eq!(file.text, FULL.map(|(heading, _)| heading).join(",") + "\r\n");
        let file = download(&app, "nobody", "NDJSON", "MAILCHIMP").await;
        assert_eq!((file.announced(), file.text.as_str()), (0, ""));
    }

    async fn a_link_says_what_will_come(app) {
        shop(&app).await;
        let before = app.app.clock.real_millis();
        let link = ask(&app, &app.token, "all", "CSV", "FULL").await;
        let expires = chrono::DateTime::parse_from_rfc3339(link["expiresAt"].as_str().unwrap()).unwrap().timestamp_millis();
        assert!((before + 600_000..before + 630_000).contains(&expires), "{link}");
        assert_eq!(link["rows"], TEXTS.len() + 2);
        let name = link["fileName"].as_str().unwrap();
        let today = app.graphql("{ program { today } }", json!({})).await["program"]["today"].as_str().unwrap().to_owned();
        assert_eq!(name, format!("all-{today}.csv"));
        let url = link["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{}/downloads/", app.base)), "{url}");
        let file = crate::exports::fetch(&app, url).await;
        assert_eq!(file.headers["content-disposition"], format!("attachment; filename=\"{name}\""));
        assert_eq!((&file.headers["cache-control"], &file.headers["x-content-type-options"]), (&"no-store".parse().unwrap(), &"nosniff".parse().unwrap()));
        assert!(file.headers.contains_key("x-request-id"));
        let link = ask(&app, &app.token, "all", "NDJSON", "HUBSPOT").await;
        assert_eq!(link["fileName"], format!("all-{today}.ndjson"));
    }

    async fn a_file_finds_its_way_back(app) {
        shop(&app).await;
        execute(&app, "UPDATE member SET first_name = 'Ann', city = 'Berlin', phone = '600100200'").await;
        let before = shown(&app).await;
        let path = app.folder().join("back.csv");
        std::fs::write(&path, download(&app, "all", "CSV", "FULL").await.text).unwrap();
        let options = tessera::imports::Options {
            kind: tessera::imports::Kind::Members, format: tessera::imports::Format::Csv, file: path, segment: None, map: Vec::new(), create_members: false, lines: false,
            negative_is_return: false, source: None, rejects: None,
        };
        let report = tessera::imports::run(&app.app, options).await.unwrap();
        assert_eq!((report.rejected, report.created), (0, 0), "{report:?}");
        assert_eq!(shown(&app).await, before);
    }
}
