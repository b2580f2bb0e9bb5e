//! One operation of a socket: a subscription, which says something time and again, or a query, which does once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc::Sender;

use super::Peer;
use super::message::Say;
use super::running::{Ended, Running};
use crate::auth::{Bearer, Caller};
use crate::db::{STATEMENTS, StatementCount};
use crate::graphql::RequestScope;
use crate::http::body::Parameters;
use crate::http::graphql::{Prepared, name_of, prepare, shows_nothing};
use crate::http::request_log::Facts;
use crate::http::verdict::{Problem, Verdict};
use crate::http::{Api, response};

/// A message on its way out.
pub(super) struct Outgoing {
    /// What is not sent any more when the operation was ended meanwhile.
    pub(super) of: Option<Ended>,
    pub(super) text: String,
}

/// An operation that was asked for.
pub(super) struct Operation {
    pub(super) api: Arc<Api>,
    pub(super) peer: Peer,
    pub(super) caller: Caller,
    pub(super) id: String,
    pub(super) ended: Ended,
    pub(super) running: Arc<Running>,
    pub(super) queue: Sender<Outgoing>,
}

impl Operation {
    /// Executes it to its end.
    pub(super) async fn run(self, parameters: Parameters) {
        let (begun, statements) = (Instant::now(), StatementCount::default());
        let mut facts = Facts::default();
        let work = AssertUnwindSafe(self.work(parameters, &mut facts)).catch_unwind();
        let over = STATEMENTS.scope(statements.clone(), work).await.unwrap_or_else(|_panic| {
            tracing::error!("an operation of a socket panicked");
            Err(Problem::broken())
        });
        let outcome = match &over {
            Ok(outcome) => outcome.clone(),
            Err(problem) => problem.verdict.code().to_lowercase(),
        };
        self.running.leave(&self.id, &self.ended);
        match over {
            Ok(_) => self.say(&Say::Complete { id: &self.id }).await,
            Err(mut problem) => {
                response::tell(&mut problem.errors);
                problem.errors.iter_mut().for_each(|error| error.path.clear());
                self.say(&Say::Error { id: &self.id, payload: &problem.errors }).await
            }
        };
        self.api.app.metrics.operation(facts.operation.as_deref(), &outcome, begun.elapsed(), statements.get());
    }

    /// Answers how it ended, in a word.
    async fn work(&self, parameters: Parameters, facts: &mut Facts) -> Result<String, Problem> {
        let Peer { address, reached } = self.peer.clone();
        let scope = RequestScope { caller: Some(self.caller.clone()), partner: None, address, reached };
        self.api.app.requests.count(Bearer::from(&self.caller))?;
        let prepared = prepare(&self.api, parameters, scope, facts).await?;
        match prepared.operation {
            OperationType::Subscription => self.subscribe(prepared).await,
            OperationType::Query => {
                let executed = prepared.executed(&self.api.app).await?;
                let executed = Ok(executed);
                let outcome = name_of(&executed);
                self.next(executed?).await;
                Ok(outcome)
            }
            OperationType::Mutation => {
                Err(Problem::new(Verdict::Refused, "Changes are made by POST /graphql, not over a socket."))
            }
        }
    }

    async fn subscribe(&self, prepared: Prepared) -> Result<String, Problem> {
        let Prepared { execution, mut loading, plan, .. } = prepared;
        let mut stream = self.api.schema.execute_stream(execution);
        let mut is_first = true;
        while let Some(mut response) = loading.along(stream.next()).await {
            plan.put_right(&mut response.data, &response.errors);
            // What cannot even begin has nothing to say but why.
            if is_first && !response.errors.is_empty() && shows_nothing(&response.data) {
                let verdict = response.errors.iter().find_map(Verdict::of_field_error).unwrap_or(Verdict::Refused);
                return Err(Problem::of(verdict, response.errors));
            }
            is_first = false;
            if !self.next(response).await {
                break;
            }
        }
        Ok("ok".to_owned())
    }

    /// Says what there is next; false where nobody is there to hear it.
    async fn next(&self, mut response: Response) -> bool {
        response::tell(&mut response.errors);
        self.say(&Say::Next { id: &self.id, payload: &response }).await
    }

    async fn say(&self, message: &Say<'_>) -> bool {
        // The queue is short: whoever takes slowly is asked for no more than it takes.
        self.queue.send(Outgoing { of: Some(self.ended.clone()), text: message.text() }).await.is_ok()
    }
}
