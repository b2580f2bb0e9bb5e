//! Returns: what they take back, whose they are, and what they may not name. Whichever comes first, the figures agree.

use serde_json::{Value, json};
use tests::on_both;

use super::{sale, with};
use crate::calls::{RECORD, bought, days, documents, figures, make, members, metrics, refused, segment, send};

/// A return of a sale that names no member, today.
fn back(document: &str, sale: &str, amount: &str) -> Value {
    json!({"document": document, "kind": "RETURN", "amount": amount, "at": days(0), "returnsDocument": sale})
}

fn of(row: &Value, member: &str) -> Value {
    with(row, &json!({"member": {"number": member}}))
}

on_both! {
    async fn several_partial_returns_add_up(app) {
        members(&app, &["m1", "m2"]).await;
        segment(&app, "s", &["m1", "m2"]).await;
        make(&app, RECORD, json!([sale("s1", "m1", "100.00"), with(&sale("s2", "m1", "50.00"), &json!({"at": days(-9)}))])).await;
        let steps = [("30.00", 2, "120.00", "60.00"), ("69.99", 2, "50.01", "25.00"), ("0.01", 1, "50.00", "50.00"), ("5.00", 1, "45.00", "45.00")];
        for (step, (amount, transactions, spending, average)) in steps.into_iter().enumerate() {
            make(&app, RECORD, json!([back(&format!("r{step}"), "s1", amount)])).await;
            let found = metrics(&app, "m1").await;
            assert_eq!((&found["transactions"], &found["spending"]), (&json!(transactions), &json!(spending)), "{step}");
            assert_eq!(found["averageTransactionValue"], average, "{step}");
            assert_eq!(figures(&app, "s").await["averageTransactionValue"], average, "{step}");
        }
        // The later sale no longer counts: the last purchase is the one before.
        let found = metrics(&app, "m1").await;
        assert_eq!((&found["firstPurchaseAt"], &found["lastPurchaseAt"]), (&found["lastPurchaseAt"], &found["firstPurchaseAt"]));
        make(&app, RECORD, json!([back("r9", "s2", "50.00")])).await;
        let found = metrics(&app, "m1").await;
        assert_eq!((&found["transactions"], &found["spending"], &found["averageTransactionValue"]), (&json!(0), &json!("-5.00"), &Value::Null));
        assert_eq!((&found["firstPurchaseAt"], &found["lastPurchaseAt"]), (&Value::Null, &Value::Null));
        let found = figures(&app, "s").await;
        assert_eq!((&found["averageTransactionValue"], &found["averageTransactions"]), (&Value::Null, &json!(0.0)));
        // Half of -5.00 and of -5.01 are both -2.50: halves go to the even cent.
        assert_eq!((&found["averageSpending"], &found["averageClv"]), (&json!("-2.50"), &json!("-2.50")));
        make(&app, RECORD, json!([{"document": "r10", "kind": "RETURN", "amount": "0.01", "at": days(0), "member": {"number": "m2"}}])).await;
        assert_eq!(figures(&app, "s").await["averageSpending"], "-2.50");
    }

    async fn a_return_may_come_before_its_sale(app) {
        members(&app, &["m1", "m2"]).await;
        // One without a member waits unseen; one with a member lowers spending at once.
        make(&app, RECORD, json!([back("r1", "s1", "10.00"), of(&back("r2", "s2", "4.00"), "m2"), of(&back("r3", "s2", "6.00"), "m2")])).await;
        assert_eq!(bought(&app, "m1").await, (0, "0.00".to_owned()));
        assert_eq!(bought(&app, "m2").await, (0, "-10.00".to_owned()));
        make(&app, RECORD, json!([sale("s1", "m1", "25.00"), sale("s2", "m2", "10.00")])).await;
        assert_eq!(bought(&app, "m1").await, (1, "15.00".to_owned()));
        assert_eq!(bought(&app, "m2").await, (0, "0.00".to_owned()));
        assert_eq!(metrics(&app, "m2").await["lastPurchaseAt"], Value::Null);
        let read = documents(&app, "m1").await;
        assert_eq!((&read[0]["document"], &read[0]["returnsDocument"], &read[0]["member"]["number"]), (&json!("r1"), &json!("s1"), &json!("m1")));
        // Both in one call, the return first, and the last return of a sale before it.
        make(&app, RECORD, json!([back("r4", "s3", "1.00"), sale("s3", "m1", "1.00"), back("r5", "s3", "1.00")])).await;
        assert_eq!(bought(&app, "m1").await, (1, "14.00".to_owned()));
        // What was recorded without a member is still the same body.
        assert_eq!(send(&app, RECORD, json!([back("r1", "s1", "10.00"), back("r4", "s3", "1.00")])).await.problems, Vec::<String>::new());
    }

    async fn a_return_takes_the_member_of_its_sale_and_names_no_other(app) {
        members(&app, &["m1", "m2"]).await;
        make(&app, RECORD, json!([sale("s1", "m1", "10.00"), back("r1", "s1", "1.00"), of(&back("r2", "s1", "2.00"), "m1")])).await;
        assert_eq!(documents(&app, "m1").await.len(), 3);
        assert_eq!(refused(&app, RECORD, of(&back("r3", "s1", "3.00"), "m2")).await, "member INVALID");
        assert_eq!((bought(&app, "m1").await, bought(&app, "m2").await), ((1, "7.00".to_owned()), (0, "0.00".to_owned())));
        // The other way round, the sale comes second.
        make(&app, RECORD, json!([of(&back("r4", "s2", "3.00"), "m2"), back("r5", "s2", "1.00")])).await;
        assert_eq!(refused(&app, RECORD, sale("s2", "m1", "10.00")).await, "member INVALID");
        assert_eq!((bought(&app, "m1").await, bought(&app, "m2").await), ((1, "7.00".to_owned()), (0, "-3.00".to_owned())));
        // A refused sale leaves everything as it was: the right one still comes.
        make(&app, RECORD, json!([sale("s2", "m2", "10.00")])).await;
        assert_eq!(bought(&app, "m2").await, (1, "6.00".to_owned()));
        // Both ways in one call.
        let rows = json!([of(&back("r6", "s3", "1.00"), "m1"), sale("s3", "m2", "9.00"), sale("s4", "m2", "9.00"), of(&back("r7", "s4", "1.00"), "m1")]);
        let taken = send(&app, RECORD, rows).await;
        assert_eq!((taken.created, taken.problems), (2, vec!["1.member INVALID".to_owned(), "3.member INVALID".to_owned()]));
    }

    async fn an_anonymous_sale_may_be_brought_back_by_a_member(app) {
        members(&app, &["m1", "m2"]).await;
        let anonymous = |document: &str| json!({"document": document, "amount": "10.00", "at": days(-1)});
        make(&app, RECORD, json!([anonymous("s1"), of(&back("r1", "s1", "4.00"), "m1"), back("r2", "s1", "1.00")])).await;
        make(&app, RECORD, json!([of(&back("r3", "s2", "4.00"), "m2"), back("r4", "s2", "1.00"), anonymous("s2")])).await;
        // Nobody's sale is nobody's purchase; what came back lowers the spending of who brought it.
        assert_eq!((bought(&app, "m1").await, bought(&app, "m2").await), ((0, "-4.00".to_owned()), (0, "-4.00".to_owned())));
        assert_eq!((documents(&app, "m1").await.len(), documents(&app, "m2").await.len()), (1, 1));
        // Two members may each bring back a part of it.
        make(&app, RECORD, json!([of(&back("r5", "s1", "1.00"), "m2")])).await;
        assert_eq!(bought(&app, "m2").await, (0, "-5.00".to_owned()));
    }

    async fn a_return_names_a_sale_of_its_source_and_nothing_else(app) {
        members(&app, &["m1"]).await;
        make(&app, RECORD, json!([sale("s1", "m1", "10.00"), back("r1", "s1", "1.00"), back("r2", "s9", "1.00")])).await;
        assert_eq!(refused(&app, RECORD, back("r3", "r1", "1.00")).await, "returnsDocument INVALID");
        assert_eq!(refused(&app, RECORD, back("r4", "r4", "1.00")).await, "returnsDocument INVALID");
        assert_eq!(refused(&app, RECORD, back("r4 ", " r4", "1.00")).await, "returnsDocument INVALID");
        assert_eq!(refused(&app, RECORD, with(&sale("s2", "m1", "1.00"), &json!({"returnsDocument": "s1"}))).await, "returnsDocument INVALID");
        // s9 is a sale by the word of r2: a return of that number comes too late.
        assert_eq!(refused(&app, RECORD, back("s9", "s1", "1.00")).await, "kind INVALID");
        assert_eq!(refused(&app, RECORD, json!({"document": "s9", "kind": "RETURN", "amount": "1", "at": days(0)})).await, "kind INVALID");
        let taken = send(&app, RECORD, json!([back("x1", "x2", "1.00"), back("x2", "s1", "1.00"), back("x3", "x1", "1.00")])).await;
        assert_eq!(taken.problems, ["1.kind INVALID", "2.returnsDocument INVALID"]);
        assert_eq!(bought(&app, "m1").await, (1, "9.00".to_owned()));
        // The same number in another source is another sale.
        make(&app, RECORD, json!([with(&back("r1", "s1", "10.00"), &json!({"source": "web", "member": {"number": "m1"}}))])).await;
        assert_eq!(bought(&app, "m1").await, (1, "-1.00".to_owned()));
    }

    async fn a_return_need_not_name_a_sale(app) {
        members(&app, &["m1"]).await;
        let plain = json!({"document": "r1", "kind": "RETURN", "amount": "2.50", "at": days(-1)});
        make(&app, RECORD, json!([plain, of(&with(&plain, &json!({"document": "r2"})), "m1")])).await;
        let found = metrics(&app, "m1").await;
        assert_eq!((&found["transactions"], &found["spending"], &found["spendingLast12Months"]), (&json!(0), &json!("-2.50"), &json!("-2.50")));
        assert_eq!(found["lastPurchaseAt"], Value::Null);
    }

    async fn a_sale_of_nothing_is_a_purchase_until_it_is_returned(app) {
        members(&app, &["m1"]).await;
        make(&app, RECORD, json!([sale("s1", "m1", "0"), sale("s2", "m1", "0.00"), sale("s3", "m1", "8.00")])).await;
        assert_eq!(bought(&app, "m1").await, (3, "8.00".to_owned()));
        make(&app, RECORD, json!([back("r1", "s1", "0"), back("r3", "s3", "0")])).await;
        assert_eq!(bought(&app, "m1").await, (2, "8.00".to_owned()));
        // Before its sale, too.
        make(&app, RECORD, json!([back("r4", "s4", "0")])).await;
        make(&app, RECORD, json!([sale("s4", "m1", "0")])).await;
        assert_eq!(bought(&app, "m1").await, (2, "8.00".to_owned()));
        make(&app, RECORD, json!([back("r5", "s1", "0"), back("r6", "s3", "8.00"), back("r7", "s3", "1.00")])).await;
        assert_eq!(bought(&app, "m1").await, (1, "-1.00".to_owned()));
    }
}
