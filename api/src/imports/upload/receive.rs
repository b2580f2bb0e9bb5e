//! A part on its way in, piece by piece, in constant memory.

use sha2::{Digest, Sha256};

use super::store::{self, Part, Row};
use super::{State, Upload};
use crate::app::App;
use crate::audit::By;
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};

/// How large a piece is.
const PIECE: usize = 1024 * 1024;
/// After how many pieces it is noted that they are coming: a part may take long.
const TOUCHED: i64 = 64;

/// A part that is being received.
pub struct Receiving<'a> {
    app: &'a App,
    row: Row,
    part: i64,
    attempt: i64,
    pieces: i64,
    bytes: u64,
    /// How many the part may have at most.
    room: u64,
    digest: Sha256,
    buffer: Vec<u8>,
    /// What the part must be where the import has begun, so that nothing can be changed any more.
    known: Option<String>,
}

/// A part that came in whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// How the upload stands with it.
    pub state: State,
    /// It is larger than nothing.
    pub bytes: u64,
}

impl<'a> Receiving<'a> {
    /// Begins to receive a part.
    pub async fn begin(app: &'a App, by: By<'_>, upload: &Upload, part: i64) -> Result<Self, Stop> {
        let (row, parts) = db::retry(|| async {
            let txn = app.db.begin().await?;
            let row = open(app, &txn, by, upload).await?;
            let parts = store::parts(&txn, row.id).await?;
            txn.commit().await?;
            Ok((row, parts))
        })
        .await?;
        let others = parts.iter().filter(|other| other.part != part).map(|other| other.bytes).sum::<i64>();
        let own = parts.into_iter().find(|own| own.part == part);
        let known = row.job_id.map(|_| own.map(|own| own.digest).unwrap_or_default());
        let room = app.settings.upload_bytes.saturating_sub(u64::try_from(others).unwrap_or_default());
        let attempt = i64::from(rand::random::<u32>()) << 20 | i64::from(rand::random::<u16>());
        let (digest, buffer) = (Sha256::new(), Vec::new());
        Ok(Self { app, row, part, attempt, pieces: 0, bytes: 0, room, digest, buffer, known })
    }

    /// How many bytes the part may have.
    pub fn room(&self) -> u64 {
        self.room
    }

    /// Takes what came.
    pub async fn take(&mut self, mut bytes: &[u8]) -> Result<(), Stop> {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if self.bytes > self.room {
            return Err(too_long(self.app).into());
        }
        self.digest.update(bytes);
        if self.known.is_some() {
            return Ok(());
        }
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(PIECE - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = rest;
            if self.buffer.len() == PIECE {
                self.write().await?;
            }
        }
        Ok(())
    }

    /// Ends the part: from now on it is there.
    pub async fn finish(mut self) -> Result<Whole, Stop> {
        if !self.buffer.is_empty() {
            self.write().await?;
        }
        let digest = hex(self.digest.clone());
        let bytes = i64::try_from(self.bytes).unwrap_or(i64::MAX);
        let part = Part { part: self.part, attempt: self.attempt, bytes, digest };
        match db::retry(|| self.put(&part)).await {
            Ok(state) => Ok(Whole { state, bytes: self.bytes }),
            Err(stop) => {
                self.give_up().await;
                Err(stop)
            }
        }
    }

    async fn put(&self, part: &Part) -> Result<State, Stop> {
        let txn = self.app.db.begin().await?;
        let gone = || Refusal::new(RefusalCode::NotFound, "the upload was given up meanwhile", &["upload"]);
        let row = store::lock(&txn, &self.row.key).await?.filter(|row| row.id == self.row.id).ok_or_else(gone)?;
        let parts = store::parts(&txn, row.id).await?;
        let old = parts.iter().find(|old| old.part == part.part);
        if row.job_id.is_some() {
            if old.is_none_or(|old| old.digest != part.digest) {
                let message = "the import of this upload has begun with other bytes in this part";
                return Err(Refusal::new(RefusalCode::Conflict, message, &["part"]).into());
            }
            store::drop_pieces(&txn, row.id, part.part, part.attempt).await?;
        } else {
            let all: i64 = parts.iter().filter(|other| other.part != part.part).map(|other| other.bytes).sum();
            if u64::try_from(all.saturating_add(part.bytes)).unwrap_or(u64::MAX) > self.app.settings.upload_bytes {
                return Err(too_long(self.app).into());
            }
            if let Some(old) = old {
                store::drop_pieces(&txn, row.id, old.part, old.attempt).await?;
            }
            store::put_part(&txn, row.id, part).await?;
        }
        store::touch(&txn, row.id, self.app.clock.real_millis()).await?;
        let state = State::of(&txn, &row).await?;
        txn.commit().await?;
        Ok(state)
    }

    /// Forgets what came: the sender broke off, or was refused.
    pub async fn give_up(self) {
        if let Err(fault) = store::drop_pieces(self.app.db.writer(), self.row.id, self.part, self.attempt).await {
            tracing::warn!(?fault, "pieces of a part that broke off stay until their upload goes");
        }
    }

    async fn write(&mut self) -> Result<(), Fault> {
        let bytes = std::mem::take(&mut self.buffer);
        let place = (self.row.id, self.part, self.attempt, self.pieces);
        store::piece(self.app.db.writer(), place, bytes).await?;
        if self.pieces % TOUCHED == 0 {
            store::touch(self.app.db.writer(), self.row.id, self.app.clock.real_millis()).await?;
        }
        self.pieces += 1;
        Ok(())
    }
}

/// The upload of a key, made where it is new.
async fn open(app: &App, txn: &Txn, by: By<'_>, upload: &Upload) -> Result<Row, Stop> {
    let target = target(upload);
    let format = serde_json::to_string(&upload.format).map_err(Fault::from)?;
    if store::lock(txn, &upload.key).await?.is_none() {
        if store::unfinished(txn).await? >= i64::from(app.settings.uploads) {
            let message = "as many uploads wait for their parts as may: begin their imports, or come back in a day";
            return Err(Refusal::new(RefusalCode::TooMany, message, &["upload"]).into());
        }
        store::insert(txn, upload, (&target, &format), by.actor, app.clock.real_millis()).await?;
    }
    let row = store::lock(txn, &upload.key).await?.ok_or_else(|| Fault::new("an upload's row is gone"))?;
    store::touch(txn, row.id, app.clock.real_millis()).await?;
    for (name, same) in
        [("upload", row.target == target), ("parts", row.parts == upload.parts), ("content-type", row.format == format)]
    {
        if !same {
            let message = format!("{name} is another than in an earlier call for this upload");
            return Err(Refusal::new(RefusalCode::Conflict, message, &[name]).into());
        }
    }
    Ok(row)
}

/// Where the rows go, as a text.
pub(super) fn target(upload: &Upload) -> String {
    match &upload.segment {
        Some(key) => format!("segments/{key}"),
        None => upload.kind.word().to_owned(),
    }
}

/// The digest of some bytes, as it is kept.
pub(super) fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn too_long(app: &App) -> Refusal {
    let message = format!("a file may have {} bytes at most, all its parts together", app.settings.upload_bytes);
    Refusal::new(RefusalCode::TooLong, message, &["body"])
}
