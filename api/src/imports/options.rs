//! What an operator asks an import to do.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use engine::calendar::Zone;
use entity::ids::SegmentId;
use sha2::{Digest, Sha256};

use super::feedback::{self, Feedback};
use super::lines::{self, Lines};
use super::mapping::{LINE, Mapping, Mistake, Naming};
use super::members::{self, Members};
use super::points::{self, Points};
use super::rows::Format;
use super::segment::{self, List};
use super::transactions::{self, Single, Transactions};
use crate::text_input::{length, required};
use crate::transactions::DEFAULT_SOURCE;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Customers and their profiles.
    Members,
    /// Sales and returns.
    Transactions,
    /// Points earned, redeemed, expired and adjusted.
    Points,
    /// Answers to surveys.
    Feedback,
    /// Members who come to a segment.
    Segment,
}

/// Which file, and how it is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the rows are.
    pub kind: Kind,
    /// The file, plain or packed.
    pub file: PathBuf,
    /// The key of the segment that a member list goes into.
    pub segment: Option<String>,
    /// Which column fills which field; where it is empty, each column that bears a field's name.
    pub map: Vec<(String, String)>,
    /// Make members of numbers that nobody has.
    pub create_members: bool,
    /// Each row is a line; those of one document are one transaction.
    pub lines: bool,
    /// A negative amount makes a return.
    pub negative_is_return: bool,
    /// The system that numbers the documents.
    pub source: Option<String>,
    /// How the rows are written.
    pub format: Format,
    /// Where the rejects go; the file's name with `.rejects.csv` in the current folder where none is given.
    pub rejects: Option<PathBuf>,
}

/// How the rows of a file are read.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Where in a row the cells stand that are read.
    pub(super) places: Vec<usize>,
    /// What they mean.
    pub(super) columns: Columns,
}

/// What the cells mean. One stands for a whole file, so that a box costs nothing.
#[derive(Clone, Debug)]
pub(super) enum Columns {
    Members(Box<Members>),
    Single(Box<Single>),
    Lines(Box<Lines>),
    Points(Box<Points>),
    Feedback(Box<Feedback>),
    List(Box<List>),
}

impl Kind {
    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Transactions => "transactions",
            Self::Points => "points",
            Self::Feedback => "feedback",
            Self::Segment => "segment",
        }
    }
}

impl Options {
    /// How the file with this header is read, or the first mistake in the command.
    pub(super) fn plan(&self, header: Vec<String>, naming: Naming) -> Result<Plan, Mistake> {
        self.possible()?;
        let (what, allowed) = match self.kind {
            Kind::Members => ("Members", members::names()),
            Kind::Transactions if self.lines => ("Lines", [transactions::names(), own(&lines::NAMES)].concat()),
            Kind::Transactions => ("Transactions", [transactions::names(), own(&["amount"])].concat()),
            Kind::Points => ("Points", points::names()),
            Kind::Feedback => ("Feedback responses", feedback::names()),
            Kind::Segment => ("Member lists", segment::names()),
        };
        let mapping = Mapping::new(&self.map, header, naming, &allowed, what)?;
        let columns = match self.kind {
            Kind::Members => Columns::Members(Box::new(Members::new(&mapping)?)),
            Kind::Segment => Columns::List(Box::new(List::new(&mapping)?)),
            Kind::Points => {
                let file = self.before_line(&mapping)?;
                Columns::Points(Box::new(Points::new(&mapping, file, self.create_members)?))
            }
            Kind::Feedback => {
                let file = self.before_line(&mapping)?;
                Columns::Feedback(Box::new(Feedback::new(&mapping, file, self.create_members)?))
            }
            Kind::Transactions => {
                if self.source.is_some() && mapping.column("source").is_some() {
                    return Err(Mistake(
                        "The source is given by --source and by a column: name one of them.".to_owned(),
                    ));
                }
                let source = self.source(mapping.is_line("document"))?;
                let columns = Transactions::new(&mapping, source, self.create_members, self.negative_is_return)?;
                match self.lines {
                    true => Columns::Lines(Box::new(Lines::new(columns, &mapping)?)),
                    false => Columns::Single(Box::new(Single::new(columns, &mapping)?)),
                }
            }
        };
        Ok(Plan { places: mapping.places().to_vec(), columns })
    }

    /// Where the rejects go.
    pub(super) fn rejects_file(&self) -> PathBuf {
        self.rejects.clone().unwrap_or_else(|| PathBuf::from(format!("{}.rejects.csv", self.file_name())))
    }

    /// Tells this import of this file from every other: a hash of the file's place, size and time, and of everything that
    /// changes how it is read. A segment counts by its id: another one may have its key by now.
    pub(super) fn fingerprint(&self, zone: Zone, segment: Option<SegmentId>) -> std::io::Result<String> {
        let metadata = std::fs::metadata(&self.file)?;
        let path = std::fs::canonicalize(&self.file)?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mut map = self.map.clone();
        map.sort();
        let flags = [self.create_members, self.lines, self.negative_is_return];
        // Debug text quotes and parts everything, so that no two imports look alike.
        let all = (VERSION, self.kind, path, metadata.len(), changed, map, flags, &self.source, zone.name(), segment);
        let digest = Sha256::digest(format!("{all:?}"));
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What can be said of the options before the file is looked at.
    pub(super) fn possible(&self) -> Result<(), Mistake> {
        let mistake = |sentence: &str| Err(Mistake(sentence.to_owned()));
        if self.kind != Kind::Transactions && (self.lines || self.negative_is_return || self.source.is_some()) {
            return mistake("--lines, --negative-is-return and --source are for transactions alone.");
        }
        if self.kind == Kind::Members && self.create_members {
            return mistake("--create-members is for transactions, points and feedback: members are always made.");
        }
        if self.kind == Kind::Segment && self.create_members {
            return mistake(
                "--create-members is for transactions, points and feedback: a segment takes members that are there.",
            );
        }
        if (self.kind == Kind::Segment) != self.segment.is_some() {
            return mistake("The key of a segment stands behind segment, and nowhere else.");
        }
        if self.lines && self.map.iter().any(|(field, column)| field.trim() == "document" && column.trim() == LINE) {
            return mistake("--lines brings the lines of a document together: document needs a column.");
        }
        Ok(())
    }

    fn source(&self, by_line: bool) -> Result<String, Mistake> {
        match &self.source {
            Some(source) => required(source, length::NUMBER, &[])
                .map_err(|refusal| Mistake(format!("--source {}.", refusal.message))),
            None if by_line => self.short_file_name(),
            None => Ok(DEFAULT_SOURCE.to_owned()),
        }
    }

    /// What stands before the number of the line where that is the document of a row without a source.
    fn before_line(&self, mapping: &Mapping) -> Result<String, Mistake> {
        if mapping.is_line("document") { self.short_file_name() } else { Ok(String::new()) }
    }

    /// The file's name, short enough for the documents that are numbered by it.
    fn short_file_name(&self) -> Result<String, Mistake> {
        // Behind it there is room for the number of the line.
        required(&self.file_name(), length::NUMBER - 20, &[]).map_err(|refusal| {
            Mistake(format!("The file's name {} to stand for where its documents come from.", refusal.message))
        })
    }

    /// The file's name, the same whether the file is packed or not: packing a file makes no new documents of it.
    fn file_name(&self) -> String {
        let name = Path::file_name(&self.file).unwrap_or_default().to_string_lossy();
        name.strip_suffix(".gz").unwrap_or(&name).to_owned()
    }
}

/// Rises when the same command would read another thing from the same file.
const VERSION: u32 = 1;

fn own(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
