//! An uploaded file is imported: its pieces are written to a file of the process that works on it, and that is imported
//! as a file at the command line is.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::receive::hex;
use super::store::{self, Row};
use super::{Asked, gone, gone_store};
use crate::app::App;
use crate::audit::By;
use crate::error::{FaultKind, Stop};
use crate::imports::bounds::Bounds;
use crate::imports::mapping::{Mistake, Naming};
use crate::imports::rejects::Rejects;
use crate::imports::rows::Rows;
use crate::imports::run::{Errand, Trouble, carry_out};
use crate::jobs::{Held, Setback, Standing};

/// Imports the file of a job, or the rest of it.
pub async fn work(app: &App, held: &Held) -> Result<(), Setback> {
    if !gone_store::is_finished(app.db.writer(), held.id).await? {
        import(app, held).await?;
    }
    // Whoever comes after a crash finds what is left; what cannot be removed now is tidied up later.
    if let Err(stop) = gone::forget(app, held.id).await {
        tracing::warn!(job = held.id.0, ?stop, "the file of an import that is over stays for now");
    }
    Ok(())
}

async fn import(app: &App, held: &Held) -> Result<(), Setback> {
    let row = store::of_job(app.db.reader(), held.id).await?;
    let row = row.ok_or_else(|| Setback::Fail("The upload is gone.".to_owned()))?;
    let asked: Option<Asked> = row.asked.as_deref().and_then(|asked| serde_json::from_str(asked).ok());
    let unknown = || Setback::Fail("This version of the program cannot read what the job is about.".to_owned());
    let options = asked.as_ref().and_then(Asked::options).ok_or_else(unknown)?;
    let (file, bytes) = spooled(app, held, &row).await?;
    let name = if asked.is_some_and(|asked| asked.file.is_empty()) { "the file".into() } else { options.file.clone() };
    let format = options.format;
    let bounds = Bounds { stop: held.stop.clone(), most: app.settings.upload_bytes.saturating_mul(UNPACKED) };
    let opened = tokio::task::spawn_blocking(move || Rows::of(file, &name, format, &bounds));
    let (rows, header) = match opened.await {
        Ok(opened) => opened.map_err(|error| told(held, &error))?,
        Err(_) => return Err(Setback::Retry("The file could not be opened.".to_owned())),
    };
    let plan = options.plan(header, Naming::Counted).map_err(|mistake| told(held, &mistake.into()))?;
    let by = By::caller(&row.actor, None);
    let errand = Errand { by, held: Some(held), rejects: Rejects::Job(held.id), bytes };
    match carry_out(app, &options, rows, plan, errand).await {
        Ok(report) => {
            tracing::info!(job = held.id.0, rows = report.rows, rejected = report.rejected, "a file was imported");
            Ok(())
        }
        Err(trouble) => Err(setback(held, trouble).await),
    }
}

/// What an import's trouble means to its job.
async fn setback(held: &Held, trouble: Trouble) -> Setback {
    match trouble {
        Trouble::Setback(setback) => setback,
        Trouble::File(error) => told(held, &error),
        Trouble::Stop(stop) => match held.beat().await {
            // Whatever went wrong, the job is not ours to fail.
            Ok(Standing::Cancelling | Standing::Lost) => Setback::Stopped,
            _ => match stop {
                // A sentence for whoever sent the file.
                Stop::Fault(fault) if fault.kind == FaultKind::BadInput => {
                    Setback::Fail(fault.description().to_owned())
                }
                stop => Setback::of(stop),
            },
        },
    }
}

/// A sentence about the file, without the dashes of the command line.
fn told(held: &Held, error: &anyhow::Error) -> Setback {
    if held.stop.is_cancelled() {
        return Setback::Stopped;
    }
    if error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::StorageFull))
    {
        return Setback::Retry(NO_ROOM.to_owned());
    }
    let sentence = match error.downcast_ref::<Mistake>() {
        Some(mistake) => mistake.0.replace("--", ""),
        None => format!("{error:#}"),
    };
    Setback::Fail(sentence)
}

/// How many times as long as an upload may be its text may be, where it is packed: a small file may unpack to a thousand times
/// its length.
const UNPACKED: u64 = 8;

const NO_ROOM: &str = "There is no room left on the server's disk for the file.";

/// The file of an upload, on the disk of this process. It has no name, so that nothing of it is left however the process
/// ends.
async fn spooled(app: &App, held: &Held, row: &Row) -> Result<(File, u64), Setback> {
    let folder = &app.settings.data_dir;
    let made = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
    let mut file = tokio::fs::File::from_std(made.map_err(|error| full(&error))?);
    let mut bytes = 0_u64;
    for part in store::parts(app.db.reader(), row.id).await? {
        let (before, mut digest) = (bytes, Sha256::new());
        for piece in 0.. {
            let place = (row.id, part.part, part.attempt, piece);
            let Some(piece) = store::read_piece(app.db.reader(), place).await? else { break };
            bytes += piece.len() as u64;
            digest.update(&piece);
            file.write_all(&piece).await.map_err(|error| full(&error))?;
            if held.stop.is_cancelled() {
                return Err(Setback::Stopped);
            }
        }
        if u64::try_from(part.bytes).ok() != Some(bytes - before) || hex(digest) != part.digest {
            return Err(damaged(held, part.part).await);
        }
    }
    file.flush().await.map_err(|error| full(&error))?;
    let mut file = file.into_std().await;
    file.seek(SeekFrom::Start(0)).map_err(|error| full(&error))?;
    Ok((file, bytes))
}

/// A part is not what came in: a piece is gone, or holds something else. Where the job is another's by now, or to be stopped,
/// the pieces may rightly be gone.
async fn damaged(held: &Held, part: i64) -> Setback {
    match held.beat().await {
        Ok(Standing::GoesOn) => Setback::Fail(format!(
            "Part {part} of the file is not in the database as it was received: send the file once more, under another name."
        )),
        Ok(Standing::Cancelling | Standing::Lost) => Setback::Stopped,
        Err(fault) => Setback::of(fault.into()),
    }
}

fn full(error: &io::Error) -> Setback {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Setback::Retry(NO_ROOM.to_owned())
        }
        _ => {
            tracing::error!(%error, "an upload could not be written to a file");
            Setback::Retry("The file could not be written to the server's disk; it was noted in the log.".to_owned())
        }
    }
}
