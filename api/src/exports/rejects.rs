//! What the import of a job left out, as a file: line, field, reason.

use std::net::IpAddr;

use bytes::Bytes;
use entity::ids::JobId;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;

use super::asker::Asker;
use super::base::Reached;
use super::layout::Format;
use super::link::{self, Link, REJECTS};
use super::ops::{Download, Refused, place, use_up};
use super::outlet::{Ended, Outlet, outlet};
use super::store;
use crate::app::App;
use crate::audit::{Changes, Entry, Object};
use crate::auth::Caller;
use crate::db::Db;
use crate::error::Fault;

/// What a link is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    job: JobId,
    /// The name of the file, which was promised.
    file: String,
}

/// A link to the rejects of a job, of which there are so many now.
pub fn ask(app: &App, caller: &Caller, reached: &Reached, job: JobId, rows: i64) -> Result<Link, Fault> {
    let file_name = format!("import-{}.rejects.csv", job.0);
    let (token, expires_at) =
        link::sign(app, REJECTS, Asker::User(caller.user), Asked { job, file: file_name.clone() })?;
    let url = format!("{}/downloads/{token}", reached.base(&app.settings));
    Ok(Link { url, expires_at, file_name, rows })
}

/// Opens such a link, once.
pub(super) async fn open(app: &App, token: &str, address: IpAddr) -> Result<Download, Refused> {
    let opened = link::read::<Asked>(app, REJECTS, token).ok_or(Refused::Unknown)?;
    let place = place(app, &opened).await?;
    let job = opened.asked.job;
    // Rows are only ever added, so that those up to here are those of this moment.
    let rows = store::count_rejects(app.db.reader(), job).await?;
    let changes = Changes::none().new_field("rejects", rows);
    let entry = Entry { action: "download", object: Object::one("Job", job.0, "IMPORT"), changes };
    use_up(app, &opened, &entry, address).await?;
    let (outlet, chunks) = outlet();
    tokio::spawn(read(app.db.clone(), job, outlet, rows, place));
    Ok(Download { file_name: opened.asked.file, format: Format::Csv, rows, asker: opened.asker, chunks })
}

/// Keeps its place until all is taken.
async fn read(db: Db, job: JobId, outlet: Outlet, rows: i64, place: OwnedSemaphorePermit) {
    let outcome = write(&db, job, &outlet, rows).await;
    outlet.end(outcome).await;
    drop(place);
}

async fn write(db: &Db, job: JobId, outlet: &Outlet, rows: i64) -> Result<i64, Ended> {
    let mut from = 0;
    outlet.send(Bytes::from_static(b"line,field,reason\r\n")).await?;
    while from < rows {
        let some = store::rejects(db.reader(), job, from, rows).await?;
        let Some(last) = some.last() else { break };
        from = last.place + 1;
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        for row in &some {
            let written = csv.write_record([&row.line.to_string(), &row.field, &row.reason]);
            written.map_err(|error| Fault::new(error.to_string()))?;
        }
        let text = csv.into_inner().map_err(|error| Fault::new(error.to_string()))?;
        outlet.send(Bytes::from(text)).await?;
    }
    Ok(rows)
}
