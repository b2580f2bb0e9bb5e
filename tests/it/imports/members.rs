//! Files of members.

use serde_json::json;
use tessera::imports::Kind;
use tests::on_both;

use super::{counts, file, import, options, query};

const MEMBERS: &str = "\
id,joined,first,last,mail,consent,born,extra,label.vip,label.size
m1,2025-03-30 02:30,Anna,Nowak,anna@example.org,yes,1980-01-31,\"{\"\"shoe\"\": 42}\",gold,
m2,2025-03-30T02:30:00Z,Bo,,BO@example.org,0,,,,L
m3,,,,,,,,,
m1,,,Kowalska,,,,,,M
m3,,,,,,,,,
";
const MAP: &str = "number=id,enrolled_at=joined,first_name=first,last_name=last,email=mail,marketing_consent=consent,birth_date=born,attributes=extra,label.vip=label.vip,label.size=label.size";

on_both! {
    async fn members_are_made_and_changed(app) {
        let report = import(&app, options(Kind::Members, file(&app, "members.csv", MEMBERS), MAP)).await;
        assert_eq!(counts(&report), [3, 1, 1, 0]);
        let columns = ["number", "enrolled_at", "first_name", "last_name", "email", "marketing_consent", "birth_date", "attributes"];
        let members = query(&app.app, &columns, "member ORDER BY number").await;
        let (yes, no) = if members[0].contains("|true|") { ("true", "false") } else { ("1", "0") };
        assert_eq!(members, [
            format!("m1|1743301800000|Anna|Kowalska|anna@example.org|{yes}|1980-01-31|{{\"shoe\":42}}"),
            format!("m2|1743301800000|Bo|-|BO@example.org|{no}|-|{{}}"),
            format!("m3|-|-|-|-|{no}|-|{{}}"),
        ]);
        let labels = query(&app.app, &["m.number", "l.key", "l.value"], "member_label AS l JOIN member AS m ON m.id = l.member_id ORDER BY m.number, l.position").await;
        assert_eq!(labels, ["m1|vip|gold", "m1|size|M", "m2|size|L"]);
        let again = import(&app, options(Kind::Members, file(&app, "members.csv", MEMBERS), MAP)).await;
        // On the way to what the latest row says, the first row of m1 changes it back.
        assert_eq!(counts(&again)[0], 0);
        assert_eq!(query(&app.app, &columns, "member ORDER BY number").await, members);
    }

    async fn labels_and_fields_that_the_file_does_not_name_stay(app) {
        let upsert = "mutation($m: [MemberInput!]!) { upsertMembers(input: {members: $m}) { created } }";
        let known = json!([{"number": "m1", "city": "Gdynia", "labels": [{"key": "Since", "value": "1999"}, {"key": "VIP", "value": "no"}]}]);
        app.graphql(upsert, json!({ "m": known })).await;
        let text = "number,label.vip,label.app,city\nm1,gold,,\nm1,,ios,\n";
        let report = import(&app, options(Kind::Members, file(&app, "labels.csv", text), "")).await;
        assert_eq!(counts(&report), [0, 2, 0, 0]);
        let labels = query(&app.app, &["key", "value"], "member_label ORDER BY position").await;
        assert_eq!(labels, ["Since|1999", "VIP|gold", "app|ios"]);
        assert_eq!(query(&app.app, &["city"], "member").await, ["Gdynia"]);
        // Documents say what members are like in the same way.
        let text = "document,at,amount,member,member.label.app,member.label.shop\nd1,2026-01-05,1,m1,web,Sopot\nd2,2026-01-05,1,nobody,web,Sopot\n";
        let report = import(&app, options(Kind::Transactions, file(&app, "sales.csv", text), "")).await;
        assert_eq!(counts(&report), [1, 0, 0, 1]);
        let labels = query(&app.app, &["key", "value"], "member_label ORDER BY position").await;
        assert_eq!(labels, ["Since|1999", "VIP|gold", "app|web", "shop|Sopot"]);
        assert_eq!(query(&app.app, &["number"], "member").await, ["m1"]);
    }

    async fn a_consent_in_a_file_moves_the_figures_of_segments(app) {
        crate::segments::shop(&app, 4).await;
        let input = json!({"input": {"name": "All", "members": crate::segments::numbers(1..=4)}});
        app.graphql(crate::segments::CREATE, input).await;
        let text = "number,marketing_consent\nm1,true\nm2,no\nm3,1\n";
        assert_eq!(counts(&import(&app, options(Kind::Members, file(&app, "consent.csv", text), "")).await), [0, 3, 0, 0]);
        let data = app.graphql("{ segments { nodes { memberCount reachableCount } } }", json!({})).await;
        assert_eq!(data["segments"]["nodes"], json!([{"memberCount": 4, "reachableCount": 3}]));
    }
}
