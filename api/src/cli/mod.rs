//! The commands. Each has a file: its arguments, what it tells a stranger, and what it does.

mod demo;
mod failure;
mod import;
mod migrate;
mod output;
mod password;
mod schema;
mod serve;
mod token;
mod user;
mod verify;
mod welcome;
mod work;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::{Flags, Settings};
use crate::error::Fault;
use crate::telemetry;
use failure::Failure;

/// Segments of a loyalty programme's members with exact figures, as a GraphQL API
///
/// One program: it serves the API, fills the database, checks it and looks after the people who may sign in. The
/// database is a file below ./data unless --database-url says otherwise.
///
/// Exit codes: 0 done, 1 failed, 2 the command line or a setting is wrong.
#[derive(Parser)]
#[command(name = "tessera", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    flags: Flags,
}

/// How long threads may take when everything else is done.
const LEFTOVERS: Duration = Duration::from_millis(500);

const EXAMPLES: &str = "\
Examples:
  tessera serve                                     serve on http://127.0.0.1:8080
  tessera serve --listen 0.0.0.0:80 --database-url postgres://tessera:secret@db/tessera
  tessera import members customers.csv --map number=id,email=email
  tessera help import                               everything about one command";

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Work(work::Work),
    Import(import::Import),
    Demo(demo::Demo),
    Verify(verify::Verify),
    User(user::User),
    Token(token::Token),
    Migrate(migrate::Migrate),
    Schema(schema::Schema),
}

/// Runs the command of the command line; every failure is one sentence on standard error.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    // The schema is known without settings and without a database.
    if let Command::Schema(command) = cli.command {
        return command.run();
    }
    let settings = Settings::load(&cli.flags)?;
    telemetry::init(&settings.log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(command) => command.run(settings).await,
            Command::Work(command) => command.run(settings).await,
            Command::Import(command) => command.run(settings).await,
            Command::Demo(command) => command.run(settings).await,
            Command::Verify(command) => command.run(settings).await,
            Command::User(command) => command.run(settings).await,
            Command::Token(command) => command.run(settings).await,
            Command::Migrate(command) => command.run(settings).await,
            Command::Schema(command) => command.run(),
        }
    });
    // Work on a thread of its own that does not end by itself ends with the process.
    runtime.shutdown_timeout(LEFTOVERS);
    done
}

/// Opens the database for a command and closes it behind it, so that SQLite leaves one tidy file.
async fn with_app<T>(
    settings: Settings,
    work: impl AsyncFnOnce(&Arc<App>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let app = App::open(settings).await?;
    let done = work(&app).await;
    app.db.close().await.map_err(Fault::from)?;
    done
}

#[cfg(test)]
mod tests;
