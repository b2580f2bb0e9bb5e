//! What is left out, and that it leaves no trace.

use serde_json::json;
use tessera::imports::{Kind, Options};
use tests::on_both;

use super::{counts, file, import, options, query};

on_both! {
    async fn bad_rows_are_named_and_good_ones_kept(app) {
        let mut text = b"document,at,amount,member,channel,member.email\n".to_vec();
        for row in [
            &b"d1,2026-01-05,1.00,m1,web,"[..],
            b"d2,05.01.2026,1.00,m2,web,",
            b"d3,2026-01-05,1.005,m3,web,",
            b"d4,2026-01-05,\"1,005.00\",m4,web,",
            b"d5,2026-01-05,1.00,m5,web",
            b"d6,2026-01-05,1.00,m6,web,,",
            b"d7,2026-01-05,1.00,m7,w\xffb,",
            b"d8,2026-01-05,1.00,m8,web,nobody at home",
            b",2026-01-05,1.00,m9,web,",
            b"d10,2999-01-05,1.00,m10,web,",
            b"d11,2026-01-05,,m11,web,",
            b"d12,2026-01-05,1.00,m\x0712,web,",
            b"d13,1899-12-31,1.00,m13,web,",
            b"d14,2026-01-05,99999999999,m14,web,",
            b"d15,2026-01-05,1.00,m15,\"we",
        ] {
            text.extend_from_slice(row);
            text.push(b'\n');
        }
        let report = import(&app, Options { create_members: true, ..options(Kind::Transactions, file(&app, "sales.csv", text), "") }).await;
        assert_eq!(counts(&report), [1, 0, 0, 14]);
        assert_eq!(query(&app.app, &["number"], "member").await, ["m1"]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        let time = "is not a time such as 2026-01-31T15:04:05+01:00, 2026-01-31 15:04 or 2026-01-31";
        assert_eq!(rejects, format!("line,field,reason
3,at,\"{time}\"
4,amount,has more digits after the point than EUR has: 2
5,amount,is not a number such as 1234.50
6,,has 5 cells where the file has 6 columns
7,,has 7 cells where the file has 6 columns
8,channel,is not UTF-8
9,member.email,is not an e-mail address
10,document,must not be blank
11,at,must not lie more than one day ahead
12,amount,must not be blank
13,member,must not hold control characters
14,at,must not lie before 1900
15,amount,is too large
16,,has 5 cells where the file has 6 columns
"));
    }

    async fn nobody_is_made_who_was_not_asked_for(app) {
        let text = "document,at,amount,member\nd1,2026-01-05,1.00,m1\nd2,2026-01-05,1.00,\n";
        let path = file(&app, "sales.csv", text);
        let report = import(&app, options(Kind::Transactions, path.clone(), "")).await;
        assert_eq!(counts(&report), [1, 0, 0, 1]);
        let file = report.rejects_file.unwrap();
        let rejects = std::fs::read_to_string(&file).unwrap();
        assert_eq!(rejects, "line,field,reason\n2,member,there is no such member; --create-members would make one\n");
        // Mended, nothing is left to tell, and the old file goes.
        let report = import(&app, Options { create_members: true, ..options(Kind::Transactions, path, "") }).await;
        assert_eq!((counts(&report), &report.rejects_file), ([1, 0, 1, 0], &None));
        assert!(!file.exists());
    }

    async fn rows_that_the_books_refuse_change_no_member(app) {
        let sale = "document,at,amount,member,kind,returns_document,member.country\nd1,2026-01-05,9.00,m1,,,PL\nd2,2026-01-05,9.00,m2,,,PL\n";
        let given = |path| Options { create_members: true, ..options(Kind::Transactions, path, "") };
        import(&app, given(file(&app, "a.csv", sale))).await;
        let text = "document,at,amount,member,kind,returns_document,member.country
d1,2026-01-05,8.00,m1,,,SE
d1,2026-01-05,9.00,new1,,,SE
r1,2026-01-06,1.00,new2,RETURN,d1,SE
r2,2026-01-06,1.00,m1,RETURN,d1,DE
r3,2026-01-06,1.00,m1,RETURN,r2,SE
d3,2026-01-06,1.00,new3,,,SE
";
        let report = import(&app, given(file(&app, "b.csv", text))).await;
        assert_eq!(counts(&report), [2, 0, 0, 4]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        let places: Vec<&str> = rejects.lines().skip(1).map(|line| line.rsplit_once(',').unwrap().0).collect();
        assert!(places.iter().zip(["2,document", "3,document", "4,member", "6,returns_document"]).all(|(place, expected)| place.starts_with(expected)), "{rejects}");
        let members = query(&app.app, &["number", "country"], "member ORDER BY number").await;
        assert_eq!(members, ["m1|DE", "m2|PL", "new3|SE"]);
    }

    async fn labels_that_are_too_many_together_are_refused(app) {
        let known: Vec<_> = (0..50).map(|number| json!({"key": format!("k{number}"), "value": "x"})).collect();
        let upsert = "mutation($m: [MemberInput!]!) { upsertMembers(input: {members: $m}) { created } }";
        app.graphql(upsert, json!({"m": [{"number": "m1", "labels": known}]})).await;
        let text = "number,label.new,city\nm1,x,Gdynia\nm2,x,Gdynia\n";
        let report = import(&app, options(Kind::Members, file(&app, "members.csv", text), "")).await;
        assert_eq!(counts(&report), [1, 0, 0, 1]);
        let text = "document,at,amount,member,member.label.new\nd1,2026-01-05,1,m1,x\nd2,2026-01-05,1,m1,\nd3,2026-01-05,1,m2,y\n";
        let report = import(&app, options(Kind::Transactions, file(&app, "sales.csv", text), "")).await;
        assert_eq!(counts(&report), [2, 0, 0, 1]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        assert_eq!(rejects, "line,field,reason\n2,member.labels,must have at most 50 labels\n");
        assert_eq!(query(&app.app, &["number", "city"], "member ORDER BY number").await, ["m1|-", "m2|Gdynia"]);
    }
}
