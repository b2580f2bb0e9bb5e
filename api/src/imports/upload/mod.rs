//! Files that come by HTTP. A file lies in the database, in pieces, until it is imported: whichever process takes the job
//! finds it there, and what was acknowledged is as safe as everything else.

mod begin;
mod gone;
mod gone_store;
mod receive;
mod store;
mod work;

use std::collections::HashMap;

use entity::ids::{JobId, UploadId};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

pub use begin::begin;
pub use gone::tidy;
pub use receive::{Receiving, Whole};
pub use work::work;

use super::mapping::LINE;
use super::rows::Format;
use super::{Kind, Options};
use crate::app::App;
use crate::error::Fault;

/// The job that imports an uploaded file.
pub const JOB: &str = "IMPORT";

/// What is uploaded, under which name of the sender's.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The sender's name for it: the same name is the same upload.
    pub key: String,
    /// What the rows are.
    pub kind: Kind,
    /// The key of the segment that a member list goes into.
    pub segment: Option<String>,
    /// How the rows are written.
    pub format: Format,
    /// In how many parts it comes.
    pub parts: i64,
}

/// How an uploaded file is read, as it was asked for; the names are those of the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What the rows are.
    pub kind: String,
    /// The key of the segment.
    pub segment: Option<String>,
    /// The file's name.
    pub file: String,
    /// Which column fills which field.
    pub map: Vec<(String, String)>,
    /// Make members of numbers that nobody has.
    pub create_members: bool,
    /// Each row is a line.
    pub lines: bool,
    /// A negative amount makes a return.
    pub negative_is_return: bool,
    /// The system that numbers the documents.
    pub source: Option<String>,
    /// How the rows are written.
    pub format: Format,
}

impl Asked {
    /// As the command has it; none for a kind that this version does not know.
    pub fn options(&self) -> Option<Options> {
        let kinds = [Kind::Members, Kind::Transactions, Kind::Points, Kind::Feedback, Kind::Segment];
        Some(Options {
            kind: kinds.into_iter().find(|kind| kind.word() == self.kind)?,
            file: self.file.clone().into(),
            segment: self.segment.clone(),
            map: self.map.clone(),
            create_members: self.create_members,
            lines: self.lines,
            negative_is_return: self.negative_is_return,
            source: self.source.clone(),
            format: self.format,
            rejects: None,
        })
    }
}

impl Asked {
    /// The first thing that is wrong with it, whatever the file has.
    pub fn check(&self) -> Result<(), String> {
        let Some(options) = self.options() else { return Err("there are no such rows".to_owned()) };
        options.possible().map_err(|mistake| mistake.0.replace("--", ""))?;
        let by_line = self.map.iter().any(|(field, column)| field.trim() == "document" && column.trim() == LINE);
        // The lines of two files must not be taken for one another.
        if by_line && self.file.is_empty() && (self.kind != Kind::Transactions.word() || self.source.is_none()) {
            return Err("file is missing: document=@line tells the lines of files apart by their names".to_owned());
        }
        Ok(())
    }
}

/// How an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The sender's name for it.
    pub key: String,
    /// In how many parts it comes.
    pub parts: i64,
    /// Which of them are there.
    pub received: Vec<i64>,
    /// The job, once it was begun.
    pub job: Option<JobId>,
}

impl State {
    async fn of(db: &impl ConnectionTrait, row: &store::Row) -> Result<Self, Fault> {
        let received = store::parts(db, row.id).await?.into_iter().map(|part| part.part).collect();
        Ok(Self { key: row.key.clone(), parts: row.parts, received, job: row.job_id })
    }

    /// Which parts are not there.
    pub fn missing(&self) -> Vec<i64> {
        (1..=self.parts).filter(|part| self.received.binary_search(part).is_err()).collect()
    }
}

/// What jobs have rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// Rows, or documents.
    pub rejected: i64,
    /// Rows of the file that says why.
    pub rows: i64,
}

/// What jobs have rejected so far; those that import nothing are left out.
pub async fn rejected(app: &App, jobs: &[JobId]) -> Result<HashMap<JobId, Rejected>, Fault> {
    store::rejected(app.db.reader(), jobs).await
}

fn id(id: UploadId) -> sea_orm::Value {
    id.0.into()
}
