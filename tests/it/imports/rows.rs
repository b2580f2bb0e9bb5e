//! Files with one sale or return in each row.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tessera::imports::{Kind, Options};
use tests::on_both;

use super::{books, counts, file, import, options, query, same};

const SALES: &str = "\
no,card,when,total,what,where,back,app,fn,ctry
d1,m1,2026-01-05T10:00:00+01:00,12.50,,web,,1,Anna,PL
d2, m2 ,2026-01-05 10:00,0.00,sale,,,,Bo,DE
d3,,2026-01-06,7,SALE,store,,,,
d4,m1,2026-01-07,2.50,Return,web,d1,,,
d5,m1,2026-01-08,1.00,,web,,2,,SE
";
const MAP: &str = "document=no,member=card,at=when,amount=total,kind=what,channel=where,returns_document=back,label.app=app,member.first_name=fn,member.country=ctry";

fn sales(path: std::path::PathBuf) -> Options {
    Options { create_members: true, ..options(Kind::Transactions, path, MAP) }
}

on_both! {
    async fn every_cell_finds_its_place(app) {
        let report = import(&app, sales(file(&app, "sales.csv", SALES))).await;
        assert_eq!(counts(&report), [5, 0, 0, 0]);
        assert_eq!((report.rows, report.rejects_file, report.resumed_at), (5, None, None));
        let documents = query(
            &app.app,
            &["t.source", "t.document", "t.kind", "m.number", "t.amount", "t.at", "t.channel", "t.returns_document", "t.labels"],
            "\"transaction\" AS t LEFT JOIN member AS m ON m.id = t.member_id ORDER BY t.document",
        ).await;
        assert_eq!(documents, [
            r#"pos|d1|SALE|m1|1250|1767603600000|web|-|[{"key":"app","value":"1"}]"#,
            "pos|d2|SALE|m2|0|1767607200000|-|-|[]",
            "pos|d3|SALE|-|700|1767657600000|store|-|[]",
            "pos|d4|RETURN|m1|250|1767744000000|web|d1|[]",
            r#"pos|d5|SALE|m1|100|1767830400000|web|-|[{"key":"app","value":"2"}]"#,
        ]);
        let members = ["m.number", "m.first_name", "m.country", "m.enrolled_at", "k.transactions", "k.spending"];
        let members = query(&app.app, &members, "member AS m JOIN member_metrics AS k ON k.member_id = m.id ORDER BY m.number").await;
        // An empty cell leaves what an earlier row said.
        assert_eq!(members, ["m1|Anna|SE|-|2|1100", "m2|Bo|DE|-|1|0"]);
    }

    async fn packed_or_not_with_a_mark_or_other_line_ends_it_is_the_same(app) {
        import(&app, sales(file(&app, "sales.csv", SALES))).await;
        let before = books(&app.app).await;
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(SALES.as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        let marked = format!("\u{feff}{}", SALES.replace('\n', "\r\n\r\n"));
        for (name, content) in [("sales.csv.gz", packed), ("marked.csv", marked.into_bytes())] {
            let report = import(&app, sales(file(&app, name, content))).await;
            assert_eq!(counts(&report), [0, 0, 5, 0], "{name}");
        }
        same(&books(&app.app).await, &before);
    }

    async fn a_file_without_document_numbers_counts_its_lines(app) {
        let text = "at,amount,card\n2026-01-05,1.00,m1\n\n2026-01-05,1.00,m1\n";
        let lines = |path| Options { create_members: true, ..options(Kind::Transactions, path, "document=@line,at=at,amount=amount,member=card") };
        import(&app, lines(file(&app, "a.csv", text))).await;
        // The same lines packed are the same documents; those of another file, or of another source, are others.
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        assert_eq!(counts(&import(&app, lines(file(&app, "a.csv.gz", packer.finish().unwrap()))).await), [0, 0, 2, 0]);
        let other = Options { source: Some("till 7".to_owned()), ..lines(file(&app, "b.csv", text)) };
        assert_eq!(counts(&import(&app, other).await), [2, 0, 0, 0]);
        let documents = query(&app.app, &["source", "document"], "\"transaction\" ORDER BY source, document").await;
        assert_eq!(documents, ["a.csv|2", "a.csv|4", "till 7|2", "till 7|4"]);
    }

    async fn without_a_map_columns_bear_the_names_of_fields(app) {
        let text = "document,at,amount,note,source,member\nd1,2026-01-05,5.00,x,shop,\nd2,2026-01-05,5.00,x,,\n";
        let report = import(&app, options(Kind::Transactions, file(&app, "sales.csv", text), "")).await;
        assert_eq!(counts(&report), [2, 0, 0, 0]);
        let documents = query(&app.app, &["source", "document", "member_id"], "\"transaction\" ORDER BY document").await;
        assert_eq!(documents, ["shop|d1|-", "pos|d2|-"]);
    }

    async fn a_negative_amount_is_a_return_where_it_may_be(app) {
        let text = "document,at,amount,kind\nd1,2026-01-05,-5.00,\nd2,2026-01-05,-0.00,\nd3,2026-01-05,-1,RETURN\nd4,2026-01-05,2,\n";
        let path = file(&app, "sales.csv", text);
        let given = options(Kind::Transactions, path.clone(), "");
        let report = import(&app, Options { negative_is_return: true, ..given.clone() }).await;
        assert_eq!(counts(&report), [4, 0, 0, 0]);
        let documents = query(&app.app, &["document", "kind", "amount"], "\"transaction\" ORDER BY document").await;
        assert_eq!(documents, ["d1|RETURN|500", "d2|SALE|0", "d3|RETURN|100", "d4|SALE|200"]);
        let report = import(&app, given).await;
        assert_eq!(counts(&report), [0, 0, 2, 2]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        let reason = "must not be negative, unless --negative-is-return makes it a return";
        assert_eq!(rejects, format!("line,field,reason\n2,amount,\"{reason}\"\n4,amount,\"{reason}\"\n"));
    }

    async fn the_latest_row_says_what_a_member_is_like(app) {
        // More rows than one chunk has, and each member in many of them.
        let mut text = "document,at,amount,member,member.country,member.city\n".to_owned();
        for row in 0..12_000 {
            let country = if row % 7 == 3 { String::new() } else { format!("c{row}") };
            text.push_str(&format!("d{row},2026-01-05,1.00,m{},{country},\n", row % 50));
        }
        let report = import(&app, Options { create_members: true, ..options(Kind::Transactions, file(&app, "sales.csv", text), "") }).await;
        assert_eq!(counts(&report), [12_000, 0, 0, 0]);
        let members = query(&app.app, &["number", "country", "city"], "member ORDER BY id").await;
        let expected = (0..50).map(|member| {
            let latest = (0..12_000).rev().find(|row| row % 50 == member && row % 7 != 3).unwrap();
            format!("m{member}|c{latest}|-")
        });
        let mut expected: Vec<String> = expected.collect();
        let mut members = members;
        members.sort_unstable();
        expected.sort_unstable();
        assert_eq!(members, expected);
    }
}
