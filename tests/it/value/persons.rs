//! What is kept of a person by the analyses is told on request, and goes with the person.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tests::TestApp;

use super::{ask, each_way, fitted, shop, standing, value};
use crate::dynamic::{belonging, call, dynamic};
use crate::privacy::{DATA, erase};

async fn kept(app: &TestApp) -> i64 {
    let db = app.app.db.writer();
    let text = "SELECT COUNT(*) AS kept FROM member_value";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text.to_owned())).await.unwrap();
    row.unwrap().try_get("", "kept").unwrap()
}

each_way! { standing;
    async fn a_person_is_told_and_forgotten(app) {
        shop(&app, 110).await;
        fitted(&app, None).await;
        dynamic(&app, "bought", json!({"value": {"predictedClv": {"gte": "0"}}})).await;
        let before = ask(&app, "{ segment(ref: {key: \"bought\"}) { memberCount averagePredictedClv { amount } } }").await;
        assert_eq!(before["memberCount"], 110);
        let told = call(&app, DATA, json!({"member": {"number": "c2"}})).await;
        let kept_of = &told["data"]["value"][0];
        let shown = value(&app, "c2").await;
        let predicted = format!("{} EUR", shown["predictedClv"]["amount"].as_str().unwrap());
        assert_eq!((&kept_of["predictedValue"], &kept_of["rfmGroup"]), (&json!(predicted), &shown["rfmGroup"]), "{told}");
        erase(&app, "c2").await;
        assert_eq!((kept(&app).await, belonging(&app, "bought").await.len()), (109, 109));
        app.verify().await;
        fitted(&app, None).await;
        assert_eq!(kept(&app).await, 109);
    }
}
