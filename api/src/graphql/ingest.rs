//! What all ingest mutations answer.

use async_graphql::{Context, SimpleObject};

use super::access::partner_of;
use super::connection::size;
use super::errors::{UserError, UserErrorCode};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::ingest::{Ingested, MAX_ROWS};

/// Good rows are kept, bad rows are named; nothing is dropped in silence.
#[derive(SimpleObject, Debug, Default)]
pub(super) struct IngestPayload {
    created: i32,
    updated: i32,
    duplicates: i32,
    problems: Vec<IngestProblem>,
    user_errors: Vec<UserError>,
}

/// Why a row was refused.
#[derive(SimpleObject, Debug)]
pub(super) struct IngestProblem {
    path: Vec<String>,
    code: UserErrorCode,
    message: String,
}

impl IngestPayload {
    /// The same as the caller may know it: to a partner, who was erased is nobody.
    pub(super) fn told(ctx: &Context<'_>, outcome: Result<Ingested, Stop>, list: &str) -> async_graphql::Result<Self> {
        let mut payload = Self::new(outcome, list)?;
        if partner_of(ctx).is_some() {
            for problem in &mut payload.problems {
                if problem.code == UserErrorCode::ErasedMember {
                    problem.code = UserErrorCode::NotFound;
                    problem.message = "there is no such member".to_owned();
                }
            }
        }
        Ok(payload)
    }

    /// The payload of rows that stand in the list `input.<list>`.
    pub(super) fn new(outcome: Result<Ingested, Stop>, list: &str) -> async_graphql::Result<Self> {
        let (done, user_errors) = super::errors::refused(outcome)?;
        let Some(done) = done else { return Ok(Self { user_errors, ..Self::default() }) };
        let problems = done.problems.into_iter().map(|problem| {
            let Refusal { code, message, path } = problem.refusal.under(&["input", list, &problem.row.to_string()]);
            IngestProblem { path, code: code.into(), message }
        });
        Ok(Self {
            created: size(done.created),
            updated: size(done.updated),
            duplicates: size(done.duplicates),
            problems: problems.collect(),
            user_errors,
        })
    }
}

/// Refuses more rows than one call may bring.
pub(super) fn bounded(rows: usize, list: &str) -> Result<(), Stop> {
    if rows <= MAX_ROWS {
        return Ok(());
    }
    let message = format!("must have at most {MAX_ROWS} rows; the file import takes any number");
    Err(Refusal::new(RefusalCode::TooMany, message, &["input", list]).into())
}
