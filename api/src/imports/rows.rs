//! The rows of a file, whichever way they are written.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use csv::ByteRecord;
use serde::{Deserialize, Serialize};

use super::bounds::Bounds;
use super::mapping::Mistake;
use super::ndjson::Ndjson;
use super::reader::Reader;
use super::row::Wrong;

/// How the rows of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values, with a header.
    Csv,
    /// A JSON object on each line.
    Ndjson,
}

impl Format {
    /// What a file's name says.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if name.ends_with(".ndjson") || name.ends_with(".jsonl") { Self::Ndjson } else { Self::Csv }
    }
}

/// Reads a file row by row.
pub(super) enum Rows {
    Csv(Box<Reader>),
    Ndjson(Box<Ndjson>),
}

impl Rows {
    /// Opens the file of a path and reads the names of its columns.
    pub(super) fn open(path: &Path, format: Format) -> anyhow::Result<(Self, Vec<String>)> {
        let failed = || format!("{} cannot be read", path.display());
        let file = File::open(path).with_context(failed)?;
        if !file.metadata().with_context(failed)?.is_file() {
            return Err(Mistake(format!("{} is not a file.", path.display())).into());
        }
        Self::of(file, path, format, &Bounds::default())
    }

    /// The same for a file that is open already, under a name for sentences.
    pub(super) fn of(file: File, name: &Path, format: Format, bounds: &Bounds) -> anyhow::Result<(Self, Vec<String>)> {
        Ok(match format {
            Format::Csv => {
                let (reader, header) = Reader::open(file, name, bounds)?;
                (Self::Csv(Box::new(reader)), header)
            }
            Format::Ndjson => {
                let (reader, header) = Ndjson::open(file, name, bounds)?;
                (Self::Ndjson(Box::new(reader)), header)
            }
        })
    }

    /// Reads the next row; false at the end.
    pub(super) fn read(&mut self) -> anyhow::Result<bool> {
        match self {
            Self::Csv(reader) => reader.read(),
            Self::Ndjson(reader) => reader.read(),
        }
    }

    /// The row that was read.
    pub(super) fn record(&self) -> &ByteRecord {
        match self {
            Self::Csv(reader) => reader.record(),
            Self::Ndjson(reader) => reader.record(),
        }
    }

    /// The first line of the row that was read, from 1.
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Csv(reader) => reader.line(),
            Self::Ndjson(reader) => reader.line(),
        }
    }

    /// What is wrong with the row as a whole.
    pub(super) fn wrong(&self) -> Option<Wrong> {
        match self {
            Self::Csv(reader) => reader.wrong(),
            Self::Ndjson(reader) => reader.wrong(),
        }
    }

    /// How many of the file's bytes were taken so far.
    pub(super) fn taken(&self) -> u64 {
        match self {
            Self::Csv(reader) => reader.taken(),
            Self::Ndjson(reader) => reader.taken(),
        }
    }
}
