//! The project's own files, and the code in them without comments.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// A file of the project.
pub struct File {
    /// From the project's root, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The files below some folders, or the files themselves, that have one of the extensions; any text where none is
/// named.
pub fn files(places: &[&str], extensions: &[&str]) -> Vec<File> {
    let found: Vec<File> = places
        .iter()
        .flat_map(|place| WalkDir::new(root().join(place)).sort_by_file_name().into_iter().filter_entry(is_ours))
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| extensions.is_empty() || extensions.iter().any(|extension| has(entry.path(), extension)))
        .filter_map(|entry| read(entry.path()))
        .collect();
    assert!(!found.is_empty(), "no file in {places:?}: has the house moved? Then tell tests/it/tidy.rs.");
    found
}

impl File {
    /// The code, line by line with its number: no comments, and nothing of the unit tests at the end.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        code.lines().enumerate().filter_map(|(index, line)| {
            let line = line.split("//").next().unwrap_or_default().trim_end();
            (!line.is_empty()).then_some((index + 1, line))
        })
    }

    /// The name without the folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Not made by tools, and not anybody's data.
fn is_ours(entry: &DirEntry) -> bool {
    let made = [".git", "target", "node_modules", "dist"];
    let name = entry.file_name().to_str().unwrap_or_default();
    !made.contains(&name) && entry.path() != root().join("data")
}

fn has(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// None for files that are not text.
fn read(path: &Path) -> Option<File> {
    let text = String::from_utf8(fs::read(path).unwrap()).ok()?;
    let path = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    Some(File { path, text })
}
