//! `tessera migrate`

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::output::say;
use crate::config::Settings;
use crate::error::Fault;
use crate::{app, db, erased};

/// Bring the database's tables up to date
///
/// Every command that opens the database does this first, so that it is needed only where
/// somebody wants to do it at a time of their own, for example before the new version's
/// servers are started.
///
/// Example:
///   tessera migrate --database-url postgres://tessera:secret@db/tessera
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Migrate {
    /// Let the present erasure.key, or erasure_secret, take the place of one that is lost: who was erased before is no
    /// longer refused when somebody names or makes them again
    #[arg(long)]
    new_erasure_key: bool,
}

impl Migrate {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        let db = db::connect(&settings.database_url).await.map_err(|error| Failure::new(error.0))?;
        let applied = app::migrate(&db).await?;
        say(match applied {
            0 => "The database was up to date already.".to_owned(),
            1 => "The database is up to date; one change was applied.".to_owned(),
            many => format!("The database is up to date; {many} changes were applied."),
        });
        if self.new_erasure_key {
            let forgotten = erased::begin_anew(&db, &settings).await?;
            say(format!("The key of erased persons begins anew; {forgotten} names of before are no longer refused."));
        }
        db.close().await.map_err(Fault::from)?;
        Ok(ExitCode::SUCCESS)
    }
}
