//! `tessera schema`

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::output::say;

/// Print the API's schema
///
/// Prints the GraphQL schema that this program serves, in the schema definition language,
/// for code generators and for comparing versions. It needs no database and no settings.
///
/// Example:
///   tessera schema > schema.graphql
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        say(crate::schema::sdl().trim_end());
        Ok(ExitCode::SUCCESS)
    }
}
