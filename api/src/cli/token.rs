//! `tessera token`

use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Args;

use super::failure::Failure;
use super::output::say;
use super::with_app;
use crate::auth;
use crate::config::Settings;

/// Print an access token for scripts
///
/// Begins a session of the user without asking for the password, which is fair because
/// whoever can run this can read the database, and prints its access token. It works until
/// it ends, or until the user is disabled or gets another password.
///
/// Example:
///   TOKEN=$(tessera token owner@tessera.local)
///   curl -s http://127.0.0.1:8080/graphql -H "authorization: Bearer $TOKEN" \
///        -H 'content-type: application/json' -d '{"query":"{ program { name today } }"}'
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Token {
    /// Whose token
    email: String,
    /// How long the token works, at most 30 days (43200)
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=43200))]
    minutes: i64,
}

impl Token {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        let life = TimeDelta::minutes(self.minutes);
        let session = with_app(settings, async |app| Ok(auth::ops::issue_for(app, &self.email, life).await?)).await?;
        say(session.access_token);
        Ok(ExitCode::SUCCESS)
    }
}
