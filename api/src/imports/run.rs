//! One import, from the command to the report.

use std::sync::Arc;
use std::time::Instant;

use entity::ids::ImportId;
use entity::import;
use tokio::sync::mpsc::{self, Receiver};

use super::chunk::Chunk;
use super::manners::Manners;
use super::mapping::Naming;
use super::options::{Columns, Kind, Options, Plan};
use super::parse::Parse;
use super::progress::Progress;
use super::rejects::{Rejects, RejectsFile};
use super::report::Report;
use super::rows::Rows;
use super::segment::Target;
use super::store;
use super::write::{MemberRule, Writer, overtaken};
use crate::app::App;
use crate::audit::{self, By, Entry};
use crate::db;
use crate::error::{Fault, Stop};
use crate::figures;
use crate::jobs::{Held, Setback};

/// What the log calls it.
const COMMAND: &str = "tessera import";
/// And where it came by HTTP.
const ACTION: &str = "importFile";

/// How many chunks may wait for the database.
const WAITING: usize = 2;

/// Imports a file, or the rest of it where an import of it was interrupted. Beside a running server, too: each chunk is a
/// transaction of its own.
///
/// A mistake in the command is a [`Mistake`](super::Mistake), and nothing was begun.
pub async fn run(app: &App, options: Options) -> anyhow::Result<Report> {
    let (rows, header) = Rows::open(&options.file, options.format)?;
    let plan = options.plan(header, Naming::Named)?;
    let rejects = Rejects::File(RejectsFile::at(options.rejects_file(), &options.file)?);
    let bytes = std::fs::metadata(&options.file)?.len();
    let errand = Errand { by: By::command(COMMAND), held: None, rejects, bytes };
    Ok(carry_out(app, &options, rows, plan, errand).await?)
}

/// Who wants a file imported, and where what is left out of it goes.
pub(super) struct Errand<'a> {
    pub(super) by: By<'a>,
    /// The job that it is; none at the command line.
    pub(super) held: Option<&'a Held>,
    pub(super) rejects: Rejects,
    /// How long the file is.
    pub(super) bytes: u64,
}

/// Why an import did not come to its end.
pub(super) enum Trouble {
    /// Something about the file or the command, which stays as it is.
    File(anyhow::Error),
    /// Something about the database, which may pass.
    Stop(Stop),
    /// The job is to end early.
    Setback(Setback),
}

/// Imports the rows of a file that was opened.
pub(super) async fn carry_out(
    app: &App,
    options: &Options,
    reader: Rows,
    plan: Plan,
    errand: Errand<'_>,
) -> Result<Report, Trouble> {
    let began = Instant::now();
    // A database that no server looked after since has figures of an earlier day.
    figures::roll::to_today(app).await?;
    let segment = match &options.segment {
        Some(key) => Some(Target::open(app, key).await?),
        None => None,
    };
    let Errand { by, held, rejects, bytes } = errand;
    let row = open(app, options, segment.as_ref(), held).await?;
    let before = u64::try_from(row.position).unwrap_or_default();
    let progress = Arc::new(Progress::new(bytes, options.lines, held.is_some()));
    let members = match &plan.columns {
        Columns::Single(single) => single.member_rule(),
        Columns::Lines(lines) => lines.member_rule(),
        Columns::Points(points) => points.member_rule(),
        Columns::Feedback(feedback) => feedback.member_rule(),
        Columns::Members(_) | Columns::List(_) => MemberRule { create: true, profile: true },
    };
    let parse = Parse {
        reader,
        plan,
        skip: before,
        clock: app.clock,
        zone: app.program().zone,
        currency: app.program().currency,
        progress: progress.clone(),
        stop: held.map(|held| held.stop.clone()).unwrap_or_default(),
    };
    let mut writer = Writer { app, kind: options.kind, members, segment, row, rejects, by, held, progress: &progress };
    // A job that was settled by nobody after its end has nothing more to do.
    if writer.row.finished_at.is_none() {
        let (sender, receiver) = mpsc::channel(WAITING);
        let parsing = tokio::task::spawn_blocking(move || parse.run(sender));
        let written = write(&mut writer, receiver).await;
        let parsed = parsing.await;
        progress.finish();
        written?;
        parsed.map_err(anyhow::Error::from)??;
        finish(&writer).await?;
    }
    Ok(report(&writer, before, began)?)
}

