//! The client that people have: `graphql-ws` from npm.

use std::sync::Arc;

use tests::{TestApp, on_both};

use crate::browser::node;
use crate::segments::{CREATE, shop};

on_both! {
    async fn the_client_of_npm_is_served_and_sees_each_code(app) {
        shop(&app, 20).await;
        app.graphql(CREATE, serde_json::json!({"input": {"name": "One"}})).await;
        let app: Arc<TestApp> = app;
        let said = node("sockets.mjs", &[&app.base, &app.token]).await;
        assert!(said.contains(" 0 failed"), "{said}");
    }
}
