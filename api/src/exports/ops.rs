//! Asking for a file, and opening the link that was given.

use std::net::IpAddr;

use bytes::Bytes;
use sea_orm::DbBackend;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::Receiver;

use super::asker::Asker;
use super::base::Reached;
use super::layout::{Format, Layout};
use super::link::{self, Asked, DOWNLOAD, Link, Opened};
use super::outlet::{Outlet, outlet};
use super::sheet::Sheet;
use super::store::Statements;
use super::whom::Exported;
use super::{postgres_store, rejects, sqlite_store, store};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry};
use crate::db;
use crate::error::{Fault, Stop};

/// A file on its way.
#[derive(Debug)]
pub struct Download {
    /// Its name.
    pub file_name: String,
    /// How it is written.
    pub format: Format,
    /// How many members it has, counted at the moment that it shows.
    pub rows: i64,
    /// Who asked for it.
    pub asker: Asker,
    /// Its bytes; a fault in the place of the last ones where they are missing.
    pub chunks: Receiver<Result<Bytes, Fault>>,
}

/// Why a link leads nowhere.
#[derive(Debug)]
pub enum Refused {
    /// It is none of ours: made up, changed, or for something else.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was used before.
    Used,
    /// Who asked for it may not have it any more.
    NotAllowed,
    /// The segment or the campaign was removed.
    Gone,
    /// As many downloads run as may.
    Busy,
    /// A fault of ours.
    Fault(Fault),
}

/// A link to a file of members or customers. Nothing is kept of it. A partner's file has numbers and instants of joining,
/// whatever the layout.
pub fn ask(
    app: &App,
    asker: Asker,
    reached: &Reached,
    exported: Exported,
    (format, layout): (Format, Layout),
) -> Result<Link, Fault> {
    let Exported { whom, stem, rows } = exported;
    let layout = if matches!(asker, Asker::Partner(..)) { Layout::Partner } else { layout };
    let today = app.clock.today(app.program().zone);
    let file_name = format!("{stem}-{today}.{}", format.extension());
    let asked = Asked { whom, format, layout, file: file_name.clone() };
    let (token, expires_at) = link::sign(app, DOWNLOAD, asker, asked)?;
    let url = format!("{}/downloads/{token}", reached.base(&app.settings));
    Ok(Link { url, expires_at, file_name, rows })
}

/// Opens a link, once: whatever comes of the file, the link is used up and the audit log says by whom.
pub async fn open(app: &App, token: &str, address: IpAddr) -> Result<Download, Refused> {
    let Some(opened) = link::read::<Asked>(app, DOWNLOAD, token) else {
        return rejects::open(app, token, address).await;
    };
    let place = place(app, &opened).await?;
    let program = app.look_at_program().await?;
    let Asked { whom, format, layout, .. } = &opened.asked;
    let (sheet, statements) = (Sheet::new(*format, *layout, &program), Statements::of(whom, program.zone));
    let (moment, name, rows) = begin(app, &statements).await?.ok_or(Refused::Gone)?;
    let changes = Changes::none().new_field("format", format).new_field("layout", layout).new_field("rows", rows);
    let (object, changes) = whom.told(name, changes);
    use_up(app, &opened, &Entry { action: "download", object, changes }, address).await?;
    let (outlet, chunks) = outlet();
    tokio::spawn(read(moment, statements, sheet, outlet, rows, place));
    let Opened { asker, asked: Asked { format, file, .. }, .. } = opened;
    Ok(Download { file_name: file, format, rows, asker, chunks })
}

/// One moment of either database.
enum Moment {
    Postgres(postgres_store::Moment),
    Sqlite(sqlite_store::Moment),
}

async fn begin(app: &App, statements: &Statements) -> Result<Option<(Moment, String, i64)>, Fault> {
    if app.db.backend() == DbBackend::Postgres {
        let begun = postgres_store::begin(&app.db, &statements.head).await?;
        Ok(begun.map(|(moment, name, rows)| (Moment::Postgres(moment), name, rows)))
    } else {
        let begun = sqlite_store::begin(&app.db, &statements.head).await?;
        Ok(begun.map(|(moment, name, rows)| (Moment::Sqlite(moment), name, rows)))
    }
}

/// Keeps its place until the connection is closed.
async fn read(
    moment: Moment,
    statements: Statements,
    sheet: Sheet,
    outlet: Outlet,
    rows: i64,
    place: OwnedSemaphorePermit,
) {
    match moment {
        Moment::Postgres(moment) => postgres_store::read(moment, &statements, sheet, outlet, rows).await,
        Moment::Sqlite(moment) => sqlite_store::read(moment, &statements, sheet, outlet, rows).await,
    }
    drop(place);
}

/// A place for the file of a link, if it can still be used.
pub(super) async fn place<T>(app: &App, opened: &Opened<T>) -> Result<OwnedSemaphorePermit, Refused> {
    if opened.expires_at <= app.clock.real() {
        return Err(Refused::Expired);
    }
    let place = app.downloads.take().ok_or(Refused::Busy)?;
    // Most of those that are to be refused are so before anything is counted.
    opened.asker.actor(app, app.db.reader()).await?;
    if store::is_used(app.db.reader(), &opened.id).await? {
        return Err(Refused::Used);
    }
    Ok(place)
}

/// Notes that a link is used, and by whom.
pub(super) async fn use_up<T>(app: &App, opened: &Opened<T>, entry: &Entry, address: IpAddr) -> Result<(), Refused> {
    let Opened { id, asker, expires_at, .. } = opened;
    let used = db::retry(|| async {
        let txn = app.db.begin().await?;
        let actor = match asker.actor(app, &txn).await {
            Ok(actor) => actor,
            Err(refused) => return Ok(Err(refused)),
        };
        if !store::use_up(&txn, id, expires_at.timestamp_millis(), app.clock.real_millis()).await? {
            return Ok(Err(Refused::Used));
        }
        audit::write(app, &txn, By::caller(&actor, Some(address)), entry.clone()).await?;
        txn.commit().await?;
        Ok(Ok(()))
    });
    match used.await {
        Ok(used) => used,
        Err(Stop::Fault(fault)) => Err(Refused::Fault(fault)),
        Err(Stop::Refused(_)) => Err(Refused::NotAllowed),
    }
}

impl<F: Into<Fault>> From<F> for Refused {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}