async fn write(writer: &mut Writer<'_>, mut chunks: Receiver<Chunk>) -> Result<(), Trouble> {
    let mut manners = Manners::on(writer.app.db.backend());
    while let Some(chunk) = chunks.recv().await {
        if writer.held.is_some_and(|held| held.stop.is_cancelled()) {
            return Err(Setback::Stopped.into());
        }
        manners.make_room().await;
        writer.take(&chunk).await?;
        writer.progress.committed(u64::try_from(chunk.units).unwrap_or(u64::MAX), chunk.done);
    }
    Ok(())
}

/// The row of this import: where it was interrupted, or at the beginning.
async fn open(
    app: &App,
    options: &Options,
    segment: Option<&Target>,
    held: Option<&Held>,
) -> Result<import::Model, Trouble> {
    let fingerprint = match held {
        // A job has a file of its own.
        Some(held) => format!("job {}", held.id.0),
        None => {
            options.fingerprint(app.program().zone, segment.map(|segment| segment.id)).map_err(anyhow::Error::from)?
        }
    };
    let row = db::retry(|| async {
        let (txn, now) = (app.db.begin().await?, app.clock.real_millis());
        match store::find(&txn, &fingerprint).await? {
            None => store::begin(&txn, new(&fingerprint, options, now)).await?,
            // The same command again reads the file again.
            Some(row) if row.finished_at.is_some() && held.is_none() => store::begin_again(&txn, row.id, now).await?,
            Some(_) => {}
        }
        let row = store::find(&txn, &fingerprint).await?;
        txn.commit().await?;
        row.ok_or_else(|| Stop::Fault(Fault::new("the import's row is gone")))
    });
    Ok(row.await?)
}

fn new(fingerprint: &str, options: &Options, now: i64) -> import::Model {
    import::Model {
        id: ImportId(0),
        fingerprint: fingerprint.to_owned(),
        kind: options.kind.word().to_owned(),
        file: options.file.display().to_string(),
        position: 0,
        created: 0,
        updated: 0,
        duplicates: 0,
        rejected: 0,
        rejects_bytes: 0,
        started_at: now,
        finished_at: None,
    }
}

async fn finish(writer: &Writer<'_>) -> Result<(), Stop> {
    let (app, row) = (writer.app, &writer.row);
    db::retry(|| async {
        let txn = app.db.begin().await?;
        if !store::finish(&txn, row.id, row.position, app.clock.real_millis()).await? {
            return Err(overtaken().into());
        }
        if row.created + row.updated > 0 {
            audit::write(app, &txn, writer.by, entry(writer, row)).await?;
        }
        Ok(txn.commit().await?)
    })
    .await
}

/// What the log keeps of a file: counts, and nothing of what stands in it.
fn entry(writer: &Writer<'_>, row: &import::Model) -> Entry {
    let action = writer.by.action(ACTION);
    if let Some(segment) = &writer.segment {
        return segment.entry(action, row);
    }
    let kind = match writer.kind {
        Kind::Members | Kind::Segment => "Member",
        Kind::Transactions => "Transaction",
        Kind::Points => "PointsEntry",
        Kind::Feedback => "Feedback",
    };
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    let counts = [
        ("created", count(row.created)),
        ("updated", count(row.updated)),
        ("duplicates", count(row.duplicates)),
        ("rejected", count(row.rejected)),
    ];
    audit::counted(action, kind, count(row.created + row.updated), &counts)
}

fn report(writer: &Writer<'_>, before: u64, began: Instant) -> anyhow::Result<Report> {
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    let row = &writer.row;
    let rejects_file = match &writer.rejects {
        Rejects::File(file) if file.finish(count(row.rejects_bytes))? => Some(file.path().to_owned()),
        Rejects::File(_) | Rejects::Job(_) => None,
    };
    Ok(Report {
        what: match writer.kind {
            Kind::Members | Kind::Segment => "members",
            Kind::Transactions => "transactions",
            Kind::Points => "points entries",
            Kind::Feedback => "feedback responses",
        },
        rows: count(row.position),
        created: count(row.created),
        updated: count(row.updated),
        duplicates: count(row.duplicates),
        rejected: count(row.rejected),
        rejects_file,
        resumed_at: (before > 0).then_some(before),
        took: began.elapsed(),
    })
}

impl<E: Into<Stop>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::File(error)
    }
}

impl From<Setback> for Trouble {
    fn from(setback: Setback) -> Self {
        Self::Setback(setback)
    }
}

impl From<Trouble> for anyhow::Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::File(error) => error,
            Trouble::Stop(stop) => stop.into(),
            // Only a job has setbacks.
            Trouble::Setback(setback) => anyhow::anyhow!("{setback:?}"),
        }
    }
}
