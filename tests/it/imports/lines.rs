//! Files whose rows are lines: those of one document are one transaction, wherever they stand.

use tessera::imports::{Kind, Options};
use tests::{on_both, random};

use super::shop;
use super::{counts, file, import, options, query, same};

const LINES: &str = "\
invoice,who,when,code,text,qty,price,ctry,shop
i1,m1,2026-01-05T10:05,a,Apples,2,1.255,PL,web
i2,,2026-01-06,b,,1,0.00,SE,web
i3,m1,2026-01-07,a,Apples,-2,1.255,,web
i1,m1,2026-01-05T10:00,c,\"Cider, dry\",1,3,,web
i3,m1,2026-01-07,d,Deposit,1,0.01,DE,web
i4,m2,2026-01-08,a,Apples,0.5,0.01,PL,web
";
const MAP: &str = "document=invoice,member=who,at=when,sku=code,name=text,quantity=qty,unit_price=price,member.country=ctry,channel=shop";

fn lines(path: std::path::PathBuf, map: &str) -> Options {
    Options { lines: true, create_members: true, negative_is_return: true, ..options(Kind::Transactions, path, map) }
}

on_both! {
    async fn the_lines_of_a_document_are_one_transaction(app) {
        let report = import(&app, lines(file(&app, "lines.csv", LINES), MAP)).await;
        assert_eq!((report.rows, counts(&report)), (4, [4, 0, 0, 0]));
        let documents = query(
            &app.app,
            &["t.document", "t.kind", "m.number", "t.amount", "t.at", "t.channel"],
            "\"transaction\" AS t LEFT JOIN member AS m ON m.id = t.member_id ORDER BY t.document",
        ).await;
        assert_eq!(documents, [
            "i1|SALE|m1|551|1767607200000|web",
            "i2|SALE|-|0|1767657600000|web",
            "i3|RETURN|m1|250|1767744000000|web",
            "i4|SALE|m2|0|1767830400000|web",
        ]);
        let items = query(
            &app.app,
            &["t.document", "i.position", "i.sku", "i.name", "i.quantity", "i.amount"],
            "transaction_item AS i JOIN \"transaction\" AS t ON t.id = i.transaction_id ORDER BY t.document, i.position",
        ).await;
        // Rounded half-even line by line; a return's lines turn with it and still add up.
        assert_eq!(items, [
            "i1|0|a|Apples|2|251",
            "i1|1|c|Cider, dry|1|300",
            "i2|0|b|-|1|0",
            "i3|0|a|Apples|2|251",
            "i3|1|d|Deposit|-1|-1",
            "i4|0|a|Apples|0.5|0",
        ]);
        let members = query(&app.app, &["number", "country"], "member ORDER BY number").await;
        assert_eq!(members, ["m1|DE", "m2|PL"]);
        assert_eq!(counts(&import(&app, lines(file(&app, "lines.csv", LINES), MAP)).await), [0, 0, 4, 0]);
    }

    async fn a_bad_line_takes_its_document_with_it(app) {
        let mut text = "document,at,member,sku,amount,channel\n".to_owned();
        text.push_str("i1,2026-01-05,m1,a,1.00,web\ni2,2026-01-05,m2,a,1.00,web\ni1,2026-01-05,m1,,1.00,web\n");
        text.push_str("i3,2026-01-05,m3,a,1.00,web\ni2,2026-01-05,m2,b,x,web\ni2,2026-01-05,m2,c\n");
        text.push_str("i3,2026-01-05,m4,b,1.00,web\ni4,2026-01-05,m4,b,1.00,web\ni4,2026-01-05,m4,b,1.00,\n");
        text.push_str(",2026-01-05,m5,b,1.00,web\n,2026-01-05,m5,b,1.00,web\ni5,2026-01-05,m6,b,1.00,web\n");
        let report = import(&app, lines(file(&app, "lines.csv", text), "")).await;
        assert_eq!((report.rows, counts(&report)), (7, [1, 0, 0, 6]));
        assert_eq!(query(&app.app, &["number"], "member").await, ["m6"]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        assert_eq!(rejects, "line,field,reason
4,sku,must not be blank; all 2 lines of the document are left out
6,amount,is not a number such as 1234.50; all 3 lines of the document are left out
7,,has 4 cells where the file has 6 columns; all 3 lines of the document are left out
8,member,\"is not that of line 5, which is of the same document; all 2 lines of the document are left out\"
10,channel,\"is not that of line 9, which is of the same document; all 2 lines of the document are left out\"
11,document,must not be blank
12,document,must not be blank
");
    }

    async fn a_document_with_too_many_lines_is_left_out_whole(app) {
        let mut text = "document,at,sku,amount\ni1,2026-01-05,a,1.00\n".to_owned();
        text.push_str(&"long,2026-01-05,a,1.00\n".repeat(10_001));
        text.push_str(&"full,2026-01-05,a,1.00\n".repeat(10_000));
        text.push_str(&"bad,2026-01-05,,1.00\n".repeat(150));
        let given = Options { create_members: false, ..lines(file(&app, "lines.csv", text), "") };
        let report = import(&app, given).await;
        assert_eq!((report.rows, counts(&report)), (4, [2, 0, 0, 2]));
        assert_eq!(query(&app.app, &["document", "amount"], "\"transaction\" ORDER BY document").await, ["full|1000000", "i1|100"]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        let rejects: Vec<&str> = rejects.lines().collect();
        assert_eq!(rejects[1], "3,document,has 10001 lines in the file; a document has at most 10000");
        assert_eq!((rejects.len(), *rejects.last().unwrap()), (1 + 1 + 101, "20103,,and 50 more lines of this document are bad"));
    }

    async fn lines_apart_make_the_same_documents(app) {
        let mut random = random("lines apart");
        let text = shop::lines(3_000, 0, &mut random);
        let together = import(&app, lines(file(&app, "together.csv", &text), "")).await;
        let other = tests::TestApp::start(app.database).await;
        let apart = import(&other, lines(file(&other, "apart.csv", shop::shuffled(&text, &mut random)), "")).await;
        assert_eq!((together.rows, counts(&together)), (apart.rows, counts(&apart)));
        for (columns, rest) in [
            (&["t.document", "t.kind", "t.amount", "t.at", "m.number"][..], "\"transaction\" AS t LEFT JOIN member AS m ON m.id = t.member_id"),
            (&["t.document", "i.sku", "i.quantity", "i.amount"], "transaction_item AS i JOIN \"transaction\" AS t ON t.id = i.transaction_id"),
            (&["m.number", "k.transactions", "k.spending", "k.first_purchase_at", "k.last_purchase_at"], "member AS m JOIN member_metrics AS k ON k.member_id = m.id"),
        ] {
            let (mut one, mut two) = (query(&app.app, columns, rest).await, query(&other.app, columns, rest).await);
            one.sort_unstable();
            two.sort_unstable();
            same(&one, &two);
        }
        other.verify().await;
        other.stop().await;
    }
}
