//! Where the data allow no model, that is said, and nothing is made up.

use entity::kinds::JobStatus;
use serde_json::{Value, json};
use tessera::valuation::keep_up;
use tests::TestApp;

use super::{GROUPS, MODEL, ask, each_way, fit, fitted, sale, shop, standing, value, worked};
use crate::calls::{RECORD, make, members};
use crate::dynamic::{belonging, dynamic};
use crate::privacy::erase;
use crate::program::update;

async fn refused(app: &TestApp, why: &str) {
    let job = fit(app, None).await;
    assert_eq!((job.status, job.error.as_deref()), (JobStatus::Failed, Some(why)));
    assert_eq!((ask(app, MODEL).await, ask(app, GROUPS).await), (Value::Null, Value::Null), "nothing has changed");
    // Of the night there are groups, whether or not there is a model.
    assert!(keep_up(&app.app).await.unwrap());
    assert_eq!(worked(&app.app).await.status, JobStatus::Succeeded);
    assert_eq!(ask(app, MODEL).await, Value::Null);
    let groups = ask(app, GROUPS).await;
    let notes: Vec<&str> = groups["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert!(
        notes.contains(&why) && notes.iter().any(|note| note.starts_with("There is no value model yet")),
        "{notes:?}"
    );
}

each_way! { standing;
    async fn an_empty_shop_has_no_model(app) {
        refused(&app, "There are 0 customers with a purchase; a model needs 100.").await;
        let groups = ask(&app, GROUPS).await;
        assert!(groups["groups"].as_array().unwrap().iter().all(|group| group["members"] == 0), "{groups}");
        assert_eq!(groups["groups"][0]["averageClv"], Value::Null);
    }

    async fn one_member_has_groups_and_no_predictions(app) {
        members(&app, &["m1", "m2"]).await;
        make(&app, RECORD, json!([sale("m1", 40, 10), sale("m1", 30, 10), sale("m1", 25, 10)])).await;
        // Before the first analysis the rhythm alone is known.
        let nothing = json!({"predictedClv": null, "orderProbability": null, "expectedOrders": null, "rhythmDays": 7.5,
            "presence": "MISSING", "rfmGroup": null, "recencyScore": null, "frequencyScore": null, "monetaryScore": null,
            "valueGroup": null});
        assert_eq!(value(&app, "m1").await, nothing);
        dynamic(&app, "missing", json!({"value": {"presence": ["MISSING"]}})).await;
        dynamic(&app, "predicted", json!({"value": {"predictedClv": {"gte": "0"}}})).await;
        dynamic(&app, "others", json!({"not": {"value": {"predictedClv": {"gte": "0"}}}})).await;
        assert_eq!(belonging(&app, "missing").await, Vec::<String>::new(), "no analysis has said so yet");
        refused(&app, "There are 1 customers with a purchase; a model needs 100.").await;
        let mut known = nothing;
        let scores = [("rfmGroup", json!("DORMANT")), ("recencyScore", json!(1)), ("frequencyScore", json!(1)), ("monetaryScore", json!(1)), ("valueGroup", json!("MAINTAIN"))];
        scores.into_iter().for_each(|(name, score)| known[name] = score);
        assert_eq!(value(&app, "m1").await, known);
        let other = value(&app, "m2").await;
        assert_eq!((&other["rfmGroup"], &other["presence"], &other["rhythmDays"]), (&json!("PROSPECTS"), &json!("INSUFFICIENT_HISTORY"), &Value::Null));
        assert_eq!(belonging(&app, "missing").await, ["m1"]);
        assert_eq!((belonging(&app, "predicted").await, belonging(&app, "others").await), (vec![], vec!["m1".to_owned(), "m2".to_owned()]));
        let data = ask(&app, "{ segments { nodes { averagePredictedClv { amount } } } }").await;
        assert!(data["nodes"].as_array().unwrap().iter().all(|one| one["averagePredictedClv"].is_null()), "{data}");
    }

    async fn a_model_goes_with_the_data_that_allowed_it(app) {
        shop(&app, 120).await;
        fitted(&app, None).await;
        assert_eq!(ask(&app, MODEL).await["customers"], 120);
        assert_ne!(value(&app, "c1").await["predictedClv"], Value::Null);
        // As of a day on which the shop had hardly begun: who asks for that learns it, and what is there stays.
        let there = (ask(&app, MODEL).await, ask(&app, GROUPS).await, value(&app, "c1").await);
        let job = fit(&app, Some("2024-12-01")).await;
        assert!(job.status == JobStatus::Failed && job.error.unwrap().ends_with("a model needs 100."));
        assert_eq!((ask(&app, MODEL).await, ask(&app, GROUPS).await, value(&app, "c1").await), there);
        // A model does not outlive those of whom it was made.
        for customer in 2..33 {
            erase(&app, &format!("c{customer}")).await;
        }
        update(&app, json!({"returnHandlingCost": "1"})).await;
        assert_eq!(worked(&app.app).await.status, JobStatus::Succeeded);
        assert_eq!(ask(&app, MODEL).await, Value::Null);
        let found = value(&app, "c1").await;
        assert_eq!((&found["predictedClv"], &found["orderProbability"]), (&Value::Null, &Value::Null));
        assert_ne!(found["valueGroup"], Value::Null);
    }
}
