//! Random pushes and lists, beside newcomers, against a model that keeps what was said of each name.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use serde_json::json;
use tests::{TestApp, on_both, random};

use super::sync::{append, begin, commit};
use super::{SCOPES, named, partner};
use crate::calls::{UPSERT, days, send};
use crate::dynamic::belonging;

/// How many names there are, and how many pushes.
const NAMES: usize = 24;
const PUSHES: usize = 1_000;

/// What was last said of each name, and of which day it holds.
#[derive(Default)]
struct Model {
    said: BTreeMap<String, (i64, bool)>,
    known: BTreeSet<String>,
}

impl Model {
    fn push(&mut self, at: i64, join: &BTreeSet<String>, leave: &BTreeSet<String>) {
        for (name, belongs) in
            join.difference(leave).map(|name| (name, true)).chain(leave.difference(join).map(|name| (name, false)))
        {
            if self.said.get(name).is_none_or(|(before, _)| *before <= at) {
                self.said.insert(name.clone(), (at, belongs));
            }
        }
    }

    fn belonging(&self) -> Vec<String> {
        self.known.iter().filter(|name| self.said.get(*name).is_some_and(|(_, belongs)| *belongs)).cloned().collect()
    }
}

async fn know(app: &TestApp, model: &mut Model, name: &str) {
    if model.known.insert(name.to_owned()) {
        send(app, UPSERT, json!([{ "number": name }])).await;
    }
}

on_both! {
    async fn random_pushes_end_as_the_model_says(app) {
        let mut random = random("partner pushes");
        let one = partner(&app, "crm", &SCOPES).await;
        one.segment(&app, "s").await;
        let mut model = Model::default();
        for step in 0..PUSHES {
            let mut names = |most: usize| -> BTreeSet<String> {
                (0..random.random_range(0..=most)).map(|_| format!("m{:02}", random.random_range(0..NAMES))).collect()
            };
            let (join, leave) = (names(4), names(3));
            let at = random.random_range(-400_i64..0);
            let list = |names: &BTreeSet<String>| named(&names.iter().map(String::as_str).collect::<Vec<_>>());
            let input = json!({"segment": {"key": "s"}, "idempotencyKey": step.to_string(), "emittedAt": days(at), "join": list(&join), "leave": list(&leave)});
            let payload = one.push(&app, input.clone()).await;
            assert_eq!(payload["userErrors"], json!([]), "{payload}");
            model.push(at, &join, &leave);
            if random.random_ratio(1, 10) {
                let again = one.push(&app, input).await;
                assert_eq!((&again["receipt"]["id"], &again["receipt"]["replayed"]), (&payload["receipt"]["id"], &json!(true)));
            }
            if random.random_ratio(1, 20) {
                know(&app, &mut model, &format!("m{:02}", random.random_range(0..NAMES))).await;
            }
            if step % 50 == 49 {
                assert_eq!(belonging(&app, "crm/s").await, model.belonging(), "after {step}");
            }
        }
        // A full list at the end speaks for now, and of everybody.
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
        append(&app, &one, &sync, 0, &["m00", "m01", "m02"]).await;
        commit(&app, &one, &sync, Some(3)).await;
        for name in 0..NAMES {
            know(&app, &mut model, &format!("m{name:02}")).await;
        }
        assert_eq!(belonging(&app, "crm/s").await, ["m00", "m01", "m02"]);
    }
}
