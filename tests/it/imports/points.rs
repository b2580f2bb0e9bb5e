//! Files of the points ledger.

use tessera::imports::{Kind, Options};
use tests::on_both;

use super::{counts, file, import, options, query};

const LEDGER: &str = "\
document,member,kind,points,at,origin,member.country
p1,m1,EARNED,100,2026-01-05,PURCHASE,PL
p2,m1,redeemed,30.00,2026-01-06,REWARD,
p1,m2,Adjusted,-5,2026-01-06,,
p3,m2,EARNED,-5,2026-01-06,,SE
p4,,EARNED,5,2026-01-06,,SE
p5,m2,EARNED,1.5,2026-01-06,,SE
p6,m2,GIVEN,1,2026-01-06,,SE
p1,m1,EARNED,100,2026-01-05,PURCHASE,PL
p1,m1,EARNED,101,2026-01-05,PURCHASE,SE
";

on_both! {
    async fn the_ledger_comes_in(app) {
        let path = file(&app, "ledger.csv", LEDGER);
        let report = import(&app, Options { create_members: true, ..options(Kind::Points, path.clone(), "") }).await;
        assert_eq!(counts(&report), [3, 0, 1, 5]);
        let members = ["m.number", "m.country", "k.points_earned", "k.points_redeemed", "k.points_adjusted", "k.points_balance"];
        let rest = "member AS m JOIN member_metrics AS k ON k.member_id = m.id ORDER BY m.number";
        assert_eq!(query(&app.app, &members, rest).await, ["m1|PL|100|30|0|70", "m2|-|0|0|-5|-5"]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        assert_eq!(rejects, "line,field,reason
5,points,must not be negative: only ADJUSTED entries may be
6,member,must not be blank
7,points,is not a whole number such as 250
8,kind,\"is none of EARNED, REDEEMED, EXPIRED, ADJUSTED\"
10,document,this document is recorded with another body; book an ADJUSTED entry
");
    }

    async fn a_ledger_without_numbers_counts_its_lines(app) {
        let text = "member,kind,points,at\nm1,EARNED,1,2026-01-05\nm1,EARNED,1,2026-01-05\n";
        let map = "document=@line,member=member,kind=kind,points=points,at=at";
        for (name, expected) in [("a.csv", [2, 0, 0, 0]), ("b.csv", [2, 0, 0, 0]), ("a.csv", [0, 0, 2, 0])] {
            let report = import(&app, Options { create_members: true, ..options(Kind::Points, file(&app, name, text), map) }).await;
            assert_eq!(counts(&report), expected, "{name}");
        }
        let documents = query(&app.app, &["document"], "points_entry ORDER BY document").await;
        assert_eq!(documents, ["a.csv:2", "a.csv:3", "b.csv:2", "b.csv:3"]);
    }
}
