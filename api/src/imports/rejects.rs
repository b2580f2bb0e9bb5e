//! The file of what was left out: line, field and reason, and nothing about a person.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use entity::ids::JobId;

use super::mapping::Mistake;
use super::unit::Reject;

const HEADER: &str = "line,field,reason";

/// Where the rejects of an import go.
#[derive(Clone, Debug)]
pub(super) enum Rejects {
    /// Into a file, for an import at the command line.
    File(RejectsFile),
    /// Into the database, for a job: whoever asks for them may ask another process than the one that works on it.
    Job(JobId),
}

/// The file of rejects.
#[derive(Clone, Debug)]
pub(super) struct RejectsFile(PathBuf);

impl RejectsFile {
    /// The file of a path, unless something else stands there that must not be written over.
    pub(super) fn at(path: PathBuf, input: &Path) -> Result<Self, Mistake> {
        let shown = path.display();
        let mistake = |sentence: String| Err(Mistake(format!("{sentence}; --rejects names another file.")));
        if fs::canonicalize(&path).is_ok_and(|path| fs::canonicalize(input).is_ok_and(|input| input == path)) {
            return mistake(format!("{shown} is the file that is to be read"));
        }
        match first_line(&path) {
            Ok(line) if line.is_empty() || line == HEADER => {}
            Ok(_) => return mistake(format!("{shown} is there already and holds something else than rejects")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                if folder.is_some_and(|folder| !folder.is_dir()) {
                    return mistake(format!("{shown} cannot be written, because its folder is not there"));
                }
            }
            Err(error) => return mistake(format!("{shown} cannot be used for the rejects: {error}")),
        }
        Ok(Self(path))
    }

    /// The file's path.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes rejects behind the first `from` bytes, in the place of what stands there, and answers the length of the file.
    /// They are on the disk when it returns.
    pub(super) fn write(&self, from: u64, rejects: &[Reject]) -> io::Result<u64> {
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&self.0)?;
        // Somebody may have taken the file away since: then it begins anew.
        let from = if file.metadata()?.len() < from { 0 } else { from };
        file.set_len(from)?;
        file.seek(SeekFrom::Start(from))?;
        let mut csv = csv::Writer::from_writer(io::BufWriter::new(&file));
        if from == 0 {
            csv.write_record(HEADER.split(','))?;
        }
        for Reject { line, wrong } in rejects {
            csv.write_record([&line.to_string(), &wrong.field, &wrong.reason])?;
        }
        csv.flush()?;
        drop(csv);
        file.sync_all()?;
        file.stream_position()
    }

    /// Cuts off what a killed import wrote behind the first `length` bytes. True where rejects are left; a file without any
    /// is removed.
    pub(super) fn finish(&self, length: u64) -> io::Result<bool> {
        let file = match OpenOptions::new().write(true).open(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        if length == 0 {
            fs::remove_file(&self.0)?;
        } else if file.metadata()?.len() > length {
            file.set_len(length)?;
            file.sync_all()?;
        }
        Ok(length > 0)
    }
}

fn first_line(path: &Path) -> io::Result<String> {
    let mut line = Vec::new();
    let mut start = io::Read::take(BufReader::new(File::open(path)?), 64);
    start.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::row::Wrong;
    use super::*;

    fn reject(line: u64) -> Reject {
        Reject { line, wrong: Wrong::new("amount", "is not, \"exact\"") }
    }

    #[test]
    fn goes_on_behind_what_was_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.rejects.csv");
        let rejects = RejectsFile::at(path.clone(), Path::new("file.csv")).unwrap();
        assert!(!rejects.finish(0).unwrap());
        let one = rejects.write(0, &[reject(2)]).unwrap();
        rejects.write(one, &[reject(3), reject(4)]).unwrap();
        let two = rejects.write(one, &[reject(5)]).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let row = |line| format!("{line},amount,\"is not, \"\"exact\"\"\"\n");
        assert_eq!(text, format!("{HEADER}\n{}{}", row(2), row(5)));
        assert_eq!(two, text.len() as u64);
        assert!(rejects.finish(one).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEADER}\n{}", row(2)));
        fs::remove_file(&path).unwrap();
        assert_eq!(rejects.write(two, &[reject(5)]).unwrap(), one);
        assert!(!rejects.finish(0).unwrap() && !path.exists());
    }

    #[test]
    fn writes_over_nothing_but_rejects() {
        let folder = tempfile::tempdir().unwrap();
        let (input, other) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        fs::write(&input, HEADER).unwrap();
        fs::write(&other, "name\nAnna\n").unwrap();
        let says = |path: &Path| RejectsFile::at(path.to_owned(), &input).unwrap_err().0;
        assert!(says(&input).contains("is the file that is to be read"));
        assert!(says(&other).contains("holds something else than rejects"));
        assert!(says(&folder.path().join("none/c.csv")).contains("its folder is not there"));
        assert!(says(folder.path()).contains("cannot be used for the rejects"));
        fs::write(&other, format!("{HEADER}\r\n2,at,x\r\n")).unwrap();
        assert!(RejectsFile::at(other, &input).is_ok());
    }
}
