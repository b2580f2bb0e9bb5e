//! Files: chunks decide their members once.

use serde_json::json;
use tests::on_both;

use super::{belonging, country, dynamic, events};
use crate::calls::{UPSERT, send};
use crate::imports::{file, import, options};
use tessera::imports::{Kind, Options};

on_both! {
    async fn a_chunk_of_a_file_moves_each_member_once(app) {
        dynamic(&app, "never-bought", json!({"transactions": {"measure": "COUNT", "is": {"eq": 0}}})).await;
        dynamic(&app, "bought", json!({"transactions": {"measure": "COUNT", "is": {"gte": 1}}})).await;
        let sales = "document,member,at,amount\na,m1,2026-01-05T10:00:00Z,5\nb,m1,2026-01-06T10:00:00Z,5\nc,m2,2026-01-07T10:00:00Z,5\n";
        let sales = options(Kind::Transactions, file(&app, "sales.csv", sales), "");
        import(&app, Options { create_members: true, ..sales }).await;
        assert_eq!(belonging(&app, "bought").await, ["m1", "m2"]);
        assert!(events(&app, "never-bought").await.is_empty(), "they were never seen without what they bought");
    }

    async fn a_list_from_a_file_is_pinned_in(app) {
        send(&app, UPSERT, json!([{"number": "m1", "country": "PL"}, {"number": "m2", "country": "DE"}])).await;
        dynamic(&app, "poles", country("PL")).await;
        let list = options(Kind::Segment, file(&app, "list.csv", "number\nm2\n"), "");
        import(&app, Options { segment: Some("poles".to_owned()), ..list }).await;
        assert_eq!(belonging(&app, "poles").await, ["m1", "m2"]);
        assert_eq!(events(&app, "poles").await[1..], ["m2 JOINED IMPORTED"]);
    }
}
